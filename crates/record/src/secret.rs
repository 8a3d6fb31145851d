//! The key of a record of any kind: a recovery password, or text that this version keeps but does not interpret.

use std::fmt::{self, Write as _};

use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{Digits, KeyKind, PasswordError, RecoveryPassword, is_unprintable};

/// The key of a record.
///
/// It cannot be printed, cloned or serialised. Its text leaves only through [`Secret::expose_secret`].
#[derive(Debug)]
pub enum Secret {
    /// A key of [`KeyKind::BitLocker`].
    RecoveryPassword(RecoveryPassword),
    /// A key of any other kind.
    Text(SecretText),
}

/// A key as text, unchanged to the byte. Wiped when dropped.
#[derive(ZeroizeOnDrop)]
pub struct SecretText(Box<str>);

/// The text of a key, for the few places that write it out. Wiped when dropped.
#[derive(Debug)]
pub enum KeyText {
    /// The digits of a recovery password.
    Digits(Digits),
    /// The text of a key of any other kind.
    Text(SecretText),
}

impl Secret {
    /// Parses the key of a record of this kind.
    ///
    /// # Errors
    /// [`PasswordError`] if the kind is a recovery password and the text is not one.
    pub fn read(kind: KeyKind, text: &SecretText) -> Result<Self, PasswordError> {
        match kind {
            KeyKind::BitLocker => RecoveryPassword::parse(&text.0).map(Self::RecoveryPassword),
            KeyKind::Other(_) => Ok(Self::Text(SecretText::new(&text.0))),
        }
    }

    /// Whether it is a key of this kind.
    #[must_use]
    pub const fn is_of(&self, kind: KeyKind) -> bool {
        matches!((self, kind), (Self::RecoveryPassword(_), KeyKind::BitLocker) | (Self::Text(_), KeyKind::Other(_)))
    }

    /// The recovery password, if it is one. Only that can be tried on a drive.
    #[must_use]
    pub const fn recovery_password(&self) -> Option<&RecoveryPassword> {
        match self {
            Self::RecoveryPassword(password) => Some(password),
            Self::Text(_) => None,
        }
    }

    /// Valid in form, but not a password that Windows would generate. Never true for other kinds, of which nothing is
    /// known.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.recovery_password().is_some_and(RecoveryPassword::is_weak)
    }

    /// The text. Each caller states its reason in an `// EXPOSE:` comment.
    #[must_use]
    pub fn expose_secret(&self) -> KeyText {
        match self {
            // EXPOSE: each caller of this function states its own reason.
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
    /// Copies a text into its own buffer.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether a key that was given out equals this text.
    #[must_use]
    pub fn is(&self, key: &KeyText) -> bool {
        *self.0 == *key.as_str()
    }
}

impl KeyText {
    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Digits(digits) => digits.as_str(),
            Self::Text(text) => &text.0,
        }
    }

    /// The digits, if it is a recovery password. Only a recovery password has groups.
    #[must_use]
    pub const fn digits(&self) -> Option<&Digits> {
        match self {
            Self::Digits(digits) => Some(digits),
            Self::Text(_) => None,
        }
    }

    /// The text as one line that can be read and typed. A text with invisible characters becomes a JSON string in which
    /// they are escaped.
    #[must_use]
    pub fn shown(&self) -> Zeroizing<String> {
        self.escaped(needs_escape)
    }

    /// The line for paper, with everything outside ASCII escaped: every font has these characters, and no two of them
    /// look alike because they are from different scripts.
    #[must_use]
    pub fn shown_in_ascii(&self) -> Zeroizing<String> {
        self.escaped(|c| !c.is_ascii() || needs_escape(c))
    }

    fn escaped(&self, is_escaped: impl Fn(char) -> bool) -> Zeroizing<String> {
        let text = self.as_str();
        let mut shown = Zeroizing::new(String::with_capacity(text.len() * 6 + 2));
        if text.starts_with(|c| c != '"' && c != ' ') && !text.ends_with(' ') && !text.chars().any(&is_escaped) {
            shown.push_str(text);
            return shown;
        }
        shown.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => shown.extend(['\\', c]),
                _ if is_escaped(c) => {
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

    /// The text as a quoted JSON string.
    #[must_use]
    pub fn json(&self) -> Zeroizing<Vec<u8>> {
        // A character takes at most six bytes. The buffer must not grow, because that would leave a copy behind.
        let mut json = Zeroizing::new(Vec::with_capacity(self.as_str().len() * 6 + 2));
        // Writing text to a `Vec` cannot fail.
        let _ = serde_json::to_writer(&mut *json, self.as_str());
        json
    }
}

fn needs_escape(c: char) -> bool {
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
        struct TextVisitor;
        impl serde::de::Visitor<'_> for TextVisitor {
            type Value = SecretText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SecretText, E> {
                Ok(SecretText::new(text))
            }
        }
        deserializer.deserialize_str(TextVisitor)
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
            assert!(line.starts_with('"') && !line.chars().any(needs_escape), "{line:?}");
            assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        }
    }

    #[test]
    fn on_paper_there_is_ascii_only() {
        let shown = |text| KeyText::Text(SecretText::new(text)).shown_in_ascii().to_string();
        for text in ["open sesame", LIBBDE] {
            assert_eq!(shown(text), text);
        }
        // The first letter is Cyrillic.
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
