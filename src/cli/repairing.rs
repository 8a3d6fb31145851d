//! Trying what a torn key may have been on its drive, the likeliest first, with the arithmetic of how long it takes.
//! Must not know how the answers are shown.

use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::progress::Progress;
use super::volumes::Placed;
use crate::fve::{self, Opener, ProtectorKind};
use crate::record::{KeyId, Likelihood, RecoveryPassword, Repairs};

/// What is begun without a question.
pub(super) const UNASKED: Duration = Duration::from_mins(10);
/// Candidates for each core between two looks at the bar.
const PER_CORE: u64 = 4;

/// The search for the right candidate.
pub(super) struct Search<'a> {
    pub(super) repairs: &'a Repairs,
    pub(super) volumes: &'a [Placed<'a>],
    pub(super) key_id: &'a KeyId,
    pub(super) cores: usize,
    /// One candidate on one core.
    pub(super) each: Duration,
}

/// A candidate that opens.
pub(super) struct Hit<'a> {
    pub(super) password: RecoveryPassword,
    pub(super) placed: &'a Placed<'a>,
    /// How many were tried before it, as they were counted.
    pub(super) before: u128,
}

impl<'a> Search<'a> {
    /// With the time of one candidate measured by trying the likeliest. That one may be it already.
    pub(super) fn begin(repairs: &'a Repairs, volumes: &'a [Placed<'a>], key_id: &'a KeyId) -> (Self, Option<Hit<'a>>) {
        let mut search = Self { repairs, volumes, key_id, cores: rayon::current_num_threads().max(1), each: Duration::ZERO };
        let first = repairs.likelihoods().next();
        let began = Instant::now();
        let hit = first.and_then(|first| search.try_one(first.cost, 0)).map(|(password, placed)| Hit { password, placed, before: 0 });
        search.each = began.elapsed();
        (search, hit)
    }

    /// Candidates × time of one / cores.
    pub(super) fn estimate(&self, candidates: u128) -> Duration {
        let seconds = self.each.as_secs_f64() * to_f64(candidates) / to_f64(self.cores as u128);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }

    /// The same in words.
    pub(super) fn arithmetic(&self, candidates: u128) -> String {
        let cores = if self.cores == 1 { "1 core".to_owned() } else { format!("{} cores", self.cores) };
        format!(
            "{} candidates × {:.3} s / {cores} = about {}",
            grouped(candidates),
            self.each.as_secs_f64(),
            duration_words(self.estimate(candidates))
        )
    }

    /// The likelihoods that can be gone through unasked, from the likeliest on, and those that are left.
    pub(super) fn within(&self, limit: Duration) -> (Vec<Likelihood>, Vec<Likelihood>) {
        let mut sum = 0_u128;
        self.repairs.likelihoods().partition(|likelihood| {
            sum = sum.saturating_add(likelihood.count);
            self.estimate(sum) <= limit
        })
    }

    /// Tries all of these, in order.
    pub(super) fn go_through(&self, likelihoods: &[Likelihood], before: u128, bar: bool) -> Option<Hit<'a>> {
        let all = likelihoods.iter().map(|likelihood| likelihood.count).fold(0, u128::saturating_add);
        let progress = Progress::timed(bar, "candidates");
        let mut done = 0_u128;
        let mut hit = None;
        for likelihood in likelihoods {
            hit = self.of_one(*likelihood, |tried| progress.at_of(done.saturating_add(tried), all)).map(|mut hit| {
                hit.before = hit.before.saturating_add(done).saturating_add(before);
                hit
            });
            if hit.is_some() {
                break;
            }
            done = done.saturating_add(likelihood.count);
        }
        progress.finish();
        hit
    }

    fn of_one(&self, likelihood: Likelihood, progress: impl Fn(u128)) -> Option<Hit<'a>> {
        let batch = self.cores as u64 * PER_CORE;
        let mut from = 0_u128;
        while from < likelihood.count {
            progress(from);
            let count = u64::try_from(likelihood.count - from).unwrap_or(u64::MAX).min(batch);
            let found = (0..count).into_par_iter().find_map_any(|at| {
                let number = from + u128::from(at);
                self.try_one(likelihood.cost, number).map(|(password, placed)| Hit { password, placed, before: number })
            });
            if found.is_some() {
                return found;
            }
            from += u128::from(count);
        }
        None
    }

    fn try_one(&self, cost: usize, number: u128) -> Option<(RecoveryPassword, &'a Placed<'a>)> {
        let password = self.repairs.candidate(cost, number)?;
        let opener = Opener::RecoveryPassword(&password, self.key_id);
        let placed = self.volumes.iter().find(|placed| fve::open(placed.volume, &opener).opened.is_some())?;
        Some((password, placed))
    }
}

/// The volumes on which a recovery key can be tried at all; those that list the Key ID alone, where one is known.
pub(super) fn to_try<'a>(volumes: Vec<Placed<'a>>, key_id: &KeyId) -> Vec<Placed<'a>> {
    let judged = |placed: &Placed<'_>| placed.volume.of_kind(ProtectorKind::RecoveryPassword).any(|protector| protector.doubt.is_none());
    let mut volumes: Vec<Placed<'a>> = volumes.into_iter().filter(judged).collect();
    let lists = |placed: &Placed<'_>| {
        let mut ids = placed.volume.of_kind(ProtectorKind::RecoveryPassword).map(|protector| KeyId::Full(protector.guid));
        *key_id != KeyId::Unknown && ids.any(|id| id.may_equal(key_id))
    };
    if volumes.iter().any(lists) {
        volumes.retain(lists);
    }
    volumes
}

/// `1,234,567`
pub(super) fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A stretch of time in the unit that suits it.
fn duration_words(duration: Duration) -> String {
    const UNITS: [(u64, &str); 4] = [(60 * 60 * 24 * 365, "years"), (60 * 60 * 24, "days"), (60 * 60, "hours"), (60, "minutes")];
    let seconds = duration.as_secs();
    for (unit, name) in UNITS {
        if seconds >= unit * 2 {
            return format!("{} {name}", grouped(u128::from(seconds / unit)));
        }
    }
    if seconds <= 1 { "1 second".to_owned() } else { format!("{seconds} seconds") }
}

/// An estimate needs no more digits.
#[expect(clippy::cast_precision_loss, reason = "an estimate, shown in whole units")]
const fn to_f64(number: u128) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_readable() {
        assert_eq!([0, 999, 1000, 65_536, 1_234_567].map(grouped), ["0", "999", "1,000", "65,536", "1,234,567"]);
        let words = [0, 90, 7200, 60 * 60 * 24 * 3, 60 * 60 * 24 * 365 * 5000].map(|seconds| duration_words(Duration::from_secs(seconds)));
        assert_eq!(words, ["1 second", "90 seconds", "2 hours", "3 days", "5,000 years"]);
        assert!(duration_words(Duration::MAX).ends_with("years"));
    }
}
