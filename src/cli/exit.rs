//! The exit codes. They never change, and the README lists them.

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// The command line was not understood.
    Usage = 2,
    /// Nothing fits.
    NotFound = 3,
    /// More than one record fits.
    Ambiguous = 4,
    /// Wrong passphrase.
    WrongPassphrase = 5,
    /// Damaged or tampered with.
    Damaged = 6,
    /// Refused for safety.
    Refused = 7,
    /// Done in part.
    Partly = 8,
    /// The key does not open the drive.
    DoesNotOpen = 9,
    /// An older, forked or foreign copy; what was asked is still shown.
    OtherCopy = 10,
}

impl Exit {
    /// The number the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}
