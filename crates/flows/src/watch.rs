//! What a flow tells while it works, and how it is stopped.

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Work {
    /// Files read from what the user named.
    FilesRead,
    /// Files searched for keys.
    FilesSearched,
    /// Records compared with what was written.
    RecordsVerified,
    /// Keys tried on a drive.
    KeysTried,
    /// Records written to the vault.
    RecordsTaken,
    /// Candidates of a misread recovery password tried on a drive.
    CandidatesTried,
    /// Files written to a stick or disk.
    FilesWritten,
}

/// How far a flow has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is counted.
    pub work: Work,
    /// How many are done.
    pub done: u64,
    /// How many there are, where that is known.
    pub all: Option<u64>,
    /// How many bytes were read for them; 0 where that says nothing.
    pub bytes: u64,
}

/// Looks on while a flow works. It is called from several threads at once, and often: it has to be quick.
pub trait Watch: Sync {
    /// Takes note of how far the work has come.
    fn progress(&self, progress: Progress);

    /// Whether the flow has to stop as soon as it can. It then gives what it has done so far.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Nobody looks on, and nobody stops the work.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: Progress) {}
}

/// Somebody stopped the work before it began.
#[cfg(test)]
pub(crate) struct Stopped;

#[cfg(test)]
impl Watch for Stopped {
    fn progress(&self, _: Progress) {}

    fn is_cancelled(&self) -> bool {
        true
    }
}
