//! How fast this machine can search, measured so that the time of a search can be estimated.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use crate::stretch::{LANES, Lanes, ROUNDS, Seed};

/// A sample of this part of a stretch is accurate enough.
const SAMPLES_PER_STRETCH: u32 = 16;
const SAMPLE_ROUNDS: u64 = ROUNDS / SAMPLES_PER_STRETCH as u64;

/// How many stretches all threads do in a second. One candidate on one protector is one stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Stretches per second.
    pub per_second: f64,
}

impl Rate {
    /// Measures the rate of this many threads, in about 20 milliseconds.
    #[must_use]
    pub fn measure(threads: NonZeroUsize) -> Self {
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads.get() {
                scope.spawn(|| {
                    let seed = Seed::from_key_bytes(&[0; 16]);
                    let mut lanes = Lanes::new([(&seed, &[0; 16]); LANES]);
                    lanes.run(SAMPLE_ROUNDS);
                    std::hint::black_box(&lanes);
                });
            }
        });
        Self::of(LANES as u128 * threads.get() as u128, begun.elapsed() * SAMPLES_PER_STRETCH)
    }

    /// The rate of a search that has done this many stretches in this time.
    #[must_use]
    pub fn of(stretches: u128, taken: Duration) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "an estimate needs no fifteen digits")]
        let stretches = stretches as f64;
        Self { per_second: stretches / taken.as_secs_f64().max(f64::EPSILON) }
    }

    /// How long this many stretches take; [`Duration::MAX`] if that does not fit.
    #[must_use]
    pub fn time_for(self, stretches: u128) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "an estimate needs no fifteen digits")]
        let seconds = stretches as f64 / self.per_second.max(f64::MIN_POSITIVE);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_follow_the_rate_and_never_overflow() {
        let rate = Rate::of(50, Duration::from_secs(2));
        assert_eq!(rate.time_for(100), Duration::from_secs(4));
        assert_eq!(rate.time_for(u128::MAX), Duration::MAX);
        assert_eq!(Rate::of(0, Duration::ZERO).time_for(1), Duration::MAX);
        assert!(Rate::measure(NonZeroUsize::MIN).per_second > 0.1);
    }
}
