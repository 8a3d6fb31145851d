//! Tries candidates on a volume with all cores, two at a time on each, until one opens or the caller stops the search.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::candidates::Candidates;
use crate::datum::Datums;
use crate::keys::SealingKey;
use crate::open::{find_salt, unseal_master};
use crate::protector::{Protector, ProtectorKind};
use crate::stretch::{LANES, Lanes, ROUNDS, Seed};
use crate::volume::Volume;
use drivekey_record::{Guid, KeyId, RecoveryPassword};

/// What to search, and how much of it.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The passwords to try.
    pub candidates: &'a Candidates,
    /// The volume to open.
    pub volume: &'a Volume,
    /// The Key ID, as far as it is known. If it names protectors of the volume, only those are tried.
    pub key_id: &'a KeyId,
    /// The number of the first candidate to try, for going on where an earlier search ended.
    pub from: u128,
    /// The most candidates to try.
    pub limit: u128,
    /// The number of threads, usually that of cores.
    pub threads: NonZeroUsize,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Stretches done: candidates times protectors.
    pub done: u64,
    /// The most stretches that the search will do.
    pub total: u64,
    /// The time since it began.
    pub taken: Duration,
}

/// How a search ended.
#[derive(Debug)]
pub enum SearchEnd {
    /// A candidate opened the volume.
    Found {
        /// The recovery password.
        password: RecoveryPassword,
        /// The protector that it opened; its GUID is the Key ID.
        protector: Guid,
        /// Its number among the candidates.
        number: u128,
    },
    /// None of the candidates opened it.
    NotFound,
    /// The caller stopped the search.
    Stopped,
    /// The volume has no recovery protector on which a password could be tried.
    NothingToOpen,
}

/// The result of a search.
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

/// The state that all threads share.
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
    /// The number of protectors on which each candidate is tried.
    #[must_use]
    pub fn protectors(&self) -> usize {
        find_targets(self).len()
    }
}

/// Runs a search. `progress` is called after each step of each thread, and may stop it.
#[must_use]
pub fn search(search: &Search<'_>, progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync)) -> Searched {
    search_with_rounds(search, ROUNDS, progress)
}

pub(crate) fn search_with_rounds(
    search: &Search<'_>,
    rounds: u64,
    progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
) -> Searched {
    let targets = find_targets(search);
    let candidates = search.candidates.count().saturating_sub(search.from).min(search.limit);
    // 2^64 stretches would take longer than the age of the earth.
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

/// The recovery protectors that a password can be tried on, or only those that the Key ID names, if it names any.
fn find_targets<'a>(search: &Search<'a>) -> Vec<Target<'a>> {
    let named = |guid: Guid| *search.key_id != KeyId::Unknown && search.key_id.may_equal(&KeyId::Full(guid));
    let fit = |(index, protector): (usize, &Protector)| {
        if protector.kind != ProtectorKind::RecoveryPassword || protector.doubt.is_some() {
            return None;
        }
        let properties = search.volume.properties(index);
        Some(Target { guid: protector.guid, salt: find_salt(properties.clone())?, properties })
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

    /// The loop of one thread. It takes as many tasks at a time as there are lanes.
    fn run(&self, progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync)) {
        while !self.stop.load(Ordering::Relaxed) {
            let first = self.next.fetch_add(LANES as u64, Ordering::Relaxed);
            let tasks: Vec<Task<'_>> = (first..self.total).take(LANES).filter_map(|index| self.task(index)).collect();
            let Some(last) = tasks.last() else { return };
            // At the end of the list a lane may have no task; it repeats the last one.
            let lanes: [&Task<'_>; LANES] = std::array::from_fn(|lane| tasks.get(lane).unwrap_or(last));
            let seeds = lanes.map(|task| Seed::from_recovery_password(&task.password));
            let mut running = Lanes::new(std::array::from_fn(|lane| (&seeds[lane], &lanes[lane].target.salt)));
            running.run(self.rounds);
            for (lane, task) in tasks.into_iter().enumerate() {
                let key = running.key(lane);
                self.done.fetch_add(1, Ordering::Relaxed);
                self.check(task, &key);
            }
            if progress(self.progress()).is_break() {
                self.finish(SearchEnd::Stopped);
            }
        }
    }

    fn task(&self, index: u64) -> Option<Task<'_>> {
        let targets = self.targets.len() as u64;
        let number = self.search.from + u128::from(index / targets);
        let target = self.targets.get(usize::try_from(index % targets).ok()?)?;
        Some(Task { number, target, password: self.search.candidates.nth(number)? })
    }

    fn check(&self, task: Task<'_>, key: &SealingKey) {
        if unseal_master(key, task.target.properties.clone()).is_some() {
            self.finish(SearchEnd::Found { password: task.password, protector: task.target.guid, number: task.number });
        }
    }

    /// Ends the search for all threads. A password that was found is never replaced by a stop.
    fn finish(&self, end: SearchEnd) {
        self.stop.store(true, Ordering::Relaxed);
        let mut slot = self.end.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !matches!(*slot, Some(SearchEnd::Found { .. })) {
            *slot = Some(end);
        }
    }
}

/// One candidate on one protector.
struct Task<'a> {
    number: u128,
    target: &'a Target<'a>,
    password: RecoveryPassword,
}
