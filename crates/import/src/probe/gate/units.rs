//! Digits of any script as units of UTF-16, in both orders and from even and odd places.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled for the machine's own instructions")]

use fearless_simd::prelude::*;
use fearless_simd::{mask8x64, u8x16, u8x64};

use crate::probe::steps::{AHEAD_BYTES, EVEN, STEP_BYTES, STEPS, Window, count, first_bits, steps, within};

/// A rarer character says more: it may be the only one of its script in each group.
const RARE_UNITS: u32 = 4;

/// How many units are likely to be there: digits of other scripts in either order, whose higher half stands there again
/// one or two units later; halves of rarer characters; and what is invisible.
#[inline(always)]
pub(super) fn likely<S: Simd>(simd: S, ahead: &[u8], len: usize) -> u32 {
    let mut found = 0;
    steps(
        simd,
        ahead,
        len,
        #[inline(always)]
        |_, window, own| {
            let (here, next, later) = (window.ahead(1), window.ahead(3), window.ahead(5));
            let half = within(here, 0x06, 0x17) | within(here, 0xA6, 6) | here.simd_eq(0xFF);
            let again = half & (here.simd_eq(next) | here.simd_eq(later));
            if again.any_true() {
                found += count(again & digits_beside(window, again), own);
            }
            let rare = here.simd_eq(0xD8) & within(next, 0xDC, 4);
            let general = here.simd_eq(0x20);
            if (rare | general).any_true() {
                let hidden = general & (is_hidden(window.ahead(0)) | is_hidden(window.ahead(2)));
                found += count(hidden, own) + RARE_UNITS * count(rare, own);
            }
        },
    );
    found
}

/// Where one of the bytes beside the second of a window makes it a digit: first the scripts of which most texts are.
#[inline(always)]
fn digits_beside<S: Simd>(window: &Window<'_, S>, among: mask8x64<S>) -> mask8x64<S> {
    let (before, high, behind) = (window.ahead(0), window.ahead(1), window.ahead(2));
    let (arabic, india, wide) = (high.simd_eq(0x06), within(high, 0x09, 5), high.simd_eq(0xFF));
    let frequent = arabic & (is_arabic(before) | is_arabic(behind))
        | india & (is_indian(before) | is_indian(behind))
        | wide & (is_wide(before) | is_wide(behind));
    // All other digits but one script's have a lower half that is no small number.
    let large = before.simd_ge(0x10) | behind.simd_ge(0x10) | high.simd_eq(0xA9);
    let rest = among & large & !(arabic | india | wide);
    if rest.any_true() { frequent | rest & (is_unit(high, before) | is_unit(high, behind)) } else { frequent }
}

/// The lower half of an invisible character whose higher half is 0x20.
#[inline(always)]
fn is_hidden<S: Simd>(low: u8x64<S>) -> mask8x64<S> {
    within(low, 0x0B, 5) | within(low, 0x2A, 5) | within(low, 0x60, 10)
}

/// Digits with another behind them, with or without a unit between, or in UTF-32: little and big ends from even places,
/// then from odd ones.
#[inline(always)]
pub(super) fn joined<S: Simd>(simd: S, ahead: &[u8], len: usize) -> [u32; 4] {
    // In the order of little and of big ends; the last step is that of what is behind.
    let mut orders = [[0_u64; STEPS + 1]; 2];
    let known = ahead.len().min(len + AHEAD_BYTES - 1);
    steps(
        simd,
        ahead,
        known,
        #[inline(always)]
        |step, window, own| {
            let (here, next) = (window.ahead(0), window.ahead(1));
            orders[0][step] = is_unit(next, here).to_bitmask() & own;
            orders[1][step] = is_unit(here, next).to_bitmask() & own;
        },
    );
    let mut found = [0; 4];
    for (order, digits) in orders.iter().enumerate() {
        for (step, pair) in digits.windows(2).enumerate().take(len.div_ceil(STEP_BYTES)) {
            let behind = |bytes: u32| pair[0] >> bytes | pair[1] << (u64::BITS - bytes);
            let joined = pair[0] & (behind(2) | behind(4) | behind(8)) & first_bits(len - step * STEP_BYTES);
            found[2 * order] += (joined & EVEN).count_ones();
            found[2 * order + 1] += (joined & !EVEN).count_ones();
        }
    }
    found
}

/// Whether it is a digit, a full-width letter, which is read as ASCII's, or half of a character that may be a digit.
#[inline(always)]
fn is_unit<S: Simd>(high: u8x64<S>, low: u8x64<S>) -> mask8x64<S> {
    let (page, column, upper) = (high & 0xF0, high & 0x0F, low.simd_ge(0x80));
    let bit = look_up(&BITS, low >> 4);
    let mut ten = high.simd_lt(0);
    for (of, [lower, higher]) in PAGES.into_iter().zip(&TENS_OF_PAGES) {
        let tens = upper.select(look_up(higher, column), look_up(lower, column));
        ten |= page.simd_eq(of) & (tens & bit).simd_ne(0);
    }
    let ten = ten & (low & 0x0F).simd_lt(10);
    let six = within(high, 0x09, 5) & is_indian(low) | high.simd_eq(0x19) & within(low, 0x46, 10);
    let wide = high.simd_eq(0xFF) & is_wide(low);
    let half = high.simd_eq(0xD8) & (low.simd_le(0x3C) | low.simd_eq(0x3E)) | within(high, 0xDC, 4);
    ten | six | wide | half
}

