//! What a block of bytes has in it, counted with the machine's own vector instructions, sixty-four bytes at a time. Must
//! not know what follows from the counts.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled for the machine's own instructions")]

use std::ops::Range;
use std::sync::LazyLock;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x64, u8x64};

use super::steps::{AHEAD_BYTES, Digits, Own, STEP_BYTES, STEPS, Window, bits, steps, within};

/// A rarer character says more: it may be the only one of its script in each group.
const RARE_UNITS: u32 = 4;
/// The bits of even places; those of odd ones are the others.
const EVEN: u64 = 0x5555_5555_5555_5555;
/// A digit, in the order of little or of big ends.
const LITTLE: u8 = 1;
const BIG: u8 = 2;
/// How far the bit of each way stands from the lowest of two bytes.
const WAYS: [u32; 4] = [0, 8, 1, 9];
/// What each two bytes are as a unit of UTF-16.
static UNITS: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let one = |bytes: u16| (u8::from(is_unit(bytes)) * LITTLE) | (u8::from(is_unit(bytes.swap_bytes())) * BIG);
    (0..=u16::MAX).map(one).collect()
});

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
pub(super) struct Gate(pub(super) Level);

impl Gate {
    pub(super) fn new() -> Self {
        Self(Level::new())
    }

    /// What stands in a part of the bytes, and where its ASCII digits are; UTF-16 only where it is asked for and
    /// so many units are likely.
    pub(super) fn look(&self, bytes: &[u8], part: Range<usize>, wide: bool, likely: u32) -> (Signs, Digits) {
        let Range { start: from, end: to } = part;
        let ahead = &bytes[from..bytes.len().min(to + AHEAD_BYTES)];
        let (mut signs, digits) = dispatch!(self.0, simd => look(simd, ahead, to - from));
        if (wide || signs.zeros) && signs.pairs() && dispatch!(self.0, simd => likely_units(simd, ahead, to - from)) >= likely {
            let units = units(ahead, to - from);
            // The block may begin at an odd place.
            signs.units = if from.is_multiple_of(2) { units } else { [units[1], units[0], units[3], units[2]] };
        }
        (signs, digits)
    }

    /// Where the ASCII digits are.
    pub(super) fn digits(&self, block: &[u8]) -> Digits {
        dispatch!(self.0, simd => digits(simd, block))
    }

    /// Where most second bytes are spaces.
    pub(super) fn is_spaced(&self, block: &[u8]) -> bool {
        dispatch!(self.0, simd => count(simd, block, b' ')) as usize * 5 > block.len() * 2
    }
}

#[inline(always)]
fn count<S: Simd>(simd: S, block: &[u8], byte: u8) -> u32 {
    let mut found = 0;
    steps(
        simd,
        block,
        block.len(),
        #[inline(always)]
        |_, window, own| found += bits(window.ahead(0).simd_eq(byte), own),
    );
    found
}

#[inline(always)]
fn digits<S: Simd>(simd: S, block: &[u8]) -> Digits {
    let mut digits = [0; STEPS];
    steps(
        simd,
        block,
        block.len(),
        #[inline(always)]
        |step, window, own| {
            digits[step] = (within(window.ahead(0), b'0', 10).to_bitmask() & own.bits) >> own.shift;
        },
    );
    digits
}

#[inline(always)]
fn look<S: Simd>(simd: S, ahead: &[u8], len: usize) -> (Signs, Digits) {
    let mut signs = Signs::default();
    let mut all = [0; STEPS];
    steps(
        simd,
        ahead,
        len,
        #[inline(always)]
        |step, window, own| {
            let here = window.ahead(0);
            let digits = within(here, b'0', 10).to_bitmask() & own.bits;
            let zeros = here.simd_eq(0).to_bitmask() & own.bits;
            // Even and odd places are the block's.
            let others = (own.bits & !zeros) >> own.shift;
            all[step] = digits >> own.shift;
            signs.digits += digits.count_ones();
            // What the next step begins with does not matter: a key has forty of them.
            let (next, wide) = (digits >> 1, zeros >> 1 & (digits >> 2 | zeros >> 2 & zeros >> 3 & digits >> 4));
            signs.joined += (digits & (next | wide)).count_ones();
            signs.zeros |= zeros != 0;
            signs.halves[0] |= others & EVEN != 0;
            signs.halves[1] |= others & !EVEN != 0;
            signs.words = signs.words || words(window, own);
            if !here.simd_lt(0x80).all_true() {
                signs.foreign += foreign(window, own);
                signs.folds = signs.folds || folds(window, own);
            }
        },
    );
    (signs, all)
}

