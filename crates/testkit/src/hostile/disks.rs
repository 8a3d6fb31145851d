//! The disk for which the target `drives::disk` makes partition tables: the same small volume at every MiB.

use std::sync::OnceLock;

use crate::fve_support::made::{Made, Protector, Secret};
use crate::hostile::drives;

const KIB: u64 = 1 << 10;

/// Nothing may panic.
pub fn disk(input: &[u8]) {
    static REPEATED: OnceLock<Vec<(u64, Vec<u8>)>> = OnceLock::new();
    drives::disk(input, REPEATED.get_or_init(repeated));
}

fn repeated() -> Vec<(u64, Vec<u8>)> {
    let protectors = vec![Protector::of(3, 0, Secret::Clear([0x42; 32]))];
    let made = Made { protectors, offsets: [192 * KIB, 384 * KIB, 576 * KIB], header_at: 64 * KIB, ..Made::default() };
    let block = made.block();
    let copy = [&block[..], &made.validation(&block)].concat();
    let copies = made.offsets.map(|offset| (offset, copy.clone()));
    [(0, made.image().get(0, drives::BOOT_BYTES))].into_iter().chain(copies).collect()
}
