//! The slowest of the hostile drives that the fuzzer found worth keeping: each listed, opened and saved, as its target
//! does; and a disk that has as much to list as any can.

use drivekey_testkit::fve_support::disks::with_gpt;
use drivekey_testkit::fve_support::made::{Made, Protector, Secret};
use drivekey_testkit::fve_support::sparse::Sparse;
use drivekey_testkit::hostile::{corpora, drives};

/// One drive is timed so often, and counts with its best: the machine has other work.
const TURNS: usize = 3;

/// As many volumes as are read of one disk, each with as many protectors as a block holds.
pub(crate) fn crowded_disk() -> Sparse {
    const PROTECTORS: usize = 130;
    const VOLUMES: usize = 32;
    let made = Made { protectors: vec![Protector::of(2, 0x0500, Secret::Machine); PROTECTORS], ..Made::default() };
    with_gpt(512, &[&made; VOLUMES], false)
}

/// How many there are, and what the one in the middle and the slowest take, in ms.
pub(crate) fn slowest(ms: fn(&dyn Fn()) -> f64) -> (usize, f64, f64) {
    let best = |input: &[u8]| (0..TURNS).map(|_| ms(&|| drives::drive(input))).fold(f64::MAX, f64::min);
    let mut times: Vec<f64> = corpora::kept("fve").iter().map(|(_, input)| best(input)).collect();
    times.sort_by(f64::total_cmp);
    (times.len(), times[times.len() / 2], times[times.len() - 1])
}
