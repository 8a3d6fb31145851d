//! Keeps keys from being locked in with themselves: nothing is written onto the drive that it unlocks, nor onto one whose
//! only key is in this vault. Must not know what is written.

use std::path::Path;

use super::failure::Failure;
use super::question;
use super::volumes::{self, Fits, Placed};
use super::world::World;
use crate::drives::{Below, Layer, below};
use crate::fve::{ProtectorKind, Volume};
use crate::record::{Guid, Handle};
use crate::vault::{Entry, Filter, Unlocked, Vault};

/// What is about to be written.
pub(super) enum Holding<'a> {
    /// These records, in whatever form.
    Records(&'a [Entry]),
    /// A startup key or key package, by its protector.
    Protector(Guid),
    /// A copy of the whole vault.
    WholeVault,
}

impl Holding<'_> {
    fn holds(&self, handle: Handle) -> bool {
        match self {
            Self::Records(entries) => entries.iter().any(|entry| entry.handle == handle),
            Self::Protector(_) => false,
            Self::WholeVault => true,
        }
    }

    /// Whether it opens the volume by itself.
    fn opens(&self, volume: &Volume) -> bool {
        matches!(self, Self::Protector(guid) if volume.protectors.iter().any(|protector| protector.guid == *guid))
    }
}

/// Why a place is a bad one.
enum Objection {
    /// What is written unlocks the drive it is written to.
    Own { drive: String, handles: Vec<Handle> },
    /// The drive can be opened by keys of this vault alone.
    OnlyHere { drive: String, handles: Vec<Handle> },
}

/// What lies under a place.
struct Judged {
    objection: Option<Objection>,
    /// Whether something under it could not be looked at that may be an encrypted drive.
    unsure: bool,
}

/// Called before anything is written to a file, and before the place is touched.
///
/// Refuses (exit 7) a destination on the drive that what is written unlocks, or on one whose only key is in this vault.
/// A person may override it by typing; that is remembered with the records. Where it cannot be known, it warns.
pub(super) fn check(world: &mut World<'_>, vault: &mut Vault<Unlocked>, destination: &Path, holding: &Holding<'_>) -> Result<(), Failure> {
    let judged = judge(world, vault, destination, holding)?;
    let Some(objection) = judged.objection else {
        if judged.unsure {
            writeln!(
                world.err,
                "Warning: it cannot be known here whether {} lies on a drive that these keys unlock. If it does, write them elsewhere, too.",
                destination.display()
            )?;
        }
        return Ok(());
    };
    let (sentence, handles) = words(destination, objection);
    let hint = "choose a place on another drive, such as a stick; in a terminal this can be overridden";
    if !world.terminal.is_present() {
        return Err(Failure::refused(sentence, hint));
    }
    let what = format!("Stop: {sentence}.\nWhoever needs the key then cannot get at it.\n");
    question::typed(world, &what, "OVERRIDE").map_err(|_| Failure::refused(sentence, hint))?;
    if !handles.is_empty()
        && let Err(error) = vault.note_guard_override(&handles, (world.now)())
    {
        writeln!(world.err, "Warning: that it was overridden could not be noted: {}.", Failure::from(error).sentence)?;
    }
    Ok(())
}

/// Warns when the vault itself lies on a drive whose only key it holds.
pub(super) fn warn_of_vaults_place(world: &mut World<'_>, vault: &mut Vault<Unlocked>) -> Result<(), Failure> {
    let path = vault.path().to_owned();
    let judged = judge(world, vault, &path, &Holding::Records(&[]))?;
    if let Some(Objection::OnlyHere { drive, handles }) = judged.objection {
        writeln!(
            world.err,
            "Warning: this vault lies on {drive}, and the only key of that drive ({}) is in this vault. Keep a copy of the vault, or of that key, elsewhere.",
            names(&handles)
        )?;
    }
    Ok(())
}

fn words(destination: &Path, objection: Objection) -> (String, Vec<Handle>) {
    let place = destination.display();
    match objection {
        Objection::Own { drive, handles } => {
            let what = if handles.is_empty() { "it".to_owned() } else { names(&handles) };
            (format!("{place} lies on {drive}, the very drive that {what} unlocks"), handles)
        }
        Objection::OnlyHere { drive, handles } => {
            (format!("{place} lies on {drive}, an encrypted drive whose only key ({}) is in this vault", names(&handles)), handles)
        }
    }
}

