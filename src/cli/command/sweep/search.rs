//! Walking and reading at the same time, on all cores, with what was found so far at hand when somebody stops it. Must
//! not know the vault.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::cli::command::import::sources::{Source, Sources};
use crate::cli::interrupt::Stoppable;
use crate::cli::progress::Rate;
use crate::cli::source_text;
use crate::cli::world::World;
use crate::gather::{self, GatherError, Met};
use drivekey_import::Reading;

/// Files handed to a reader at once.
const BATCH_FILES: usize = 64;
/// Batches waiting at most: walking does not run away from reading.
const BATCHES_WAITING: usize = 64;
/// Larger files are looked into before they are read whole.
const BUFFER_BYTES: usize = 256 * 1024;
const TICK: Duration = Duration::from_millis(100);

/// What was found, and how far the search came.
pub(super) struct Found {
    pub(super) sources: Sources,
    pub(super) tally: Tally,
}

/// How far a search came.
pub(super) struct Tally {
    /// Files that were looked into.
    pub(super) files: usize,
    /// What was read of them.
    pub(super) bytes: u64,
    /// Links, devices, pipes and sockets.
    pub(super) left_alone: usize,
    /// Somebody stopped it.
    pub(super) stopped: bool,
}

#[derive(Default)]
struct Counters {
    files: AtomicUsize,
    bytes: AtomicU64,
    left_alone: AtomicUsize,
}

type Outcome = Result<(PathBuf, Reading), GatherError>;

/// Searches everything below these roots.
pub(super) fn search(world: &mut World<'_>, roots: &[PathBuf]) -> Found {
    let stoppable = Stoppable::begin();
    let stop = stoppable.flag();
    let rate = Rate::new(world.surroundings.err_is_terminal);
    let counters = Counters::default();
    let started = Instant::now();
    let mut outcomes = Vec::new();
    let readers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let (batches, waiting) = mpsc::sync_channel(BATCHES_WAITING);
        let (report, reported) = mpsc::channel();
        let waiting = std::sync::Arc::new(Mutex::new(waiting));
        for _ in 0..readers {
            let (waiting, report, counters) = (waiting.clone(), report.clone(), &counters);
            scope.spawn(move || read(&waiting, &report, counters, stop));
        }
        // The readers hold it now: when all of them end, walking ends too.
        drop(waiting);
        let counters = &counters;
        scope.spawn(move || walk(roots, &batches, &report, counters, stop));
        loop {
            match reported.recv_timeout(TICK) {
                Ok(outcome) => outcomes.push(outcome),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            rate.at(counters.files.load(Ordering::Relaxed), counters.bytes.load(Ordering::Relaxed), started.elapsed());
        }
    });
    rate.finish();
    let mut sources = Sources { read: Vec::new(), failed: Vec::new(), without: 0 };
    for outcome in outcomes {
        match outcome {
            Ok((path, reading)) => sources.read.push(Source::new(Some(path), false, reading)),
            Err(error) => sources.failed.push(error),
        }
    }
    sources.read.sort_by(|a, b| a.path.cmp(&b.path));
    let files = counters.files.into_inner();
    sources.without = files.saturating_sub(sources.read.len());
    let tally = Tally {
        files,
        bytes: counters.bytes.into_inner(),
        left_alone: counters.left_alone.into_inner(),
        stopped: stop.load(Ordering::SeqCst),
    };
    Found { sources, tally }
}

fn walk(
    roots: &[PathBuf],
    batches: &SyncSender<Vec<PathBuf>>,
    report: &mpsc::Sender<Outcome>,
    counters: &Counters,
    stop: &AtomicBool,
) {
    let mut batch = Vec::with_capacity(BATCH_FILES);
    gather::each(roots, stop, |met| match met {
        Met::File(path) => {
            batch.push(path);
            batch.len() < BATCH_FILES
                || batches.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH_FILES))).is_ok()
        }
        Met::Failure(error) => report.send(Err(error)).is_ok(),
        Met::Other => {
            counters.left_alone.fetch_add(1, Ordering::Relaxed);
            true
        }
    });
    // Nobody waits for it any more where the readers ended.
    let _ = batches.send(batch);
}

fn read(
    waiting: &Mutex<Receiver<Vec<PathBuf>>>,
    report: &mpsc::Sender<Outcome>,
    counters: &Counters,
    stop: &AtomicBool,
) {
    let mut buffer = Zeroizing::new(vec![0; BUFFER_BYTES]);
    loop {
        let batch = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = batch else { return };
        for path in batch {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let looked = source_text::look(&path, &mut buffer, stop, |bytes| {
                counters.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            });
            let outcome = match looked {
                Ok(Some(reading)) if reading.holds_anything() => Ok((path, reading)),
                // Files that went away meanwhile were there, but say nothing; nor does a sealed vault.
                Ok(_) | Err(GatherError::Absent { .. } | GatherError::OpenVault { .. }) => {
                    counters.files.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                Err(error) => Err(error),
            };
            counters.files.fetch_add(usize::from(outcome.is_ok()), Ordering::Relaxed);
            if report.send(outcome).is_err() {
                return;
            }
        }
    }
}
