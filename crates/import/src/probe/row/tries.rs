//! The tests of a key on digits in a row, for all of their places at once.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled for the machine's own instructions")]

use fearless_simd::prelude::*;

use super::{DIGIT, READ, START};
use crate::probe::steps::{STEP_BYTES, WINDOW_BYTES, Window};
use drivekey_record::{GROUP_DIGITS, GROUPS};

/// Columns of zeros are no key: so many groups must have a value.
const VALUES_MIN: usize = GROUPS / 2;
const DIVISOR: u8 = 11;

/// What is known of the digits before those that are tried.
#[derive(Default)]
pub(super) struct Tries {
    /// Where one, two and four sound groups in a row ended with one that begins there, in the last step.
    groups: [u64; 3],
    /// Sound groups of six digits with nothing but numbers of one digit between them.
    numbered: Streak,
    /// Runs whose value is that of a group, zeros before it dropped.
    padded: Streak,
    /// Runs of six digits that could be a key's.
    pub(super) sound: usize,
    /// Places where six digits of one run could be: groups may be joined to one run, two and two or all of them.
    pub(super) joined: usize,
}

/// What was found in a step.
pub(super) struct Found {
    /// A bit for each place where the last of eight sound groups begins, and a run ends with it.
    pub(super) last_groups: u64,
    /// Whether eight groups stand there that are numbered, or have lost their zeros.
    pub(super) listed: bool,
}

impl Tries {
    /// Tries the digits of a step: those that `own` has a bit for. What comes behind tells how long the last runs are.
    #[inline(always)]
    pub(super) fn step<S: Simd>(&mut self, simd: S, digits: &[u8; WINDOW_BYTES], own: u64) -> Found {
        let window = Window { simd, bytes: digits };
        let begun = starts(&window, 0) & own;
        if begun == 0 && own == u64::MAX {
            // All are part of one number, and no key is a part of a longer number.
            self.groups = [0; 3];
            return Found { last_groups: 0, listed: false };
        }
        let divisible = divisible(&window);
        let below_limit = below_limit(&window);
        let groups = divisible[GROUP_DIGITS - 1] & below_limit & own;

        // By length: the runs that end there; which of them have the value of a group, and which the value zero.
        let (mut longer, mut sound, mut single, mut of_six) = (begun, 0, 0, 0);
        let (mut zero, mut without_value, mut parted) = (u64::MAX, 0, 0);
        for (before, divisible) in divisible.into_iter().enumerate() {
            let next = starts(&window, before + 1);
            let ended = longer & next;
            longer &= !next;
            if before + 1 < GROUP_DIGITS {
                parted |= next;
            }
            zero &= (window.ahead(before) & DIGIT).simd_eq(0).to_bitmask();
            without_value |= ended & zero;
            sound |= ended & divisible;
            if before == 0 {
                single = ended;
            }
            of_six = ended;
        }
        sound &= !of_six | below_limit;
        let counted = begun & !(window.ahead(0) & READ).simd_eq(READ).to_bitmask();
        let sound = sound & counted;
        let sound_six = sound & of_six;
        self.sound += sound_six.count_ones() as usize;
        self.joined += (groups & !parted).count_ones() as usize;
        let numbered = self.numbered.go_on(sound_six, sound_six, counted & !(single | sound_six), 0);
        let padded = self.padded.go_on(sound, sound & !without_value, counted & !sound, VALUES_MIN);
        Found { last_groups: self.eighth(groups) & starts(&window, GROUP_DIGITS), listed: numbered || padded }
    }

    /// Where the eighth group of a row begins, all of them sound and none of them apart.
    #[inline(always)]
    fn eighth(&mut self, groups: u64) -> u64 {
        let mut here = groups;
        let mut places = GROUP_DIGITS;
        for before in &mut self.groups {
            let earlier = here << places | *before >> (STEP_BYTES - places);
            *before = here;
            here &= earlier;
            places *= 2;
        }
        here
    }
}

/// Runs that follow each other and could be groups of a key, and how many of them are not zero.
#[derive(Default)]
struct Streak {
    runs: usize,
    values: usize,
}

impl Streak {
    /// Goes on with the runs that begin in a step; `true` where a key's number of them followed each other.
    #[inline(always)]
    fn go_on(&mut self, sound: u64, values: u64, breaks: u64, values_min: usize) -> bool {
        if self.runs + (sound.count_ones() as usize) < GROUPS {
            let last = !u64::MAX.checked_shr(breaks.leading_zeros()).unwrap_or(0);
            if breaks != 0 {
                *self = Self::default();
            }
            self.add(sound & last, values & last);
            return false;
        }
        self.go_on_by_one(sound, values, breaks, values_min)
    }

    #[cold]
    fn go_on_by_one(&mut self, sound: u64, values: u64, mut breaks: u64, values_min: usize) -> bool {
        let mut open = u64::MAX;
        loop {
            // All bits up to the next break.
            let part = open & (breaks ^ breaks.wrapping_sub(1));
            self.add(sound & part, values & part);
            if self.runs >= GROUPS && self.values >= values_min {
                return true;
            }
            if breaks == 0 {
                return false;
            }
            *self = Self::default();
            open &= !part;
            breaks &= breaks - 1;
        }
    }

    #[inline(always)]
    fn add(&mut self, sound: u64, values: u64) {
        self.runs += sound.count_ones() as usize;
        self.values += values.count_ones() as usize;
    }
}

/// Where a run begins so many places ahead.
#[inline(always)]
fn starts<S: Simd>(window: &Window<'_, S>, places: usize) -> u64 {
    window.ahead(places).simd_ge(START).to_bitmask()
}

/// Where the number that begins there is a multiple of eleven, for each length up to a group's: the sum of its digits
/// with changing signs is.
#[inline(always)]
fn divisible<S: Simd>(window: &Window<'_, S>) -> [u64; GROUP_DIGITS] {
    let mut rest = window.ahead(0) & DIGIT;
    let mut found = [rest.simd_eq(0).to_bitmask(), 0, 0, 0, 0, 0];
    for (places, found) in found.iter_mut().enumerate().skip(1) {
        let digit = window.ahead(places) & DIGIT;
        // What falls below zero is a large number, so the lesser one is the rest.
        rest = if places % 2 == 1 {
            (rest - digit).min(rest - digit + DIVISOR)
        } else {
            (rest + digit).min(rest + digit - DIVISOR)
        };
        *found = rest.simd_eq(0).to_bitmask();
    }
    found
}

/// Where six digits are below 720896, as those of each group are.
#[inline(always)]
fn below_limit<S: Simd>(window: &Window<'_, S>) -> u64 {
    let (mut below, mut same) = (0, u64::MAX);
    for (places, limit) in [7, 2, 0, 8, 9, 6].into_iter().enumerate() {
        let digit = window.ahead(places) & DIGIT;
        below |= same & digit.simd_lt(limit).to_bitmask();
        same &= digit.simd_eq(limit).to_bitmask();
    }
    below
}

/// The masks of a step, for tests.
#[cfg(test)]
#[inline(always)]
pub(super) fn masks<S: Simd>(simd: S, digits: &[u8; WINDOW_BYTES]) -> ([u64; GROUP_DIGITS], u64) {
    let window = Window { simd, bytes: digits };
    (divisible(&window), below_limit(&window))
}