/// Digits of other scripts in UTF-8, and in the pages of Asia. Each test only where its first byte is found.
#[inline(always)]
fn foreign<S: Simd>(window: &Window<'_, S>, own: Own) -> u32 {
    let (a, b, c) = (window.ahead(0), window.ahead(1), window.ahead(2));
    let mut found = 0;
    // Two after each other: one alone would often be the middle of a character in UTF-8.
    let twice = a.simd_eq(c);
    let (japan, china, taiwan) = (a.simd_eq(0x82) & twice, a.simd_eq(0xA3) & twice, a.simd_eq(0xA2) & twice);
    if (japan | china | taiwan).any_true() {
        let d = window.ahead(3);
        let japan = japan & within(b, 0x4F, 10) & within(d, 0x4F, 10);
        let china = china & within(b, 0xB0, 10) & within(d, 0xB0, 10);
        found += bits(japan | china | taiwan & within(b, 0xAF, 10) & within(d, 0xAF, 10), own);
    }
    if !begins_character(a, b).any_true() {
        return found;
    }
    let (arabic, persian, nko) = (a.simd_eq(0xD9), a.simd_eq(0xDB), a.simd_eq(0xDF));
    if (arabic | persian | nko).any_true() {
        found += bits(arabic & within(b, 0xA0, 10) | persian & within(b, 0xB0, 10) | nko & within(b, 0x80, 10), own);
    }
    let lead = a.simd_eq(0xE0);
    if lead.any_true() {
        // India has the last ten of a page of characters, and of its upper half; then Thailand, Laos and Tibet.
        let india = ((b | 0x0E).simd_eq(0xAF) | within(b, 0xB1, 7)) & within(c, 0xA6, 10);
        let east = (b.simd_eq(0xB9) | b.simd_eq(0xBB)) & within(c, 0x90, 10) | b.simd_eq(0xBC) & within(c, 0xA0, 10);
        found += bits(lead & (india | east), own);
    }
    let lead = a.simd_eq(0xE1);
    if lead.any_true() {
        let burma = ten(b, 0x81, c, 0x80) | ten(b, 0x82, c, 0x90) | ten(b, 0xA5, c, 0x86) | ten(b, 0xA7, c, 0x90);
        let north = ten(b, 0x9F, c, 0xA0) | ten(b, 0xA0, c, 0x90);
        let indies = ten(b, 0xAD, c, 0x90) | ten(b, 0xAE, c, 0xB0) | (b.simd_eq(0xAA) | b.simd_eq(0xB1)) & within(c, 0x80, 26);
        found += bits(lead & (burma | north | indies), own);
    }
    let lead = a.simd_eq(0xEA);
    if lead.any_true() {
        let rare = ten(b, 0x98, c, 0xA0) | ten(b, 0xA3, c, 0x90) | ten(b, 0xA4, c, 0x80) | ten(b, 0xA9, c, 0x90) | ten(b, 0xAF, c, 0xB0);
        found += bits(lead & (rare | b.simd_eq(0xA7) & within(c, 0x90, 42)), own);
    }
    let lead = a.simd_eq(0xEF);
    if lead.any_true() {
        found += bits(lead & ten(b, 0xBC, c, 0x90), own);
    }
    let lead = a.simd_eq(0xF0);
    if lead.any_true() {
        found += bits(lead & (within(b, 0x90, 2) | b.simd_eq(0x96) | within(b, 0x9C, 3) | b.simd_eq(0x9F) & c.simd_eq(0xAF)), own);
    }
    found
}

/// The first bytes of characters of UTF-8 that may be of use, each with a second one behind it. UTF-16 has few.
#[inline(always)]
fn begins_character<S: Simd>(bytes: u8x64<S>, next: u8x64<S>) -> mask8x64<S> {
    within(bytes, 0xD8, 0x20) & within(next, 0x80, 0x40)
}

/// A page, then one of the ten bytes from a zero.
#[inline(always)]
fn ten<S: Simd>(bytes: u8x64<S>, page: u8, next: u8x64<S>, zero: u8) -> mask8x64<S> {
    bytes.simd_eq(page) & within(next, zero, 10)
}

