//! The IDs of a text, told apart by what makes a Key ID: those that something says to be one, and the others near a key.

use std::collections::HashSet;
use std::ops::Range;

use super::TextId;
use super::layout::{floor, odd_guid, words_before, words_behind};
use crate::file_name::FileName;
use crate::key_id::{self, Label};
use crate::scan::{Event, Found, begun_at};
use drivekey_record::{Guid, KeyId};

/// How far from a key the beginning of an ID, or one under odd hyphens, is looked for.
const REACH_BYTES: usize = 600;
/// Hex digits by which a recovery screen names a key.
const SCREEN_HEX: usize = 8;
/// Hex digits of a whole ID.
const WHOLE_HEX: usize = 32;

/// An ID in the text.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "signs that are independent of each other")]
pub(super) struct Id {
    pub(super) value: KeyId,
    pub(super) span: Range<usize>,
    pub(super) line: usize,
    pub(super) ocr: bool,
    /// Whether the only letters that were read as digits are `O`, which in an ID can be nothing but a zero.
    pub(super) only_zeros: bool,
    pub(super) rejoined: bool,
    /// Whether the word before it says that it is a Key ID, rather than its place.
    pub(super) labelled: bool,
}

/// All of them, in the order of the text.
#[derive(Default)]
pub(super) struct Ids {
    /// Key IDs.
    pub(super) sure: Vec<Id>,
    /// Whole IDs of which nothing says what they are.
    pub(super) others: Vec<Id>,
}

impl Ids {
    /// The IDs of a text in which these were found. `keys`: what was meant as a key.
    pub(super) fn of(text: &str, events: &[Event], keys: &[&Event], name: Option<&FileName>, is_whole: bool) -> Self {
        let name = &name.cloned().unwrap_or_default();
        let about = key_id::is_about_bitlocker(text) || name.says_key_id;
        let only_pairs = is_whole && key_id::holds_only_pairs(text, events);
        let guids: Vec<(Guid, &Event)> = events
            .iter()
            .filter_map(|event| if let Found::Guid(guid) = event.found { Some((guid, event)) } else { None })
            .collect();
        let labels: Vec<Label> = guids.iter().map(|(_, event)| label(text, &event.span, about)).collect();
        let mut elsewhere = external(text, &guids);
        elsewhere
            .extend(guids.iter().zip(&labels).filter(|(_, label)| **label == Label::Other).map(|((guid, _), _)| *guid));
        let mut ids = Self::default();
        for (at, ((guid, event), label)) in guids.iter().zip(&labels).enumerate() {
            let is_other = *label == Label::Other
                || text[..event.span.start].ends_with("Volume{")
                || (elsewhere.contains(guid) && *label != Label::Key)
                || is_external(text, &event.span);
            if is_other {
                continue;
            }
            let by_name = name.says_key_id && name.guids.contains(guid);
            let near = neighbours(keys, &event.span);
            let next = guids.get(at + 1).map_or(text.len(), |(_, next)| next.span.start);
            let by_layout =
                |key: &Event| key.span.start < next && key_id::is_in_windows_layout(text, &event.span, &key.span);
            let sure = by_name
                || only_pairs
                || *label == Label::Key
                || is_behind_its_beginning(text, &event.span, *guid)
                || (*label == Label::Bare
                    && (keys.is_empty() || near.clone().any(|key| key_id::reaches(text, &event.span, &key.span))))
                || near.clone().any(by_layout);
            let id = Id {
                value: KeyId::Full(*guid),
                span: event.span.clone(),
                line: event.line,
                ocr: event.ocr,
                only_zeros: !text[event.span.clone()]
                    .contains(|c: char| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit() && !matches!(c, 'O' | 'o')),
                rejoined: event.rejoined,
                labelled: *label == Label::Key,
            };
            if sure { ids.sure.push(id) } else { ids.others.push(id) }
        }
        ids.begun(text, events, keys, about);
        ids
    }

