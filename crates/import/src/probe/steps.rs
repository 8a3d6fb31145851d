//! Bytes visited sixty-four at a time with the machine's own vector instructions.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled for the machine's own instructions")]

use fearless_simd::prelude::*;
use fearless_simd::{mask8x64, u8x64};
use zeroize::Zeroizing;

use super::{BLOCK_BYTES, BLOCK_SLACK_BYTES};

/// Bytes that are looked at in one step, a bit for each.
pub(super) const STEP_BYTES: usize = 64;
/// Steps of the longest block.
pub(super) const STEPS: usize = (BLOCK_BYTES + BLOCK_SLACK_BYTES).div_ceil(STEP_BYTES);
/// How far a test looks beyond the byte it stands on.
pub(super) const AHEAD_BYTES: usize = 9;
/// How far a test looks back.
pub(super) const BEHIND_BYTES: usize = 3;
/// A step with what is ahead of it.
pub(super) const WINDOW_BYTES: usize = STEP_BYTES + AHEAD_BYTES;

/// The bits of even places; those of odd ones are the others.
pub(super) const EVEN: u64 = 0x5555_5555_5555_5555;

/// One bit for each byte of a block that is an ASCII digit.
pub(super) type Digits = [u64; STEPS];

/// Sixty-four bytes from some place, and as many from each of the places behind it.
pub(super) struct Window<'a, S: Simd> {
    pub(super) simd: S,
    pub(super) bytes: &'a [u8; WINDOW_BYTES],
}

impl<S: Simd> Window<'_, S> {
    #[inline(always)]
    pub(super) fn ahead(&self, places: usize) -> u8x64<S> {
        u8x64::from_slice(self.simd, &self.bytes[places..places + STEP_BYTES])
    }
}

/// Visits the first `len` bytes in steps, with a bit for each that is one of them. Where the bytes end stand zeros;
/// what is given beyond `len` spares a copy.
#[inline(always)]
pub(super) fn steps<S: Simd>(simd: S, bytes: &[u8], len: usize, mut visit: impl FnMut(usize, &Window<'_, S>, u64)) {
    for at in (0..len).step_by(STEP_BYTES) {
        let own = first_bits(len - at);
        if let Some(bytes) = bytes[at..].first_chunk() {
            visit(at / STEP_BYTES, &Window { simd, bytes }, own);
        } else {
            visit(at / STEP_BYTES, &Window { simd, bytes: &padded(&bytes[at..]) }, own);
        }
    }
}

/// One bit for each byte of a step that has so many, or more.
pub(super) const fn first_bits(len: usize) -> u64 {
    if len < STEP_BYTES { !(u64::MAX << len) } else { u64::MAX }
}

#[cold]
fn padded(rest: &[u8]) -> Zeroizing<[u8; WINDOW_BYTES]> {
    let mut bytes = Zeroizing::new([0; WINDOW_BYTES]);
    bytes[..rest.len()].copy_from_slice(rest);
    bytes
}

/// `first` or one of so many from it.
#[inline(always)]
pub(super) fn within<S: Simd>(bytes: u8x64<S>, first: u8, count: u8) -> mask8x64<S> {
    (bytes - first).simd_lt(count)
}

/// How many of a step's own bytes are in the mask.
#[inline(always)]
pub(super) fn count<S: Simd>(mask: mask8x64<S>, own: u64) -> u32 {
    (mask.to_bitmask() & own).count_ones()
}

/// Where the ASCII digits of the first `len` bytes are.
#[inline(always)]
pub(super) fn digits<S: Simd>(simd: S, bytes: &[u8], len: usize) -> Digits {
    let mut digits = [0; STEPS];
    steps(
        simd,
        bytes,
        len,
        #[inline(always)]
        |step, window, own| digits[step] = within(window.ahead(0), b'0', 10).to_bitmask() & own,
    );
    digits
}
