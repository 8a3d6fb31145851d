//! Why a file could not be written, by what a person can do about it.

use std::io;
use std::path::Path;

use super::NameProblem;

/// Why a file was not written. Nothing of it is left behind, as far as the medium still responds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The name cannot be used on sticks or under Windows.
    #[error(transparent)]
    Name(#[from] NameProblem),
    /// The folder does not exist.
    #[error("no such folder")]
    NoFolder,
    /// The path leads to something that is not a folder.
    #[error("not a folder")]
    NotAFolder,
    /// The name is taken, perhaps in another letter case, by a file with other content. It was not touched.
    #[error("exists with other content")]
    Exists,
    /// The medium or the folder is read-only.
    #[error("read-only")]
    ReadOnly,
    /// There is no room left.
    #[error("full")]
    Full,
    /// There is room, but not for another name in this folder. The root folder of FAT holds few.
    #[error("too many names in this folder")]
    TooManyNames,
    /// The file is larger than the file system allows.
    #[error("too large for this file system")]
    TooLarge,
    /// The medium no longer responds: it was removed, or is broken.
    #[error("the medium is gone")]
    Gone,
    /// The content that was read back differs from what was written.
    #[error("read back differently from what was written")]
    Differs,
    /// Any other failure.
    #[error("{0}")]
    Io(io::ErrorKind),
}

impl WriteError {
    /// The meaning of an error while reading or writing in this folder.
    pub(super) fn from_io(error: &io::Error, folder: &Path) -> Self {
        use io::ErrorKind::{
            FileTooLarge, NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        };
        // The folder existed when the export began.
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

    /// The meaning of an error while making or naming a file in this folder.
    pub(super) fn from_creating(error: &io::Error, folder: &Path) -> Self {
        match Self::from_io(error, folder) {
            Self::Full if has_room(folder) => Self::TooManyNames,
            Self::Io(_) if is_full_folder(error) => Self::TooManyNames,
            other => other,
        }
    }

    /// Whether every further file would fail in the same way.
    #[must_use]
    pub const fn stops_all(&self) -> bool {
        !matches!(self, Self::Name(_) | Self::Exists | Self::TooLarge | Self::Differs)
    }
}

/// Whether an error means that the medium is gone.
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

/// `ERROR_WRITE_PROTECT`. On Unix the standard library has a kind for it.
fn is_write_protected(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(19)
}

/// `ERROR_CANNOT_MAKE`: the root folder of FAT is full.
fn is_full_folder(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(82)
}

/// Whether the file system has room for a few small files.
#[cfg(unix)]
fn has_room(folder: &Path) -> bool {
    const FREE_BLOCKS_MIN: u64 = 8;
    rustix::fs::statvfs(folder).is_ok_and(|system| system.f_bavail >= FREE_BLOCKS_MIN)
}

/// Windows reports a full folder by an error of its own.
#[cfg(not(unix))]
fn has_room(_: &Path) -> bool {
    false
}
