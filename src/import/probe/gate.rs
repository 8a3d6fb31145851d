//! What a block of bytes has in it, in loops so simple that the compiler turns them into vector instructions. Looks at
//! one byte after the other only where such a loop found something.
#![expect(
    clippy::needless_bitwise_bool,
    clippy::match_same_arms,
    clippy::match_like_matches_macro,
    reason = "a lazy operator is a branch, and no vector instruction; one script a line"
)]

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
    /// Zero bytes.
    pub(super) zeros: bool,
    /// Two bytes beside each other that are not zero.
    pub(super) pairs: bool,
    /// In UTF-8 or a page: digits of other scripts, letters that are folded to ASCII, or invisible characters.
    pub(super) foreign: bool,
}

impl<'a> Block<'a> {
    pub(super) fn new(bytes: &'a [u8], from: usize, to: usize) -> Self {
        Self { own: &bytes[from..to], ahead: &bytes[from..bytes.len().min(to + AHEAD_BYTES)] }
    }

    pub(super) fn signs(&self) -> Signs {
        let zeros = memchr::memchr(0, self.own).is_some();
        Signs { zeros, pairs: !zeros || has_pairs(self.own), foreign: !self.own.is_ascii() && self.foreign() }
    }

    fn foreign(&self) -> bool {
        let all = self.ahead;
        // Arabic and Indian texts are full of their first bytes; those of other scripts are rare enough to be looked at.
        memchr::memchr3(0xD9, 0xDB, 0xDF, all).is_some()
            && (pair(all, 0xD9, 0xA0, 10) || pair(all, 0xDB, 0xB0, 10) || pair(all, 0xDF, 0x80, 10))
            || memchr::memchr(0xE0, all).is_some()
                && (india(all) || triple(all, 0xE0, (0xB9, 3), (0x90, 10)) || triple(all, 0xE0, (0xBC, 1), (0xA0, 10)))
            || memchr::memchr3_iter(0xE1, 0xE2, 0xEF, all).any(|at| three(&all[at..]))
            || memchr::memchr3_iter(0xD8, 0xEA, 0xF0, all).any(|at| other(&all[at..]))
            || pages(all)
    }

    /// Two digits of another script after each other in UTF-16 of either order, with or without two zeros between, or
    /// something invisible.
    pub(super) fn foreign_units(&self) -> bool {
        let all = self.ahead;
        let likely = halves_twice(all, 2) || halves_twice(all, 4);
        likely && [2, 4].into_iter().any(|apart| unit_twice(all, apart)) || either(all, 0xD8, 0, 0x3D) || hidden(all)
    }
}

const fn within(byte: u8, first: u8, count: u8) -> bool {
    byte.wrapping_sub(first) < count
}

/// `lead` before one of `count` bytes from `first`.
fn pair(bytes: &[u8], lead: u8, first: u8, count: u8) -> bool {
    let places = bytes.len().saturating_sub(1);
    let (leads, lows) = (&bytes[..places], &bytes[bytes.len() - places..]);
    let mut found = false;
    for place in 0..places {
        found |= (leads[place] == lead) & within(lows[place], first, count);
    }
    found
}

/// The pair in either order.
fn either(bytes: &[u8], lead: u8, first: u8, count: u8) -> bool {
    let places = bytes.len().saturating_sub(1);
    let (lows, leads) = (&bytes[..places], &bytes[bytes.len() - places..]);
    let mut found = false;
    for place in 0..places {
        found |= (leads[place] == lead) & within(lows[place], first, count);
    }
    found || pair(bytes, lead, first, count)
}

/// `lead`, then two bytes, each one of so many from its first.
fn triple(bytes: &[u8], lead: u8, middle: (u8, u8), last: (u8, u8)) -> bool {
    let places = bytes.len().saturating_sub(2);
    let (Some(middles), Some(lasts)) = (bytes.get(1..=places), bytes.get(2..places + 2)) else { return false };
    let leads = &bytes[..places];
    let mut found = false;
    for place in 0..places {
        found |= (leads[place] == lead) & within(middles[place], middle.0, middle.1) & within(lasts[place], last.0, last.1);
    }
    found
}

/// The digits of the scripts of India, whose second bytes are odd.
fn india(bytes: &[u8]) -> bool {
    let places = bytes.len().saturating_sub(1);
    let (middles, lasts) = (&bytes[..places], &bytes[bytes.len() - places..]);
    let mut found = false;
    for place in 0..places {
        found |= within(middles[place] | 0xE, 0xAF, 1) & within(lasts[place], 0xA6, 10)
            | within(middles[place], 0xB1, 7) & within(lasts[place], 0xA6, 10);
    }
    found
}

