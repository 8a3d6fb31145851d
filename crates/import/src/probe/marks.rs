//! Marks of what hides its digits: containers by their first bytes, encoded texts by the words that announce them.

use memchr::memmem;
use zeroize::Zeroizing;

/// How far the beginning of a text is looked at.
const HEAD_BYTES: usize = 4096;
/// First bytes of archives, documents and password safes.
const CONTAINERS: [&[u8]; 10] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
    b"%PDF",
    b"{\\rtf",
    b"\x1F\x8B",
    b"\x03\xD9\xA2\x9A",
    b"BZh",
    b"\xFD7zXZ\0",
];
/// What announces a text in Base64, or a key package.
const ENCODED: [&str; 6] = ["ase64", "ASE64", "eyPackage", "eypackage", "EYPACKAGE", "uoted-printable"];
/// Bytes of the longest of them, in UTF-16.
pub(super) const ENCODED_BYTES: usize = 2 * "uoted-printable".len();
/// How far from its beginning a PDF may have its mark.
const PDF_REACH_BYTES: usize = 1024;

/// Archives, documents, password safes, texts whose characters may be written as references; startup keys and key
/// packages of drives.
pub(super) fn is_container(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(PDF_REACH_BYTES)];
    let references =
        is_markup(bytes) && (memmem::find(bytes, b"&#").is_some() || memmem::find(bytes, b"&\0#").is_some());
    references
        || CONTAINERS.iter().any(|mark| bytes.starts_with(mark))
        || memmem::find(head, b"%PDF-").is_some()
        || is_metadata(bytes)
}

/// The header of a drive's own metadata, as startup keys and key packages begin: size, version, size of the header,
/// size again.
fn is_metadata(bytes: &[u8]) -> bool {
    bytes.get(4..12) == Some(b"\x01\0\0\0\x30\0\0\0".as_slice()) && bytes.get(..4) == bytes.get(12..16)
}

/// Whether it begins as directory listings do, whose values may be encoded.
pub(super) fn is_listing(bytes: &[u8]) -> bool {
    let head = narrow(&bytes[..bytes.len().min(2 * HEAD_BYTES)]);
    let line_begins = |word: &[u8]| {
        head.starts_with(word) || memmem::find_iter(&head, word).any(|at| at > 0 && head[at - 1] == b'\n')
    };
    line_begins(b"dn:") || line_begins(b"DN:")
}

/// Whether a word stands in this part that announces something whose digits do not show; zeros of UTF-16 are passed
/// over.
pub(super) fn announces(part: &[u8]) -> bool {
    // Digits may stand beside the word.
    let mut narrow = Zeroizing::new(Vec::with_capacity(part.len()));
    narrow.extend(part.iter().copied().filter(|byte| *byte != 0));
    ENCODED.iter().any(|word| memmem::find(&narrow, word.as_bytes()).is_some())
}

/// Whether it begins as HTML or XML does.
pub(super) fn is_markup(bytes: &[u8]) -> bool {
    begins(bytes) == Some(b'<') || memmem::find(&bytes[..bytes.len().min(HEAD_BYTES)], b"<html").is_some()
}

/// Markup with this for each tag: tags have digits, too, and may stand inside a group. Zeros of UTF-16 are left out.
pub(super) fn without_tags(bytes: &[u8], instead: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut in_tag = false;
    for byte in bytes.iter().copied().filter(|byte| *byte != 0) {
        match byte {
            b'<' => in_tag = true,
            b'>' if in_tag => {
                in_tag = false;
                text.extend_from_slice(instead);
            }
            _ if in_tag => {}
            _ => text.push(byte),
        }
    }
    text
}

/// Whether it begins as JSON does.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    matches!(begins(bytes), Some(b'{' | b'['))
}

/// The first byte that is no blank, no zero and no mark of an encoding.
fn begins(bytes: &[u8]) -> Option<u8> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    head.iter().copied().find(|byte| byte.is_ascii() && *byte != 0 && !byte.is_ascii_whitespace())
}

/// Without the zeros of UTF-16 and the marks of encodings.
fn narrow(head: &[u8]) -> Vec<u8> {
    head.iter().copied().filter(|byte| !matches!(byte, 0 | 0xFE | 0xFF | 0xEF | 0xBB | 0xBF)).collect()
}
