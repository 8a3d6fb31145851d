//! The random IDs in a vault file, and the revision that orders its changes.

use std::fmt;

/// Bytes of every ID.
pub const ID_BYTES: usize = 16;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; ID_BYTES]);

        impl $name {
            /// Makes it from its bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; ID_BYTES] {
                &self.0
            }

            /// Parses 32 hex digits.
            #[must_use]
            pub fn from_hex(text: &str) -> Option<Self> {
                let guid: super::Guid = text.parse().ok()?;
                (text.len() == ID_BYTES * 2).then_some(Self(*guid.as_bytes()))
            }
        }

        impl fmt::Display for $name {
            /// 32 lower-case hex digits.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    };
}

id!(
    /// A vault's ID. It stays the same for the vault's life and can be read without the passphrase.
    VaultId
);
id!(
    /// A record's or item's ID inside the file. It is random, so it reveals no order.
    RecordId
);
id!(
    /// A keyslot's ID.
    SlotId
);
id!(
    /// The random ID of one write. Two copies that share it also share every earlier write.
    WriteId
);

/// Counts the changes of a vault, from 1. A record carries the revision in which it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(u32);

impl Revision {
    /// The revision of a new vault.
    pub const FIRST: Self = Self(1);

    /// The revision with this number; `None` for zero.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The next revision; `None` when the numbers are used up.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
