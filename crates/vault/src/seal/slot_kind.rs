//! The kinds of keyslot. Those that this version cannot open are kept and listed.

use std::fmt;

/// What opens a keyslot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SlotKind {
    /// A passphrase.
    Passphrase,
    /// An emergency kit.
    Kit,
    /// A key of the age ecosystem: an identity, an SSH key, or a plugin's hardware key.
    Recipient,
    /// Reserved for age's post-quantum recipients.
    PostQuantum,
    /// A kind that a later version defines, by its number.
    Other(u32),
}

impl SlotKind {
    /// The kinds that have a variant.
    pub const KNOWN: [Self; 4] = [Self::Passphrase, Self::Kit, Self::Recipient, Self::PostQuantum];

    /// The kind with this number.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Passphrase,
            2 => Self::Kit,
            3 => Self::Recipient,
            4 => Self::PostQuantum,
            other => Self::Other(other),
        }
    }

    /// The number in the file.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Passphrase => 1,
            Self::Kit => 2,
            Self::Recipient => 3,
            Self::PostQuantum => 4,
            Self::Other(number) => number,
        }
    }

    /// Whether this version can open a slot of this kind.
    #[must_use]
    pub const fn is_opened_here(self) -> bool {
        matches!(self, Self::Passphrase | Self::Kit)
    }
}

/// The JSON name; for a kind of a later version, its number.
impl fmt::Display for SlotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passphrase => f.pad("passphrase"),
            Self::Kit => f.pad("kit"),
            Self::Recipient => f.pad("recipient"),
            Self::PostQuantum => f.pad("postQuantum"),
            Self::Other(number) => number.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        for number in (0..300).chain([u32::MAX]) {
            assert_eq!(SlotKind::from_number(number).number(), number);
        }
        assert_eq!(SlotKind::KNOWN.map(SlotKind::number), [1, 2, 3, 4]);
    }
}
