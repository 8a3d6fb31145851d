//! Trying candidates on a volume with all cores, two at a time on each, until one opens or somebody stops it.
//! Knows no estimate and no screen; whoever asks is told how far it is.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::super::datum::Datums;
use super::super::keys::SealingKey;
use super::super::open::{salt, unseal_master};
use super::super::protector::ProtectorKind;
use super::super::stretch::{LANES, Lanes, ROUNDS, Seed};
use super::super::volume::Volume;
use super::candidates::Candidates;
use drivekey_record::{Guid, KeyId, RecoveryPassword};

/// What to search, and how much of it.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// What the password may be.
    pub candidates: &'a Candidates,
    /// What it must open.
    pub volume: &'a Volume,
    /// What is known of its Key ID: where it names protectors of the volume, only those are tried.
    pub key_id: &'a KeyId,
    /// The number of the first candidate to try, to go on where a search ended.
    pub from: u128,
    /// How many candidates to try at most.
    pub limit: u128,
    /// Threads; as many as there are cores.
    pub threads: NonZeroUsize,
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Stretches done: candidates times protectors.
    pub done: u64,
    /// Stretches to do at most.
    pub total: u64,
    /// Since it began.
    pub taken: Duration,
}

/// How a search ended.
#[derive(Debug)]
pub enum SearchEnd {
    /// This one opens the volume.
    Found {
        /// The recovery password.
        password: RecoveryPassword,
        /// The protector it opens; its GUID is the Key ID.
        protector: Guid,
        /// Its number among the candidates.
        number: u128,
    },
    /// None of those that were tried.
    NotFound,
    /// Stopped by whoever was told of the progress.
    Stopped,
    /// The volume has no recovery password that could be tried.
    NothingToOpen,
}

/// A search's end and how far it came.
#[derive(Debug)]
pub struct Searched {
    /// How it ended.
    pub end: SearchEnd,
    /// How far it came.
    pub progress: Progress,
}

/// A protector to try.
struct Target<'a> {
    guid: Guid,
    salt: [u8; 16],
    properties: Datums<'a>,
}

/// What the threads share.
struct Work<'a> {
    search: &'a Search<'a>,
    targets: Vec<Target<'a>>,
    rounds: u64,
    next: AtomicU64,
    done: AtomicU64,
    total: u64,
    stop: AtomicBool,
    begun: Instant,
    end: Mutex<Option<SearchEnd>>,
}

impl Search<'_> {
    /// On how many protectors each candidate is tried.
    #[must_use]
    pub fn protectors(&self) -> usize {
        targets(self).len()
    }
}

/// Searches; `progress` is told after each step of each thread, and may stop it.
#[must_use]
pub fn search(search: &Search<'_>, progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync)) -> Searched {
    search_with_rounds(search, ROUNDS, progress)
}

pub(crate) fn search_with_rounds(
    search: &Search<'_>,
    rounds: u64,
    progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
) -> Searched {
    let targets = targets(search);
    let candidates = search.candidates.count().saturating_sub(search.from).min(search.limit);
    // More than 2^64 would take longer than the earth has stood.
    let total = u64::try_from(candidates.saturating_mul(targets.len() as u128)).unwrap_or(u64::MAX);
    let nothing = targets.is_empty();
    let work = Work {
        search,
        targets,
        rounds,
        next: AtomicU64::new(0),
        done: AtomicU64::new(0),
        total,
        stop: AtomicBool::new(false),
        begun: Instant::now(),
        end: Mutex::new(None),
    };
    if nothing {
        return Searched { end: SearchEnd::NothingToOpen, progress: work.progress() };
    }
    std::thread::scope(|scope| {
        for _ in 0..search.threads.get() {
            scope.spawn(|| work.run(progress));
        }
    });
    let progress = work.progress();
    let end = work.end.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Searched { end: end.unwrap_or(SearchEnd::NotFound), progress }
}

/// The recovery protectors that can be judged; only the named ones, where the Key ID names any.
fn targets<'a>(search: &Search<'a>) -> Vec<Target<'a>> {
    let named = |guid: Guid| *search.key_id != KeyId::Unknown && search.key_id.may_equal(&KeyId::Full(guid));
    let fit = |(index, protector): (usize, &super::super::Protector)| {
        if protector.kind != ProtectorKind::RecoveryPassword || protector.doubt.is_some() {
            return None;
        }
        let properties = search.volume.properties(index);
        Some(Target { guid: protector.guid, salt: salt(properties.clone())?, properties })
    };
    let mut targets: Vec<Target<'_>> = search.volume.protectors.iter().enumerate().filter_map(fit).collect();
    if targets.iter().any(|target| named(target.guid)) {
        targets.retain(|target| named(target.guid));
    }
    targets
}

impl Work<'_> {
    fn progress(&self) -> Progress {
        Progress { done: self.done.load(Ordering::Relaxed), total: self.total, taken: self.begun.elapsed() }
    }

    /// One thread's share: as many units at a time as there are lanes, until none is left.
    fn run(&self, progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync)) {
        while !self.stop.load(Ordering::Relaxed) {
            let first = self.next.fetch_add(LANES as u64, Ordering::Relaxed);
            let units: Vec<Unit<'_>> = (first..self.total).take(LANES).filter_map(|unit| self.unit(unit)).collect();
            let Some(last) = units.last() else { return };
            // The end of the list may leave a lane without work of its own; it repeats the last.
            let lanes: [&Unit<'_>; LANES] = std::array::from_fn(|lane| units.get(lane).unwrap_or(last));
            let seeds = lanes.map(|unit| Seed::of_recovery_password(&unit.password));
            let mut running = Lanes::new(std::array::from_fn(|lane| (&seeds[lane], &lanes[lane].target.salt)));
            running.run(self.rounds);
            for (lane, unit) in units.into_iter().enumerate() {
                let key = running.key(lane);
                self.done.fetch_add(1, Ordering::Relaxed);
                self.judge(unit, &key);
            }
            if progress(self.progress()).is_break() {
                self.finish(SearchEnd::Stopped);
            }
        }
    }

    fn unit(&self, unit: u64) -> Option<Unit<'_>> {
        let targets = self.targets.len() as u64;
        let number = self.search.from + u128::from(unit / targets);
        let target = self.targets.get(usize::try_from(unit % targets).ok()?)?;
        Some(Unit { number, target, password: self.search.candidates.nth(number)? })
    }

    fn judge(&self, unit: Unit<'_>, key: &SealingKey) {
        if unseal_master(key, unit.target.properties.clone()).is_some() {
            self.finish(SearchEnd::Found { password: unit.password, protector: unit.target.guid, number: unit.number });
        }
    }

    /// What was found outranks a stop that came in between.
    fn finish(&self, end: SearchEnd) {
        self.stop.store(true, Ordering::Relaxed);
        let mut slot = self.end.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !matches!(*slot, Some(SearchEnd::Found { .. })) {
            *slot = Some(end);
        }
    }
}

/// One candidate on one protector.
struct Unit<'a> {
    number: u128,
    target: &'a Target<'a>,
    password: RecoveryPassword,
}
