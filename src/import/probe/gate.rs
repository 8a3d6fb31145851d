//! What a block of bytes has in it, in loops that the compiler turns into vector instructions. Must not look at one
//! byte after the other.

/// How far a test looks beyond the byte it stands on.
const AHEAD_BYTES: usize = 5;
/// Fewer of one byte say nothing of the block.
const KANA_BYTES: usize = 48;

/// A part of the bytes, with what follows it.
pub(super) struct Block<'a> {
    own: &'a [u8],
    ahead: &'a [u8],
}

/// What a block has in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// ASCII digits.
    pub(super) digits: bool,
    /// Zero bytes.
    pub(super) zeros: bool,
    /// Two bytes beside each other that are not zero.
    pub(super) pairs: bool,
    /// Control characters that no text has, or that are halves of UTF-16.
    pub(super) controls: bool,
    /// In UTF-8 or a page: digits of other scripts, letters that are folded to ASCII, or invisible characters.
    pub(super) foreign: bool,
}

impl<'a> Block<'a> {
    pub(super) fn new(bytes: &'a [u8], from: usize, to: usize) -> Self {
        Self { own: &bytes[from..to], ahead: &bytes[from..bytes.len().min(to + AHEAD_BYTES)] }
    }

    pub(super) fn signs(&self) -> Signs {
        let (lanes, rest) = self.own.as_chunks::<LANE>();
        let (mut digits, mut zeros, mut controls, mut high) = ([0_u8; LANE], [0_u8; LANE], [0_u8; LANE], [0_u8; LANE]);
        let mut look = |place: usize, byte: u8| {
            digits[place] |= within(byte, b'0', 10);
            zeros[place] |= is(byte, 0);
            controls[place] |= within(byte, 0, 9) | within(byte, 14, 18) | within(byte, 11, 2);
            high[place] |= byte;
        };
        for lane in lanes {
            for place in 0..LANE {
                look(place, lane[place]);
            }
        }
        rest.iter().for_each(|byte| look(0, *byte));
        let all = |found: [u8; LANE]| found.into_iter().fold(0, |all, one| all | one);
        let (digits, zeros, controls, high) = (all(digits), all(zeros), all(controls), all(high));
        let zeros = zeros > 0;
        let pairs = !zeros || any_pair(self.ahead, |first, second| u8::from(first != 0) & u8::from(second != 0));
        Signs {
            digits: digits > 0,
            zeros,
            pairs,
            controls: controls > 0,
            foreign: high > 0x7F && self.foreign(),
        }
    }

    fn foreign(&self) -> bool {
        any_pair(self.ahead, foreign_pair) || self.page_digits() || any_triple(self.ahead, foreign_triple) || any_triple(self.ahead, four_bytes)
    }

    /// Two full-width digits after each other in the pages of Japan, China, Taiwan and Korea. One alone would often be
    /// the middle of a character in UTF-8.
    fn page_digits(&self) -> bool {
        any_twice(self.ahead, 2, page_digit)
    }

    /// Two digits of another script after each other in UTF-16 of either order, with or without two zeros between, or
    /// something invisible.
    pub(super) fn foreign_units(&self) -> bool {
        let little = |low, high| unit(high, low);
        let surrogate = |a: u8, b: u8| is(a, 0xD8) & u8::from(b < 0x3D) | is(b, 0xD8) & u8::from(a < 0x3D);
        [2, 4].into_iter().any(|apart| any_twice(self.ahead, apart, little) || any_twice(self.ahead, apart, unit))
            || any_pair(self.ahead, |a, b| hidden_unit(a, b) | hidden_unit(b, a) | surrogate(a, b))
    }
}

/// Bytes that one loop takes at once: the compiler keeps them in registers.
const LANE: usize = 32;

fn any_pair(bytes: &[u8], test: impl Fn(u8, u8) -> u8) -> bool {
    any(bytes, [0, 1, 1, 1], |a, b, _, _| test(a, b))
}

fn any_triple(bytes: &[u8], test: impl Fn(u8, u8, u8) -> u8) -> bool {
    any(bytes, [0, 1, 2, 2], |a, b, c, _| test(a, b, c))
}

/// Whether two pairs so far apart both pass the test.
fn any_twice(bytes: &[u8], apart: usize, test: impl Fn(u8, u8) -> u8) -> bool {
    any(bytes, [0, 1, apart, apart + 1], |a, b, c, d| test(a, b) & test(c, d))
}

/// Whether the test is passed anywhere by the bytes that stand so far ahead; the last offset is the largest.
fn any(bytes: &[u8], ahead: [usize; 4], test: impl Fn(u8, u8, u8, u8) -> u8) -> bool {
    let Some(places) = bytes.len().checked_sub(ahead[3]) else { return false };
    let mut found = [0_u8; LANE];
    let mut at = 0;
    while at + LANE <= places {
        let lane = |ahead: usize| bytes[at + ahead..].first_chunk::<LANE>();
        let (Some(a), Some(b), Some(c), Some(d)) = (lane(ahead[0]), lane(ahead[1]), lane(ahead[2]), lane(ahead[3])) else { break };
        for place in 0..LANE {
            found[place] |= test(a[place], b[place], c[place], d[place]);
        }
        at += LANE;
    }
    let rest = (at..places).any(|at| test(bytes[at], bytes[at + ahead[1]], bytes[at + ahead[2]], bytes[at + ahead[3]]) > 0);
    rest || found.iter().fold(0, |any, one| any | one) > 0
}

