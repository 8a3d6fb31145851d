//! Digits in a row, whatever stands between them, and where they are tried.

mod gather;
mod runs;
mod tries;

use std::ops::Range;

use fearless_simd::{Level, dispatch};
use zeroize::Zeroizing;

use super::steps::{Digits, STEP_BYTES, STEPS, WINDOW_BYTES, first_bits};
use drivekey_record::{GROUP_DIGITS, GROUPS};
use gather::End;
use tries::Tries;

const KEY_DIGITS: usize = GROUPS * GROUP_DIGITS;
/// The marks of a digit beside its value: a run begins with it; so does a line; its run was read from letters.
const START: u8 = 0x80;
const NEW_LINE: u8 = 0x40;
const READ: u8 = 0x20;
/// The value without the marks.
const DIGIT: u8 = 0x0F;
/// Digits kept behind those that were tried: a key's, and the beginning of its first run.
const KEPT_DIGITS: usize = 2 * KEY_DIGITS;
/// What is kept, what waits to be tried, a whole block, and room to write steps beyond it.
const ROW_BYTES: usize = KEPT_DIGITS + 2 * WINDOW_BYTES + STEPS * STEP_BYTES;
/// A key is in one piece, in groups, or in groups of which each is broken once by the end of a line.
const RUNS_MAX: usize = 2 * GROUPS;
/// So many digits written as escapes are a key, or nearly.
const ESCAPED_DIGITS: usize = 40;

/// The digits of one reading of the bytes.
pub(super) struct Row {
    level: Level,
    /// Whether a key's digits may stand in any number of parts, as marks of a page cut them.
    cut_up: bool,
    /// Each digit's value with its marks.
    digits: Zeroizing<Vec<u8>>,
    end: End,
    /// How many of them were tried.
    tried: usize,
    tries: Tries,
    escaped: usize,
}

impl Row {
    pub(super) fn new(level: Level, cut_up: bool) -> Self {
        Self {
            level,
            cut_up,
            digits: Zeroizing::new(Vec::new()),
            end: End::default(),
            tried: 0,
            tries: Tries::default(),
            escaped: 0,
        }
    }

    /// How many groups of six digits could be a key's.
    pub(super) const fn sound_groups(&self) -> usize {
        self.tries.sound
    }

    /// At how many places a group of six digits could be within a run.
    pub(super) const fn joined_groups(&self) -> usize {
        self.tries.joined
    }

    /// Takes a part of a text, at most a block, whose digits are known; `true` where a key is found to have ended. A
    /// run at the end may go on in the next, and some digits wait for more.
    pub(super) fn take(&mut self, text: &[u8], part: Range<usize>, digits: &Digits) -> bool {
        if digits.iter().all(|step| *step == 0) {
            self.end.open &= part.is_empty();
            return false;
        }
        self.make_room(part.len());
        let (row, end) = (&mut self.digits, self.end);
        if let Some(end) = dispatch!(self.level, simd => gather::gather(simd, text, part.clone(), digits, row, end)) {
            self.end = end;
        } else {
            self.take_by_runs(text, part);
        }
        self.escaped >= ESCAPED_DIGITS || self.try_steps()
    }

    /// The run at the end does not go on.
    pub(super) const fn part(&mut self) {
        self.end.open = false;
    }

    /// Tries all that waits.
    pub(super) fn finish(&mut self) -> bool {
        if self.tried == self.end.len {
            return false;
        }
        self.make_room(STEP_BYTES);
        // As if another run began behind them.
        self.digits[self.end.len..].fill(0);
        self.digits[self.end.len] = START;
        while self.tried < self.end.len {
            if self.try_step(STEP_BYTES.min(self.end.len - self.tried)) {
                return true;
            }
        }
        false
    }

