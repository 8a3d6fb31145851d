//! Overwriting what work with keys left on the stack. The crates give identities, MACs and ciphers by value, and each
//! move leaves a copy that no type wipes.

use std::hint::black_box;

/// More than unsealing an age file reaches below its caller, unoptimised too.
const DEEP_BYTES: usize = 32 * 1024;
/// More than one symmetric sealing or one MAC reaches: it is done for each record of a list.
const SHALLOW_BYTES: usize = 8 * 1024;

/// Does work with an identity, and overwrites the stack below: a quarter of a microsecond, beside X25519's sixty.
///
/// The result must hold no key but behind a pointer.
#[inline(never)]
pub(super) fn wiped<T>(work: impl FnOnce() -> T) -> T {
    let result = below(work);
    overwrite::<DEEP_BYTES>();
    result
}

/// The same for work that reaches less deep: 55 nanoseconds.
#[inline(never)]
pub(super) fn wiped_shallow<T>(work: impl FnOnce() -> T) -> T {
    let result = below(work);
    overwrite::<SHALLOW_BYTES>();
    result
}

/// The same for the threads that share out a derivation: each overwrites its own stack.
pub(super) fn wipe_helpers() {
    rayon::broadcast(|_| overwrite::<DEEP_BYTES>());
}

/// In a frame of its own, which begins where that of [`overwrite`] will.
#[inline(never)]
fn below<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn overwrite<const BYTES: usize>() {
    let mut bytes = [0_u8; BYTES];
    // Whoever might look at them: without it the compiler leaves the array out.
    black_box(&mut bytes);
}
