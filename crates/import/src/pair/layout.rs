//! Blocks, lines and words of a text, as far as pairing needs them.

use std::ops::Range;

use crate::{entry, key_id, labels};
use drivekey_record::Guid;

/// Longest label that is looked at.
const LABEL_BYTES: usize = 100;
/// What stands further from each other is not looked through.
const APART_BYTES: usize = 2000;
/// Longest heading.
const HEADING_CHARS: usize = 40;
/// Longest place in a file that a tool puts before a line.
const PLACE_CHARS: usize = 16;
/// Lines round joined IDs in which their types may stand.
const TYPE_LINES: usize = 4;
/// Hex digits of a whole ID.
const WHOLE_HEX: usize = 32;

/// The line that this place belongs to, without its end.
pub(super) fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |feed| feed + 1);
    let end = text[at..].find('\n').map_or(text.len(), |len| at + len);
    start..end
}

/// The nearest place at or before this one where a character begins.
pub(super) fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The words before a value: on its line, or on the line above where the value has a line of its own. Looks back a
/// little only: a line may be as long as the text. Before the value on its line a bullet or a number may stand.
pub(super) fn words_before<'a>(text: &'a str, value: &Range<usize>) -> &'a str {
    let own = last_line(text, value.start);
    // The place in a file, in hex.
    let is_place = own.trim().len() <= PLACE_CHARS && own.trim().bytes().all(|byte| byte.is_ascii_hexdigit());
    if own.contains(char::is_alphabetic) && !is_place {
        return own;
    }
    let behind = text[value.end..].trim_start_matches(['}', '"', ')', '.', ']', ' ', '\t', '*', '`']);
    let own_start = value.start - own.len();
    let is_whole_line = own_start == 0 || text.as_bytes()[own_start - 1] == b'\n';
    if !is_whole_line || !(behind.is_empty() || behind.starts_with('\n')) {
        return own;
    }
    last_line(text, text[..own_start].trim_end().len())
}

/// A label in brackets right behind a value: `C22048E2 (Key ID)`.
pub(super) fn words_behind<'a>(text: &'a str, value: &Range<usize>) -> &'a str {
    let behind = text[value.end..].trim_start_matches(['}', '"', ' ']);
    let Some(inner) = behind.strip_prefix('(') else { return "" };
    inner.split_once(')').map_or("", |(words, _)| if words.len() <= LABEL_BYTES { words } else { "" })
}

/// The end of the line that ends there.
fn last_line(text: &str, end: usize) -> &str {
    let part = &text[floor(text, end.saturating_sub(LABEL_BYTES))..end];
    part.rsplit('\n').next().unwrap_or(part)
}

/// Whether two places belong to one block: no empty line, no ruled line and no heading further left between them.
pub(super) fn same_block(text: &str, from: usize, to: usize) -> bool {
    let (Some(between), true) = (text.get(from..to), from <= to) else { return true };
    let Some(last_feed) = between.rfind('\n') else { return true };
    let Some(first_feed) = between.find('\n') else { return true };
    if first_feed == last_feed {
        return true;
    }
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let edge = indent(&text[line_of(text, from)]).min(indent(&text[line_of(text, to)]));
    let breaks = |line: &str| {
        let words = line.trim();
        words.chars().all(|c| "-=_*#~".contains(c)) || indent(line) < edge
    };
    !between[first_feed + 1..last_feed].split('\n').any(breaks)
}

