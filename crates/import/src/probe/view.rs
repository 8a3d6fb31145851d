//! A block of bytes written again as ASCII, in one of the ways in which it can be read.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled for the machine's own instructions")]

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x64, u8x64};
use zeroize::Zeroizing;

use super::steps::{BEHIND_BYTES, Digits, EVEN, STEP_BYTES, STEPS, WINDOW_BYTES, digits, steps};
use drivekey_record::fold_digit;

/// What stands for any character that cannot be part of a key's digits.
const OTHER: u8 = 0xFF;
/// What a whole block becomes at most, and zeros around it for those that look at a digit's neighbours.
const VIEW_BYTES: usize = BEHIND_BYTES + STEPS * STEP_BYTES + WINDOW_BYTES;

/// A buffer that is reserved once, and wiped when dropped: a key may go through it. Zeros stand around what it holds.
pub(super) struct View {
    level: Level,
    bytes: Zeroizing<Vec<u8>>,
    len: usize,
}

impl View {
    pub(super) fn new(level: Level) -> Self {
        Self { level, bytes: Zeroizing::new(Vec::new()), len: 0 }
    }

    fn begin(&mut self) {
        if self.bytes.is_empty() {
            self.bytes.resize(VIEW_BYTES, 0);
        }
        self.len = 0;
    }

    fn push(&mut self, byte: impl Into<Option<u8>>) {
        if let Some(byte) = byte.into() {
            self.bytes[BEHIND_BYTES + self.len] = byte;
            self.len += 1;
        }
    }

    /// Zeros follow what it holds.
    fn end(&mut self) {
        let end = BEHIND_BYTES + self.len;
        self.bytes[end..end + WINDOW_BYTES].fill(0);
    }

    /// The bytes with zeros around them, and where they stand.
    pub(super) fn text(&self) -> (&[u8], Range<usize>) {
        let end = BEHIND_BYTES + self.len;
        (&self.bytes[..end + WINDOW_BYTES], BEHIND_BYTES..end)
    }

    /// Where its ASCII digits are.
    pub(super) fn digits(&self) -> Digits {
        let (text, part) = self.text();
        dispatch!(self.level, simd => digits(simd, &text[part.start..], part.len()))
    }

    /// All but zeros.
    pub(super) fn without_zeros(&mut self, bytes: &[u8], part: Range<usize>) {
        self.begin();
        let kept = &mut self.bytes[BEHIND_BYTES..];
        self.len = dispatch!(self.level, simd => without_zeros(simd, &bytes[part.start..], part.len(), kept));
        self.end();
    }

    /// Digits of other scripts as ASCII digits, full-width letters as letters; nothing invisible, no zeros.
    pub(super) fn folded(&mut self, bytes: &[u8], part: Range<usize>) {
        self.begin();
        let mut at = part.start;
        while at < part.end {
            let byte = bytes[at];
            let step = match byte {
                0 => 1,
                1..0x80 => {
                    self.push(byte);
                    1
                }
                0x82 | 0xA2 | 0xA3 if page_digit(bytes, at).is_some() => {
                    self.push(page_digit(bytes, at));
                    2
                }
                // By far the most frequent ones in texts whose digits are their own.
                0xD9 | 0xDB => {
                    let zero = if byte == 0xD9 { 0xA0 } else { 0xB0 };
                    let value = bytes.get(at + 1).map_or(OTHER, |low| low.wrapping_sub(zero));
                    self.push(if value < 10 { b'0' + value } else { OTHER });
                    2
                }
                0xE0 if !may_be_indian(bytes, at) => {
                    self.push(OTHER);
                    1
                }
                0xD8 | 0xDF | 0xE0..=0xE2 | 0xEA | 0xEF | 0xF0 => self.character(bytes, at),
                _ => {
                    self.push(OTHER);
                    1
                }
            };
            at += step;
        }
        self.end();
    }

    /// A character of UTF-8; gives its length.
    fn character(&mut self, bytes: &[u8], at: usize) -> usize {
        let len = match bytes[at] {
            0xC0..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        };
        let decoded = bytes
            .get(at..at + len)
            .and_then(|part| std::str::from_utf8(part).ok())
            .and_then(|part| part.chars().next());
        let Some(c) = decoded else {
            self.push(OTHER);
            return 1;
        };
        self.push(ascii(c));
        len
    }

