//! Bytes visited sixty-four at a time with the machine's own vector instructions. Must not know what is sought.
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

/// One bit for each byte of a block that is an ASCII digit.
pub(super) type Digits = [u64; STEPS];

/// Sixty-four bytes from some place, and as many from each of the places behind it.
pub(super) struct Window<'a, S: Simd> {
    pub(super) simd: S,
    pub(super) bytes: &'a [u8; STEP_BYTES + AHEAD_BYTES],
}

impl<S: Simd> Window<'_, S> {
    #[inline(always)]
    pub(super) fn ahead(&self, places: usize) -> u8x64<S> {
        u8x64::from_slice(self.simd, &self.bytes[places..places + STEP_BYTES])
    }
}

/// Where the bytes of a step stand that are the block's own and were in no step before.
#[derive(Clone, Copy)]
pub(super) struct Own {
    /// One bit for each.
    pub(super) bits: u64,
    /// How far the lowest of them stands from the step's beginning.
    pub(super) shift: usize,
}

/// Visits a block in steps. Beyond the end of all bytes stand zeros.
#[inline(always)]
pub(super) fn steps<S: Simd>(simd: S, ahead: &[u8], len: usize, mut visit: impl FnMut(usize, &Window<'_, S>, Own)) {
    let mut at = 0;
    while let (true, Some(bytes)) = (at + STEP_BYTES <= len, ahead[at..].first_chunk()) {
        visit(at / STEP_BYTES, &Window { simd, bytes }, Own { bits: u64::MAX, shift: 0 });
        at += STEP_BYTES;
    }
    // The last step looks at some bytes again, so that all of its bytes are there.
    if let Some(from) = len.checked_sub(STEP_BYTES).filter(|from| *from + STEP_BYTES > at && at < len)
        && let Some(bytes) = ahead[from..].first_chunk()
    {
        let shift = at - from;
        visit(at / STEP_BYTES, &Window { simd, bytes }, Own { bits: u64::MAX << shift, shift });
        return;
    }
    while at < len {
        let mut bytes = Zeroizing::new([0; STEP_BYTES + AHEAD_BYTES]);
        let rest = &ahead[at..ahead.len().min(at + bytes.len())];
        bytes[..rest.len()].copy_from_slice(rest);
        let bits = u64::MAX >> (STEP_BYTES - STEP_BYTES.min(len - at));
        visit(at / STEP_BYTES, &Window { simd, bytes: &bytes }, Own { bits, shift: 0 });
        at += STEP_BYTES;
    }
}

/// `first` or one of so many from it.
#[inline(always)]
pub(super) fn within<S: Simd>(bytes: u8x64<S>, first: u8, count: u8) -> mask8x64<S> {
    (bytes - first).simd_lt(count)
}

/// How many of a step's own bytes are in the mask.
#[inline(always)]
pub(super) fn bits<S: Simd>(mask: mask8x64<S>, own: Own) -> u32 {
    (mask.to_bitmask() & own.bits).count_ones()
}
