//! Blocks, lines and words of a text, as far as pairing needs them.

use std::ops::Range;

use crate::labels::{self, Label};
use drivekey_record::Guid;

/// Longest label that is looked at.
const LABEL_BYTES: usize = 60;
/// Lines round joined IDs in which their types may stand.
const TYPE_LINES: usize = 4;
const COMPACT_GUID_BYTES: usize = 32;

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
/// little only: a line may be as long as the text.
pub(super) fn label_before<'a>(text: &'a str, value: &Range<usize>) -> &'a str {
    let own = trim(last_line(text, value.start));
    if !own.is_empty() {
        // What stands before another value is that value's.
        return trim(own.rsplit(['}', ',', ';', '\t', '|']).next().unwrap_or(own));
    }
    let behind = text[value.end..].trim_start_matches(['}', '"', ')', '.', ']', ' ']);
    let above = text[..value.start].trim_end_matches(|c: char| c.is_whitespace() || c == '{');
    let alone = behind.is_empty() || behind.starts_with('\n');
    if alone { trim(last_line(text, above.len())) } else { "" }
}

/// Whether a value that looks like the beginning of an ID is part of a computer's name or of a label: `Computer:
/// PC-7EDB30ED`. Words that announce an ID, or brackets round it, say that it is one all the same.
pub(super) fn is_in_a_name(text: &str, value: &Range<usize>) -> bool {
    let is_heading = |words: &str| matches!(labels::label(words), Some(Label::Device | Label::VolumeName));
    let own = last_line(text, value.start);
    let Some((words, name)) = own.rsplit_once([':', '=']) else {
        // A name on a line of its own, below its heading.
        let word = own.trim_start();
        let start = value.start - word.len();
        return !word.contains(char::is_whitespace) && is_heading(label_before(text, &(start..value.end)));
    };
    let heading = words.rsplit([',', ';', '\t', '|']).next().unwrap_or(words);
    is_heading(heading) && !name.contains(['(', '[', '{']) && !labels::announces_id(name)
}

/// The end of the line that ends there.
fn last_line(text: &str, end: usize) -> &str {
    let part = &text[floor(text, end.saturating_sub(LABEL_BYTES))..end];
    part.rsplit('\n').next().unwrap_or(part)
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "{[(\"'=:<".contains(c))
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

/// A GUID of 32 hex digits in a row, not all of them decimal.
pub(super) fn compact_guid(text: &str, start: usize) -> Option<Guid> {
    let word = text.get(start..start + COMPACT_GUID_BYTES)?;
    let alone = !text.as_bytes().get(start + COMPACT_GUID_BYTES).is_some_and(u8::is_ascii_alphanumeric);
    let is_hex =
        word.bytes().all(|byte| byte.is_ascii_hexdigit()) && word.bytes().any(|byte| byte.is_ascii_alphabetic());
    (alone && is_hex).then(|| word.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> bool {
        let start = text.find("7EDB").unwrap();
        is_in_a_name(text, &(start..start + 8))
    }

    #[test]
    fn what_stands_behind_a_names_heading_is_a_name() {
        for text in [
            "Computer: PC-7EDB30ED\n",
            "Volume label = 7EDB30ED",
            "Key 1, Rechner: Lager 7EDB30ED",
            "Gerät:\n  PC-7EDB30ED\n",
            "Label:\n7EDB30ED\nrest",
        ] {
            assert!(named(text), "{text}");
        }
    }

    #[test]
    fn what_is_announced_or_bracketed_or_alone_is_an_id() {
        for text in [
            "Computer: Lager, Key ID: 7EDB30ED",
            "Computer: Lager (7EDB30ED)",
            "Computer: Lager ID 7EDB30ED",
            "Key: 7EDB30ED",
            "PC-7EDB30ED",
            "Computer:\nLager 7EDB30ED",
            "7EDB30ED",
        ] {
            assert!(!named(text), "{text}");
        }
    }
}