fn names(handles: &[Handle]) -> String {
    handles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn judge(world: &World<'_>, vault: &mut Vault<Unlocked>, path: &Path, holding: &Holding<'_>) -> Result<Judged, Failure> {
    let Below { layers, all_seen } = below(&world.surroundings.drives, path);
    let mut judged = Judged { objection: None, unsure: !all_seen };
    for layer in &layers {
        let objection = match volumes::found(&layer.path) {
            Ok(found) => {
                let mut first = None;
                for one in &found {
                    let Ok(volume) = &one.volume else {
                        judged.unsure = true;
                        continue;
                    };
                    let placed = Placed::alone(volumes::place(&layer.path, one), volume);
                    first = match first {
                        None => of_volume(vault, &placed, holding)?,
                        first => first,
                    };
                }
                first
            }
            Err(_) if layer.noted_encrypted => of_noted(vault, layer, holding, &mut judged.unsure)?,
            Err(error) => {
                judged.unsure |= !layer.noted_plain && !error.is_other_kind();
                None
            }
        };
        if objection.is_some() {
            judged.objection = objection;
            break;
        }
    }
    Ok(judged)
}

/// By the drive's own list of keys.
fn of_volume(vault: &mut Vault<Unlocked>, placed: &Placed<'_>, holding: &Holding<'_>) -> Result<Option<Objection>, Failure> {
    let volume = placed.volume;
    let fits = Fits::of(vault, volume)?;
    let mut held: Vec<(Guid, Handle)> = fits.entries.iter().map(|(guid, entry)| (*guid, entry.handle)).collect();
    held.sort_by_key(|(_, handle)| *handle);
    let all: Vec<Handle> = distinct(held.iter().map(|(_, handle)| *handle));
    let proved = fits.proved.iter().map(|entry| entry.handle);
    let own: Vec<Handle> = all.iter().copied().chain(proved).filter(|handle| holding.holds(*handle)).collect();
    let drive = drive_words(&placed.place, volume);
    if !own.is_empty() || holding.opens(volume) {
        return Ok(Some(Objection::Own { drive, handles: own }));
    }
    let all_here = volume.recovery_key_ids().iter().all(|id| held.iter().any(|(guid, _)| guid == id));
    let only_here = !all.is_empty() && all_here && !opens_otherwise(volume);
    Ok(only_here.then_some(Objection::OnlyHere { drive, handles: all }))
}

/// A volume that may not be read, by the name that the system has noted and that a proof has kept.
fn of_noted(vault: &mut Vault<Unlocked>, layer: &Layer, holding: &Holding<'_>, unsure: &mut bool) -> Result<Option<Objection>, Failure> {
    *unsure = true;
    let Some(volume) = layer.volume else { return Ok(None) };
    let entries = vault.list(&Filter::default())?.entries;
    let proved =
        entries.iter().filter(|entry| entry.details.proof.as_ref().is_some_and(|proof| proof.level.is_proof() && proof.volume == volume));
    let own: Vec<Handle> = proved.map(|entry| entry.handle).filter(|handle| holding.holds(*handle)).collect();
    let drive = layer.path.display().to_string();
    Ok((!own.is_empty()).then_some(Objection::Own { drive, handles: own }))
}

/// Whether a person may hold something else that opens it: a password, a key file, a card; or nothing is needed. Its
/// computer alone is no such thing: where that fails, the recovery key is asked for.
fn opens_otherwise(volume: &Volume) -> bool {
    use ProtectorKind::{ClearKey, Password, PublicKey, StartupKey, Unknown};
    volume
        .all_copies()
        .flat_map(|copy| &copy.protectors)
        .any(|protector| matches!(protector.kind, ClearKey | Password | PublicKey | StartupKey | Unknown))
}

fn drive_words(place: &str, volume: &Volume) -> String {
    volumes::name(volume).map_or_else(|| place.to_owned(), |name| format!("{place} ({name})"))
}

fn distinct(handles: impl Iterator<Item = Handle>) -> Vec<Handle> {
    let mut list: Vec<Handle> = handles.collect();
    list.sort_unstable();
    list.dedup();
    list
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