/// The rarest signs of each word that announces something encoded, in ASCII or UTF-16.
#[inline(always)]
fn words<S: Simd>(window: &Window<'_, S>, own: Own) -> bool {
    let (a, b, c) = (window.ahead(0), window.ahead(1), window.ahead(2));
    let base = (a | 0x20).simd_eq(b'e') & (b.simd_eq(b'6') & c.simd_eq(b'4') | c.simd_eq(b'6') & window.ahead(4).simd_eq(b'4'));
    let zero = b.simd_eq(0);
    let quoted = a.simd_eq(b'd') & (b.simd_eq(b'-') | zero & c.simd_eq(b'-'));
    let package = (a | 0x20).simd_eq(b'y') & ((b | 0x20).simd_eq(b'p') | zero & (c | 0x20).simd_eq(b'p'));
    bits(base | quoted | package, own) > 0
}

/// Full-width letters and what is invisible, in UTF-8.
#[inline(always)]
fn folds<S: Simd>(window: &Window<'_, S>, own: Own) -> bool {
    let (a, b) = (window.ahead(0), window.ahead(1));
    if !begins_character(a, b).any_true() {
        return false;
    }
    let (arabic, mongolian, signs, wide) = (a.simd_eq(0xD8), a.simd_eq(0xE1), a.simd_eq(0xE2), a.simd_eq(0xEF));
    if !(arabic | mongolian | signs | wide).any_true() {
        return false;
    }
    let c = window.ahead(2);
    let marks = arabic & b.simd_eq(0x9C) | mongolian & b.simd_eq(0xA0) & c.simd_eq(0x8E);
    let hidden = b.simd_eq(0x80) & (within(c, 0x8B, 5) | within(c, 0xAA, 5)) | b.simd_eq(0x81) & within(c, 0xA0, 10);
    let letters = b.simd_eq(0xBC) & within(c, 0xA1, 26) | b.simd_eq(0xBD) & within(c, 0x81, 26) | b.simd_eq(0xBB) & c.simd_eq(0xBF);
    bits(marks | signs & hidden | wide & letters, own) > 0
}

/// Bytes that may be the higher half of a digit of another script, beside what may be its lower half, and that stand
/// there again one or two units later; halves of rarer characters; and what is invisible.
#[inline(always)]
fn likely_units<S: Simd>(simd: S, ahead: &[u8], len: usize) -> u32 {
    let mut found = 0;
    steps(
        simd,
        ahead,
        len,
        #[inline(always)]
        |_, window, own| {
            let (before, here, behind) = (window.ahead(0), window.ahead(1), window.ahead(2));
            let (next, later) = (window.ahead(3), window.ahead(5));
            let half = within(here, 0x06, 0x17) | within(here, 0xA6, 6) | here.simd_eq(0xFF);
            let again = half & (here.simd_eq(next) | here.simd_eq(later));
            let rare = here.simd_eq(0xD8) & within(next, 0xDC, 4);
            let general = here.simd_eq(0x20);
            if (again | rare | general).any_true() {
                let hidden = general & (is_hidden(before) | is_hidden(behind));
                found += bits(again & (other_half(here, before) | other_half(here, behind)) | hidden, own);
                found += RARE_UNITS * bits(rare, own);
            }
        },
    );
    found
}

/// The lower half of an invisible character whose higher half is 0x20.
#[inline(always)]
fn is_hidden<S: Simd>(low: u8x64<S>) -> mask8x64<S> {
    within(low, 0x0B, 5) | within(low, 0x2A, 5) | within(low, 0x60, 10)
}

/// Whether the lower half fits: exact for the scripts that whole texts are written in.
#[inline(always)]
fn other_half<S: Simd>(high: u8x64<S>, low: u8x64<S>) -> mask8x64<S> {
    let (arabic, india, east, wide) = (high.simd_eq(0x06), within(high, 0x09, 5), high.simd_eq(0x0E), high.simd_eq(0xFF));
    let upper = low | 0x80;
    arabic & (within(low, 0x60, 10) | within(low, 0xF0, 10))
        | india & within(upper, 0xE6, 10)
        | east & within(upper, 0xD0, 10)
        | wide & (within(low, 0x10, 10) | within(low, 0x21, 26) | within(low, 0x41, 26))
        | !(arabic | india | east | wide)
}

