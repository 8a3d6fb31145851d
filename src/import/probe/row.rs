//! Digits in a row, whatever stands between them, and the tests of a key on the last of them. Must not know how the
//! bytes became ASCII.

use zeroize::Zeroizing;

use super::gate::{Digits, STEP_BYTES};
use crate::import::scan::{is_part, look_alike};
use crate::record::{GROUP_DIGITS, GROUPS};

const KEY_DIGITS: usize = GROUPS * GROUP_DIGITS;
/// Digits kept before the oldest are dropped.
const KEPT_DIGITS: usize = 512;
/// A key is in one piece, in groups, or in groups of which each is broken once by the end of a line.
const RUNS_MAX: usize = 2 * GROUPS;
/// Columns of zeros are no key: so many groups must have a value.
const VALUES_MIN: usize = GROUPS / 2;
/// Beside a length, which is at most [`KEY_DIGITS`].
const NEW_LINE: u8 = 0x80;
/// So many digits written as escapes are a key, or nearly.
const ESCAPED_DIGITS: usize = 40;
/// Each group of a key is below this.
const GROUP_LIMIT: u32 = 720_896;
const DIVISOR: u32 = 11;

/// The digits of one reading of the bytes.
pub(super) struct Row {
    digits: Zeroizing<Vec<u8>>,
    len: usize,
    /// Lengths of the last runs, the newest at `runs % RUNS_MAX`, with [`NEW_LINE`] where a line begins with it.
    lengths: [u8; RUNS_MAX],
    runs: usize,
    /// Sound groups of six digits with nothing but numbers of one digit between them.
    numbered: usize,
    /// Runs whose value is that of a group, zeros before it dropped.
    padded: usize,
    /// How many of them are not zero.
    padded_values: usize,
    sound: usize,
    escaped: usize,
    /// A run that stood at the end of the last text, and whether a line began with it.
    open: Zeroizing<Vec<u8>>,
    open_new_line: bool,
}

impl Row {
    pub(super) fn new() -> Self {
        Self {
            digits: Zeroizing::new(Vec::new()),
            len: 0,
            lengths: [0; RUNS_MAX],
            runs: 0,
            numbered: 0,
            padded: 0,
            padded_values: 0,
            sound: 0,
            escaped: 0,
            open: Zeroizing::new(Vec::new()),
            open_new_line: false,
        }
    }

    /// How many groups of six digits could be a key's.
    pub(super) const fn sound_groups(&self) -> usize {
        self.sound
    }

    /// Takes a text whose digits are known; `true` where a key may have ended in it.
    pub(super) fn take(&mut self, text: &[u8], digits: &Digits) -> bool {
        self.take_within(text, 0, text.len(), digits)
    }

    /// Takes a part of a text. A run at its end may go on in the next.
    pub(super) fn take_within(&mut self, text: &[u8], from: usize, to: usize, digits: &Digits) -> bool {
        // Behind a word that was taken whole.
        let mut taken = from;
        if !self.open.is_empty() && from < to {
            let len = text[from..to].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let room = (KEY_DIGITS + 1).saturating_sub(self.open.len()).min(len);
            self.open.extend_from_slice(&text[from..from + room]);
            if from + len == to {
                return false;
            }
            if self.finish() {
                return true;
            }
            taken += len;
        }
        let mut open: Option<usize> = None;
        for (at, mask) in (from..to).step_by(STEP_BYTES).zip(digits) {
            let mut edges = mask ^ (mask << 1 | u64::from(open.is_some()));
            if to - at < STEP_BYTES {
                edges &= (1 << (to - at)) - 1;
            }
            while edges != 0 {
                let edge = at + edges.trailing_zeros() as usize;
                edges &= edges - 1;
                match open.take() {
                    None => open = Some(edge),
                    Some(start) if start >= taken => {
                        if self.run(text, start, edge, &mut taken) {
                            return true;
                        }
                    }
                    Some(_) => {}
                }
            }
        }
        if let Some(start) = open.filter(|start| *start >= taken) {
            self.open.reserve_exact(2 * KEY_DIGITS);
            self.open.extend_from_slice(&text[start..to.min(start + KEY_DIGITS + 1)]);
            self.open_new_line = begins_line(&text[..start]);
        }
        false
    }

