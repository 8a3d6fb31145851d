//! Eight groups that carry their numbers: `1. 123456`, `Group 2: 123456`, on one line or on eight.

use std::ops::Range;

use super::attempt::{Attempt, attempt};
use super::event::Finds;
use super::part::Part;
use super::word::Kind;
use drivekey_record::{GROUP_DIGITS, GROUPS};

/// Most bytes between a number and its group.
const NUMBER_GAP_BYTES: usize = 12;
/// Most bytes between a group and the next number.
const GROUP_GAP_BYTES: usize = 32;

/// How far the count has come.
#[derive(Default)]
pub(super) struct Numbered {
    groups: Vec<Part>,
    /// The end of the number that a group must follow now.
    number_end: Option<usize>,
}

impl Numbered {
    /// Begins anew.
    pub(super) fn reset(&mut self) {
        self.groups.clear();
        self.number_end = None;
    }

    /// Takes the next word of the text.
    pub(super) fn word(&mut self, text: &[u8], span: Range<usize>, line: usize, finds: &mut Finds) {
        let word = &text[span.clone()];
        if !word.iter().all(u8::is_ascii_digit) {
            return;
        }
        match (word.len(), self.number_end) {
            (GROUP_DIGITS, Some(number_end)) if span.start - number_end <= NUMBER_GAP_BYTES => {
                self.number_end = None;
                self.groups.push(Part { start: span.start, end: span.end, line, kind: Kind::Digits, rank: 0 });
                if self.groups.len() == GROUPS {
                    if let Attempt::Key(event) = attempt(text, &self.groups, finds) {
                        finds.push(event);
                    }
                    self.reset();
                }
            }
            (1, _) => self.number(word[0], &span),
            _ => self.reset(),
        }
    }

    fn number(&mut self, digit: u8, span: &Range<usize>) {
        let near = self.groups.last().is_none_or(|group| span.start - group.end <= GROUP_GAP_BYTES);
        let next = usize::from(digit - b'0') == self.groups.len() + 1;
        if !near || !next || self.number_end.is_some() {
            self.reset();
        }
        if usize::from(digit - b'0') == self.groups.len() + 1 {
            self.number_end = Some(span.end);
        }
    }
}