    fn make_room(&mut self, bytes: usize) {
        // Reserved at once, but only when it is needed: most of many small files need none.
        if self.digits.is_empty() {
            self.digits.resize(ROW_BYTES, 0);
        }
        if self.end.len + bytes + WINDOW_BYTES > ROW_BYTES {
            let dropped = self.tried.saturating_sub(KEPT_DIGITS);
            self.digits.copy_within(dropped..self.end.len, 0);
            self.end.len -= dropped;
            self.tried -= dropped;
        }
    }

    /// Reads runs one by one: some of them are not what they seem.
    fn take_by_runs(&mut self, text: &[u8], part: Range<usize>) {
        let Range { start: from, end: to } = part;
        let mut at = if self.end.open { self.take_run(text, from, to, 0) } else { from };
        while let Some(start) = text[at..to].iter().position(u8::is_ascii_digit).map(|len| at + len) {
            let end = start + text[start..to].iter().take_while(|byte| byte.is_ascii_digit()).count();
            // What follows a run that ends with the part is not always known yet.
            let whole = end < to || text.get(end).is_some_and(|byte| *byte != 0 && !byte.is_ascii_digit());
            if let Some((before, word)) =
                runs::misread(text, start, end).filter(|_| whole && end - start < GROUP_DIGITS)
            {
                self.append(&word, START | READ);
                at = to.min(start - before + GROUP_DIGITS);
            } else if let Some(digit) = runs::escaped(text, start, end).filter(|_| whole) {
                self.append(&[digit], START);
                self.escaped += 1;
                at = end;
            } else {
                at = self.take_run(
                    text,
                    start,
                    to,
                    START | if runs::begins_line(&text[..start]) { NEW_LINE } else { 0 },
                );
            }
        }
    }

    /// Takes the run that begins there as it stands, and gives its end.
    fn take_run(&mut self, text: &[u8], start: usize, to: usize, marks: u8) -> usize {
        let len = text[start..to].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.append(&text[start..start + len], marks);
        self.end.open = start + len == to && (len > 0 || self.end.open);
        start + len
    }

    fn append(&mut self, run: &[u8], marks: u8) {
        let place = &mut self.digits[self.end.len..self.end.len + run.len()];
        for (place, digit) in place.iter_mut().zip(run) {
            *place = digit & DIGIT;
        }
        if let Some(first) = place.first_mut() {
            *first |= marks;
        }
        self.end.len += run.len();
    }

    fn try_steps(&mut self) -> bool {
        while self.tried + WINDOW_BYTES <= self.end.len {
            if self.try_step(STEP_BYTES) {
                return true;
            }
        }
        false
    }

    /// Tries so many digits; `true` where a key is found to end with one of their groups.
    fn try_step(&mut self, len: usize) -> bool {
        let Some(step) = self.digits[self.tried..].first_chunk() else { return false };
        let own = first_bits(len);
        let tries = &mut self.tries;
        let found = dispatch!(self.level, simd => tries.step(simd, step, own));
        let first = self.tried + GROUP_DIGITS;
        self.tried += len;
        found.listed || places(found.last_groups, first).any(|end| self.cut_up || self.is_in_groups(end))
    }

    /// Whether the digits of a key that ends there stand in no more parts than it has groups; a group that the end of a
    /// line broke is one.
    fn is_in_groups(&self, end: usize) -> bool {
        let (mut start, mut parts, mut broken) = (end, 0, None);
        for _ in 0..RUNS_MAX {
            let run = self.digits[..start].iter().rev().take(KEY_DIGITS).position(|digit| digit & START != 0);
            // No key is a part of a longer number.
            let Some(len) = run.map(|before| before + 1) else { return false };
            start -= len;
            let mends = broken.take().is_some_and(|rest: usize| rest + len == GROUP_DIGITS);
            if !mends {
                parts += 1;
                broken = (self.digits[start] & NEW_LINE != 0 && len < GROUP_DIGITS).then_some(len);
            }
            if end - start >= KEY_DIGITS {
                return parts <= GROUPS;
            }
        }
        false
    }
}

/// The places of bits, the lowest of which stands at `first`.
fn places(mut bits: u64, first: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| first + bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        place
    })
}

#[cfg(test)]
mod tests;
