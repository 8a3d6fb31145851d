//! Files that this program wrote itself: read back to the byte, keys of kinds that it does not know included. Where such
//! a file was changed, a key of another kind is named and left, and never taken for a recovery password.

use memchr::memmem;
use zeroize::Zeroizing;

use crate::input::Input;
use crate::source_text::Text;
use crate::{Reading, Remark, RemarkKind};
use drivekey_record::SourceKind;

pub(crate) mod document;
pub(crate) mod entries;
pub(crate) mod lines;
pub(crate) mod pieces;
mod table;

pub(crate) use table::read as read_table;

/// How far a look at the beginning goes.
const HEAD_BYTES: usize = 512;
/// How a bundle begins that was opened.
const TITLE: &[u8] = b"drivekey bundle ";
/// The names that every record of an exported document has.
const MARKS: [&[u8]; 2] = [b"\"handle\"", b"\"kind\""];

/// A text without the keys of other kinds in it, and a remark on each.
struct Cut {
    text: Zeroizing<String>,
    remarks: Vec<Remark>,
}

impl Cut {
    /// Reads what is left. `source`: what it is where no key is left in it.
    fn read(self, input: &Input<'_>, source: SourceKind, read: impl Fn(&Input<'_>) -> Reading) -> Reading {
        let bytes = self.text.as_bytes();
        let mut reading = read(&Input {
            name: input.name.clone(),
            bytes,
            nest: input.nest,
            is_part: input.is_part,
            pictures: input.pictures,
        });
        if !reading.holds_anything() {
            reading.remarks.retain(|remark| remark.kind != RemarkKind::NoPasswordInFile);
        }
        reading.source = reading.source.or(Some(source));
        reading.remarks.extend(self.remarks);
        reading
    }
}

/// For the table of readers: JSON as `export json` and `show --json` write it, whatever its blanks and line ends.
pub(crate) fn read_json(input: &Input<'_>) -> Option<Reading> {
    if !has_marks(input.bytes) {
        return None;
    }
    document::read(&characters(input.bytes)?, SourceKind::Json)
}

/// Whether these bytes could be one of these files, whatever the keys in it look like.
pub(crate) fn could_be_one(bytes: &[u8]) -> bool {
    begins_like_one(bytes) || has_marks(bytes)
}

fn has_marks(bytes: &[u8]) -> bool {
    // In UTF-16 there are zeros between the letters.
    let is_wide = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
    MARKS.iter().all(|mark| {
        let wide: Vec<u8> = mark.iter().flat_map(|byte| [0, *byte]).collect();
        memmem::find(bytes, if is_wide { &wide[1..] } else { mark }).is_some()
    })
}

/// Whether a file begins as one of ours in which a key of another kind may stand, and which is no JSON: it is only read
/// whole, because in its pieces such a key may look like a recovery password.
pub(crate) fn begins_like_one(head: &[u8]) -> bool {
    // Without the zeros of UTF-16 and the marks of encodings.
    let letters = head.iter().copied().filter(|byte| !matches!(byte, 0 | 0xFE | 0xFF | 0xEF | 0xBB | 0xBF));
    let mut narrow = Zeroizing::new(Vec::with_capacity(HEAD_BYTES));
    narrow.extend(letters.take(HEAD_BYTES));
    let titles = narrow.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    narrow.starts_with(TITLE) || table::TITLES_WITH_KIND.iter().any(|end| titles.ends_with(end))
}

/// The characters as they were written, where the encoding is beyond doubt: UTF-8, or UTF-16 that says so.
pub(crate) fn characters(bytes: &[u8]) -> Option<Text<'_>> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            return str::from_utf8(bytes).ok().map(Text::Borrowed);
        }
    };
    let (units, []) = bytes.get(2..)?.as_chunks::<2>() else { return None };
    // A unit takes three bytes at most; the buffer must not grow and leave a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(units.len() * 3));
    for character in char::decode_utf16(units.iter().copied().map(unit)) {
        text.push(character.ok()?);
    }
    Some(Text::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_hold_other_kinds_is_known_by_its_beginning() {
        let titles = "id,createdDateTime,volumeType,deviceId,key,state,createdRaw,kind,handle\r\n";
        let wide: Vec<u8> = titles.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let quoted = titles.replace(',', "\";\"").replace("handle", "handle\"");
        let bom = "\u{FEFF}drivekey bundle 1\r\n";
        for ours in [titles.as_bytes(), &[b"\xFF\xFE", &wide[..]].concat(), quoted.as_bytes(), bom.as_bytes()] {
            assert!(begins_like_one(ours), "{ours:?}");
        }
        for other in ["", "drivekey", "id,key,handle\nkind,handle", "kind\n"] {
            assert!(!begins_like_one(other.as_bytes()), "{other:?}");
        }
    }

    #[test]
    fn only_sure_encodings_are_characters() {
        let of = |bytes: &[u8]| characters(bytes).map(|text| text.to_string());
        assert_eq!(of(b"\xEF\xBB\xBFa\0\r\n").as_deref(), Some("a\0\r\n"));
        assert_eq!(of(b"\xFF\xFEa\0\x3D\xD8\x25\xDD").as_deref(), Some("a\u{1F525}"));
        assert_eq!(of(b"\xFE\xFF\0a").as_deref(), Some("a"));
        for unsure in [&b"\xFC"[..], b"\xFF\xFEa", b"\xFF\xFE\x3D\xD8"] {
            assert_eq!(of(unsure), None, "{unsure:?}");
        }
    }
}