    /// Labelled beginnings of IDs, and whole ones under odd hyphens, near the keys.
    fn begun(&mut self, text: &str, events: &[Event], keys: &[&Event], about: bool) {
        let mut found: Vec<Id> = Vec::new();
        let mut done = 0;
        let places = keys.iter().map(|key| (key.span.clone(), key.line)).chain(keys.is_empty().then_some((0..0, 1)));
        for (key, key_line) in places {
            let from = floor(text, done.max(key.start.saturating_sub(REACH_BYTES)));
            let to = floor(text, text.len().min(key.end + REACH_BYTES));
            let mut at = from;
            while at < to {
                let event = events.partition_point(|event| event.span.end <= at);
                if let Some(event) = events.get(event).filter(|event| event.span.start <= at) {
                    at = event.span.end.max(at + 1);
                } else if let Some((value, span)) = begun(text, at) {
                    let label = label(text, &span, about);
                    let near =
                        keys.is_empty() || neighbours(keys, &span).any(|key| key_id::reaches(text, &span, &key.span));
                    // A row of 32 digits is any program's ID, unless it is called a Key ID.
                    let is_plain_hex = span.len() == WHOLE_HEX;
                    if label == Label::Key || (label == Label::Bare && near && !is_decimal(&value) && !is_plain_hex) {
                        let line = line_near(text, (key.start, key_line), span.start);
                        let labelled = label == Label::Key;
                        found.push(Id {
                            value,
                            span: span.clone(),
                            line,
                            ocr: false,
                            only_zeros: false,
                            rejoined: false,
                            labelled,
                        });
                    }
                    at = span.end;
                } else {
                    at += 1;
                }
            }
            done = to;
        }
        let whole = |ids: &[Id], begun: &Id| {
            ids.iter().any(|id| matches!(id.value, KeyId::Full(_)) && id.value.may_equal(&begun.value))
        };
        // Windows 7 writes the beginning before the whole.
        found.retain(|begun| matches!(begun.value, KeyId::Full(_)) || !whole(&self.sure, begun));
        self.sure.extend(found);
        self.sure.sort_by_key(|id| id.span.start);
    }

    /// All of them in the order of the text, but for those whose letters had to be read as digits.
    pub(super) fn all(&self) -> Vec<TextId> {
        let of = |sure: bool| {
            move |id: &Id| {
                let Id { value, span, line, rejoined, .. } = id.clone();
                TextId { value, span, line, rejoined, sure }
            }
        };
        let readable = |id: &&Id| !id.ocr;
        let sure = self.sure.iter().filter(readable).map(of(true));
        let mut all: Vec<TextId> = sure.chain(self.others.iter().filter(readable).map(of(false))).collect();
        all.sort_by_key(|id| id.span.start);
        all
    }
}

fn label(text: &str, span: &Range<usize>, about: bool) -> Label {
    // A word that touches the value is no label, nor one before a byte that is no text.
    let touches = |c: char| c.is_ascii_alphanumeric() || (c.is_control() && !c.is_whitespace());
    let is_glued = text[..span.start].ends_with(touches);
    let before = key_id::label(words_before(text, span), about);
    if is_glued && before != Label::Other {
        return Label::None;
    }
    if before != Label::None {
        return before;
    }
    let behind = words_behind(text, span);
    if behind.is_empty() { before } else { key_id::label(behind, about) }
}

/// Whether its own first eight characters stand right before an ID: both as a screen shows them, on our own pages too.
fn is_behind_its_beginning(text: &str, span: &Range<usize>, guid: Guid) -> bool {
    let before = text[..span.start].trim_end_matches([' ', '\t', '{', '\n']);
    let begun = &guid.compact()[..SCREEN_HEX];
    let at = before.len().wrapping_sub(SCREEN_HEX);
    before.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(begun))
        && !before[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
}

/// The last key before and the first behind.
fn neighbours<'a>(keys: &'a [&'a Event], span: &Range<usize>) -> impl Iterator<Item = &'a Event> + Clone {
    let next = keys.partition_point(|key| key.span.start < span.start);
    let before = next.checked_sub(1).and_then(|at| keys.get(at));
    before.into_iter().chain(keys.get(next)).copied()
}

/// GUIDs that name the files of startup keys.
fn external(text: &str, guids: &[(Guid, &Event)]) -> HashSet<Guid> {
    guids.iter().filter(|(_, event)| is_external(text, &event.span)).map(|(guid, _)| *guid).collect()
}

fn is_external(text: &str, span: &Range<usize>) -> bool {
    text.as_bytes().get(span.end..span.end + 4).is_some_and(|end| end.eq_ignore_ascii_case(b".bek"))
}

/// What begins there: a whole ID under odd hyphens, or the beginning of one.
fn begun(text: &str, at: usize) -> Option<(KeyId, Range<usize>)> {
    let bytes = text.as_bytes();
    let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !bytes[at].is_ascii_hexdigit() || (at > 0 && goes_on(bytes[at - 1])) {
        return None;
    }
    if let Some((guid, span)) = odd_guid(text, at) {
        return Some((KeyId::Full(guid), span));
    }
    begun_at(text, at).map(|(prefix, span)| (KeyId::Prefix(prefix), span))
}

/// Eight decimal digits are any number.
fn is_decimal(value: &KeyId) -> bool {
    matches!(value, KeyId::Prefix(prefix) if prefix.as_str().len() <= SCREEN_HEX
        && prefix.as_str().bytes().all(|byte| byte.is_ascii_digit()))
}

/// The line of a place, counted from a key: the text may be long.
fn line_near(text: &str, (key, key_line): (usize, usize), at: usize) -> usize {
    let count = |part: &str| part.bytes().filter(|byte| *byte == b'\n').count();
    if at < key { key_line.saturating_sub(count(&text[at..key])).max(1) } else { key_line + count(&text[key..at]) }
}
