//! Opens one drive or image, for reading only: no call here could write.

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
    /// It is neither a drive nor a file, but a folder, a pipe or the like.
    #[error("neither a drive nor a file")]
    NotADrive,
    /// The card reader or drive is empty.
    #[error("no medium")]
    NoMedium,
    /// Another program uses it exclusively.
    #[error("in use")]
    Busy,
    /// The volume is locked, and Windows does not let it be read. Its disk can be.
    #[error("locked")]
    Locked,
    /// Any other failure.
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
        // The standard library has no error kinds for these.
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
    /// [`DriveError`].
    pub fn open(path: &Path) -> Result<Self, DriveError> {
        // Checked before opening, because opening a pipe would wait for a writer.
        let sizing = if is_windows_device(path) { Sizing::Probe } else { find_sizing(path)? };
        if path.metadata().is_ok_and(|data| is_open_here(&data)) {
            // This is the open vault. Closing a second handle of it would drop its locks.
            return Err(io::Error::from(io::ErrorKind::ResourceBusy).into());
        }
        let file = File::open(path)?;
        let mut reader = Aligned::new(file);
        let size = match (sizing, reader.length(sizing == Sizing::Seek)) {
            // A drive that opens but has no first sector is empty.
            (Sizing::Probe, Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
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

/// How the size of a drive is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sizing {
    /// By seeking to the end.
    Seek,
    /// By reading, because the system does not tell the end.
    Probe,
}

#[cfg(unix)]
fn find_sizing(path: &Path) -> Result<Sizing, DriveError> {
    use std::os::unix::fs::FileTypeExt;
    let kind = path.metadata()?.file_type();
    // On macOS seeking does not find the end of a drive, and its raw side is a character device.
    match (kind.is_file(), kind.is_block_device(), kind.is_char_device()) {
        (true, ..) => Ok(Sizing::Seek),
        (_, true, _) if !cfg!(target_os = "macos") => Ok(Sizing::Seek),
        (_, true, _) => Ok(Sizing::Probe),
        (.., true) if cfg!(target_os = "macos") => Ok(Sizing::Probe),
        _ => Err(DriveError::NotADrive),
    }
}

#[cfg(not(unix))]
fn find_sizing(path: &Path) -> Result<Sizing, DriveError> {
    if path.metadata()?.is_file() { Ok(Sizing::Seek) } else { Err(DriveError::NotADrive) }
}

impl Read for Drive {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.reader.position())).unwrap_or(usize::MAX);
        if left == 0 {
            return Ok(0);
        }
        let count = into.len().min(left);
        self.reader.read(&mut into[..count])
    }
}

impl Seek for Drive {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let offset = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.reader.position().checked_add_signed(by),
        };
        let offset = offset.ok_or(io::ErrorKind::InvalidInput)?;
        self.reader.set_position(offset);
        Ok(offset)
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
    fn each_failure_has_its_own_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Drive::open(folder.path()).err(), Some(DriveError::NotADrive));
        assert_eq!(Drive::open(&folder.path().join("none")).err(), Some(DriveError::NotFound));
        #[cfg(target_os = "linux")]
        assert_eq!(Drive::open(Path::new("/dev/zero")).err(), Some(DriveError::NotADrive));
        assert_eq!(DriveError::from(io::Error::from(io::ErrorKind::PermissionDenied)), DriveError::PermissionDenied);
    }
}
