//! The random IDs in a vault file, and the revision that orders its changes.

use std::fmt;

/// Bytes of every id.
pub const ID_BYTES: usize = 16;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; ID_BYTES]);

        impl $name {
            /// From its bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; ID_BYTES] {
                &self.0
            }

            /// From 32 hex digits.
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
    /// A vault's name; stays the same for the vault's life and is readable without the passphrase.
    VaultId
);
id!(
    /// A record's name inside the file; random, so that it tells no order.
    RecordId
);
id!(
    /// A keyslot's name.
    SlotId
);
id!(
    /// The random mark of one write; two copies that share it share all that came before.
    WriteId
);

/// Counts the changes of a vault, from 1. A record carries the revision that wrote it.
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

    /// The one after it; `None` at the end of the numbers.
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
