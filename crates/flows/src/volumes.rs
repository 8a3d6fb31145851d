//! From what a person calls a drive to the BitLocker volumes on it, each with the place where it lies.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use drivekey_drives::{Drive, DriveError, drive_path};
use drivekey_fve::{Found, FveError, Source, Volume, Warning};
use drivekey_record::{Guid, ItemNumber, LineText};

/// What a person named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetName {
    /// A drive, or an image of one.
    Drive(PathBuf),
    /// A drive header that the vault holds.
    Header(ItemNumber),
}

/// A drive, image or saved header, and the BitLocker volumes on it.
#[derive(Debug)]
pub struct Target {
    /// What was opened.
    pub name: TargetName,
    /// At least one.
    pub found: Vec<Found>,
}

/// Which part of a target is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// A partition, by its number.
    Partition(u32),
    /// What begins at this byte, where no table names a partition.
    Lost {
        /// The first byte.
        start: u64,
    },
}

/// Where a volume lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What was opened.
    pub target: TargetName,
    /// The part of it.
    pub part: Part,
    /// Whether only remains of a volume lie there.
    pub is_remains: bool,
}

/// A volume and where it lies.
#[derive(Debug)]
pub struct Placed<'a> {
    /// Where.
    pub place: Place,
    /// The volume.
    pub volume: &'a Volume,
    /// It is the drive itself, as it is now: no image, no saved header.
    pub live: bool,
    /// What else is on the same disk and could not be read: a key may be that one's.
    pub unread: Option<TargetFailure>,
}

/// What a drive is called among drives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriveName {
    /// Where it lies.
    pub place: Place,
    /// The computer that it names.
    pub computer: Option<LineText>,
    /// Its label.
    pub label: Option<LineText>,
    /// Its letter.
    pub letter: Option<char>,
}

/// Why a drive gave no volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It could not be read.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// It was read, and holds none.
    #[error(transparent)]
    Fve(#[from] FveError),
    /// Remains were looked for, too, and none were found.
    #[error("nothing is left of a BitLocker volume")]
    NoRemains,
}

/// The same, and where it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct TargetFailure {
    /// What could not be read.
    pub place: Place,
    /// Why.
    pub error: TargetError,
}

impl TargetError {
    /// It was read, and is plainly something else.
    #[must_use]
    pub const fn is_other_kind(self) -> bool {
        matches!(self, Self::Fve(FveError::NotBitLocker | FveError::Container(_)))
    }
}

impl Place {
    /// All of a drive or image.
    #[must_use]
    pub fn whole(path: &Path) -> Self {
        Self { target: TargetName::Drive(path.to_owned()), part: Part::Whole, is_remains: false }
    }
}

impl DriveName {
    /// A drive of which only the place is known.
    #[must_use]
    pub const fn unnamed(place: Place) -> Self {
        Self { place, computer: None, label: None, letter: None }
    }
}

impl<'a> Placed<'a> {
    /// A volume by itself.
    #[must_use]
    pub const fn alone(place: Place, volume: &'a Volume) -> Self {
        Self { place, volume, live: false, unread: None }
    }

    /// Whether this is the GUID of the volume, as any of its copies gives it.
    #[must_use]
    pub fn is(&self, guid: Guid) -> bool {
        self.volume.all_copies().any(|copy| copy.guid == guid)
    }

    /// What it is called.
    #[must_use]
    pub fn drive_name(&self) -> DriveName {
        let description = self.volume.description.as_ref();
        DriveName {
            place: self.place.clone(),
            computer: description.and_then(|description| description.computer.clone()),
            label: description.and_then(|description| description.label.clone()),
            letter: description.and_then(|description| description.drive_letter),
        }
    }
}

