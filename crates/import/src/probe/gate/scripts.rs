//! Digits of other scripts, invisible characters and letters of ASCII's in other forms, by their bytes in UTF-8 and in
//! the pages of Asia.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled for the machine's own instructions")]

use fearless_simd::prelude::*;
use fearless_simd::{mask8x64, u8x64};

use super::Signs;
use crate::probe::steps::{Window, count, within};

/// Counts them in a step that has more than ASCII. Each test is made only where its first byte is found.
#[inline(always)]
pub(super) fn look<S: Simd>(window: &Window<'_, S>, own: u64, signs: &mut Signs) {
    let (a, b, c) = (window.ahead(0), window.ahead(1), window.ahead(2));
    // Two after each other: one alone would often be the middle of a character in UTF-8.
    let twice = (a.simd_eq(0x82) | within(a, 0xA2, 2)) & a.simd_eq(c);
    if twice.any_true() {
        signs.foreign += count(twice & page_digit(a, b) & page_digit(a, window.ahead(3)), own);
    }
    // UTF-16 has few of these.
    let begins = within(a, 0xD8, 0x20) & within(b, 0x80, 0x40);
    let of_two = begins & a.simd_lt(0xE0);
    if of_two.any_true() {
        let digits = a.simd_eq(0xD9) & within(b, 0xA0, 10)
            | a.simd_eq(0xDB) & within(b, 0xB0, 10)
            | a.simd_eq(0xDF) & within(b, 0x80, 10);
        signs.foreign += count(digits, own);
        signs.folds |= count(a.simd_eq(0xD8) & b.simd_eq(0x9C), own) > 0;
    }
    let of_more = begins & (within(a, 0xE0, 3) | a.simd_eq(0xEA) | within(a, 0xEF, 2));
    if of_more.any_true() {
        signs.foreign += longer_digits(a, b, c, own);
        signs.folds |= folds(a, b, c, own);
    }
}

/// Whether the second byte is a full-width digit's behind the first, in Shift JIS, Big5, or GBK and EUC-KR.
#[inline(always)]
fn page_digit<S: Simd>(a: u8x64<S>, b: u8x64<S>) -> mask8x64<S> {
    a.simd_eq(0x82) & within(b, 0x4F, 10)
        | a.simd_eq(0xA2) & within(b, 0xAF, 10)
        | a.simd_eq(0xA3) & within(b, 0xB0, 10)
}

/// Digits of more than two bytes.
#[inline(always)]
fn longer_digits<S: Simd>(a: u8x64<S>, b: u8x64<S>, c: u8x64<S>, own: u64) -> u32 {
    let mut found = 0;
    let lead = a.simd_eq(0xE0);
    if lead.any_true() {
        // India has the last ten of a page of characters, and of its upper half; then Thailand, Laos and Tibet.
        let india = ((b | 0x0E).simd_eq(0xAF) | within(b, 0xB1, 7)) & within(c, 0xA6, 10);
        let east = (b.simd_eq(0xB9) | b.simd_eq(0xBB)) & within(c, 0x90, 10) | b.simd_eq(0xBC) & within(c, 0xA0, 10);
        found += count(lead & (india | east), own);
    }
    let lead = a.simd_eq(0xE1);
    if lead.any_true() {
        let burma = ten(b, 0x81, c, 0x80) | ten(b, 0x82, c, 0x90) | ten(b, 0xA5, c, 0x86) | ten(b, 0xA7, c, 0x90);
        let north = ten(b, 0x9F, c, 0xA0) | ten(b, 0xA0, c, 0x90);
        let indies =
            ten(b, 0xAD, c, 0x90) | ten(b, 0xAE, c, 0xB0) | (b.simd_eq(0xAA) | b.simd_eq(0xB1)) & within(c, 0x80, 26);
        found += count(lead & (burma | north | indies), own);
    }
    let lead = a.simd_eq(0xEA);
    if lead.any_true() {
        let rare = ten(b, 0x98, c, 0xA0)
            | ten(b, 0xA3, c, 0x90)
            | ten(b, 0xA4, c, 0x80)
            | ten(b, 0xA9, c, 0x90)
            | ten(b, 0xAF, c, 0xB0);
        found += count(lead & (rare | b.simd_eq(0xA7) & within(c, 0x90, 42)), own);
    }
    let lead = a.simd_eq(0xEF);
    if lead.any_true() {
        found += count(lead & ten(b, 0xBC, c, 0x90), own);
    }
    let lead = a.simd_eq(0xF0);
    if lead.any_true() {
        let rare = within(b, 0x90, 2) | b.simd_eq(0x96) | within(b, 0x9C, 3) | b.simd_eq(0x9F) & c.simd_eq(0xAF);
        found += count(lead & rare, own);
    }
    found
}

/// Whether there are full-width letters, or characters of more than two bytes that are invisible.
#[inline(always)]
fn folds<S: Simd>(a: u8x64<S>, b: u8x64<S>, c: u8x64<S>, own: u64) -> bool {
    let (mongolian, signs, wide) = (a.simd_eq(0xE1), a.simd_eq(0xE2), a.simd_eq(0xEF));
    if !(mongolian | signs | wide).any_true() {
        return false;
    }
    let hidden = b.simd_eq(0x80) & (within(c, 0x8B, 5) | within(c, 0xAA, 5)) | b.simd_eq(0x81) & within(c, 0xA0, 10);
    let letters = b.simd_eq(0xBC) & within(c, 0xA1, 26)
        | b.simd_eq(0xBD) & within(c, 0x81, 26)
        | b.simd_eq(0xBB) & c.simd_eq(0xBF);
    count(mongolian & b.simd_eq(0xA0) & c.simd_eq(0x8E) | signs & hidden | wide & letters, own) > 0
}

/// A page, then one of the ten bytes from a zero.
#[inline(always)]
fn ten<S: Simd>(bytes: u8x64<S>, page: u8, next: u8x64<S>, zero: u8) -> mask8x64<S> {
    bytes.simd_eq(page) & within(next, zero, 10)
}
