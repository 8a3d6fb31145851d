//! What a block of bytes has in it, counted with the machine's own vector instructions, sixty-four bytes at a time.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled for the machine's own instructions")]

mod scripts;
mod units;

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

use super::steps::{Digits, EVEN, STEP_BYTES, STEPS, WINDOW_BYTES, Window, steps, within};

/// What a block has in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// Bytes that are ASCII digits.
    pub(super) digits: u32,
    /// Those that another follows, with or without zeros between.
    pub(super) joined: u32,
    /// Digits of other scripts, in UTF-8 or a page.
    pub(super) foreign: u32,
    /// Digits of any script in UTF-16 or UTF-32 that another follows: both orders, from even and odd places.
    pub(super) units: [u32; 4],
    /// Bytes that are spaces.
    pub(super) spaces: u32,
    /// Zero bytes.
    pub(super) zeros: bool,
    /// Bytes that are not zero at the block's even places, and at its odd ones.
    pub(super) halves: [bool; 2],
    /// Invisible characters, or letters that are folded to ASCII, in UTF-8.
    pub(super) folds: bool,
    /// Signs of a word that may announce something encoded.
    pub(super) words: bool,
}

impl Signs {
    /// What a key that reaches into a block may have of it and of one of its neighbours.
    pub(super) fn near(before: &Self, own: &Self, after: &Self) -> Self {
        let most = |of: fn(&Self) -> u32| of(own) + of(before).max(of(after));
        Self {
            digits: most(|signs| signs.digits),
            joined: most(|signs| signs.joined),
            foreign: most(|signs| signs.foreign),
            units: std::array::from_fn(|way| own.units[way] + before.units[way].max(after.units[way])),
            ..*own
        }
    }

    /// Whether two bytes beside each other are not zero; in UTF-16 of ASCII one half is.
    pub(super) const fn pairs(&self) -> bool {
        self.halves[0] && self.halves[1]
    }
}

/// Counts with the machine's own instructions.
pub(super) struct Gate(Level);

impl Gate {
    pub(super) const fn new(level: Level) -> Self {
        Self(level)
    }

    /// What stands in a part of the bytes, and where its ASCII digits are; UTF-16 only where it is asked for and
    /// so many units are likely.
    pub(super) fn look(&self, bytes: &[u8], part: Range<usize>, wide: bool, likely: u32) -> (Signs, Digits) {
        let Range { start: from, end: to } = part;
        let (len, ahead) = (to - from, &bytes[from..bytes.len().min(to + WINDOW_BYTES)]);
        let (mut signs, digits) = dispatch!(self.0, simd => look(simd, ahead, len));
        if (wide || signs.zeros)
            && signs.pairs()
            && dispatch!(self.0, simd => units::likely(simd, ahead, len)) >= likely
        {
            let units = dispatch!(self.0, simd => units::joined(simd, ahead, len));
            // The block may begin at an odd place.
            signs.units = if from.is_multiple_of(2) { units } else { [units[1], units[0], units[3], units[2]] };
        }
        (signs, digits)
    }

    /// How many bytes stand before the first that parts words.
    pub(super) fn word_len(&self, bytes: &[u8]) -> Option<usize> {
        dispatch!(self.0, simd => word_len(simd, bytes))
    }
}

#[inline(always)]
fn word_len<S: Simd>(simd: S, bytes: &[u8]) -> Option<usize> {
    let (whole, rest) = bytes.as_chunks::<STEP_BYTES>();
    for (step, here) in whole.iter().enumerate() {
        let here = u8x64::from_slice(simd, here);
        let parts = within(here, b'\t', 5) | here.simd_eq(b' ') | within(here, b',', 2) | here.simd_eq(b';');
        let parts = parts.to_bitmask();
        if parts != 0 {
            return Some(step * STEP_BYTES + parts.trailing_zeros() as usize);
        }
    }
    let len = rest.iter().position(|byte| matches!(byte, b'\t'..=b'\r' | b' ' | b',' | b'-' | b';'))?;
    Some(whole.len() * STEP_BYTES + len)
}

#[inline(always)]
fn look<S: Simd>(simd: S, ahead: &[u8], len: usize) -> (Signs, Digits) {
    let mut signs = Signs::default();
    let mut all = [0; STEPS];
    // At even places of a step, and at odd ones.
    let (mut others, mut zeros) = (0, 0);
    steps(
        simd,
        ahead,
        len,
        #[inline(always)]
        |step, window, own| {
            let here = window.ahead(0);
            let digits = within(here, b'0', 10).to_bitmask() & own;
            let zero = here.simd_eq(0).to_bitmask() & own;
            all[step] = digits;
            others |= own & !zero;
            zeros |= zero;
            signs.digits += digits.count_ones();
            // What the next step begins with does not matter: a key has forty of them.
            let (next, wide) = (digits >> 1, zero >> 1 & (digits >> 2 | zero >> 2 & zero >> 3 & digits >> 4));
            signs.joined += (digits & (next | wide)).count_ones();
            signs.spaces += (here.simd_eq(b' ').to_bitmask() & own).count_ones();
            signs.words |= words(window, own, zero != 0);
            if here.simd_ge(0x80).any_true() {
                scripts::look(window, own, &mut signs);
            }
        },
    );
    signs.zeros = zeros != 0;
    signs.halves = [others & EVEN != 0, others & !EVEN != 0];
    (signs, all)
}

/// The rarest signs of each word that announces something encoded, in ASCII, or in UTF-16 where there are zeros.
#[inline(always)]
fn words<S: Simd>(window: &Window<'_, S>, own: u64, zeros: bool) -> bool {
    let (here, next, third) = (window.ahead(0), window.ahead(1), window.ahead(2));
    let (base, quoted, key) = ((here | 0x20).simd_eq(b'e'), here.simd_eq(b'd'), (here | 0x20).simd_eq(b'y'));
    let number = next.simd_eq(b'6') & third.simd_eq(b'4');
    let mut found = base & number | quoted & next.simd_eq(b'-') | key & (next | 0x20).simd_eq(b'p');
    if zeros {
        let number = third.simd_eq(b'6') & window.ahead(4).simd_eq(b'4');
        let wide = base & number | quoted & third.simd_eq(b'-') | key & (third | 0x20).simd_eq(b'p');
        found |= next.simd_eq(0) & wide;
    }
    found.to_bitmask() & own != 0
}

#[cfg(test)]
mod tests;
