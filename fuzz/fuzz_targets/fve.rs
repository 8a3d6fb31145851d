//! Hostile drives: nothing may panic, take long, or allocate more than 1 MiB at once (`-malloc_limit_mb=1`).
#![no_main]

#[path = "../drives.rs"]
mod drives;

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use rustix::time::{ClockId, clock_gettime};

/// Of the processor's time, so that a busy or a halted machine is no finding; the instrumented build is some ten times slower
/// than the product, in which a case may take 50 ms.
const LIMIT: Duration = Duration::from_millis(500);

fuzz_target!(|input: &[u8]| {
    let begun = processor_time();
    drives::drive(input);
    let took = processor_time() - begun;
    assert!(took < LIMIT, "{took:?}");
});

fn processor_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}
