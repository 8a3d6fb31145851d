//! Keeps keys from being locked in with themselves: nothing is written onto the drive that it unlocks, nor onto one
//! whose only key is in this vault. Must not know what is written.

use std::path::Path;

use super::failure::Failure;
use super::outlet::printable;
use super::question;
use super::volumes::{self, Fits, Placed};
use super::world::{OutFile, World};
use drivekey_drives::{Below, Layer, below};
use drivekey_fve::{ProtectorKind, Volume};
use drivekey_record::{AttachmentKind, Guid, Handle, KeyId};
use drivekey_vault::{Attached, Entry, Filter, Unlocked, Vault};

/// What is about to be written.
pub(super) enum Holding<'a> {
    /// These records, in whatever form.
    Records(&'a [Entry]),
    /// These records, and startup keys and key packages beside them, by their protectors.
    Both(&'a [Entry], &'a [Guid]),
    /// A startup key or key package, by its protector.
    Protector(Guid),
    /// A copy of the whole vault.
    WholeVault,
}

impl Holding<'_> {
    fn holds(&self, handle: Handle) -> bool {
        match self {
            Self::Records(entries) | Self::Both(entries, _) => entries.iter().any(|entry| entry.handle == handle),
            Self::Protector(_) => false,
            Self::WholeVault => true,
        }
    }

    /// Whether it opens the volume by itself. `kept`: the startup keys of the vault that are the volume's.
    fn opens(&self, volume: &Volume, kept: &[Guid]) -> bool {
        let mut protectors = volume.all_copies().flat_map(|copy| &copy.protectors);
        match self {
            Self::Protector(guid) => protectors.any(|protector| protector.guid == *guid),
            Self::Both(_, guids) => protectors.any(|protector| guids.contains(&protector.guid)),
            Self::WholeVault => !kept.is_empty(),
            Self::Records(_) => false,
        }
    }

    /// Whether one of the records may be any drive's: its Key ID is not known, and it opened none yet.
    fn has_nameless(&self) -> bool {
        let is_nameless = |entry: &Entry| {
            entry.details.key_id == KeyId::Unknown
                && !entry.details.proof.as_ref().is_some_and(|proof| proof.level.is_proof())
        };
        matches!(self, Self::Records(entries) | Self::Both(entries, _) if entries.iter().any(is_nameless))
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
pub(super) fn check(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    destination: &Path,
    holding: &Holding<'_>,
) -> Result<(), Failure> {
    let judged = judge(world, vault, destination, holding)?;
    let Some(objection) = judged.objection else {
        if judged.unsure {
            writeln!(
                world.err,
                "Warning: it cannot be known here whether {} lies on a drive that these keys unlock. If it does, write them elsewhere, too.",
                printable(destination)
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

/// The same for standard output, where that goes into a file.
pub(super) fn check_output(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    holding: &Holding<'_>,
) -> Result<(), Failure> {
    match world.surroundings.out_file.clone() {
        OutFile::None => Ok(()),
        OutFile::At(path) => check(world, vault, &path, holding),
        OutFile::Somewhere => {
            writeln!(
                world.err,
                "Warning: it cannot be known here on which drive the output ends up. If these keys unlock it, write them elsewhere, too."
            )?;
            Ok(())
        }
    }
}

/// Warns when the vault itself lies on a drive whose only key it holds.
pub(super) fn warn_of_vaults_place(world: &mut World<'_>, vault: &mut Vault<Unlocked>) -> Result<(), Failure> {
    let Some(path) = vault.path().map(Path::to_owned) else { return Ok(()) };
    let judged = judge(world, vault, &path, &Holding::Records(&[]))?;
    if let Some(Objection::OnlyHere { drive, handles }) = judged.objection {
        writeln!(
            world.err,
            "Warning: this vault lies on {drive}, and the only key of that drive ({}) is in this vault. Keep a copy of the vault, or of that key, elsewhere.",
            key_names(&handles)
        )?;
    }
    Ok(())
}

fn words(destination: &Path, objection: Objection) -> (String, Vec<Handle>) {
    let place = printable(destination);
    match objection {
        Objection::Own { drive, handles } => {
            let what = if handles.is_empty() { "it".to_owned() } else { names(&handles) };
            (format!("{place} lies on {drive}, the very drive that {what} unlocks"), handles)
        }
        Objection::OnlyHere { drive, handles } => (
            format!(
                "{place} lies on {drive}, an encrypted drive whose only key ({}) is in this vault",
                key_names(&handles)
            ),
            handles,
        ),
    }
}

fn key_names(handles: &[Handle]) -> String {
    if handles.is_empty() { "a startup key file".to_owned() } else { names(handles) }
}

fn names(handles: &[Handle]) -> String {
    handles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn judge(
    world: &World<'_>,
    vault: &mut Vault<Unlocked>,
    path: &Path,
    holding: &Holding<'_>,
) -> Result<Judged, Failure> {
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
                        None => of_volume(vault, &placed, holding, &mut judged.unsure)?,
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
fn of_volume(
    vault: &mut Vault<Unlocked>,
    placed: &Placed<'_>,
    holding: &Holding<'_>,
    unsure: &mut bool,
) -> Result<Option<Objection>, Failure> {
    let volume = placed.volume;
    let fits = Fits::of(vault, volume)?;
    *unsure |= !fits.faults.is_empty();
    let mut held: Vec<(Guid, Handle)> = fits.entries.iter().map(|(guid, entry)| (*guid, entry.handle)).collect();
    held.sort_by_key(|(_, handle)| *handle);
    let all: Vec<Handle> = distinct(held.iter().map(|(_, handle)| *handle));
    // Under another Key ID, too.
    let opened = |entry: &Entry| {
        entry.details.proof.as_ref().is_some_and(|proof| proof.level.is_proof() && placed.is(proof.volume))
    };
    let entries = vault.list(&Filter::default())?.entries;
    let proved = entries.iter().filter(|entry| opened(entry)).map(|entry| entry.handle);
    let own = distinct(all.iter().copied().chain(proved).filter(|handle| holding.holds(*handle)));
    let kept = kept_startup_keys(vault, volume)?;
    let drive = drive_words(&placed.place, volume);
    if !own.is_empty() || holding.opens(volume, &kept) {
        return Ok(Some(Objection::Own { drive, handles: own }));
    }
    *unsure |= holding.has_nameless() && !volume.recovery_key_ids().is_empty();
    let all_here = volume.recovery_key_ids().iter().all(|id| held.iter().any(|(guid, _)| guid == id));
    let only_here = !(all.is_empty() && kept.is_empty()) && all_here && !opens_otherwise(volume, &kept);
    Ok(only_here.then_some(Objection::OnlyHere { drive, handles: all }))
}

/// A volume that may not be read, by the name that the system has noted and that a proof has kept.
fn of_noted(
    vault: &mut Vault<Unlocked>,
    layer: &Layer,
    holding: &Holding<'_>,
    unsure: &mut bool,
) -> Result<Option<Objection>, Failure> {
    *unsure = true;
    let Some(volume) = layer.volume else { return Ok(None) };
    let entries = vault.list(&Filter::default())?.entries;
    let proved = entries.iter().filter(|entry| {
        entry.details.proof.as_ref().is_some_and(|proof| proof.level.is_proof() && proof.volume == volume)
    });
    let own: Vec<Handle> = proved.map(|entry| entry.handle).filter(|handle| holding.holds(*handle)).collect();
    let drive = printable(&layer.path);
    Ok((!own.is_empty()).then_some(Objection::Own { drive, handles: own }))
}

/// The startup keys of a volume whose files are in the vault.
fn kept_startup_keys(vault: &mut Vault<Unlocked>, volume: &Volume) -> Result<Vec<Guid>, Failure> {
    let there =
        |one: &Attached| one.info.attachment == AttachmentKind::ExternalKey && one.info.removed_date_time.is_none();
    let startup =
        volume.all_copies().flat_map(|copy| copy.of_kind(ProtectorKind::StartupKey)).map(|protector| protector.guid);
    let startup: Vec<Guid> = startup.collect();
    if startup.is_empty() {
        return Ok(startup);
    }
    let kept = vault.attachments()?.into_iter().filter(there).map(|one| one.info.guid);
    Ok(kept.filter(|guid| startup.contains(guid)).collect())
}

/// Whether a person may hold something else that opens it: a password, a key file that is not in the vault, a card; or
/// nothing is needed. Its computer alone is no such thing: where that fails, the recovery key is asked for.
fn opens_otherwise(volume: &Volume, kept: &[Guid]) -> bool {
    use ProtectorKind::{ClearKey, Password, PublicKey, StartupKey, Unknown};
    volume.all_copies().flat_map(|copy| &copy.protectors).any(|protector| match protector.kind {
        StartupKey => !kept.contains(&protector.guid),
        kind => matches!(kind, ClearKey | Password | PublicKey | Unknown),
    })
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