/// Whether the byte is one of `count` from `first`.
const fn within(byte: u8, first: u8, count: u8) -> u8 {
    (byte.wrapping_sub(first) < count) as u8
}

const fn is(byte: u8, wanted: u8) -> u8 {
    (byte == wanted) as u8
}

/// Arabic-Indic, Persian and N'Ko digits, the Arabic letter mark.
const fn foreign_pair(a: u8, b: u8) -> u8 {
    is(a, 0xD9) & within(b, 0xA0, 10)
        | is(a, 0xDB) & within(b, 0xB0, 10)
        | is(a, 0xDF) & within(b, 0x80, 10)
        | is(a, 0xD8) & is(b, 0x9C)
}

const fn page_digit(a: u8, b: u8) -> u8 {
    is(a, 0x82) & within(b, 0x4F, 10) | is(a, 0xA3) & within(b, 0xB0, 10) | is(a, 0xA2) & within(b, 0xAF, 10)
}

/// The scripts of three bytes a character, full-width letters, and what is invisible.
const fn foreign_triple(a: u8, b: u8, c: u8) -> u8 {
    let india = within(b, 0xA5, 0x13) & (b & 1) & within(c, 0xA6, 10);
    let thai = (is(b, 0xB9) | is(b, 0xBB)) & within(c, 0x90, 10);
    let tibet = is(b, 0xBC) & within(c, 0xA0, 10);
    let asia = within(b, 0x81, 2) | within(b, 0x9F, 2) | within(b, 0xA5, 3) | within(b, 0xAA, 5) | is(b, 0xB1);
    let hidden = is(b, 0x80) & (within(c, 0x8B, 5) | within(c, 0xAA, 5)) | is(b, 0x81) & within(c, 0xA0, 10);
    let wide = is(b, 0xBC) & (within(c, 0x90, 10) | within(c, 0xA1, 26)) | is(b, 0xBD) & within(c, 0x81, 26) | is(b, 0xBB) & is(c, 0xBF);
    is(a, 0xE0) & (india | thai | tibet) | is(a, 0xE1) & asia | is(a, 0xE2) & hidden | is(a, 0xEA) & within(b, 0x98, 0x18) | is(a, 0xEF) & wide
}

/// The scripts of four bytes a character.
const fn four_bytes(a: u8, b: u8, c: u8) -> u8 {
    let script = within(b, 0x90, 2) | is(b, 0x96) | within(b, 0x9C, 3) | is(b, 0x9F) & is(c, 0xAF);
    is(a, 0xF0) & script
}

/// Digits of other scripts and full-width letters by the halves of their UTF-16 units.
const fn unit(high: u8, low: u8) -> u8 {
    let seven = low & 0x7F;
    let near = is(high, 0x06) & (within(low, 0x60, 10) | within(low, 0xF0, 10)) | is(high, 0x07) & within(low, 0xC0, 10);
    let india = within(high, 0x09, 5) & within(seven, 0x66, 10) | is(high, 0x0E) & within(seven, 0x50, 10);
    let asia = is(high, 0x0F) & within(low, 0x20, 10)
        | is(high, 0x10) & (within(low, 0x40, 10) | within(low, 0x90, 10))
        | is(high, 0x17) & within(low, 0xE0, 10)
        | is(high, 0x18) & within(low, 0x10, 10)
        | is(high, 0x19) & (within(low, 0x46, 10) | within(low, 0xD0, 10))
        | is(high, 0x1A) & within(low, 0x80, 26)
        | is(high, 0x1B) & (within(low, 0x50, 10) | within(low, 0xB0, 10))
        | is(high, 0x1C) & within(low, 0x40, 26);
    let far = is(high, 0xA6) & within(low, 0x20, 10)
        | is(high, 0xA8) & within(low, 0xD0, 10)
        | is(high, 0xA9) & (within(low, 0x00, 10) | within(low, 0xD0, 10) | within(low, 0xF0, 10))
        | is(high, 0xAA) & within(low, 0x50, 10)
        | is(high, 0xAB) & within(low, 0xF0, 10);
    let wide = is(high, 0xFF) & (within(low, 0x10, 10) | within(low, 0x21, 26) | within(low, 0x41, 26));
    near | india | asia | far | wide
}

const fn hidden_unit(high: u8, low: u8) -> u8 {
    is(high, 0x20) & (within(low, 0x0B, 5) | within(low, 0x2A, 5) | within(low, 0x60, 10))
        | is(high, 0x06) & is(low, 0x1C)
        | is(high, 0x18) & is(low, 0x0E)
}

/// Japanese in UTF-16, half of which is the byte of the digit zero.
pub(super) fn is_kana(block: &[u8]) -> bool {
    let (mut even, mut odd) = (0_usize, 0_usize);
    for pair in block.chunks_exact(2) {
        even += usize::from(pair[0] == b'0');
        odd += usize::from(pair[1] == b'0');
    }
    even.max(odd) >= KANA_BYTES && even.min(odd) * 8 < even.max(odd)
}

/// Where most second bytes are spaces.
pub(super) fn is_spaced(block: &[u8]) -> bool {
    let spaces: usize = block.chunks(128).map(|part| usize::from(part.iter().fold(0_u8, |sum, byte| sum + is(*byte, b' ')))).sum();
    spaces * 5 > block.len() * 2
}
