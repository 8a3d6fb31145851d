//! What only a store that is a file has: a path, other names, and what lies beside it.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::StoreError;

/// Under which name a file lies beside the vault's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// A rollback journal.
    Journal,
    /// A write-ahead log.
    WriteAheadLog,
    /// The index of a write-ahead log.
    LogIndex,
}

/// Why it is not taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BesideProblem {
    /// This program never makes one.
    NeverOurs,
    /// A link, a folder, a pipe or a device.
    NotAFile,
    /// It has not the form of a journal.
    NotAJournal,
    /// It names another journal: a write over several databases.
    SuperJournal,
    /// It was left by another write than the one that was broken off.
    OtherWrite,
    /// Rolled back on a copy, it does not give this vault.
    Disagrees,
}

/// A file beside the vault that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What the engine would take it for.
    pub kind: Beside,
    /// Why it is refused.
    pub problem: BesideProblem,
}

/// What a store can say and do because it is a file. One that is none has no such part.
pub trait StoreFile {
    /// Where the file lies, links resolved.
    fn path(&self) -> &Path;

    /// How many names the file has. With two, each has a journal of its own, and one cannot see the other's.
    fn names(&self) -> u64;

    /// What lies beside the file and is refused. Where there is any, a copy is read, and nothing is written.
    fn refused(&self) -> &[RefusedFile];

    /// Whether a copy is read in the file's place.
    fn is_copy(&self) -> bool;

    /// Refuses the journal, too, after what came of it was judged.
    fn refuse_journal(&mut self);

    /// Copies all bytes of the file, as they are now, into another.
    ///
    /// # Errors
    /// As [`super::Store::read`], and what the system refuses.
    fn copy_into(&mut self, to: &mut File) -> Result<(), StoreError>;
}
