//! The bytes of a document that names its own encoding, as Unicode.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use zeroize::Zeroizing;

/// How much of a document is looked at to tell its kind.
const HEAD_BYTES: usize = 4096;

/// A text that is borrowed where it was Unicode before.
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Decoded(Zeroizing<String>),
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Decoded(text) => text,
        }
    }
}

/// Decodes. The byte order mark counts before `named`, the document's own word; then UTF-8 where it is well-formed.
pub(crate) fn decode<'a>(bytes: &'a [u8], named: Option<&str>) -> Text<'a> {
    let (encoding, mark_bytes) = Encoding::for_bom(bytes).unwrap_or_else(|| (without_mark(bytes, named), 0));
    let bytes = bytes.get(mark_bytes..).unwrap_or_default();
    if encoding == UTF_8
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Text::Borrowed(text);
    }
    Text::Decoded(with(encoding, bytes))
}

/// Decodes by this page; what is not in it is replaced.
pub(crate) fn with(encoding: &'static Encoding, bytes: &[u8]) -> Zeroizing<String> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let capacity = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0);
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    let _ = decoder.decode_to_string(bytes, &mut text, true);
    text
}

fn without_mark(bytes: &[u8], named: Option<&str>) -> &'static Encoding {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let zeros =
        |first: usize| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count() * 3 > head.len() / 2;
    if zeros(1) {
        return UTF_16LE;
    }
    if zeros(0) {
        return UTF_16BE;
    }
    let well_formed = || std::str::from_utf8(bytes).is_ok();
    match named.and_then(|name| Encoding::for_label(name.trim().as_bytes())) {
        // A page saved anew keeps its old word; one that names UTF-16 in ASCII lies.
        Some(encoding) if encoding != UTF_16LE && encoding != UTF_16BE && !well_formed() => encoding,
        _ if well_formed() => UTF_8,
        _ => WINDOWS_1252,
    }
}

/// The beginning in lower case, without byte order mark, zero bytes and blanks before it: enough to tell what it is.
pub(crate) fn head(bytes: &[u8]) -> Zeroizing<String> {
    let all = bytes.iter().take(HEAD_BYTES).filter(|byte| byte.is_ascii() && **byte != 0);
    let mut text = Zeroizing::new(String::with_capacity(HEAD_BYTES));
    text.extend(all.map(|byte| char::from(byte.to_ascii_lowercase())).skip_while(char::is_ascii_whitespace));
    text
}
