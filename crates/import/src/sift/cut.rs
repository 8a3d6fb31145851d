//! Where a text that is full of keys may be cut, so that each key keeps its Key ID.

use super::ALIGNMENT;
use super::lines::Lines;
use crate::{Candidate, Place, Reading};
use drivekey_extract::Encoding;

/// What is left for the next reading where no key stands near the end.
const REST_BYTES: usize = 64 * 1024;
/// A Key ID further from its key is not looked for.
const REACH_BYTES: usize = 32 * 1024;

/// The last key of the text, where it is so near the end that its Key ID may be missing. A text that ends just before
/// a key is sound in any layout: each key in it has its Key ID, before it or behind it.
pub(super) fn last_key(text: &[u8], reading: &Reading, encoding: Encoding) -> Option<usize> {
    let line = reading.records.iter().map(line_of).max()?;
    let at = line_start(text, line, encoding);
    (at + REST_BYTES > text.len()).then_some(at)
}

/// Where the next reading begins: before the last key, and before its Key ID where those stand before their keys.
/// `reading`: of the text up to that key.
pub(super) fn next_start(text: &[u8], reading: &Reading, encoding: Encoding, last_key: Option<usize>) -> usize {
    let Some(last_key) = last_key else { return aligned(text.len().saturating_sub(REST_BYTES)) };
    let farthest = last_key.saturating_sub(REACH_BYTES);
    let Some(before) = reading.records.iter().max_by_key(|record| line_of(record)) else { return aligned(farthest) };
    let line = line_of(before);
    let key_at = line_start(text, line, encoding);
    let id = before.key_id.full().map(ToString::to_string);
    let leads = id.is_some_and(|id| holds(&text[key_at.saturating_sub(REACH_BYTES)..key_at], &id));
    // Two bytes more: the mark of the encoding is put in their place.
    let start = if leads { line_start(text, line + 1, encoding).max(farthest) } else { last_key };
    aligned(start.saturating_sub(2))
}

const fn aligned(at: usize) -> usize {
    at / ALIGNMENT * ALIGNMENT
}

const fn line_of(record: &Candidate) -> usize {
    if let Place::Line(line) = record.place { line } else { 0 }
}

/// Where a line begins.
fn line_start(text: &[u8], line: usize, encoding: Encoding) -> usize {
    let mut left = line.saturating_sub(1);
    if left == 0 {
        return 0;
    }
    let found = Lines::default().each(text, encoding, |_| {
        left -= 1;
        left == 0
    });
    found.unwrap_or(text.len())
}

/// Whether the word stands there, in any case and with or without zeros between its letters.
fn holds(part: &[u8], word: &str) -> bool {
    let letters: Vec<u8> = part.iter().copied().filter(|byte| *byte != 0).collect();
    letters.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}
