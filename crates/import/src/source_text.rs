//! The characters of a source file as they stand, for formats that have a grammar of their own. Must not normalise:
//! what is a quote, a bar or a bracket is decided by the format's reader.

use std::ops::Deref;

use zeroize::Zeroizing;

use super::decode::{self, Encoding};

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
    /// Decodes the file.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let sure = |text| Self { text, guessed_letters: false };
        match decode::detect(bytes).encoding {
            Encoding::Utf8 => {
                let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
                match std::str::from_utf8(bytes) {
                    Ok(text) if !bytes.contains(&0) => sure(Text::Borrowed(text)),
                    _ => sure(Text::Owned(decode::text(bytes, Encoding::Utf8).text)),
                }
            }
            Encoding::Utf16Le(offset) => {
                sure(Text::Owned(utf16(bytes.get(offset..).unwrap_or_default(), u16::from_le_bytes)))
            }
            Encoding::Utf16Be(offset) => {
                sure(Text::Owned(utf16(bytes.get(offset..).unwrap_or_default(), u16::from_be_bytes)))
            }
            other => Self { text: Text::Owned(decode::text(bytes, other).text), guessed_letters: true },
        }
    }

    /// The same file by other pages, where its letters are a guess.
    pub(super) fn by_other_pages(&self, bytes: &'a [u8]) -> impl Iterator<Item = Self> {
        let pages = if self.guessed_letters { Some(decode::other_pages()) } else { None };
        pages
            .into_iter()
            .flatten()
            .map(|page| Self { text: Text::Owned(decode::text(bytes, page).text), guessed_letters: false })
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

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Zeroizing<String> {
    let units = || bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let capacity = units().map(|unit| if unit < 0x80 { 1 } else { 3 }).sum();
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    let chars = char::decode_utf16(units()).map(|c| c.unwrap_or('\u{FFFD}'));
    text.extend(chars.filter(|c| !matches!(c, '\0' | '\u{FEFF}')));
    text
}
