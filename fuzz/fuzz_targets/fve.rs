//! Hostile volumes: nothing may panic, take long, or allocate more than 1 MiB at once (`-malloc_limit_mb=1`). Half of the
//! inputs are changed with knowledge of their structure, half blindly.
#![no_main]

#[path = "../limit.rs"]
mod limit;

use drivekey_testkit::hostile::{drives, mutations};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

/// How far a part of a volume may grow in one step.
const GROWTH_BYTES: usize = 64;

fuzz_target!(|input: &[u8]| limit::within(|| drives::drive(input)));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut blind = |part: &mut Vec<u8>| {
        let len = part.len();
        part.resize(len + GROWTH_BYTES, 0);
        let most = part.len();
        let changed = fuzzer_mutate(part, len, most);
        part.truncate(changed);
    };
    let mut dice = mutations::Dice::new(seed);
    let known = if seed % 2 == 0 { None } else { mutations::volume(&data[..size], &mut dice, &mut blind) };
    match known.filter(|changed| changed.len() <= max_size) {
        Some(changed) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});
