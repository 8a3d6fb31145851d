//! The characters of a text as they stand, for formats that have a grammar of their own: what is a quote, a bar or a
//! bracket is decided by the format's reader, so nothing is normalised that could be decoded for sure.

use std::ops::Deref;

use zeroize::Zeroizing;

use super::decoded::{Decoded, RETRY_BYTES};
use super::normalise::normalised;
use drivekey_extract::{Characters, Encoding, decode, other_code_pages};

/// How far a look at the beginning goes.
const HEAD_BYTES: usize = 64 << 10;

/// A text, borrowed where it could be.
pub(super) enum Text<'a> {
    /// A part of the file or of the code.
    Borrowed(&'a str),
    /// Decoded or put together; wiped when dropped.
    Owned(Zeroizing<String>),
}

/// A source file's characters.
pub(super) struct SourceText<'a> {
    text: Text<'a>,
    /// Read by a page whose letters above ASCII are a guess.
    pub(super) guessed_letters: bool,
}

impl Text<'_> {
    /// A copy that is wiped.
    pub(super) fn copy(text: &str) -> Text<'static> {
        Text::Owned(Zeroizing::new(text.to_owned()))
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

impl<'a> SourceText<'a> {
    /// The text by the encoding that was detected.
    pub(super) fn new(decoded: &'a Decoded<'a>) -> Self {
        let sure = |text| Self { text, guessed_letters: false };
        let normalised = |encoding| Text::Borrowed(&decoded.normalised(encoding).text);
        let bytes = decoded.bytes;
        match decoded.detected.encoding {
            Encoding::Utf8 => {
                let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
                match std::str::from_utf8(bytes) {
                    Ok(text) if !bytes.contains(&0) => sure(Text::Borrowed(text)),
                    _ => sure(normalised(Encoding::Utf8)),
                }
            }
            encoding @ (Encoding::Utf16Le(_) | Encoding::Utf16Be(_)) => {
                sure(Text::Owned(decode::<AsItStands>(bytes, encoding).0))
            }
            encoding => Self { text: normalised(encoding), guessed_letters: true },
        }
    }

    /// The text by the code pages of other scripts.
    pub(super) fn by_other_code_pages(decoded: &'a Decoded<'a>) -> impl Iterator<Item = Self> {
        other_code_pages().map(|page| {
            // A long text is not kept in all of them at once.
            let text = if decoded.bytes.len() <= RETRY_BYTES {
                Text::Borrowed(&decoded.normalised(page).text)
            } else {
                Text::Owned(normalised(decoded.bytes, page).text)
            };
            Self { text, guessed_letters: false }
        })
    }

    /// The characters.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The beginning, enough to see what it is.
    pub(super) fn head(&self) -> &str {
        head(self.as_str(), HEAD_BYTES)
    }
}

/// At most so many bytes from the beginning.
pub(super) fn head(text: &str, bytes: usize) -> &str {
    let end = (0..=text.len().min(bytes)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

/// Characters as they stand; zeros and marks of an encoding say nothing.
struct AsItStands(Zeroizing<String>);

impl Characters for AsItStands {
    fn with_capacity(capacity_bytes: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(capacity_bytes)))
    }

    fn push(&mut self, c: char) {
        if !matches!(c, '\0' | '\u{FEFF}') {
            self.0.push(c);
        }
    }

    fn push_unknown(&mut self) {
        self.0.push(char::REPLACEMENT_CHARACTER);
    }
}