    /// Each second byte. `unit`: only where the one beside it is zero.
    pub(super) fn half(&mut self, bytes: &[u8], part: Range<usize>, half: usize, unit: bool) {
        self.begin();
        let kept = &mut self.bytes[BEHIND_BYTES..];
        self.len = dispatch!(self.level, simd => each_second(simd, bytes, part, half, unit, kept));
        self.end();
    }

    /// UTF-16 from an even or odd place.
    pub(super) fn units(&mut self, bytes: &[u8], part: Range<usize>, odd: usize, high_first: bool) {
        self.begin();
        let first = part.start + usize::from(part.start % 2 != odd);
        let part = bytes.get(first..bytes.len().min(part.end + 1)).unwrap_or_default();
        let order = if high_first { u16::from_be_bytes } else { u16::from_le_bytes };
        let units = part.chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
        for c in char::decode_utf16(units) {
            match c {
                Ok('\0') => {}
                Ok(c) if c.is_ascii() => self.push(u8::try_from(c).unwrap_or(OTHER)),
                Ok(c) => self.push(ascii(c)),
                Err(_) => self.push(OTHER),
            }
        }
        self.end();
    }
}

#[inline(always)]
fn without_zeros<S: Simd>(simd: S, bytes: &[u8], len: usize, kept: &mut [u8]) -> usize {
    let mut end = 0;
    steps(
        simd,
        bytes,
        len,
        #[inline(always)]
        |_, window, own| {
            let here = window.ahead(0);
            end += keep(here, !here.simd_eq(0).to_bitmask() & own, &mut kept[end..]);
        },
    );
    end
}

#[inline(always)]
fn each_second<S: Simd>(simd: S, bytes: &[u8], part: Range<usize>, half: usize, unit: bool, kept: &mut [u8]) -> usize {
    let places = if part.start % 2 == half { EVEN } else { !EVEN };
    let mut end = 0;
    let mut zero_before = part.start > 0 && bytes[part.start - 1] == 0;
    steps(
        simd,
        &bytes[part.start..],
        part.len(),
        #[inline(always)]
        |_, window, own| {
            let here = window.ahead(0);
            let zeros = here.simd_eq(0).to_bitmask();
            let beside = zeros << 1 | u64::from(zero_before) | window.ahead(1).simd_eq(0).to_bitmask();
            zero_before = zeros >> (STEP_BYTES - 1) != 0;
            let read = mask8x64::from_bitmask(simd, if unit { beside } else { u64::MAX });
            let byte = read.select(here, u8x64::splat(simd, OTHER));
            end += keep(byte, places & !zeros & own, &mut kept[end..]);
        },
    );
    end
}

/// Writes the chosen bytes one behind the other; gives their number.
#[inline(always)]
fn keep<S: Simd>(bytes: u8x64<S>, chosen: u64, kept: &mut [u8]) -> usize {
    bytes.compress(mask8x64::from_bitmask(bytes.simd, chosen)).store_slice(&mut kept[..STEP_BYTES]);
    chosen.count_ones() as usize
}

/// By the third byte, which is a letter's or a digit's.
fn may_be_indian(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 2).is_some_and(|last| matches!(last, 0xA6..=0xAF | 0x90..=0x99 | 0xA0..=0xA9))
}

/// What a character above ASCII is read as; nothing for invisible ones.
fn ascii(c: char) -> Option<u8> {
    match c {
        '\u{61C}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}' => None,
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some(b'\n'),
        '\u{FF01}'..='\u{FF5E}' => u8::try_from(c as u32 - 0xFEE0).ok(),
        // Most texts of other scripts consist of these: no digit is among them.
        '\u{80}'..='\u{65F}' | '\u{66A}'..='\u{6EF}' | '\u{3001}'..='\u{A61F}' | '\u{AC00}'..='\u{FEFE}' => Some(OTHER),
        _ => Some(fold_digit(c).unwrap_or(OTHER)),
    }
}

/// Full-width digits in Shift JIS, GBK and EUC-KR, and Big5.
fn page_digit(bytes: &[u8], at: usize) -> Option<u8> {
    let zero = match bytes[at] {
        0x82 => 0x4F,
        0xA3 => 0xB0,
        _ => 0xAF,
    };
    bytes.get(at + 1).map(|low| low.wrapping_sub(zero)).filter(|value| *value < 10).map(|value| b'0' + value)
}

#[cfg(test)]
mod tests;
