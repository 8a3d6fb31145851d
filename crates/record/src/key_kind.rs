//! The kinds of key that a record can hold. This version makes one; what later ones made is kept and given out.

use std::fmt;

use super::word::{Word, serde_by_name};

/// What sort of key a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum KeyKind {
    /// A BitLocker recovery password, 48 digits.
    #[default]
    BitLocker,
    /// A kind of a later version. Its key is any text.
    Other(Word),
}

impl KeyKind {
    /// Those that this version knows.
    pub const KNOWN: [Self; 1] = [Self::BitLocker];

    /// The name in JSON.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::BitLocker => "bitlocker",
            Self::Other(name) => name.as_str(),
        }
    }
}

serde_by_name!(KeyKind);

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
