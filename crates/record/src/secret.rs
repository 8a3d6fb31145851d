//! The key of a record of any kind: a recovery password, or a text that this version does not understand and keeps.

use std::fmt::{self, Write as _};

use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{Digits, KeyKind, PasswordError, RecoveryPassword, is_unprintable};

/// The key of a record.
///
/// Cannot be printed, cloned or serialised; its text leaves only through [`Secret::expose_secret`].
#[derive(Debug)]
pub enum Secret {
    /// Of [`KeyKind::BitLocker`].
    RecoveryPassword(RecoveryPassword),
    /// Of every other kind.
    Text(SecretText),
}

/// A key as text, kept to the byte; wiped when dropped.
#[derive(ZeroizeOnDrop)]
pub struct SecretText(Box<str>);

/// The text of a key, for the few places that write it out; wiped when dropped.
#[derive(Debug)]
pub enum KeyText {
    /// Of a recovery password.
    Digits(Digits),
    /// Of any other kind.
    Text(SecretText),
}

impl Secret {
    /// Reads the key of a record of this kind.
    ///
    /// # Errors
    /// [`PasswordError`] for a text that is no recovery password where it must be one.
    pub fn read(kind: KeyKind, text: &SecretText) -> Result<Self, PasswordError> {
        match kind {
            KeyKind::BitLocker => RecoveryPassword::parse(&text.0).map(Self::RecoveryPassword),
            KeyKind::Other(_) => Ok(Self::Text(SecretText::new(&text.0))),
        }
    }

    /// Whether a record of this kind can hold it.
    #[must_use]
    pub const fn is_of(&self, kind: KeyKind) -> bool {
        matches!((self, kind), (Self::RecoveryPassword(_), KeyKind::BitLocker) | (Self::Text(_), KeyKind::Other(_)))
    }

    /// The recovery password, where it is one: only that can be tried on a drive.
    #[must_use]
    pub const fn recovery_password(&self) -> Option<&RecoveryPassword> {
        match self {
            Self::RecoveryPassword(password) => Some(password),
            Self::Text(_) => None,
        }
    }

    /// Formally valid, yet nothing that anybody would make. Of texts nothing is known.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.recovery_password().is_some_and(RecoveryPassword::is_weak)
    }

    /// The text. Each caller gives its reason in a line `// EXPOSE:`.
    #[must_use]
    pub fn expose_secret(&self) -> KeyText {
        match self {
            // EXPOSE: the caller of this one has its own reason.
            Self::RecoveryPassword(password) => KeyText::Digits(password.expose_secret()),
            Self::Text(text) => KeyText::Text(SecretText::new(&text.0)),
        }
    }
}

impl From<RecoveryPassword> for Secret {
    fn from(password: RecoveryPassword) -> Self {
        Self::RecoveryPassword(password)
    }
}

impl SecretText {
    /// A copy of a text in a buffer of its own.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether a key that is given out is this text.
    #[must_use]
    pub fn is(&self, key: &KeyText) -> bool {
        *self.0 == *key.as_str()
    }
}

impl KeyText {
    /// All of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Digits(digits) => digits.as_str(),
            Self::Text(text) => &text.0,
        }
    }

    /// The digits, where it is a recovery password: only that has groups.
    #[must_use]
    pub const fn digits(&self) -> Option<&Digits> {
        match self {
            Self::Digits(digits) => Some(digits),
            Self::Text(_) => None,
        }
    }

    /// All of it in one line that can be read and typed: as it is, or, where it has characters that cannot be seen, as
    /// a JSON string with those spelt out.
    #[must_use]
    pub fn shown(&self) -> Zeroizing<String> {
        self.spelt_out(is_unseen)
    }

    /// The same for paper, with everything beyond ASCII spelt out: no font lacks a letter of it, and no two look alike
    /// because they are of different scripts.
    #[must_use]
    pub fn shown_in_ascii(&self) -> Zeroizing<String> {
        self.spelt_out(|c| !c.is_ascii() || is_unseen(c))
    }

    fn spelt_out(&self, is_spelt_out: impl Fn(char) -> bool) -> Zeroizing<String> {
        let text = self.as_str();
        let mut shown = Zeroizing::new(String::with_capacity(text.len() * 6 + 2));
        if text.starts_with(|c| c != '"' && c != ' ') && !text.ends_with(' ') && !text.chars().any(&is_spelt_out) {
            shown.push_str(text);
            return shown;
        }
        shown.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => shown.extend(['\\', c]),
                _ if is_spelt_out(c) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        // Writing to a String cannot fail.
                        let _ = write!(shown, "\\u{unit:04x}");
                    }
                }
                _ => shown.push(c),
            }
        }
        shown.push('"');
        shown
    }

    /// All of it as a JSON string, with its quotes.
    #[must_use]
    pub fn json(&self) -> Zeroizing<Vec<u8>> {
        // A character takes six bytes at most; the buffer must not grow and leave a copy behind.
        let mut json = Zeroizing::new(Vec::with_capacity(self.as_str().len() * 6 + 2));
        // Writing a text to a Vec cannot fail.
        let _ = serde_json::to_writer(&mut *json, self.as_str());
        json
    }
}