    /// Takes the run that stood at the end.
    pub(super) fn finish(&mut self) -> bool {
        let run = std::mem::replace(&mut self.open, Zeroizing::new(Vec::new()));
        let new_line = self.open_new_line;
        let found = !run.is_empty() && self.push(&run, || new_line);
        self.open = run;
        self.open.clear();
        found
    }

    #[inline]
    fn run(&mut self, text: &[u8], start: usize, end: usize, taken: &mut usize) -> bool {
        if end - start < GROUP_DIGITS
            && let Some(word) = misread(text, start, end)
        {
            *taken = start - word.0 + GROUP_DIGITS;
            self.append(&word.1, false);
            return self.ends_a_key();
        }
        if let Some(digit) = escaped(text, start, end) {
            self.escaped += 1;
            return self.escaped >= ESCAPED_DIGITS || self.push(&[digit], || false);
        }
        self.push(&text[start..end], || begins_line(&text[..start]))
    }

    #[inline]
    fn push(&mut self, run: &[u8], new_line: impl FnOnce() -> bool) -> bool {
        if run.len() > KEY_DIGITS {
            // No key is a part of a longer number.
            self.len = 0;
            self.numbered = 0;
            self.padded = 0;
            return false;
        }
        // Only a group that the end of a line broke is asked where it began.
        self.append(run, run.len() < GROUP_DIGITS && new_line());
        let sound = run.len() <= GROUP_DIGITS && is_sound(run);
        // The last group of a key is sound; what ends in a whole group that is not, ends no key.
        let ends = sound || run.len() != GROUP_DIGITS;
        self.count(run, sound) || ends && self.ends_a_key()
    }

    #[inline]
    fn append(&mut self, run: &[u8], new_line: bool) {
        // Reserved at once, but only when it is needed: most of many small files need none.
        if self.digits.is_empty() {
            self.digits.resize(KEPT_DIGITS, 0);
        }
        if self.len + run.len() > KEPT_DIGITS {
            let from = self.len.saturating_sub(KEY_DIGITS);
            self.digits.copy_within(from..self.len, 0);
            self.len -= from;
        }
        let place = &mut self.digits[self.len..self.len + run.len()];
        match (<&mut [u8; GROUP_DIGITS]>::try_from(&mut *place), <&[u8; GROUP_DIGITS]>::try_from(run)) {
            // By far the most frequent length where digits are dense, and no call.
            (Ok(place), Ok(run)) => *place = *run,
            _ => place.copy_from_slice(run),
        }
        self.len += run.len();
        self.runs += 1;
        self.lengths[self.runs % RUNS_MAX] = u8::try_from(run.len()).unwrap_or(0) | if new_line { NEW_LINE } else { 0 };
    }

    /// Groups with numbers before them, and groups that lost their zeros.
    #[inline]
    fn count(&mut self, run: &[u8], sound: bool) -> bool {
        if run.len() == GROUP_DIGITS {
            self.numbered = if sound { self.numbered + 1 } else { 0 };
            self.sound += usize::from(sound);
        } else if run.len() > 1 {
            self.numbered = 0;
        }
        self.padded = if sound { self.padded + 1 } else { 0 };
        self.padded_values = if sound { self.padded_values + usize::from(run.iter().any(|digit| *digit != b'0')) } else { 0 };
        self.numbered >= GROUPS || (self.padded >= GROUPS && self.padded_values >= VALUES_MIN)
    }

    fn ends_a_key(&self) -> bool {
        let Some(from) = self.len.checked_sub(KEY_DIGITS) else { return false };
        let (groups, _) = self.digits[from..self.len].as_chunks::<GROUP_DIGITS>();
        groups.iter().rev().copied().all(is_sound_group) && self.is_in_groups()
    }

