//! Overwriting what work with keys left on the stack. The crates pass identities, MACs and ciphers by value, and each
//! move leaves a copy that no type wipes.

use std::hint::black_box;

/// More stack than unsealing an age file uses, even without optimisation.
const DEEP_BYTES: usize = 32 * 1024;
/// More stack than one symmetric encryption or one MAC uses. Smaller, because it is overwritten for each record of a
/// list.
const SHALLOW_BYTES: usize = 8 * 1024;

/// Runs work with an identity and overwrites the stack that it used. This takes a quarter of a microsecond; X25519
/// takes sixty microseconds.
///
/// The result must hold keys only behind a pointer.
#[inline(never)]
pub(super) fn wiped<T>(work: impl FnOnce() -> T) -> T {
    let result = below(work);
    overwrite::<DEEP_BYTES>();
    result
}

/// As [`wiped`], for work that uses less stack. This takes 55 nanoseconds.
#[inline(never)]
pub(super) fn wiped_shallow<T>(work: impl FnOnce() -> T) -> T {
    let result = below(work);
    overwrite::<SHALLOW_BYTES>();
    result
}

/// Overwrites the stacks of the threads that share a derivation.
pub(super) fn wipe_pool_stacks() {
    rayon::broadcast(|_| overwrite::<DEEP_BYTES>());
}

/// Runs in a frame of its own, which starts where that of [`overwrite`] will.
#[inline(never)]
fn below<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn overwrite<const BYTES: usize>() {
    let mut bytes = [0_u8; BYTES];
    // Without this, the compiler removes the array.
    black_box(&mut bytes);
}
