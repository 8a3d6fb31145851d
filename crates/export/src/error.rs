//! Why a file could not be exported to where it should go, as data: what the system said, sorted by what a person can
//! do.

use std::io;
use std::path::Path;

use super::NameProblem;

/// A file was not exported. Nothing of it is left behind, as far as the medium still answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The name cannot be used on sticks or under Windows.
    #[error(transparent)]
    Name(#[from] NameProblem),
    /// The folder does not exist.
    #[error("no such folder")]
    NoFolder,
    /// What should be the folder is none.
    #[error("not a folder")]
    NotAFolder,
    /// Something else stands under this name, perhaps in other letter case; it was not touched.
    #[error("exists with other content")]
    Exists,
    /// The medium or folder cannot be written.
    #[error("read-only")]
    ReadOnly,
    /// No room left.
    #[error("full")]
    Full,
    /// There is room, but not for another name in this folder: FAT's root folder holds few.
    #[error("too many names in this folder")]
    TooManyNames,
    /// Larger than a file may be there.
    #[error("too large for this file system")]
    TooLarge,
    /// The medium does not answer any more: pulled out, or broken.
    #[error("the medium is gone")]
    Gone,
    /// What was read back is not what was written.
    #[error("read back otherwise than written")]
    Differs,
    /// Anything else.
    #[error("{0}")]
    Io(io::ErrorKind),
}

impl WriteError {
    /// What the system's error means for a file that is made or written in this folder.
    pub(super) fn of(error: &io::Error, folder: &Path) -> Self {
        use io::ErrorKind::{
            FileTooLarge, NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        };
        // The folder was there when the export began.
        if is_gone(error) || folder.symlink_metadata().is_err() {
            return Self::Gone;
        }
        match error.kind() {
            ReadOnlyFilesystem | PermissionDenied => Self::ReadOnly,
            StorageFull | QuotaExceeded => Self::Full,
            FileTooLarge => Self::TooLarge,
            NotADirectory => Self::NotAFolder,
            _ if is_write_protected(error) => Self::ReadOnly,
            kind => Self::Io(kind),
        }
    }

    /// What it means when not even an empty file can be made.
    pub(super) fn of_making(error: &io::Error, folder: &Path) -> Self {
        match Self::of(error, folder) {
            Self::Full if has_room(folder) => Self::TooManyNames,
            Self::Io(_) if is_full_folder(error) => Self::TooManyNames,
            other => other,
        }
    }

    /// Whether every further file would meet the same.
    #[must_use]
    pub const fn stops_all(&self) -> bool {
        !matches!(self, Self::Name(_) | Self::Exists | Self::TooLarge | Self::Differs)
    }
}

/// The codes of a medium that is not there any more.
#[cfg(unix)]
fn is_gone(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let gone = [Errno::IO, Errno::NODEV, Errno::NXIO, Errno::NOTCONN, Errno::STALE, Errno::SHUTDOWN];
    error.raw_os_error().is_some_and(|code| gone.iter().any(|errno| errno.raw_os_error() == code))
}

/// `ERROR_NOT_READY`, `ERROR_WRONG_DISK`, `ERROR_DEV_NOT_EXIST`, `ERROR_NO_SUCH_DEVICE`, `ERROR_FILE_INVALID`,
/// `ERROR_MEDIA_CHANGED`, `ERROR_NO_MEDIA_IN_DRIVE`, `ERROR_IO_DEVICE`, `ERROR_DEVICE_NOT_CONNECTED`,
/// `ERROR_DEVICE_REMOVED`.
#[cfg(windows)]
fn is_gone(error: &io::Error) -> bool {
    const GONE: [i32; 10] = [21, 34, 55, 433, 1006, 1110, 1112, 1117, 1167, 1617];
    error.raw_os_error().is_some_and(|code| GONE.contains(&code))
}

#[cfg(not(any(unix, windows)))]
fn is_gone(_: &io::Error) -> bool {
    false
}

/// `ERROR_WRITE_PROTECT`; Unix has a kind for it.
fn is_write_protected(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(19)
}

/// `ERROR_CANNOT_MAKE`: FAT's root folder is full.
fn is_full_folder(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(82)
}

/// Whether the file system has room for a few small files.
#[cfg(unix)]
fn has_room(folder: &Path) -> bool {
    const BLOCKS: u64 = 8;
    rustix::fs::statvfs(folder).is_ok_and(|system| system.f_bavail >= BLOCKS)
}

/// Windows has a code of its own for it.
#[cfg(not(unix))]
fn has_room(_: &Path) -> bool {
    false
}
