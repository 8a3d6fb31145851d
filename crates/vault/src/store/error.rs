//! What can go wrong with the file. Holds data; the sentences are made elsewhere.

use std::io;

use super::RefusedFile;

/// How a file is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The file has no bytes at all.
    Empty,
    /// The first 100 bytes are not those of a sound file.
    Header,
    /// Shorter or longer than its header says.
    Length {
        /// Bytes the header speaks of.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// The tables are not the ones this version makes: something was added, taken away or changed.
    Schema,
    /// A row has not the form it must have.
    Row,
    /// A row that must be there is not, or one too many.
    RowCount,
    /// The pages do not hang together.
    Pages,
}

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No file there.
    #[error("no such file")]
    Missing,
    /// A file is there already.
    #[error("the file exists")]
    Exists,
    /// A file, but not of this program.
    #[error("not a vault")]
    NotAVault,
    /// Written by a newer version.
    #[error("version {found} is newer than {known}")]
    Newer {
        /// The file's version.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// Damaged.
    #[error("damaged: {0:?}")]
    Damaged(Damage),
    /// Another process holds the file.
    #[error("busy")]
    Busy,
    /// The disk is full.
    #[error("disk full")]
    DiskFull,
    /// The file or its medium cannot be written.
    #[error("read-only")]
    ReadOnly,
    /// The journal of a write that was broken off lies beside the file.
    #[error("an unfinished write")]
    UnfinishedWrite,
    /// A write that was broken off must be undone first, and cannot be where the file lies. It can be read.
    #[error("an unfinished write that cannot be undone here")]
    UnfinishedOnReadOnly,
    /// Something lies beside the file that SQLite would take up, and it is none of this vault's.
    #[error("{} files beside the vault are refused", .0.len())]
    Beside(Vec<RefusedFile>),
    /// The file has two names: each would have a journal of its own.
    #[error("the file has two names")]
    TwoNames,
    /// Another file was put in this one's place while it was open.
    #[error("the file was replaced")]
    Replaced,
    /// The system refused.
    #[error("input or output failed: {0:?}")]
    Io(io::ErrorKind),
    /// The database library refused for a reason that has no name here.
    #[error("the store failed with code {0}")]
    Other(i32),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::AlreadyExists => Self::Exists,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            kind => Self::Io(kind),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        match error {
            rusqlite::Error::SqliteFailure(failure, _) => match (failure.code, failure.extended_code) {
                (_, ffi::SQLITE_READONLY_ROLLBACK) => Self::UnfinishedWrite,
                (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Busy,
                (ErrorCode::DiskFull, _) => Self::DiskFull,
                // With the database open, this is a journal that cannot be made beside it.
                (ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied, _) => Self::ReadOnly,
                (ErrorCode::NotADatabase, _) => Self::Damaged(Damage::Header),
                // Stopped by the meter: no file that this program made costs so much.
                (ErrorCode::DatabaseCorrupt | ErrorCode::OperationInterrupted, _) => Self::Damaged(Damage::Pages),
                (ErrorCode::SchemaChanged, _) => Self::Damaged(Damage::Schema),
                (ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig, _) => {
                    Self::Damaged(Damage::Row)
                }
                (ErrorCode::SystemIoFailure, _) => Self::Io(io::ErrorKind::Other),
                (_, code) => Self::Other(code),
            },
            rusqlite::Error::QueryReturnedNoRows => Self::Damaged(Damage::RowCount),
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Self::Damaged(Damage::Row),
            rusqlite::Error::SqlInputError { error, .. } if error.extended_code == ffi::SQLITE_ERROR => {
                Self::Damaged(Damage::Schema)
            }
            _ => Self::Other(ffi::SQLITE_ERROR),
        }
    }
}
