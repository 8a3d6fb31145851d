//! What can go wrong with what is kept. Holds data; the sentences are made elsewhere.

use std::io;

use super::RefusedFile;

/// How what is kept is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// A file without any bytes.
    Empty,
    /// A file whose beginning is not that of a sound vault.
    Header,
    /// A file that is shorter or longer than its beginning says.
    Length {
        /// Bytes that its beginning speaks of.
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
    /// What the engine keeps for itself, as pages and indexes, does not hang together.
    Structure,
}

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing there.
    #[error("nothing there")]
    Missing,
    /// Something is there already.
    #[error("something is there already")]
    Exists,
    /// Something, but not of this program.
    #[error("not a vault")]
    NotAVault,
    /// Written by a newer version.
    #[error("version {found} is newer than {known}")]
    Newer {
        /// The version that was found.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// Damaged.
    #[error("damaged: {0:?}")]
    Damaged(Damage),
    /// Somebody else is writing, and did not end in time.
    #[error("busy")]
    Busy,
    /// The connection to the engine was lost. Nothing is half done.
    #[error("the connection was lost")]
    Lost,
    /// The disk is full.
    #[error("disk full")]
    DiskFull,
    /// What keeps it, or its medium, cannot be written.
    #[error("read-only")]
    ReadOnly,
    /// A write was broken off, and is not undone yet.
    #[error("an unfinished write")]
    UnfinishedWrite,
    /// A write that was broken off must be undone first, and cannot be where the file lies. It can be read.
    #[error("an unfinished write that cannot be undone here")]
    UnfinishedOnReadOnly,
    /// A write was broken off, and undoing it gives a damaged vault: only a repair does that.
    #[error("an unfinished write that leaves damage when it is undone")]
    UnfinishedDamaged,
    /// Something lies beside the file that the engine would take up, and it is none of this vault's.
    #[error("{} files beside the vault are refused", .0.len())]
    Beside(Vec<RefusedFile>),
    /// The file has two names: each would have a journal of its own.
    #[error("the file has two names")]
    TwoNames,
    /// Another file was put in this one's place while it was open.
    #[error("the file was replaced")]
    Replaced,
    /// What was asked can be done with a file only, and it is kept in none.
    #[error("kept in no file")]
    NoFile,
    /// The system refused.
    #[error("input or output failed: {0:?}")]
    Io(io::ErrorKind),
    /// The engine refused for a reason that has no name here; by its own number.
    #[error("the store failed with code {0}")]
    Other(i32),
}

impl StoreError {
    /// Whether it tells something of what is kept. The others are accidents: the same bytes may be read the next time.
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