fn is_unseen(c: char) -> bool {
    c.is_control() || is_unprintable(c) || (c.is_whitespace() && c != ' ')
}

impl From<Digits> for KeyText {
    fn from(digits: Digits) -> Self {
        Self::Digits(digits)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(hidden)")
    }
}

impl<'de> serde::Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = SecretText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SecretText, E> {
                Ok(SecretText::new(text))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Word;

    const LIBBDE: &str = "471207-278498-422125-177177-561902-537405-468006-693451";

    #[test]
    fn a_kind_decides_what_its_text_is() {
        let text = SecretText::new(LIBBDE);
        let other = KeyKind::named(Word::new("luks2").unwrap());
        let (password, kept) = (Secret::read(KeyKind::BitLocker, &text).unwrap(), Secret::read(other, &text).unwrap());
        assert!(password.is_of(KeyKind::BitLocker) && !password.is_of(other) && password.recovery_password().is_some());
        assert!(kept.is_of(other) && !kept.is_of(KeyKind::BitLocker) && kept.recovery_password().is_none());
        let odd = " a\u{202E}\n\"\0 ";
        assert_eq!(Secret::read(other, &SecretText::new(odd)).unwrap().expose_secret().as_str(), odd);
        assert!(Secret::read(KeyKind::BitLocker, &SecretText::new(odd)).is_err());
    }

    #[test]
    fn debug_shows_nothing() {
        for secret in [Secret::Text(SecretText::new("hunter2")), RecoveryPassword::parse(LIBBDE).unwrap().into()] {
            let shown = format!("{secret:?} {:?}", secret.expose_secret());
            assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_spelt_out() {
        let shown = |text| KeyText::Text(SecretText::new(text)).shown().to_string();
        for text in ["open sesame", "Schl\u{fc}ssel\\", LIBBDE] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown("a\n\u{202E}b\"\\"), r#""a\u000a\u202eb\"\\""#);
        for text in ["", " a", "a ", "\"a\"", "a\u{a0}b", "\u{E0041}x", "-----BEGIN\r\n"] {
            let line = shown(text);
            assert!(line.starts_with('"') && !line.chars().any(is_unseen), "{line:?}");
            assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        }
    }

    #[test]
    fn on_paper_there_is_ascii_only() {
        let shown = |text| KeyText::Text(SecretText::new(text)).shown_in_ascii().to_string();
        for text in ["open sesame", LIBBDE] {
            assert_eq!(shown(text), text);
        }
        // The first letter is a Cyrillic one.
        assert_eq!(shown("\u{430}bc"), r#""\u0430bc""#);
        for text in ["Schl\u{fc}ssel\\", "\u{1F5A5}", "a\n", ""] {
            let line = shown(text);
            assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line:?}");
            assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        }
    }

    #[test]
    fn json_reads_back() {
        for text in ["", "\"\\\u{1}\u{7f}\u{2028}ä\n", LIBBDE] {
            let shown = KeyText::Text(SecretText::new(text)).json();
            assert!(shown.capacity() >= shown.len());
            assert_eq!(serde_json::from_slice::<String>(&shown).unwrap(), text);
        }
    }
}
