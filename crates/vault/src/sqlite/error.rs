//! Conversion of SQLite's errors to those of the store.

use std::io;

use super::{Damage, StoreError};

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        match error {
            rusqlite::Error::SqliteFailure(failure, _) => match (failure.code, failure.extended_code) {
                (_, ffi::SQLITE_READONLY_ROLLBACK) => Self::UnfinishedWrite,
                (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Busy,
                (ErrorCode::DiskFull, _) => Self::DiskFull,
                // The database is open, so this is a journal that cannot be created beside it.
                (ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied, _) => Self::ReadOnly,
                (ErrorCode::NotADatabase, _) => Self::Damaged(Damage::Header),
                // Interrupted by the meter. No file that this program made needs so much work.
                (ErrorCode::DatabaseCorrupt | ErrorCode::OperationInterrupted, _) => Self::Damaged(Damage::Structure),
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
