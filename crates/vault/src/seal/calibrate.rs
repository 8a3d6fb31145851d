//! Calibration: the derivation cost that a machine can afford, measured, and never less than the cost that it replaces.

use std::time::{Duration, Instant};

use super::kdf::{OUTPUT_BYTES, hash_within, memory_of};
use super::{KdfCost, KdfError, KdfLimits};

/// The vault may have to be opened on a small machine one day, so the memory is limited to this.
const CALIBRATED_MEMORY_KIB: u32 = 256 * 1024;
/// Other load only ever adds time, so the minimum of several measurements is the most accurate.
const MEASUREMENTS: u32 = 2;
/// Runs per allocation. Allocation is the most expensive part of a short run.
const RUNS_PER_ALLOCATION: u32 = 2;

/// The times of the parts of a derivation, with the floor's memory.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// Allocating the memory.
    allocation: Duration,
    /// One pass over it.
    pass: Duration,
}

/// The cost that takes about `target` on this machine. Memory is raised first, then passes. No parameter is below that
/// of `replaced`, the cost of the slot that is replaced.
///
/// # Errors
/// [`KdfError::OutOfMemory`] if not even the floor's memory can be allocated.
pub fn calibrate(limits: KdfLimits, target: Duration, replaced: Option<KdfCost>) -> Result<KdfCost, KdfError> {
    let measured = (0..MEASUREMENTS).map(|_| measure(limits.floor));
    Ok(affordable(limits, target, replaced, least(measured)?))
}

/// Measures single passes, which are short enough for one to run undisturbed.
fn measure(floor: KdfCost) -> Result<Times, KdfError> {
    let once = KdfCost { passes: 1, ..floor };
    let started = Instant::now();
    let mut blocks = memory_of(once)?;
    let allocation = started.elapsed();
    let mut pass = Duration::MAX;
    for _ in 0..RUNS_PER_ALLOCATION {
        let started = Instant::now();
        hash_within(&mut blocks, b"calibration", &[0; 16], once, &mut [0; OUTPUT_BYTES])?;
        pass = pass.min(started.elapsed());
    }
    Ok(Times { allocation, pass })
}

fn least(measured: impl Iterator<Item = Result<Times, KdfError>>) -> Result<Times, KdfError> {
    let endless = Times { allocation: Duration::MAX, pass: Duration::MAX };
    measured.into_iter().try_fold(endless, |least, one| {
        let one = one?;
        Ok(Times { allocation: least.allocation.min(one.allocation), pass: least.pass.min(one.pass) })
    })
}

fn affordable(limits: KdfLimits, target: Duration, replaced: Option<KdfCost>, times: Times) -> KdfCost {
    let mut cost = replaced.map_or(limits.floor, |replaced| limits.floor.at_least(replaced).at_most(limits.ceiling));
    let kib = |nanoseconds: Duration| {
        nanoseconds.as_nanos().max(1) * u128::from(cost.memory_kib) / u128::from(limits.floor.memory_kib.max(1))
    };
    let (mut memory, mut pass, target) = (kib(times.allocation), kib(times.pass), target.as_nanos());
    let most_kib = CALIBRATED_MEMORY_KIB.min(limits.ceiling.memory_kib);
    while cost.memory_kib.saturating_mul(2) <= most_kib && 2 * (memory + pass * u128::from(cost.passes)) <= target {
        cost.memory_kib *= 2;
        memory *= 2;
        pass *= 2;
    }
    let passes = target.saturating_sub(memory) / pass;
    cost.passes = u32::try_from(passes).unwrap_or(u32::MAX).clamp(cost.passes, limits.ceiling.passes);
    cost
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: KdfLimits = KdfLimits {
        floor: KdfCost { memory_kib: 64, passes: 1, lanes: 1 },
        ceiling: KdfCost { memory_kib: 4096, passes: 4, lanes: 4 },
    };
    const SECOND: Duration = Duration::from_secs(1);

    fn times(allocation: u64, pass: u64) -> Times {
        Times { allocation: Duration::from_millis(allocation), pass: Duration::from_millis(pass) }
    }

    #[test]
    fn it_stays_within_the_limits() {
        assert_eq!(calibrate(CHEAP, Duration::ZERO, None), Ok(CHEAP.floor));
        assert_eq!(
            calibrate(CHEAP, Duration::from_hours(1), None),
            Ok(KdfCost { memory_kib: 4096, passes: 4, lanes: 1 })
        );
        let beyond = KdfCost { memory_kib: u32::MAX, passes: 99, lanes: 99 };
        assert_eq!(calibrate(CHEAP, Duration::from_hours(1), Some(beyond)), Ok(CHEAP.ceiling));
    }

    #[test]
    fn it_is_never_less_than_what_it_replaces() {
        for old in [
            KdfCost { memory_kib: 128 * 1024, passes: 4, lanes: 4 },
            KdfCost { memory_kib: 512 * 1024, passes: 3, lanes: 8 },
            KdfCost { memory_kib: 64 * 1024, passes: 16, lanes: 4 },
            KdfLimits::PRODUCT.ceiling,
        ] {
            for busy in [times(20, 30), times(20, 400), times(0, 0)] {
                let cost = affordable(KdfLimits::PRODUCT, SECOND, Some(old), busy);
                assert_eq!(cost.at_least(old), cost, "{old:?} fell to {cost:?}");
                assert_eq!(KdfLimits::PRODUCT.check(cost), Ok(()));
            }
        }
        // The cost is raised to a second where there is time, memory first.
        let low = KdfCost { memory_kib: 64 * 1024, passes: 4, lanes: 4 };
        let raised = affordable(KdfLimits::PRODUCT, SECOND, Some(low), times(20, 30));
        assert_eq!(raised, KdfCost { memory_kib: 256 * 1024, passes: 7, lanes: 4 });
    }

    #[test]
    fn a_busy_machine_does_not_fool_it() {
        let quiet = [times(20, 30); 3];
        let busy = [times(90, 160), times(20, 200), times(70, 30)];
        let cost = |measured: &[Times]| {
            affordable(KdfLimits::PRODUCT, SECOND, None, least(measured.iter().copied().map(Ok)).unwrap())
        };
        assert_eq!(cost(&quiet), KdfCost { memory_kib: 256 * 1024, passes: 7, lanes: 4 });
        assert_eq!(cost(&busy), cost(&quiet));
        assert_eq!(cost(&[times(90, 400)]), KdfLimits::PRODUCT.floor);
    }
}
