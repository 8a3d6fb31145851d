//! Errors of a store, as data. Their messages are made elsewhere.

use std::io;

use super::RefusedFile;

/// The kinds of damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The file is empty.
    Empty,
    /// The file does not begin like a sound vault.
    Header,
    /// The file is shorter or longer than its header says.
    Length {
        /// The length according to the header.
        expected: u64,
        /// The actual length.
        found: u64,
    },
    /// The tables are not exactly those of this version.
    Schema,
    /// A row is malformed.
    Row,
    /// A required row is missing, or there is one too many.
    RowCount,
    /// The engine's own structures, such as pages and indexes, are inconsistent.
    Structure,
}

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is nothing at the path.
    #[error("nothing there")]
    Missing,
    /// There is already something at the path.
    #[error("something is there already")]
    Exists,
    /// It is not a vault.
    #[error("not a vault")]
    NotAVault,
    /// It was written by a newer version.
    #[error("version {found} is newer than {known}")]
    Newer {
        /// The version found.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// Damaged.
    #[error("damaged: {0:?}")]
    Damaged(Damage),
    /// Another process is writing and did not finish in time.
    #[error("busy")]
    Busy,
    /// The connection to the engine was lost. No change is half done.
    #[error("the connection was lost")]
    Lost,
    /// The disk is full.
    #[error("disk full")]
    DiskFull,
    /// The file, its folder or its medium cannot be written.
    #[error("read-only")]
    ReadOnly,
    /// A write was interrupted and is not undone yet.
    #[error("an unfinished write")]
    UnfinishedWrite,
    /// An interrupted write must be undone first, which is not possible where the file is. It can be read.
    #[error("an unfinished write that cannot be undone here")]
    UnfinishedOnReadOnly,
    /// A write was interrupted, and undoing it gives a damaged vault. Only a repair undoes it.
    #[error("an unfinished write that leaves damage when it is undone")]
    UnfinishedDamaged,
    /// Files beside the vault that the engine would use, but that do not belong to it.
    #[error("{} files beside the vault are refused", .0.len())]
    Beside(Vec<RefusedFile>),
    /// The file has more than one hard link. Each name would have a journal of its own.
    #[error("the file has two names")]
    TwoNames,
    /// Another file replaced this one while it was open.
    #[error("the file was replaced")]
    Replaced,
    /// The operation needs a file, but the vault is not in a file.
    #[error("kept in no file")]
    NoFile,
    /// An I/O error.
    #[error("input or output failed: {0:?}")]
    Io(io::ErrorKind),
    /// Another error of the engine, by its number.
    #[error("the store failed with code {0}")]
    Other(i32),
}

impl StoreError {
    /// Whether the error depends on the stored content. Any other is an accident: the next read of the same bytes may
    /// succeed.
    #[must_use]
    pub const fn tells_of_content(&self) -> bool {
        !matches!(self, Self::Busy | Self::Lost | Self::DiskFull | Self::Io(_))
    }
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
