//! Drives as texts write them: in a heading, as a value, in a cell.

use std::ops::Range;

use super::{HEADING_BYTES, LINE_BYTES, name};
use crate::file_name::drive;
use crate::labels::{self, Label};
use drivekey_record::LineText;

/// A drive, with its volume's label.
pub(crate) type Drive = (LineText, Option<LineText>);

/// `Volume C: [OS]`, `Volume "C:" []`: a word of any language, a drive, and brackets or nothing.
pub(super) fn heading(line: &str) -> Option<Drive> {
    let line = line.trim();
    let colon = line.find(':').filter(|colon| *colon >= 3 && *colon <= HEADING_BYTES)?;
    let before = line[..colon].trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (words, _) = line.split_at(before.len());
    let word = words.trim_end_matches(['"', '\'', '“', '„', '«', '(']);
    if word.trim().is_empty() || !word.ends_with([' ', '\t']) || word.contains(['\\', '/', '>', '=', '-']) {
        return None;
    }
    let found = drive_in(&line[before.len()..], false)?;
    let behind = line[colon + 1..].trim_start_matches(['"', '\'', '”', '“', '»', '\\']).trim_start();
    (behind.starts_with('[') || (behind.is_empty() && labels::label(word) == Some(Label::Drive))).then_some(found)
}

/// A drive at the beginning of the value. `labelled`: a bare letter is enough, and anything may follow.
pub(crate) fn drive_in(value: &str, labelled: bool) -> Option<Drive> {
    let (letter, rest) = match letter_in(value) {
        Some((letter, rest)) => (letter, rest),
        None if labelled => (only_letter(value)?, ""),
        None => return None,
    };
    let rest = rest.trim();
    let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inner = inner.or_else(|| rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')));
    if inner.is_none() && !rest.is_empty() && !labelled {
        return None;
    }
    Some((drive(letter)?, inner.and_then(|label| name(label, false))))
}

pub(super) fn letter_in(value: &str) -> Option<(char, &str)> {
    let value = value.trim_start_matches(|c: char| c.is_whitespace() || "\"'“„«(".contains(c));
    let mut chars = value.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    chars.next().filter(|c| *c == ':')?;
    let rest = chars.as_str().trim_start_matches(['\\', '/', '"', '\'', '”', '“', '»']);
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    (rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || "([.".contains(c)))
        .then_some((letter, rest.trim_start_matches('.')))
}

fn only_letter(value: &str) -> Option<char> {
    let mut chars = value.trim().chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    chars.next().is_none().then_some(letter)
}

/// A drive in a cell of its own on the key's line, before it.
pub(super) fn cell_drive(text: &str, key: &Range<usize>) -> Option<Drive> {
    let before = text.get(key.start.saturating_sub(LINE_BYTES)..key.start)?;
    let line = before.rsplit('\n').next()?;
    let mut cells = line
        .split(|c: char| c.is_whitespace() || ",;|\"".contains(c))
        .filter(|cell| cell.len() == 2 && cell.ends_with(':'));
    let letter = cells.next()?.chars().next().filter(char::is_ascii_alphabetic)?;
    if cells.next().is_some() { None } else { Some((drive(letter)?, None)) }
}
