//! Trying what a torn key may have been on its drive, the likeliest first, with the arithmetic of how long it takes.
//! Must not know how the answers are shown.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::thread::available_parallelism;
use std::time::Duration;

use super::progress::Progress;
use super::volumes::Placed;
use drivekey_fve::ProtectorKind;
use drivekey_fve::repair::{self, Candidates, Rate, SearchEnd};
use drivekey_record::{KeyId, RecoveryPassword};

/// What is begun without a question.
const UNASKED: Duration = Duration::from_mins(10);

/// The search for the right one among what a key may have been.
pub(super) struct Search<'a> {
    pub(super) candidates: &'a Candidates,
    pub(super) volumes: &'a [Placed<'a>],
    pub(super) key_id: &'a KeyId,
    rate: Rate,
    threads: NonZeroUsize,
}

/// A candidate that opens.
pub(super) struct Hit<'a> {
    pub(super) password: RecoveryPassword,
    pub(super) placed: &'a Placed<'a>,
    /// How many stand before it in the order of likelihood.
    pub(super) before: u128,
}

impl<'a> Search<'a> {
    /// Measures how fast this machine is.
    pub(super) fn new(candidates: &'a Candidates, volumes: &'a [Placed<'a>], key_id: &'a KeyId) -> Self {
        let threads = available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { candidates, volumes, key_id, rate: Rate::measure(threads), threads }
    }

    fn on(&self, placed: &'a Placed<'a>) -> repair::Search<'a> {
        let Self { candidates, key_id, threads, .. } = *self;
        repair::Search { candidates, volume: placed.volume, key_id, from: 0, limit: u128::MAX, threads }
    }

    /// On how many keys of the drive each candidate is tried.
    fn tries(&self) -> u128 {
        self.volumes.iter().map(|placed| self.on(placed).protectors() as u128).sum()
    }

    fn time(&self) -> Duration {
        self.rate.time_for(self.candidates.count().saturating_mul(self.tries()))
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.time() > UNASKED
    }

    /// Candidates × time of one / cores.
    pub(super) fn arithmetic(&self) -> String {
        let cores = if self.threads.get() == 1 { "1 core".to_owned() } else { format!("{} cores", self.threads) };
        let each = to_f64(self.threads.get() as u128) * to_f64(self.tries()) / self.rate.per_second;
        format!(
            "{} keys × {each:.3} s / {cores} = about {}",
            grouped(self.candidates.count()),
            duration_words(self.time())
        )
    }

    /// Tries all of them.
    pub(super) fn go(&self, bar: bool) -> Option<Hit<'a>> {
        let progress = Progress::timed(bar, "tried");
        let hit = self.volumes.iter().find_map(|placed| {
            let searched = repair::search(&self.on(placed), &|at| {
                progress.at_of(at.done, at.total);
                ControlFlow::Continue(())
            });
            match searched.end {
                SearchEnd::Found { password, number, .. } => Some(Hit { password, placed, before: number }),
                SearchEnd::NotFound | SearchEnd::Stopped | SearchEnd::NothingToOpen => None,
            }
        });
        progress.finish();
        hit
    }
}

/// The volumes on which a recovery key can be tried at all; those that list the Key ID alone, where one is known.
pub(super) fn to_try<'a>(volumes: Vec<Placed<'a>>, key_id: &KeyId) -> Vec<Placed<'a>> {
    let judged = |placed: &Placed<'_>| {
        placed.volume.of_kind(ProtectorKind::RecoveryPassword).any(|protector| protector.doubt.is_none())
    };
    let all = volumes.into_iter().flat_map(|placed| {
        // Of copies that say different things, any may be the damaged one.
        let others = placed.volume.others().iter().map(|volume| Placed::alone(placed.place.clone(), volume));
        let others: Vec<Placed<'a>> = others.collect();
        [placed].into_iter().chain(others)
    });
    let mut volumes: Vec<Placed<'a>> = all.filter(judged).collect();
    let lists = |placed: &Placed<'_>| {
        let mut ids =
            placed.volume.of_kind(ProtectorKind::RecoveryPassword).map(|protector| KeyId::Full(protector.guid));
        *key_id != KeyId::Unknown && ids.any(|id| id.may_equal(key_id))
    };
    if volumes.iter().any(lists) {
        volumes.retain(lists);
    }
    volumes
}

/// Whether the right key may be among those that were tried, though none was seen to open anything: of these volumes
/// not all keys could be read or judged.
pub(super) fn is_unsure(volumes: &[Placed<'_>], key_id: &KeyId) -> bool {
    volumes.iter().any(|placed| {
        let is_meant = |guid| *key_id == KeyId::Unknown || key_id.may_equal(&KeyId::Full(guid));
        let mut recovery = placed.volume.all_copies().flat_map(|copy| copy.of_kind(ProtectorKind::RecoveryPassword));
        let doubted = recovery.any(|protector| protector.doubt.is_some() && is_meant(protector.guid));
        doubted || placed.volume.is_list_doubtful() || placed.unread.is_some()
    })
}

/// `1,234,567`
pub(super) fn grouped(number: u128) -> String {
    if number == u128::MAX {
        return "more than can be counted".to_owned();
    }
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
    const UNITS: [(u64, &str); 4] =
        [(60 * 60 * 24 * 365, "years"), (60 * 60 * 24, "days"), (60 * 60, "hours"), (60, "minutes")];
    let seconds = duration.as_secs();
    for (unit, name) in UNITS {
        if seconds >= unit * 2 {
            return format!("{} {name}", grouped(u128::from(seconds / unit)));
        }
    }
    if seconds <= 1 { "1 second".to_owned() } else { format!("{seconds} seconds") }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate, shown with three digits")]
const fn to_f64(number: u128) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_readable() {
        assert_eq!([0, 999, 1000, 65_536, 1_234_567].map(grouped), ["0", "999", "1,000", "65,536", "1,234,567"]);
        let words = [0, 90, 7200, 60 * 60 * 24 * 3, 60 * 60 * 24 * 365 * 5000]
            .map(|seconds| duration_words(Duration::from_secs(seconds)));
        assert_eq!(words, ["1 second", "90 seconds", "2 hours", "3 days", "5,000 years"]);
        assert!(duration_words(Duration::MAX).ends_with("years"));
    }
}
