//! A name from a list that later versions may extend. A name that this version does not know is kept.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The maximum number of characters in a word.
pub const WORD_CHARS: usize = 40;

/// One to forty ASCII letters, digits, hyphens, dots and underscores, kept unchanged because tokens are computed from
/// them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word {
    /// Zero-padded, so that comparing the arrays compares the texts.
    bytes: [u8; WORD_CHARS],
    len: u8,
}

impl Word {
    /// Makes a word; `None` if the text is not one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let len = u8::try_from(text.len()).ok().filter(|_| text.bytes().all(is_of_it))?;
        let mut bytes = [0; WORD_CHARS];
        bytes.get_mut(..text.len()).filter(|text| !text.is_empty())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, len })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.len)).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// The word in lower case.
    #[must_use]
    pub const fn to_ascii_lowercase(mut self) -> Self {
        self.bytes.make_ascii_lowercase();
        self
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor;
        impl Visitor<'_> for WordVisitor {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Word, E> {
                Word::new(text).ok_or_else(|| E::custom("no word"))
            }
        }
        deserializer.deserialize_str(WordVisitor)
    }
}

/// Implements serde through `name` and `KNOWN` for an enum whose last variant, `Other(Word)`, keeps unknown names.
macro_rules! serde_by_name {
    ($kind:ty) => {
        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $kind {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = $crate::word::Word::deserialize(deserializer)?;
                Ok(Self::KNOWN.into_iter().find(|known| known.name() == word.as_str()).unwrap_or(Self::Other(word)))
            }
        }
    };
}
pub(crate) use serde_by_name;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_word_is_refused() {
        assert_eq!(Word::new(&"x".repeat(WORD_CHARS)).map(|word| word.as_str().len()), Some(WORD_CHARS));
        for text in ["", " ", "a b", "ä", "a\0", "a\n", "\u{202E}a", &"x".repeat(WORD_CHARS + 1), &"x".repeat(300)] {
            assert_eq!(Word::new(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_word_stays_as_it_is(text in "[A-Za-z0-9._-]{1,40}", other in "[A-Za-z0-9._-]{1,40}") {
            let word = Word::new(&text).unwrap();
            prop_assert_eq!(word.as_str(), &text);
            prop_assert_eq!(word == Word::new(&other).unwrap(), text == other);
            prop_assert_eq!(word.cmp(&Word::new(&other).unwrap()), text.cmp(&other));
            let json = serde_json::to_string(&word).unwrap();
            prop_assert_eq!(serde_json::from_str::<Word>(&json).unwrap(), word);
        }
    }
}
