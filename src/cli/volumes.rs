//! From what a person calls a drive to the BitLocker volumes on it, and to the records of the vault that fit one.
//! Must not know what is done with them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::args::RemainsArgs;
use super::drive_failure::{TargetError, target_failure};
use super::exit::Exit;
use super::failure::Failure;
use super::outlet::printable;
use drivekey_drives::{Drive, drive_path};
use drivekey_fve::{self, Found, FveError, Source, Volume, Warning};
use drivekey_record::{Created, Details, Guid, KeyId, LineText, Proof, VolumeType};
use drivekey_vault::{Entry, Fault, Filter, Unlocked, Vault, VaultError};

/// A drive or image, and the BitLocker volumes on it.
pub(super) struct Target {
    /// What was opened.
    pub(super) path: PathBuf,
    /// At least one.
    pub(super) found: Vec<Found>,
}

/// A volume with a name for messages.
pub(super) struct Placed<'a> {
    pub(super) place: String,
    pub(super) volume: &'a Volume,
    /// It is the drive itself, as it is now: no image, no saved header.
    pub(super) live: bool,
    /// What else is on the same disk and could not be read, in words: a key may be that one's.
    pub(super) unread: Option<String>,
}

impl<'a> Placed<'a> {
    /// A volume by itself.
    pub(super) const fn alone(place: String, volume: &'a Volume) -> Self {
        Self { place, volume, live: false, unread: None }
    }

    /// Whether this is the GUID of the volume, as any of its copies gives it.
    pub(super) fn is(&self, guid: Guid) -> bool {
        self.volume.all_copies().any(|copy| copy.guid == guid)
    }
}

impl Target {
    /// Reads what a person named; on demand, what is left there of volumes that were overwritten, too.
    pub(super) fn of(drive: &OsStr, remains: &RemainsArgs) -> Result<Self, Failure> {
        if !remains.remains {
            return Self::read(drive);
        }
        let path = drive_path(drive);
        match (named(&path), read(&path, drivekey_fve::scan_remains)) {
            (whole, Ok(left)) => Ok(Self { path, found: joined(whole.unwrap_or_default(), left) }),
            (Ok(found), Err(_)) => Ok(Self { path, found }),
            (Err(TargetError::Fve(FveError::NotBitLocker)), Err(_)) => Err(Failure::new(
                Exit::Failed,
                format!(
                    "nothing of a BitLocker volume was found in the first 64 MiB of {} and of its partitions",
                    path.display()
                ),
                "it may have been another drive, or too much was written over it",
            )),
            (Err(error), Err(_)) => Err(target_failure(&path, error)),
        }
    }

    /// Reads what a person named.
    pub(super) fn read(drive: &OsStr) -> Result<Self, Failure> {
        let path = drive_path(drive);
        named(&path).map(|found| Self { path: path.clone(), found }).map_err(|error| target_failure(&path, error))
    }

    /// The volumes that can be listed; a failure when all are too damaged for that.
    pub(super) fn volumes(&self) -> Result<Vec<Placed<'_>>, Failure> {
        let live = is_live(&self.path);
        let words = |found: &Found| {
            let error = found.volume.as_ref().err()?;
            Some(target_failure(Path::new(&place(&self.path, found)), TargetError::Fve(*error)).sentence)
        };
        let unread = self.found.iter().find_map(words);
        let sound = self.found.iter().filter_map(|found| {
            let volume = found.volume.as_ref().ok()?;
            // Of what is damaged or left over, nobody knows how old it is.
            let live = live && volume.warnings.is_empty();
            Some(Placed { place: place(&self.path, found), volume, live, unread: unread.clone() })
        });
        let sound: Vec<Placed<'_>> = sound.collect();
        let error = self.found.iter().find_map(|found| found.volume.as_ref().err());
        match error {
            Some(error) if sound.is_empty() => Err(target_failure(&self.path, TargetError::Fve(*error))),
            _ => Ok(sound),
        }
    }
}

/// The BitLocker volumes at a path.
pub(super) fn found(path: &Path) -> Result<Vec<Found>, TargetError> {
    read(path, |source| drivekey_fve::scan(source).map(|scan| scan.found))
}

