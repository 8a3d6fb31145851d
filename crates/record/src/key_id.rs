//! The Key ID: the GUID of the key protector that a recovery password belongs to. It may be complete, a prefix or
//! unknown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const GUID_BYTES: usize = 16;
const GUID_HEX: usize = GUID_BYTES * 2;
/// Hex digits of a GUID's five parts.
const PARTS: [usize; 5] = [8, 4, 4, 4, 12];
/// Shorter prefixes match too many keys.
const PREFIX_MIN_HEX: usize = 4;

/// A GUID, with its bytes in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Guid([u8; GUID_BYTES]);

/// The first 4 to 31 hex digits of a Key ID, in upper case, without hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyIdPrefix(String);

/// What is known of a record's Key ID.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum KeyId {
    /// All 32 digits.
    Full(Guid),
    /// A prefix, as recovery screens and account pages show it.
    Prefix(KeyIdPrefix),
    /// Nothing.
    #[default]
    Unknown,
}

/// Why a text is not a GUID or a GUID prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuidError {
    /// The text has characters other than hex digits, hyphens and braces.
    #[error("not a hexadecimal number")]
    NotHex,
    /// The text has neither 32 digits nor, for a prefix, 4 to 31.
    #[error("{found} hex digits")]
    Length {
        /// The number of hex digits.
        found: usize,
    },
}

impl Guid {
    /// Makes it from bytes in written order.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; GUID_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes in written order.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; GUID_BYTES] {
        &self.0
    }

    /// The first eight characters, as the recovery screen shows them.
    #[must_use]
    pub fn first_8(&self) -> String {
        self.compact()[..8].to_owned()
    }

    /// 32 upper-case hex digits.
    #[must_use]
    pub fn compact(&self) -> String {
        let mut text = String::with_capacity(GUID_HEX);
        text.extend(self.0.iter().flat_map(|byte| [hex_digit(byte >> 4), hex_digit(*byte)]));
        text
    }
}

impl FromStr for Guid {
    type Err = GuidError;

    /// Accepts any case. Braces and hyphens are optional.
    fn from_str(text: &str) -> Result<Self, GuidError> {
        let mut bytes = [0; GUID_BYTES];
        let mut found = 0;
        for digit in hex_digits(text) {
            if let Some(byte) = bytes.get_mut(found / 2) {
                *byte = *byte << 4 | digit?;
            }
            found += 1;
        }
        if found == GUID_HEX { Ok(Self(bytes)) } else { Err(GuidError::Length { found }) }
    }
}

impl TryFrom<String> for Guid {
    type Error = GuidError;

    fn try_from(text: String) -> Result<Self, GuidError> {
        text.parse()
    }
}

impl From<Guid> for String {
    fn from(guid: Guid) -> Self {
        guid.to_string()
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = self.compact();
        let mut rest = hex.as_str();
        for (index, part) in PARTS.into_iter().enumerate() {
            let (head, tail) = rest.split_at(part);
            if index > 0 {
                f.write_str("-")?;
            }
            f.write_str(head)?;
            rest = tail;
        }
        Ok(())
    }
}

impl KeyIdPrefix {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyIdPrefix {
    type Err = GuidError;

    fn from_str(text: &str) -> Result<Self, GuidError> {
        let digits: Vec<u8> = hex_digits(text).collect::<Result<_, _>>()?;
        let hex: String = digits.into_iter().map(hex_digit).collect();
        if (PREFIX_MIN_HEX..GUID_HEX).contains(&hex.len()) {
            Ok(Self(hex))
        } else {
            Err(GuidError::Length { found: hex.len() })
        }
    }
}

impl KeyId {
    /// The GUID, if it is completely known.
    #[must_use]
    pub const fn full(&self) -> Option<&Guid> {
        match self {
            Self::Full(guid) => Some(guid),
            Self::Prefix(_) | Self::Unknown => None,
        }
    }

    /// All hex digits that are known, in upper case, without hyphens.
    #[must_use]
    pub fn known_hex(&self) -> Option<String> {
        match self {
            Self::Full(guid) => Some(guid.compact()),
            Self::Prefix(prefix) => Some(prefix.as_str().to_owned()),
            Self::Unknown => None,
        }
    }

    /// Whether both may be the same Key ID: the digits known of both are equal.
    #[must_use]
    pub fn may_equal(&self, other: &Self) -> bool {
        match (self.known_hex(), other.known_hex()) {
            (Some(a), Some(b)) => a.starts_with(&b) || b.starts_with(&a),
            _ => true,
        }
    }
}

impl FromStr for KeyId {
    type Err = GuidError;

    fn from_str(text: &str) -> Result<Self, GuidError> {
        text.parse().map(Self::Full).or_else(|_| text.parse().map(Self::Prefix))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(guid) => guid.fmt(f),
            Self::Prefix(prefix) => write!(f, "{}…", prefix.as_str()),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// The upper-case hex digit for the low four bits.
fn hex_digit(value: u8) -> char {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    char::from(DIGITS[usize::from(value & 15)])
}

/// The values of the hex digits. Braces, hyphens and spaces are skipped.
fn hex_digits(text: &str) -> impl Iterator<Item = Result<u8, GuidError>> {
    let bare = text.trim().trim_start_matches('{').trim_end_matches('}').chars();
    bare.filter(|c| !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' | ' '))
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or(GuidError::NotHex))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_braces_and_hyphens_do_not_matter() {
        let plain = "7EDB30ED-1234-4ABC-9DEF-0123456789AB";
        for text in
            [plain.to_lowercase(), format!("{{{plain}}}"), plain.replace('-', ""), plain.replace('-', "\u{2011}")]
        {
            assert_eq!(text.parse::<Guid>().map(|guid| guid.to_string()).as_deref(), Ok(plain));
        }
    }

    #[test]
    fn a_beginning_is_no_guid() {
        assert_eq!("7EDB30ED".parse::<Guid>(), Err(GuidError::Length { found: 8 }));
        assert_eq!("7edb-30ed".parse::<KeyId>().map(|id| id.to_string()).as_deref(), Ok("7EDB30ED…"));
        assert_eq!("7ED".parse::<KeyId>(), Err(GuidError::Length { found: 3 }));
        assert_eq!("7EDB30EX".parse::<KeyId>(), Err(GuidError::NotHex));
    }

    #[test]
    fn a_prefix_may_equal_its_whole() {
        let whole: Result<KeyId, _> = "7EDB30ED-1234-4ABC-9DEF-0123456789AB".parse();
        let begun: Result<KeyId, _> = "7EDB30ED".parse();
        let other: Result<KeyId, _> = "7EDB30EE".parse();
        assert!(matches!((&whole, &begun), (Ok(a), Ok(b)) if a.may_equal(b)));
        assert!(matches!((&whole, &other), (Ok(a), Ok(b)) if !a.may_equal(b)));
    }

    proptest! {
        #[test]
        fn what_is_shown_parses_back(bytes in any::<[u8; 16]>()) {
            let guid = Guid::from_bytes(bytes);
            prop_assert_eq!(guid.to_string().parse(), Ok(guid));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = text.parse::<KeyId>();
        }
    }
}
