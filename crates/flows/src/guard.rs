//! Guard: keeps keys from being locked in with themselves. Nothing is written onto the drive that it unlocks, nor onto
//! one whose only key is in this vault.

use std::path::Path;

use crate::fits::Fits;
use crate::volumes::{self, DriveName, Place, Placed, Target, TargetName};
use drivekey_drives::{Below, Layer, Roots, below};
use drivekey_fve::{ProtectorKind, Volume};
use drivekey_record::{AttachmentKind, Guid, Handle, KeyId};
use drivekey_vault::{Attached, Entry, Filter, Unlocked, Vault, VaultError};

/// What is about to be written.
#[derive(Debug, Clone, Copy)]
pub enum Holding<'a> {
    /// These records, in whatever form.
    Records(&'a [Entry]),
    /// These records, and startup keys and key packages beside them, by their protectors.
    Both(&'a [Entry], &'a [Guid]),
    /// A startup key or key package, by its protector.
    Protector(Guid),
    /// A copy of the whole vault.
    WholeVault,
}

/// Why a place is a bad one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// What is written unlocks the drive it is written to.
    Own {
        /// The drive.
        drive: DriveName,
        /// The records that unlock it; none where a startup key does.
        handles: Vec<Handle>,
    },
    /// The drive can be opened by keys of this vault alone.
    OnlyHere {
        /// The drive.
        drive: DriveName,
        /// Its keys; none where it is a startup key.
        handles: Vec<Handle>,
    },
}

/// What lies under a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// Why nothing should be written there.
    pub objection: Option<Objection>,
    /// Whether something under it could not be looked at that may be an encrypted drive.
    pub is_unsure: bool,
}

impl Objection {
    /// The records it speaks of: an override is noted with them.
    #[must_use]
    pub fn handles(&self) -> &[Handle] {
        match self {
            Self::Own { handles, .. } | Self::OnlyHere { handles, .. } => handles,
        }
    }
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

/// Looks at what lies under a destination, before anything is written and before the place is touched. A person may
/// override an objection: [`Vault::note_guard_override`] remembers it with its records.
///
/// # Errors
/// [`VaultError`] where a record that may be the drive's is not what was written.
pub fn judge(
    vault: &mut Vault<Unlocked>,
    roots: &Roots,
    destination: &Path,
    holding: &Holding<'_>,
) -> Result<Judged, VaultError> {
    let Below { layers, all_seen } = below(roots, destination);
    let mut judged = Judged { objection: None, is_unsure: !all_seen };
    for layer in &layers {
        let objection = match volumes::found(&layer.path) {
            Ok(found) => {
                let target = Target { name: TargetName::Drive(layer.path.clone()), found };
                of_target(vault, &target, holding, &mut judged.is_unsure)?
            }
            Err(_) if layer.noted_encrypted => of_noted(vault, layer, holding, &mut judged.is_unsure)?,
            Err(error) => {
                judged.is_unsure |= !layer.noted_plain && !error.is_other_kind();
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

/// The drive that the vault itself lies on, where its only keys are in this vault.
///
/// # Errors
/// As [`judge`].
pub fn judge_vaults_place(vault: &mut Vault<Unlocked>, roots: &Roots) -> Result<Option<Objection>, VaultError> {
    // A vault that is no file lies on no drive of this machine.
    let Some(path) = vault.path().map(Path::to_owned) else { return Ok(None) };
    let judged = judge(vault, roots, &path, &Holding::Records(&[]))?;
    Ok(judged.objection.filter(|objection| matches!(objection, Objection::OnlyHere { .. })))
}

fn of_target(
    vault: &mut Vault<Unlocked>,
    target: &Target,
    holding: &Holding<'_>,
    is_unsure: &mut bool,
) -> Result<Option<Objection>, VaultError> {
    let mut first = None;
    for one in &target.found {
        match &one.volume {
            Err(_) => *is_unsure = true,
            Ok(volume) if first.is_none() => {
                first = of_volume(vault, &Placed::alone(target.place(one), volume), holding, is_unsure)?;
            }
            Ok(_) => {}
        }
    }
    Ok(first)
}

/// By the drive's own list of keys.
fn of_volume(
    vault: &mut Vault<Unlocked>,
    placed: &Placed<'_>,
    holding: &Holding<'_>,
    is_unsure: &mut bool,
) -> Result<Option<Objection>, VaultError> {
    let volume = placed.volume;
    let fits = Fits::of(vault, volume)?;
    *is_unsure |= !fits.faults.is_empty();
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
    let drive = placed.drive_name();
    if !own.is_empty() || holding.opens(volume, &kept) {
        return Ok(Some(Objection::Own { drive, handles: own }));
    }
    *is_unsure |= holding.has_nameless() && !volume.recovery_key_ids().is_empty();
    let all_here = volume.recovery_key_ids().iter().all(|id| held.iter().any(|(guid, _)| guid == id));
    let only_here = !(all.is_empty() && kept.is_empty()) && all_here && !opens_otherwise(volume, &kept);
    Ok(only_here.then_some(Objection::OnlyHere { drive, handles: all }))
}

/// A volume that may not be read, by the name that the system has noted and that a proof has kept.
fn of_noted(
    vault: &mut Vault<Unlocked>,
    layer: &Layer,
    holding: &Holding<'_>,
    is_unsure: &mut bool,
) -> Result<Option<Objection>, VaultError> {
    *is_unsure = true;
    let Some(volume) = layer.volume else { return Ok(None) };
    let entries = vault.list(&Filter::default())?.entries;
    let proved = entries.iter().filter(|entry| {
        entry.details.proof.as_ref().is_some_and(|proof| proof.level.is_proof() && proof.volume == volume)
    });
    let own: Vec<Handle> = proved.map(|entry| entry.handle).filter(|handle| holding.holds(*handle)).collect();
    let drive = DriveName::unnamed(Place::whole(&layer.path));
    Ok((!own.is_empty()).then_some(Objection::Own { drive, handles: own }))
}

/// The startup keys of a volume whose files are in the vault.
fn kept_startup_keys(vault: &mut Vault<Unlocked>, volume: &Volume) -> Result<Vec<Guid>, VaultError> {
    let there =
        |one: &Attached| one.info.attachment == AttachmentKind::ExternalKey && one.info.removed_date_time.is_none();
    let startup =
        volume.all_copies().flat_map(|copy| copy.of_kind(ProtectorKind::StartupKey)).map(|protector| protector.guid);
    let startup: Vec<Guid> = startup.collect();
    if startup.is_empty() {
        return Ok(startup);
    }
    let kept = vault.attachments()?.sound()?.into_iter().filter(there).map(|one| one.info.guid);
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

fn distinct(handles: impl Iterator<Item = Handle>) -> Vec<Handle> {
    let mut list: Vec<Handle> = handles.collect();
    list.sort_unstable();
    list.dedup();
    list
}