/// Whether an ID and a key, on either side of this part of the text, belong to different things: an empty line parts
/// them, and behind it a heading begins another thing; or the ID has a label for its own key, which is not there.
pub(super) fn are_apart(text: &str, from: usize, to: usize, id_first: bool) -> bool {
    let Some(between) = text.get(from..to).filter(|between| between.len() <= APART_BYTES) else { return false };
    let mut lines: Vec<&str> = between.split('\n').collect();
    // The rest of the first line, and the beginning of the last.
    let (Some(last), false) = (lines.pop(), lines.is_empty()) else { return false };
    lines.remove(0);
    let Some(blank) = lines.iter().rposition(|line| line.trim().is_empty()) else { return false };
    let is_heading = |line: &&str| {
        let words = line.trim();
        !words.is_empty()
            && words.chars().count() <= HEADING_CHARS
            && !words.contains([':', '：', '='])
            && !key_id::is_about_a_key(words)
    };
    if lines[blank + 1..].iter().any(is_heading) {
        return true;
    }
    let is_of_key = |line: &str| {
        let (words, value) = line.split_once([':', '：', '=']).unwrap_or((line, ""));
        (entry::exact_role(words) == Some(entry::Role::Password)).then(|| value.trim().len() > 1)
    };
    let labels: Vec<bool> = lines.iter().copied().chain([last]).filter_map(is_of_key).collect();
    // Of several labels the first is the ID's own.
    id_first && (labels.len() > 1 || labels.first() == Some(&true))
}

/// For IDs joined on one line: whether each is a recovery password's, from the line that joins their types alike.
pub(super) fn joined_types(text: &str, ids: &Range<usize>, count: usize) -> Option<Vec<bool>> {
    let line = line_of(text, ids.start);
    let before = text[..line.start].rsplit('\n').skip(1).take(TYPE_LINES);
    let after = text.get(line.end + 1..).unwrap_or_default().split('\n').take(TYPE_LINES);
    after.chain(before).find_map(|line| {
        let (_, value) = line.split_once([':', '='])?;
        let words = value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let types: Option<Vec<bool>> = words.map(labels::protector_type).collect();
        types.filter(|types| types.len() == count)
    })
}

/// A whole ID that begins there under odd hyphens or blanks, or under none: 32 hex digits, not all of them decimal.
pub(super) fn odd_guid(text: &str, start: usize) -> Option<(Guid, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut hex = [0_u8; WHOLE_HEX];
    let (mut at, mut count) = (start, 0);
    while count < WHOLE_HEX {
        let byte = *bytes.get(at)?;
        let is_gap = matches!(byte, b'-' | b' ') && count > 0 && bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit);
        if byte.is_ascii_hexdigit() {
            hex[count] = byte;
            count += 1;
        } else if !is_gap {
            return None;
        }
        at += 1;
    }
    let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let is_hex = hex.iter().any(u8::is_ascii_alphabetic) && hex.iter().any(u8::is_ascii_digit);
    let guid =
        (is_hex && !bytes.get(at).is_some_and(goes_on)).then(|| std::str::from_utf8(&hex).ok()?.parse().ok())??;
    Some((guid, start..at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_on_the_line_or_above_it() {
        for (text, words) in [
            ("Key ID: 7EDB30ED", "Key ID: "),
            ("Key ID:\n\n\t7EDB30ED\n", "Key ID:"),
            ("Key ID:\n - 7EDB30ED\n", "Key ID:"),
            ("1 Key ID:\n10486020 \t7EDB30ED\n", "1 Key ID:"),
            ("Key ID:\n7EDB30ED and more\n", ""),
        ] {
            let start = text.find("7EDB").unwrap();
            assert_eq!(words_before(text, &(start..start + 8)), words, "{text}");
        }
        let text = "7EDB30ED (Key ID)";
        assert_eq!(words_behind(text, &(0..8)), "Key ID");
    }

    #[test]
    fn hyphens_in_odd_places_are_forgiven() {
        let whole = "932AEEC6-89FE-42DF-A208-01ECC5D3E69D";
        for text in [
            "932AEEC6-89FE-42DF-A208-01EC-C5D3E69D",
            "932AEEC689FE42DFA20801ECC5D3E69D",
            "932a-eec6-89fe-42df-a208-01ec-c5d3-e69d",
            "932AEEC6 89FE 42DF A208 01ECC5D3E69D",
        ] {
            assert_eq!(odd_guid(text, 0).map(|(guid, _)| guid.to_string()).as_deref(), Some(whole), "{text}");
        }
        for text in ["932AEEC6-89FE-42DF-A208-01EC-C5D3E69D1", "932AEEC6--89FE42DFA20801ECC5D3E69D", "932AEEC6"] {
            assert!(odd_guid(text, 0).is_none(), "{text}");
        }
        assert!(odd_guid(&"12345678".repeat(4), 0).is_none());
    }
}
