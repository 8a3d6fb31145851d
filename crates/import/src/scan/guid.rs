//! A GUID at a given place of a text: in any case, broken by line ends, with look-alike letters, or only begun.

use std::ops::Range;

use super::word::look_alike;
use drivekey_record::{Guid, KeyIdPrefix};

/// A GUID in the text.
pub(crate) struct Match {
    /// The GUID.
    pub(crate) guid: Guid,
    /// Where.
    pub(crate) span: Range<usize>,
    /// Whether letters were read as digits.
    pub(crate) ocr: bool,
}

const TEXT_BYTES: usize = 36;
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// Blanks at each of the places where a line end may have come in, or round a hyphen.
const BLANKS_MAX: usize = 8;
/// A line end may have broken it so often.
const BREAKS_MAX: usize = 2;
/// A beginning has at least the characters that a recovery screen shows.
const BEGUN_HEX: usize = 8;

/// The GUID that begins exactly there.
pub(crate) fn guid_at(text: &[u8], start: usize) -> Option<Match> {
    let mut bytes = [0_u8; 16];
    let (mut at, mut nibbles, mut breaks, mut ocr) = (start, 0_usize, 0, false);
    for place in 0..TEXT_BYTES {
        let mut byte = *text.get(at)?;
        if matches!(byte, b'\n' | b' ') && place > 0 {
            let blanks =
                text[at..].iter().take(BLANKS_MAX + 1).take_while(|byte| matches!(byte, b'\n' | b' ' | b'\t')).count();
            let at_hyphen = HYPHENS.contains(&place) || HYPHENS.contains(&(place - 1));
            breaks += usize::from(text[at..at + blanks].contains(&b'\n'));
            if breaks > BREAKS_MAX || blanks > BLANKS_MAX || !(at_hyphen || text[at..at + blanks].contains(&b'\n')) {
                return None;
            }
            at += blanks;
            byte = *text.get(at)?;
        }
        if HYPHENS.contains(&place) {
            if byte != b'-' {
                return None;
            }
        } else {
            let digit = hex_value(byte).or_else(|| {
                ocr = true;
                look_alike(byte).and_then(hex_value)
            })?;
            bytes[nibbles / 2] = bytes[nibbles / 2] << 4 | digit;
            nibbles += 1;
        }
        at += 1;
    }
    let longer = text.get(at) == Some(&b'-') && next_is_hex(text, at + 1);
    (!longer && ends_before(&text[at..])).then(|| Match { guid: Guid::from_bytes(bytes), span: start..at, ocr })
}

/// The beginning of a GUID that stands there: at least eight hex digits, with hyphens where a GUID has them.
/// It is the beginning that recovery screens show, Windows 7's short form, a GUID that was cut off, or one without
/// any hyphen.
pub(crate) fn begun_at(text: &str, start: usize) -> Option<(KeyIdPrefix, Range<usize>)> {
    let bytes = text.as_bytes();
    if start > 0 && bytes[start - 1].is_ascii_alphanumeric() {
        return None;
    }
    let mut at = start;
    let mut place = 0;
    while place < TEXT_BYTES {
        let Some(byte) = bytes.get(at) else { break };
        let fits = if HYPHENS.contains(&place) {
            *byte == b'-' && next_is_hex(bytes, at + 1)
        } else {
            byte.is_ascii_hexdigit()
        };
        if !fits {
            break;
        }
        at += 1;
        place += 1;
    }
    let alone = !bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    if place < BEGUN_HEX || !alone {
        return None;
    }
    let prefix = text.get(start..at)?.parse().ok()?;
    Some((prefix, start..at))
}

/// Nothing more of a number follows; a word may, where line ends were lost.
fn ends_before(rest: &[u8]) -> bool {
    let word = || rest.iter().take_while(|byte| byte.is_ascii_alphanumeric());
    word().next().is_none_or(|first| first.is_ascii_alphabetic() && word().any(|byte| !byte.is_ascii_hexdigit()))
}

fn next_is_hex(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(u8::is_ascii_hexdigit)
}

fn hex_value(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "C22048E2-1740-4D2B-8BED-9F07A429921C";

    fn found(text: &str) -> Option<(String, bool)> {
        guid_at(text.as_bytes(), 0).map(|found| (found.guid.to_string(), found.ocr))
    }

    #[test]
    fn whole_broken_and_misread_guids_are_found() {
        assert_eq!(found(PLAIN), Some((PLAIN.to_owned(), false)));
        assert_eq!(found(&PLAIN.to_lowercase()), Some((PLAIN.to_owned(), false)));
        assert_eq!(found("C22048E2-1740-\n  4D2B-8BED-9F07A429921C"), Some((PLAIN.to_owned(), false)));
        assert_eq!(found("C22048E2-1740-4D2B-8BED-9F07A4\n29921C}"), Some((PLAIN.to_owned(), false)));
        assert_eq!(found("C22048E2 - 1740 - 4D2B-8BED-9F07A429921C"), Some((PLAIN.to_owned(), false)));
        assert_eq!(found("C22O48E2-l740-4D2B-8BED-9F07A429921C"), Some((PLAIN.to_owned(), true)));
    }

    #[test]
    fn other_shapes_are_none() {
        for text in [
            "C22048E2-1740-4D",
            "C22048E2-1740-4D2B-8BED-9F07A429921C1",
            "C22048E2 1740 4D2B-8BED-9F07A429921C",
            "C22048E2-1740-4D2B-8BED-9F07A429921C-12",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn beginnings_are_found() {
        let begun = |text: &str| begun_at(text, 0).map(|(prefix, _)| prefix.as_str().to_owned());
        assert_eq!(begun("C22048E2"), Some("C22048E2".to_owned()));
        assert_eq!(begun("0E073664-4D9D-4B\n"), Some("0E0736644D9D4B".to_owned()));
        assert_eq!(begun("C22048E2-1740..."), Some("C22048E21740".to_owned()));
        assert_eq!(begun("C22048E"), None);
        assert_eq!(begun("C22048E21"), None);
        assert_eq!(begun("C22048E2-X"), None);
    }
}
