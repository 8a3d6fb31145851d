//! Layouts that say which GUID is a Key ID without a word that must be understood: Windows' own, and lists of nothing
//! but pairs. And how far from its key an ID may stand that is only called `ID`.

use std::ops::Range;

use super::{Label, label};
use crate::labels;
use crate::scan::{Event, Found};

/// Lines between a mere `ID` and its key, at most.
const LINES_MAX: usize = 8;
/// The same in bytes.
const REACH_BYTES: usize = 1500;
/// Longest line that is a heading or a label.
const LABEL_CHARS: usize = 60;
/// What may follow on the line of the first of the two: a drive in brackets.
const REST_CHARS: usize = 3;
/// So far above an ID its block is looked at.
const BLOCK_BYTES: usize = 400;
/// What Windows' title holds in every language; of a file that lost a byte the first letter may be another.
const TITLE: &str = "itlocker";
/// Longest place in a file that a tool puts before a line.
const PLACE_BYTES: usize = 40;
/// Windows' title stands at most so far before the ID.
const TITLE_BYTES: usize = 4000;

/// Whether an ID that is only called `ID` stands with a key: between them there are only labels, and what is known of a
/// drive or a computer.
pub(crate) fn reaches(text: &str, id: &Range<usize>, key: &Range<usize>) -> bool {
    let (from, to) = if id.start < key.start { (id.end, key.start) } else { (key.end, id.start) };
    // Looked at first: a text may be long, and have many IDs.
    let Some(between) = text.get(from..to).filter(|between| between.len() <= REACH_BYTES) else { return false };
    if !text[..id.start].ends_with('{') && names_a_computer(text, id, key) {
        // An object of a computer has an ID, too; Windows puts braces round those of keys.
        return false;
    }
    let mut lines: Vec<&str> = between.split('\n').collect();
    if lines.len() == 1 {
        // Quotes are those of an object, whose own ID it is.
        return between.chars().count() <= LABEL_CHARS && !between.contains('"');
    }
    if lines.len() > LINES_MAX * 2 {
        return false;
    }
    // The ends of the two lines on which they stand.
    let first = lines.remove(0);
    let words = first.chars().filter(|c| c.is_alphanumeric()).count();
    if words > REST_CHARS {
        return false;
    }
    let last = lines.pop().unwrap_or_default();
    last.chars().count() <= LABEL_CHARS && lines.into_iter().all(is_of_the_same_thing)
}

/// Whether the lines from the beginning of the block up to the later of the two name a computer by a label.
fn names_a_computer(text: &str, id: &Range<usize>, key: &Range<usize>) -> bool {
    let (first, last) = (id.start.min(key.start), id.start.max(key.start));
    let from = (first.saturating_sub(BLOCK_BYTES)..=first).find(|at| text.is_char_boundary(*at)).unwrap_or(first);
    let block = text.get(from..last).unwrap_or_default();
    let above = block.get(..first - from).unwrap_or_default();
    // Above an empty line another thing may stand.
    let start = above.rfind("\n\n").unwrap_or(0);
    block[start..].lines().any(|line| {
        line.split_once([':', '='])
            .is_some_and(|(words, _)| crate::entry::exact_role(words) == Some(crate::entry::Role::Device))
    })
}

fn is_of_the_same_thing(line: &str) -> bool {
    let line = line.trim();
    if line.chars().all(|c| !c.is_alphanumeric()) || line.ends_with([':', '：']) {
        return true;
    }
    let Some((words, value)) = line.split_once([':', '：', '=']) else {
        // A heading of one or two words, such as `Password`.
        return line.split_whitespace().count() <= 2 && !line.contains(|c: char| c.is_ascii_digit());
    };
    let known = labels::label(words).is_some()
        || matches!(
            crate::entry::role(words),
            crate::entry::Role::Drive
                | crate::entry::Role::Device
                | crate::entry::Role::VolumeType
                | crate::entry::Role::VolumeLabel
                | crate::entry::Role::Created
                | crate::entry::Role::ProtectorType
                | crate::entry::Role::Password
        );
    known || value.trim().is_empty() || label(words, true) == Label::Key
}

/// Windows' own layout, in any language: behind a title that names `BitLocker`, the ID and the key stand on lines of
/// their own, each behind one tab, with no other ID between them.
pub(crate) fn is_in_windows_layout(text: &str, id: &Range<usize>, key: &Range<usize>) -> bool {
    let Some(before) = id.start.checked_sub(TITLE_BYTES).map_or(Some(&text[..id.start]), |from| {
        let from = (from..id.start).find(|at| text.is_char_boundary(*at))?;
        text.get(from..id.start)
    }) else {
        return false;
    };
    id.start < key.start && is_tabbed(text, id) && is_tabbed(text, key) && labels::holds(before, TITLE)
}

/// Alone on its line behind one tab. Before the tab a tool may have put the place in its file.
fn is_tabbed(text: &str, value: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    // A line may be as long as the text.
    let before = &bytes[value.start.saturating_sub(PLACE_BYTES)..value.start];
    let behind = &bytes[value.end..bytes.len().min(value.end + PLACE_BYTES)];
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_whole = line.len() < before.len() || value.start < PLACE_BYTES;
    let rest = behind.split(|byte| *byte == b'\n').next().unwrap_or_default();
    is_whole
        && line
            .strip_suffix(b"\t")
            .is_some_and(|place| place.iter().all(|byte| *byte == b' ' || byte.is_ascii_hexdigit()))
        && rest.trim_ascii().is_empty()
}

/// Whether the text holds nothing but IDs and keys, each key with one ID, always in the same order. Signs, bullets and
/// drive letters may stand beside them.
pub(crate) fn holds_only_pairs(text: &str, events: &[Event]) -> bool {
    let is_id = |event: &Event| matches!(event.found, Found::Guid(_));
    let pairs = events.chunks_exact(2);
    if events.is_empty() || !pairs.remainder().is_empty() {
        return false;
    }
    let id_first = is_id(&events[0]);
    if !pairs.into_iter().all(|pair| is_id(&pair[0]) == id_first && is_id(&pair[1]) != id_first) {
        return false;
    }
    let mut at = 0;
    let ends = events.iter().map(|event| (event.span.start, event.span.end)).chain([(text.len(), text.len())]);
    for (start, end) in ends {
        let Some(part) = text.get(at..start) else { return false };
        let is_sign = |word: &str| {
            let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
            letters == 0 || (letters == 1 && word.trim_end_matches('\\').ends_with(':'))
        };
        if !part.split(|c: char| c.is_whitespace() || ",;|".contains(c)).all(is_sign) {
            return false;
        }
        at = end;
    }
    true
}
