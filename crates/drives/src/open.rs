//! One drive or image, opened for reading only: there is no call here that could write.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::Aligned;
use super::name::is_windows_device;
use drivekey_files::vault_file::is_open_here;

/// A drive or image that can only be read.
#[derive(Debug)]
pub struct Drive {
    reader: Aligned<File>,
    size: u64,
}

/// Why a drive cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// There is no such drive or file.
    #[error("not found")]
    NotFound,
    /// This user may not read it.
    #[error("permission denied")]
    PermissionDenied,
    /// A folder, a pipe or another thing that is neither drive nor file.
    #[error("neither a drive nor a file")]
    NotADrive,
    /// A card reader or drive with nothing in it.
    #[error("no medium")]
    NoMedium,
    /// Another program has it for itself.
    #[error("in use")]
    Busy,
    /// Windows gives nothing of a locked volume; its disk does.
    #[error("locked")]
    Locked,
    /// Anything else.
    #[error("cannot be read: {0}")]
    Io(io::ErrorKind),
}

/// `ERROR_NOT_READY` and `ERROR_NO_MEDIA_IN_DRIVE`.
const NO_MEDIUM_WINDOWS: [i32; 2] = [21, 1112];
/// `ENOMEDIUM`.
const NO_MEDIUM_UNIX: [i32; 1] = [123];
/// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
const BUSY_WINDOWS: [i32; 2] = [32, 33];
/// `FVE_E_LOCKED_VOLUME`, 0x80310000.
const FVE_LOCKED_WINDOWS: i32 = -0x7FCF_0000;

impl From<io::Error> for DriveError {
    fn from(error: io::Error) -> Self {
        let code = error.raw_os_error().unwrap_or_default();
        // No error kind of the standard library stands for these.
        let [no_medium, busy]: [&[i32]; 2] =
            if cfg!(windows) { [&NO_MEDIUM_WINDOWS, &BUSY_WINDOWS] } else { [&NO_MEDIUM_UNIX, &[]] };
        match error.kind() {
            _ if no_medium.contains(&code) => Self::NoMedium,
            _ if busy.contains(&code) => Self::Busy,
            _ if cfg!(windows) && code == FVE_LOCKED_WINDOWS => Self::Locked,
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            io::ErrorKind::ResourceBusy => Self::Busy,
            io::ErrorKind::IsADirectory => Self::NotADrive,
            kind => Self::Io(kind),
        }
    }
}

impl Drive {
    /// Opens a drive, or an image file.
    ///
    /// # Errors
    /// [`DriveError`], each hindrance by itself.
    pub fn open(path: &Path) -> Result<Self, DriveError> {
        // Looked at before it is opened: opening a pipe would wait for a writer.
        let kind = if is_windows_device(path) { Kind::Raw } else { kind(path)? };
        if path.metadata().is_ok_and(|data| is_open_here(&data)) {
            // The vault itself, named for an image: closing a second handle of it would drop its locks.
            return Err(io::Error::from(io::ErrorKind::ResourceBusy).into());
        }
        let file = File::open(path)?;
        let mut reader = Aligned::new(file);
        let size = match (kind, reader.length(kind == Kind::Sized)) {
            // It was opened, so it is there; a drive that cannot give its first sector has nothing in it.
            (Kind::Raw, Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(DriveError::NoMedium);
            }
            (_, length) => length?,
        };
        if size == 0 && !path.metadata().is_ok_and(|data| data.is_file()) {
            return Err(DriveError::NoMedium);
        }
        Ok(Self { reader, size })
    }

    /// Its size in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }
}

/// How its size is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The system tells where it ends.
    Sized,
    /// The end must be felt for.
    Raw,
}

#[cfg(unix)]
fn kind(path: &Path) -> Result<Kind, DriveError> {
    use std::os::unix::fs::FileTypeExt;
    let kind = path.metadata()?.file_type();
    // On macOS the end of a drive cannot be sought, and its raw side is a character device.
    match (kind.is_file(), kind.is_block_device(), kind.is_char_device()) {
        (true, ..) => Ok(Kind::Sized),
        (_, true, _) if !cfg!(target_os = "macos") => Ok(Kind::Sized),
        (_, true, _) => Ok(Kind::Raw),
        (.., true) if cfg!(target_os = "macos") => Ok(Kind::Raw),
        _ => Err(DriveError::NotADrive),
    }
}

#[cfg(not(unix))]
fn kind(path: &Path) -> Result<Kind, DriveError> {
    if path.metadata()?.is_file() { Ok(Kind::Sized) } else { Err(DriveError::NotADrive) }
}

impl Read for Drive {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.reader.place())).unwrap_or(usize::MAX);
        if left == 0 {
            return Ok(0);
        }
        let count = into.len().min(left);
        self.reader.read(&mut into[..count])
    }
}

impl Seek for Drive {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.reader.place().checked_add_signed(by),
        };
        let place = place.ok_or(io::ErrorKind::InvalidInput)?;
        self.reader.go_to(place);
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_reads_as_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image.img");
        let all: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        std::fs::write(&path, &all).unwrap();
        let mut drive = Drive::open(&path).unwrap();
        assert_eq!(drive.size(), 10_000);
        let mut read = Vec::new();
        drive.read_to_end(&mut read).unwrap();
        assert_eq!(read, all);
        assert_eq!(drive.seek(SeekFrom::End(-10)).unwrap(), 9990);
        assert_eq!(drive.read(&mut [0; 64]).unwrap(), 10);
        assert_eq!(drive.seek(SeekFrom::Start(1 << 60)).unwrap(), 1 << 60);
        assert_eq!(drive.read(&mut [0; 64]).unwrap(), 0);
        assert!(drive.seek(SeekFrom::Current(i64::MIN)).is_err());
    }

    #[test]
    fn each_hindrance_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Drive::open(folder.path()).err(), Some(DriveError::NotADrive));
        assert_eq!(Drive::open(&folder.path().join("none")).err(), Some(DriveError::NotFound));
        #[cfg(target_os = "linux")]
        assert_eq!(Drive::open(Path::new("/dev/zero")).err(), Some(DriveError::NotADrive));
        assert_eq!(DriveError::from(io::Error::from(io::ErrorKind::PermissionDenied)), DriveError::PermissionDenied);
    }
}