/// Two full-width digits after each other in the pages of Japan, China, Taiwan and Korea. One alone would often be the
/// middle of a character in UTF-8.
fn pages(bytes: &[u8]) -> bool {
    let twice = |lead: u8, first: u8| {
        let places = bytes.len().saturating_sub(3);
        let (Some(b), Some(c), Some(d)) = (bytes.get(1..=places), bytes.get(2..places + 2), bytes.get(3..places + 3)) else { return false };
        let a = &bytes[..places];
        let mut found = false;
        for place in 0..places {
            found |= (a[place] == lead) & (c[place] == lead) & within(b[place], first, 10) & within(d[place], first, 10);
        }
        found
    };
    twice(0x82, 0x4F) || twice(0xA3, 0xB0) || twice(0xA2, 0xAF)
}

/// The scripts of Asia, what is invisible, and full-width digits and letters.
const fn three(bytes: &[u8]) -> bool {
    match bytes {
        [0xE1, 0x81..=0x82 | 0x9F..=0xA0 | 0xA5..=0xA7 | 0xAA..=0xAE | 0xB1, ..] => true,
        [0xE2, 0x80, 0x8B..=0x8F | 0xAA..=0xAE, ..] | [0xE2, 0x81, 0xA0..=0xA9, ..] => true,
        [0xEF, 0xBC, 0x90..=0x99 | 0xA1..=0xBA, ..] | [0xEF, 0xBD, 0x81..=0x9A, ..] | [0xEF, 0xBB, 0xBF, ..] => true,
        _ => false,
    }
}

/// The Arabic letter mark, and the rarer scripts.
const fn other(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xD8, 0x9C, ..] | [0xEA, 0x98..=0xAF, ..] | [0xF0, 0x90..=0x91 | 0x96 | 0x9C..=0x9E, ..] | [0xF0, 0x9F, 0xAF, ..]
    )
}

/// Whether bytes at even and at odd places are not zero; in UTF-16 of ASCII one half is.
fn has_pairs(bytes: &[u8]) -> bool {
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let any = eights.iter().fold(u64::from_le_bytes(last), |any, eight| any | u64::from_le_bytes(*eight));
    let (even, odd) = (0x00FF_00FF_00FF_00FF_u64, 0xFF00_FF00_FF00_FF00);
    any & even > 0 && any & odd > 0
}

/// Whether an ASCII digit is among them.
pub(super) fn has_digits(block: &[u8]) -> bool {
    let mut found = false;
    for byte in block {
        found |= within(*byte, b'0', 10);
    }
    found
}

/// Whether a byte that may be the higher half of a digit stands twice, so far apart.
fn halves_twice(bytes: &[u8], apart: usize) -> bool {
    let places = bytes.len().saturating_sub(apart);
    let (first, second) = (&bytes[..places], &bytes[bytes.len() - places..]);
    let mut found = false;
    for place in 0..places {
        let byte = first[place];
        found |= (byte == second[place]) & (within(byte, 0x06, 0x17) | within(byte, 0xA6, 6) | (byte == 0xFF));
    }
    found
}

fn unit_twice(bytes: &[u8], apart: usize) -> bool {
    let both = |test: fn(u8, u8) -> bool| {
        bytes.windows(apart + 2).any(|window| test(window[0], window[1]) && test(window[apart], window[apart + 1]))
    };
    both(unit) || both(|low, high| unit(high, low))
}

/// Digits of other scripts and full-width letters by the halves of their UTF-16 units.
const fn unit(high: u8, low: u8) -> bool {
    match high {
        0x06 => within(low, 0x60, 10) || within(low, 0xF0, 10),
        0x07 => within(low, 0xC0, 10),
        0x09..=0x0D => within(low & 0x7F, 0x66, 10),
        0x0E => within(low & 0x7F, 0x50, 10),
        0x0F => within(low, 0x20, 10),
        0x10 => within(low, 0x40, 10) || within(low, 0x90, 10),
        0x17 => within(low, 0xE0, 10),
        0x18 => within(low, 0x10, 10),
        0x19 => within(low, 0x46, 10) || within(low, 0xD0, 10),
        0x1A => within(low, 0x80, 26),
        0x1B => within(low, 0x50, 10) || within(low, 0xB0, 10),
        0x1C => within(low, 0x40, 26),
        0xA6 => within(low, 0x20, 10),
        0xA8 => within(low, 0xD0, 10),
        0xA9 => low < 10 || within(low, 0xD0, 10) || within(low, 0xF0, 10),
        0xAA => within(low, 0x50, 10),
        0xAB => within(low, 0xF0, 10),
        0xFF => within(low, 0x10, 10) || within(low, 0x21, 26) || within(low, 0x41, 26),
        _ => false,
    }
}

/// Invisible characters in UTF-16.
fn hidden(bytes: &[u8]) -> bool {
    [(0x20, 0x0B, 5), (0x20, 0x2A, 5), (0x20, 0x60, 10), (0x06, 0x1C, 1), (0x18, 0x0E, 1)]
        .iter()
        .any(|(high, low, count)| either(bytes, *high, *low, *count))
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
    let spaces: usize = block.chunks(128).map(|part| usize::from(part.iter().fold(0_u8, |sum, byte| sum + u8::from(*byte == b' ')))).sum();
    spaces * 5 > block.len() * 2
}
