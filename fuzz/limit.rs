//! How long a case may take, in the processor's time: a busy or a halted machine is no finding.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The instrumented build is some ten times slower than the product, in which a case may take 50 ms.
const LIMIT: Duration = Duration::from_millis(500);

pub(crate) fn within(case: impl FnOnce()) {
    let begun = processor_time();
    case();
    let took = processor_time() - begun;
    assert!(took < LIMIT, "{took:?}");
}

fn processor_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}
