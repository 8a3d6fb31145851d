//! Digits of a text put in a row, sixty-four bytes at a time. Gives up where digits are written as letters or escapes.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled for the machine's own instructions")]

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{mask8x64, u8x64};
use zeroize::Zeroizing;

use super::{DIGIT, NEW_LINE, START, places, runs};
use crate::probe::steps::{BEHIND_BYTES, STEP_BYTES, within};

/// A step, what stands before it, and one byte after it.
const SPAN_BYTES: usize = BEHIND_BYTES + STEP_BYTES + 1;

/// How far a row is filled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct End {
    pub(super) len: usize,
    /// The last run may go on.
    pub(super) open: bool,
}

/// Puts the digits of a part of a text behind those that are in the row; nothing where runs must be read one by one.
#[inline(always)]
pub(super) fn gather<S: Simd>(
    simd: S,
    text: &[u8],
    part: Range<usize>,
    digits: &[u64],
    row: &mut [u8],
    end: End,
) -> Option<End> {
    let End { mut len, mut open } = end;
    for (at, here) in part.clone().step_by(STEP_BYTES).zip(digits.iter().copied()) {
        if here != 0 {
            let starts = here & !(here << 1 | u64::from(open));
            let whole = at.checked_sub(BEHIND_BYTES).and_then(|first| text[first..].first_chunk());
            let marked = match whole {
                Some(bytes) => Span { simd, bytes }.marked(text, at, here, starts)?,
                None => Span { simd, bytes: &edge(text, at) }.marked(text, at, here, starts)?,
            };
            marked.compress(mask8x64::from_bitmask(simd, here)).store_slice(&mut row[len..len + STEP_BYTES]);
            len += here.count_ones() as usize;
        }
        open = here >> (STEP_BYTES.min(part.end - at) - 1) & 1 != 0;
    }
    Some(End { len, open })
}

/// A step at one of the text's ends, beyond which stand zeros.
#[cold]
fn edge(text: &[u8], at: usize) -> Zeroizing<[u8; SPAN_BYTES]> {
    let mut bytes = Zeroizing::new([0; SPAN_BYTES]);
    let missing = BEHIND_BYTES.saturating_sub(at);
    let there = &text[at.saturating_sub(BEHIND_BYTES)..text.len().min(at + STEP_BYTES + 1)];
    bytes[missing..missing + there.len()].copy_from_slice(there);
    bytes
}

/// The bytes of a step with their neighbours.
struct Span<'a, S: Simd> {
    simd: S,
    bytes: &'a [u8; SPAN_BYTES],
}

impl<S: Simd> Span<'_, S> {
    #[inline(always)]
    fn at(&self, place: usize) -> u8x64<S> {
        u8x64::from_slice(self.simd, &self.bytes[place..place + STEP_BYTES])
    }

    #[inline(always)]
    fn here(&self) -> u8x64<S> {
        self.at(BEHIND_BYTES)
    }

    #[inline(always)]
    fn before(&self, places: usize) -> u8x64<S> {
        self.at(BEHIND_BYTES - places)
    }

    #[inline(always)]
    fn after(&self) -> u8x64<S> {
        self.at(BEHIND_BYTES + 1)
    }

    /// The digits with their marks; nothing where one of them is a part of something else.
    #[inline(always)]
    fn marked(&self, text: &[u8], at: usize, digits: u64, starts: u64) -> Option<u8x64<S>> {
        let before = self.before(1);
        let letters = (is_letter(before) | is_letter(self.after())).to_bitmask() & digits;
        let signs =
            (before.simd_eq(b'#') | before.simd_eq(b'=') | before.simd_eq(b'u') | (before | 0x20).simd_eq(b'x'))
                .to_bitmask()
                & starts;
        if self.is_misread(text, at, letters, digits)
            || places(signs, at).any(|place| runs::is_escaped_from(text, place))
        {
            return None;
        }
        let start = mask8x64::from_bitmask(self.simd, starts);
        Some((self.here() & DIGIT) | self.mark(start, START) | self.mark(start & self.begins_line(), NEW_LINE))
    }

    #[inline(always)]
    fn mark(&self, places: mask8x64<S>, mark: u8) -> u8x64<S> {
        places.select(u8x64::splat(self.simd, mark), u8x64::splat(self.simd, 0))
    }

    /// The same as [`runs::begins_line`], for each byte.
    #[inline(always)]
    fn begins_line(&self) -> mask8x64<S> {
        let (last, second, third) = (self.before(1), self.before(2), self.before(3));
        let ended = within(last, b'\n', 4) | last.simd_eq(b'>');
        let indented = last.simd_eq(b' ') & (second.simd_eq(b'\n') | second.simd_eq(b'>'));
        let next_line = last.simd_eq(0x85) & second.simd_eq(0xC2);
        ended | indented | next_line | (last | 1).simd_eq(0xA9) & second.simd_eq(0x80) & third.simd_eq(0xE2)
    }

    /// Whether one of these digits, beside which letters stand, is part of a word that is read as a group.
    #[inline(always)]
    fn is_misread(&self, text: &[u8], at: usize, letters: u64, digits: u64) -> bool {
        if letters == 0 {
            return false;
        }
        let alike = (is_look_alike(self.before(1)) | is_look_alike(self.after())).to_bitmask();
        // What is a whole group is none that was misread.
        let pairs = digits & digits >> 1;
        let mut whole = pairs & pairs >> 2 & pairs >> 4;
        whole |= whole << 1;
        whole |= whole << 2 | whole << 4;
        places(letters & alike & !whole, at).any(|place| runs::is_misread_around(text, place))
    }
}

#[inline(always)]
fn is_letter<S: Simd>(bytes: u8x64<S>) -> mask8x64<S> {
    within(bytes | 0x20, b'a', 26)
}

/// Letters that are read as digits.
#[inline(always)]
fn is_look_alike<S: Simd>(bytes: u8x64<S>) -> mask8x64<S> {
    let small = bytes | 0x20;
    let mut found = bytes.simd_eq(b'D');
    for letter in *b"oqilzsgb" {
        found |= small.simd_eq(letter);
    }
    found
}
