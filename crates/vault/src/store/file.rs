//! The operations that only a store in a file has: its path, its other names, and the files beside it.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::StoreError;

/// The role of a file beside the vault, from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// A rollback journal.
    Journal,
    /// A write-ahead log.
    WriteAheadLog,
    /// The shared-memory index of a write-ahead log.
    LogIndex,
}

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BesideProblem {
    /// This program never creates such a file.
    NeverOurs,
    /// A link, a folder, a pipe or a device.
    NotAFile,
    /// It is not a valid journal.
    NotAJournal,
    /// It names a super-journal: a write over several databases.
    SuperJournal,
    /// It was left by another write than the interrupted one.
    OtherWrite,
    /// Rolling it back on a copy does not give this vault.
    Disagrees,
}

/// A refused file beside the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFile {
    /// Its path.
    pub path: PathBuf,
    /// What the engine would use it as.
    pub kind: Beside,
    /// Why it is refused.
    pub problem: BesideProblem,
}

/// The operations of a store that is a file.
pub trait StoreFile {
    /// The path of the file, with links resolved.
    fn path(&self) -> &Path;

    /// The number of hard links to the file. Each name has a journal of its own, and no name shows the journals of the
    /// others.
    fn names(&self) -> u64;

    /// The refused files beside the vault. If there are any, a copy is read and nothing is written.
    fn refused(&self) -> &[RefusedFile];

    /// Whether a copy is read instead of the file.
    fn is_copy(&self) -> bool;

    /// Also refuses the journal, after its result was judged.
    fn refuse_journal(&mut self);

    /// Copies all bytes of the file, as they are now, into another file.
    ///
    /// # Errors
    /// As [`super::Store::read`], and I/O errors.
    fn copy_into(&mut self, to: &mut File) -> Result<(), StoreError>;
}
