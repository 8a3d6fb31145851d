//! The slowest of the hostile drives that the fuzzer found worth keeping: each listed, opened and saved, as its target does.

#[path = "../../fuzz/drives.rs"]
mod drives;

use std::io::Read;

/// One drive is timed so often, and counts with its best: the machine has other work.
const TURNS: usize = 3;

/// How many there are, and what the one in the middle and the slowest take, in ms.
pub(crate) fn slowest(ms: fn(&dyn Fn()) -> f64) -> (usize, f64, f64) {
    let file = std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/kept/fve.zip")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut times: Vec<f64> = (0..archive.len())
        .map(|at| {
            let mut input = Vec::new();
            archive.by_index(at).unwrap().read_to_end(&mut input).unwrap();
            (0..TURNS).map(|_| ms(&|| drives::drive(&input))).fold(f64::MAX, f64::min)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times.len(), times[times.len() / 2], times[times.len() - 1])
}