/// Digits in UTF-16 with another behind them, with or without a unit between, or in UTF-32: little and big ends from even places,
/// then from odd ones.
fn units(ahead: &[u8], len: usize) -> [u32; 4] {
    let table = &**UNITS;
    let mut kinds = [0_u8; STEPS * STEP_BYTES + AHEAD_BYTES];
    for (kind, pair) in kinds.iter_mut().zip(ahead.windows(2)) {
        *kind = table[usize::from(u16::from_le_bytes([pair[0], pair[1]]))];
    }
    let mut joined = [0_u8; STEPS * STEP_BYTES];
    for (place, joined) in joined[..len].iter_mut().enumerate() {
        *joined = kinds[place] & (kinds[place + 2] | kinds[place + 4] | kinds[place + 8]);
    }
    let mut found = [0; 4];
    for eight in joined.as_chunks::<8>().0 {
        let eight = u64::from_le_bytes(*eight);
        for (way, found) in found.iter_mut().enumerate() {
            *found += (eight >> WAYS[way] & 0x0001_0001_0001_0001).count_ones();
        }
    }
    found
}

const fn is_within(byte: u8, first: u8, count: u8) -> bool {
    byte.wrapping_sub(first) < count
}

/// Whether it is a digit, a full-width letter, which is read as ASCII's, or half of a character that may be a digit.
const fn is_unit(unit: u16) -> bool {
    let [high, low] = unit.to_be_bytes();
    match high {
        0x00 => is_within(low, b'0', 10),
        0x06 => is_within(low, 0x60, 10) || is_within(low, 0xF0, 10),
        0x07 => is_within(low, 0xC0, 10),
        0x09..=0x0D => is_within(low & 0x7F, 0x66, 10),
        0x0E => is_within(low & 0x7F, 0x50, 10),
        0x0F | 0xA6 => is_within(low, 0x20, 10),
        0x10 => is_within(low, 0x40, 10) || is_within(low, 0x90, 10),
        0x17 => is_within(low, 0xE0, 10),
        0x18 => is_within(low, 0x10, 10),
        0x19 => is_within(low, 0x46, 10) || is_within(low, 0xD0, 10),
        0x1A => is_within(low, 0x80, 26),
        0x1B => is_within(low, 0x50, 10) || is_within(low, 0xB0, 10),
        0x1C => is_within(low, 0x40, 26),
        0xA8 => is_within(low, 0xD0, 10),
        0xA9 => low < 10 || is_within(low, 0xD0, 42),
        0xAA => is_within(low, 0x50, 10),
        0xAB => is_within(low, 0xF0, 10),
        0xFF => is_within(low, 0x10, 10) || is_within(low, 0x21, 26) || is_within(low, 0x41, 26),
        0xD8 => low <= 0x3C || low == 0x3E,
        0xDC..=0xDF => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fold_digit;

    /// Each digit of each script is counted, in UTF-8 and as a unit.
    #[test]
    fn no_digit_of_any_script_is_missed() {
        let gate = Gate::new();
        let mut scripts = 0;
        for c in ('\u{80}'..=char::MAX).filter(|c| fold_digit(*c).is_some()) {
            let many = String::from_iter([c; 24]);
            let bytes = many.as_bytes();
            assert_eq!(gate.look(bytes, 0..bytes.len(), false, 10).0.foreign, 24, "{:x}", c as u32);
            let units: Vec<u8> = many.encode_utf16().flat_map(u16::to_le_bytes).collect();
            // A digit whose lower half is zero would look like Latin.
            let units = [b"\x63\x06", units.as_slice()].concat();
            let found = gate.look(&units, 0..units.len(), true, 10).0.units;
            assert!(found[0] >= 23, "{:x} {found:?}", c as u32);
            scripts += 1;
        }
        assert!(scripts > 400, "{scripts}");
    }

    #[test]
    fn the_way_of_units_goes_by_the_place_in_the_whole() {
        let gate = Gate::new();
        let digits = "٤٧١٢٠٧".repeat(4);
        let little: Vec<u8> = digits.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = digits.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (units, way) in [(&little, 0), (&big, 2)] {
            for odd in 0..2 {
                let all = [&b"xxxxx"[..odd], units, b"ab"].concat();
                for from in 0..=odd {
                    let found = gate.look(&all, from..all.len(), true, 10).0.units;
                    assert!(found[way + odd] >= 22, "{way} {odd} {from} {found:?}");
                }
            }
        }
    }

    #[test]
    fn digits_with_zeros_between_are_joined() {
        let gate = Gate::new();
        let joined = |bytes: &[u8]| gate.look(bytes, 0..bytes.len(), false, 10).0.joined;
        assert_eq!(joined(b"4\x007\x001\x00a\x00\x00\x00"), 2);
        assert_eq!(joined(b"4\0\0\x007\0\0\x001\0\0\0a\0\0\0"), 2);
        assert_eq!(joined(b"\x000a0b0c0d0\0\0\0\0\0"), 0);
    }
}