impl Target {
    /// Reads what a person named.
    ///
    /// # Errors
    /// [`TargetFailure`] where there is no volume that could be listed or named as damaged.
    pub fn read(drive: &OsStr) -> Result<Self, TargetFailure> {
        let path = drive_path(drive);
        named(&path)
            .map_err(|error| TargetFailure { place: Place::whole(&path), error })
            .map(|found| Self { name: TargetName::Drive(path), found })
    }

    /// Reads what a person named, and what is left there of volumes that were overwritten.
    ///
    /// # Errors
    /// As [`Target::read`]; [`TargetError::NoRemains`] where there is neither a volume nor the remains of one.
    pub fn with_remains(drive: &OsStr) -> Result<Self, TargetFailure> {
        let path = drive_path(drive);
        let found = match (named(&path), read(&path, drivekey_fve::scan_remains)) {
            (whole, Ok(left)) => Ok(joined(whole.unwrap_or_default(), left)),
            (Ok(found), Err(_)) => Ok(found),
            (Err(TargetError::Fve(FveError::NotBitLocker)), Err(_)) => Err(TargetError::NoRemains),
            (Err(error), Err(_)) => Err(error),
        };
        found
            .map_err(|error| TargetFailure { place: Place::whole(&path), error })
            .map(|found| Self { name: TargetName::Drive(path), found })
    }

    /// The volumes that can be listed.
    ///
    /// # Errors
    /// [`TargetFailure`] when all are too damaged for that.
    pub fn volumes(&self) -> Result<Vec<Placed<'_>>, TargetFailure> {
        let is_live = self.is_live();
        let unread = self.found.iter().find_map(|found| {
            let error = found.volume.as_ref().err()?;
            Some(TargetFailure { place: self.place(found), error: TargetError::Fve(*error) })
        });
        let sound = self.found.iter().filter_map(|found| {
            let volume = found.volume.as_ref().ok()?;
            // Of what is damaged or left over, nobody knows how old it is.
            let live = is_live && volume.warnings.is_empty();
            Some(Placed { place: self.place(found), volume, live, unread: unread.clone() })
        });
        let sound: Vec<Placed<'_>> = sound.collect();
        match unread {
            Some(TargetFailure { error, .. }) if sound.is_empty() => {
                let place = Place { target: self.name.clone(), part: Part::Whole, is_remains: false };
                Err(TargetFailure { place, error })
            }
            _ => Ok(sound),
        }
    }

    /// Where something lies that was found on it.
    #[must_use]
    pub fn place(&self, found: &Found) -> Place {
        let left = [Warning::BootSectorLost, Warning::WrongPlaces];
        let is_left = |volume: &Volume| volume.warnings.iter().any(|warning| left.contains(warning));
        Place {
            target: self.name.clone(),
            part: match &found.partition {
                Some(partition) => Part::Partition(partition.number),
                None if found.is_named() => Part::Whole,
                None => Part::Lost { start: found.start },
            },
            is_remains: found.volume.as_ref().is_ok_and(is_left),
        }
    }

    fn is_live(&self) -> bool {
        let TargetName::Drive(path) = &self.name else { return false };
        // A device on Windows has no metadata to ask for.
        path.metadata().map_or_else(
            |_| cfg!(windows) && path.to_str().is_some_and(|text| text.starts_with(r"\\.\")),
            |data| !data.is_file(),
        )
    }
}

/// The BitLocker volumes at a path that nobody named.
pub(crate) fn found(path: &Path) -> Result<Vec<Found>, TargetError> {
    read(path, |source| drivekey_fve::scan(source).map(|scan| scan.found))
}

/// The same, where a person named it: who does knows that something must be there, and waits a little longer.
fn named(path: &Path) -> Result<Vec<Found>, TargetError> {
    let damaged = |found: &Found| matches!(found.volume, Err(FveError::NoMetadata { .. }));
    // The places that a first sector names may be wrong: what else is left at the start of its volume is that volume's.
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
    let drive = Drive::open(path)?;
    let size = drive.size();
    Ok(look(&mut Source::with_size(drive, Some(size)))?)
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