/// What a table has at each index below sixteen.
#[inline(always)]
fn look_up<S: Simd>(table: &[u8; 16], index: u8x64<S>) -> u8x64<S> {
    u8x64::block_splat(u8x16::from_slice(index.simd, table)).swizzle_dyn_within_blocks(index)
}

/// Higher bytes of units, and the higher halves of their lower bytes where the other half counts from zero to nine.
const TENS: [(u8, &[u8]); 17] = [
    (0x00, &[0x3]),
    (0x06, &[0x6, 0xF]),
    (0x07, &[0xC]),
    (0x0E, &[0x5, 0xD]),
    (0x0F, &[0x2]),
    (0x10, &[0x4, 0x9]),
    (0x17, &[0xE]),
    (0x18, &[0x1]),
    (0x19, &[0xD]),
    (0x1A, &[0x8, 0x9]),
    (0x1B, &[0x5, 0xB]),
    (0x1C, &[0x4, 0x5]),
    (0xA6, &[0x2]),
    (0xA8, &[0xD]),
    (0xA9, &[0x0, 0xD, 0xF]),
    (0xAA, &[0x5]),
    (0xAB, &[0xF]),
];
/// The higher halves of their higher bytes.
const PAGES: [u8; 3] = [0x00, 0x10, 0xA0];
/// For each page and each lower half of a higher byte, a bit for each of the lower eight and the upper eight tens.
const TENS_OF_PAGES: [[[u8; 16]; 2]; 3] = [tens(PAGES[0]), tens(PAGES[1]), tens(PAGES[2])];
const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

const fn tens(page: u8) -> [[u8; 16]; 2] {
    let mut found = [[0; 16]; 2];
    let mut row = 0;
    while row < TENS.len() {
        let (high, tens) = TENS[row];
        let mut at = 0;
        while at < tens.len() && high & 0xF0 == page {
            found[(tens[at] >> 3) as usize][(high & 0x0F) as usize] |= 1 << (tens[at] & 7);
            at += 1;
        }
        row += 1;
    }
    found
}

#[inline(always)]
fn is_arabic<S: Simd>(low: u8x64<S>) -> mask8x64<S> {
    within(low, 0x60, 10) | within(low, 0xF0, 10)
}

#[inline(always)]
fn is_indian<S: Simd>(low: u8x64<S>) -> mask8x64<S> {
    within(low | 0x80, 0xE6, 10)
}

/// Full-width digits and letters.
#[inline(always)]
fn is_wide<S: Simd>(low: u8x64<S>) -> mask8x64<S> {
    within(low, 0x10, 10) | within(low, 0x21, 26) | within(low, 0x41, 26)
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    use super::*;
    use drivekey_record::fold_digit;

    fn is_unit_plainly(unit: u16) -> bool {
        let letter = |c: char| matches!(c, '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}');
        let half = matches!(unit, 0xD800..=0xD83C | 0xDC00..=0xDFFF)
            || unit >> 8 == 0xD8 && matches!(unit & 0xFF, 0x00..=0x3C | 0x3E);
        half || char::from_u32(unit.into()).is_some_and(|c| fold_digit(c).is_some() || letter(c))
    }

    #[test]
    fn every_unit_is_told_by_its_script() {
        let all: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_be_bytes).collect();
        for level in [Level::new(), Level::baseline()] {
            for (step, bytes) in all.as_chunks::<STEP_BYTES>().0.iter().enumerate() {
                let units = dispatch!(level, simd => {
                    let (high, low) = (u8x64::from_slice(simd, bytes), u8x64::from_slice(simd, &rotated(bytes)));
                    is_unit(high, low).to_bitmask()
                });
                for at in 0..STEP_BYTES / 2 {
                    let unit = u16::try_from(step * STEP_BYTES / 2 + at).unwrap();
                    assert_eq!(units >> (2 * at) & 1 == 1, is_unit_plainly(unit), "{unit:x}");
                }
            }
        }
    }

    fn rotated(bytes: &[u8; STEP_BYTES]) -> [u8; STEP_BYTES] {
        let mut rotated = *bytes;
        rotated.rotate_left(1);
        rotated
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

        #[test]
        fn joined_units_are_counted_as_by_the_plain_definition(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\x06\x06\x09\xFF\x61\x66\x12\x00\x35\x4E".to_vec())], 10..1300),
            cut in 9_usize..100,
        ) {
            let len = bytes.len().saturating_sub(cut).min(STEPS * STEP_BYTES);
            let unit = |order: fn([u8; 2]) -> u16, at: usize| bytes.get(at..at + 2).is_some_and(|pair| is_unit_plainly(order([pair[0], pair[1]])));
            let mut plain = [0; 4];
            for (order, read) in [u16::from_le_bytes as fn([u8; 2]) -> u16, u16::from_be_bytes].into_iter().enumerate() {
                for at in (0..len).filter(|at| unit(read, *at) && [2, 4, 8].into_iter().any(|next| at + next + 1 < bytes.len() && unit(read, at + next))) {
                    plain[2 * order + at % 2] += 1;
                }
            }
            for level in [Level::new(), Level::baseline()] {
                let found = dispatch!(level, simd => joined(simd, &bytes, len));
                prop_assert_eq!(found, plain);
            }
        }
    }
}