/// The same, where a person named it: who does knows that something must be there, and waits a little longer.
fn named(path: &Path) -> Result<Vec<Found>, TargetError> {
    let damaged = |found: &Found| matches!(found.volume, Err(FveError::NoMetadata { .. }));
    // The places that a first sector names are wrong, perhaps: what else is left at its volume's start is that
    // volume's.
    let left_at = |starts: &[u64]| -> Vec<Found> {
        let left = read(path, drivekey_fve::scan_remains).unwrap_or_default().into_iter();
        left.filter(|found| starts.contains(&found.start)).collect()
    };
    match found(path) {
        Err(TargetError::Fve(FveError::NotBitLocker)) => {
            read(path, |source| drivekey_fve::scan_without_table(source).map(|scan| scan.found))
        }
        Err(error @ TargetError::Fve(FveError::NoMetadata { .. })) => {
            let left = left_at(&[0]);
            if left.is_empty() { Err(error) } else { Ok(left) }
        }
        Ok(whole) if whole.iter().any(damaged) => {
            let starts: Vec<u64> = whole.iter().filter(|found| damaged(found)).map(|found| found.start).collect();
            Ok(joined(whole, left_at(&starts)))
        }
        found => found,
    }
}

fn read(
    path: &Path,
    look: impl FnOnce(&mut Source<Drive>) -> Result<Vec<Found>, FveError>,
) -> Result<Vec<Found>, TargetError> {
    let drive = Drive::open(path).map_err(TargetError::Drive)?;
    let size = drive.size();
    look(&mut Source::with_size(drive, Some(size))).map_err(TargetError::Fve)
}

/// What is whole, then what is left of others.
fn joined(mut whole: Vec<Found>, left: Vec<Found>) -> Vec<Found> {
    let same = |one: &Found, other: &Found| match (&one.volume, &other.volume) {
        (Ok(volume), Ok(known)) => one.start == other.start && volume.guid == known.guid,
        _ => false,
    };
    for found in left {
        if whole.iter().any(|one| same(one, &found)) {
            continue;
        }
        match whole.iter_mut().find(|one| one.start == found.start && one.volume.is_err()) {
            Some(one) => *one = found,
            None => whole.push(found),
        }
    }
    whole
}

