//! The kinds of key that a record can hold. This version creates one kind. Keys of other kinds are kept and given out.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::word::Word;

/// What sort of key a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum KeyKind {
    /// A BitLocker recovery password, 48 digits.
    #[default]
    BitLocker,
    /// A kind that a later version defines. Its key can be any text.
    Other(LaterKind),
}

/// The name of a kind that this version does not know, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaterKind(Word);

impl KeyKind {
    /// The kinds that this version knows.
    pub const KNOWN: [Self; 1] = [Self::BitLocker];

    /// The kind with this name, in any case.
    #[must_use]
    pub fn named(name: Word) -> Self {
        let name = name.to_ascii_lowercase();
        Self::KNOWN.into_iter().find(|known| known.name() == name.as_str()).unwrap_or(Self::Other(LaterKind(name)))
    }

    /// The name in JSON, in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::BitLocker => "bitlocker",
            Self::Other(LaterKind(name)) => name.as_str(),
        }
    }
}

impl Serialize for KeyKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for KeyKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Word::deserialize(deserializer).map(Self::named)
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for LaterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> KeyKind {
        serde_json::from_str(&format!("\"{json}\"")).unwrap()
    }

    #[test]
    fn a_known_kind_is_known_in_any_capitals() {
        for name in ["bitlocker", "BitLocker", "BITLOCKER", "bitLocker"] {
            assert_eq!(read(name), KeyKind::BitLocker, "{name}");
        }
        assert_ne!(read("bitlocker2"), KeyKind::BitLocker);
        assert!(serde_json::from_str::<KeyKind>("\"bit locker\"").is_err());
    }

    proptest! {
        #[test]
        fn a_kind_has_one_spelling(name in "[A-Za-z0-9._-]{1,40}") {
            let kind = read(&name);
            prop_assert_eq!(kind, read(&name.to_ascii_uppercase()));
            prop_assert_eq!(kind.name(), name.to_ascii_lowercase());
            prop_assert_eq!(read(kind.name()), kind);
        }
    }
}