    /// Whether the last digits stand in no more parts than a key has groups; a group that the end of a line broke is one.
    fn is_in_groups(&self) -> bool {
        let (mut digits, mut parts, mut broken) = (0, 0, None);
        for back in 0..RUNS_MAX.min(self.runs) {
            let entry = self.lengths[(self.runs - back) % RUNS_MAX];
            let len = usize::from(entry & !NEW_LINE);
            digits += len;
            let mends = broken.take().is_some_and(|rest: usize| rest + len == GROUP_DIGITS);
            if !mends {
                parts += 1;
                broken = (entry & NEW_LINE > 0 && len < GROUP_DIGITS).then_some(len);
            }
            if digits >= KEY_DIGITS {
                return parts <= GROUPS;
            }
        }
        false
    }
}

/// Whether a line ended just before, but for the signs of a quoted mail or of a line that goes on.
#[inline]
fn begins_line(before: &[u8]) -> bool {
    // What stands before most numbers is none of it.
    if !matches!(before.last(), Some(b'\n' | b'\r' | 0x0B | 0x0C | b'>' | b' ' | 0x85 | 0xA8 | 0xA9)) {
        return false;
    }
    let unquoted = before.strip_suffix(b" ").filter(|rest| rest.ends_with(b">") || rest.ends_with(b"\n")).unwrap_or(before);
    matches!(unquoted, [.., b'\n' | b'\r' | 0x0B | 0x0C | b'>'] | [.., 0xC2, 0x85] | [.., 0xE2, 0x80, 0xA8 | 0xA9])
}

/// Whether digits have the value of a group.
fn is_sound(digits: &[u8]) -> bool {
    match digits.try_into() {
        Ok(group) => is_sound_group(group),
        Err(_) => is_value(digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit & 0xF))),
    }
}

/// The same for the usual length, without a loop.
fn is_sound_group(digits: [u8; GROUP_DIGITS]) -> bool {
    let (pairs, _) = digits.as_chunks::<2>();
    is_value(pairs.iter().fold(0, |value, [ten, one]| value * 100 + u32::from((ten & 0xF) * 10 + (one & 0xF))))
}

const fn is_value(value: u32) -> bool {
    value.is_multiple_of(DIVISOR) && value < GROUP_LIMIT
}

/// A word of six signs some of which are letters that look like digits: how far it begins before `start`, and what it
/// is read as.
#[inline]
fn misread(text: &[u8], start: usize, end: usize) -> Option<(usize, [u8; GROUP_DIGITS])> {
    let is_letter = |at: usize| text.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() && look_alike(*byte).is_some());
    if !(is_letter(end) || (start > 0 && is_letter(start - 1))) {
        return None;
    }
    let before = text[..start].iter().rev().take(GROUP_DIGITS).take_while(|byte| is_part(**byte)).count();
    let first = start - before;
    let word = text.get(first..first + GROUP_DIGITS)?;
    if text.get(first + GROUP_DIGITS).is_some_and(|byte| is_part(*byte)) {
        return None;
    }
    let mut read = [0; GROUP_DIGITS];
    for (digit, byte) in read.iter_mut().zip(word) {
        *digit = look_alike(*byte)?;
    }
    Some((before, read))
}

/// A digit written as an escape: `&#52;`, `&#x34;`, `\u0034`, `=34`.
#[inline]
fn escaped(text: &[u8], start: usize, end: usize) -> Option<u8> {
    let before = *text.get(start.checked_sub(1)?)?;
    if !matches!(before, b'#' | b'x' | b'X' | b'=' | b'u') {
        return None;
    }
    match (before, &text[start..end]) {
        (b'#', [b'4', digit @ b'8'..=b'9']) => Some(digit - 8),
        (b'#', [b'5', digit @ b'0'..=b'7']) => Some(digit + 2),
        (b'x' | b'X' | b'=', [b'3', digit]) | (b'u', [b'0', b'0', b'3', digit]) => Some(*digit),
        _ => None,
    }
}