fn is_live(path: &Path) -> bool {
    // A device on Windows has no metadata to ask for.
    path.metadata().map_or_else(
        |_| cfg!(windows) && path.to_str().is_some_and(|text| text.starts_with(r"\\.\")),
        |data| !data.is_file(),
    )
}

/// `/dev/sdb, partition 2`
pub(super) fn place(path: &Path, found: &Found) -> String {
    let place = match &found.partition {
        Some(partition) => format!("{}, partition {}", printable(path), partition.number),
        None if found.is_named() => printable(path),
        None => format!("{}, lost partition at byte {}", printable(path), found.start),
    };
    let left = [Warning::BootSectorLost, Warning::WrongPlaces];
    let is_left =
        found.volume.as_ref().is_ok_and(|volume| volume.warnings.iter().any(|warning| left.contains(warning)));
    if is_left { format!("{place} (remains)") } else { place }
}

/// Key IDs of a drive that are looked up and shown: a real one has a handful, and whoever wrote the metadata chose
/// their number.
pub(super) const KEY_IDS_MAX: usize = 32;

/// The records of a vault that a volume's recovery keys are in.
pub(super) struct Fits {
    /// Each with the Key ID on the drive that it fits.
    pub(super) entries: Vec<(Guid, Entry)>,
    /// Without any of those: keys that once opened it, under another Key ID or none.
    pub(super) proved: Vec<Entry>,
    /// Without any of the first: keys of the same computer.
    pub(super) nearest: Vec<Entry>,
    /// What is wrong with others that may fit, too.
    pub(super) faults: Vec<Fault>,
}

impl Fits {
    /// Looks them up.
    pub(super) fn of(vault: &mut Vault<Unlocked>, volume: &Volume) -> Result<Self, Failure> {
        let (mut entries, mut faults) = (Vec::<(Guid, Entry)>::new(), Vec::new());
        for guid in volume.recovery_key_ids().into_iter().take(KEY_IDS_MAX) {
            let on_drive = KeyId::Full(guid);
            let found = vault.resolve(&guid.compact())?;
            faults.extend(found.faults);
            faults.dedup();
            let fitting =
                found.entries.into_iter().filter(|entry| entry.details.is_recovery_password()).filter(|entry| {
                    entry.details.key_id != KeyId::Unknown && entry.details.key_id.may_equal(&on_drive)
                });
            for entry in fitting {
                if entries.iter().all(|(known_guid, known)| (*known_guid, known.handle) != (guid, entry.handle)) {
                    entries.push((guid, entry));
                }
            }
        }
        let mut fits = Self { entries, proved: Vec::new(), nearest: Vec::new(), faults };
        if fits.entries.is_empty() {
            let computer = volume
                .description
                .as_ref()
                .and_then(|description| description.computer.as_ref())
                .map(LineText::normalised);
            for entry in vault.list(&Filter::default())?.entries {
                let details = &entry.details;
                let opened =
                    |proof: &Proof| proof.level.is_proof() && volume.all_copies().any(|copy| copy.guid == proof.volume);
                if details.proof.as_ref().is_some_and(opened) {
                    fits.proved.push(entry);
                } else if computer.is_some() && details.device_name.as_ref().map(LineText::normalised) == computer {
                    fits.nearest.push(entry);
                }
            }
        }
        Ok(fits)
    }

    /// The same, for who changes something by it: nothing may be wrong with any that may fit.
    pub(super) fn sound(self) -> Result<Self, Failure> {
        if self.faults.is_empty() { Ok(self) } else { Err(VaultError::Faults(self.faults).into()) }
    }

    pub(super) fn for_key_id(&self, guid: Guid) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |(on_drive, _)| *on_drive == guid).map(|(_, entry)| entry)
    }
}

/// What a drive says of one of its recovery keys. Whoever can write to the drive can change it.
pub(super) fn details_of(volume: &Volume, guid: Guid) -> Details {
    let description = volume.description.as_ref();
    let modified =
        volume.protectors.iter().find(|protector| protector.guid == guid).and_then(|protector| protector.modified);
    let letter = description.and_then(|description| description.drive_letter);
    Details {
        key_id: KeyId::Full(guid),
        device_name: description.and_then(|description| description.computer.clone()),
        volume_type: volume_type(volume),
        mount_point: letter.and_then(|letter| format!("{letter}:").parse().ok()),
        volume_label: description.and_then(|description| description.label.clone()),
        created: modified
            .or(volume.created)
            .map(|time| Created::Zoned(chrono::SubsecRound::trunc_subsecs(time, 0).fixed_offset())),
        ..Details::default()
    }
}

/// Only a drive with Windows on it can be opened by its computer; To Go is for what can be pulled.
fn volume_type(volume: &Volume) -> VolumeType {
    /// Of a protector's code: the computer's TPM has a part in it, whatever else is needed.
    const BY_TPM: u16 = 0x0100;
    let by_computer = volume.protectors.iter().any(|protector| protector.code & BY_TPM != 0);
    match volume.kind {
        _ if by_computer => VolumeType::OperatingSystem,
        drivekey_fve::Kind::ToGo => VolumeType::RemovableData,
        drivekey_fve::Kind::Fixed | drivekey_fve::Kind::Vista => VolumeType::Unknown,
    }
}

/// What a drive is called among drives: its computer, and its label or letter.
pub(super) fn name(volume: &Volume) -> Option<String> {
    let description = volume.description.as_ref()?;
    let letter = description.drive_letter.map(|letter| format!("{letter}:"));
    let drive = description.label.as_ref().map(LineText::to_string).or(letter);
    match (&description.computer, drive) {
        (Some(computer), Some(drive)) => Some(format!("{computer} {drive}")),
        (Some(computer), None) => Some(computer.to_string()),
        (None, drive) => drive,
    }
}
