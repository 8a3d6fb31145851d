//! The slowest of the hostile drives that the fuzzer found worth keeping: each listed, opened and saved, as its target does.

#[path = "../../fuzz/corpora.rs"]
mod corpora;
#[path = "../../fuzz/drives.rs"]
mod drives;

/// One drive is timed so often, and counts with its best: the machine has other work.
const TURNS: usize = 3;

/// How many there are, and what the one in the middle and the slowest take, in ms.
pub(crate) fn slowest(ms: fn(&dyn Fn()) -> f64) -> (usize, f64, f64) {
    let best = |input: &[u8]| (0..TURNS).map(|_| ms(&|| drives::drive(input))).fold(f64::MAX, f64::min);
    let mut times: Vec<f64> = corpora::kept("fve").iter().map(|(_, input)| best(input)).collect();
    times.sort_by(f64::total_cmp);
    (times.len(), times[times.len() / 2], times[times.len() - 1])
}
