//! Walking and reading at the same time, on all cores, with what was found so far at hand when somebody stops it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::gather::{self, GatherError, Met};
use crate::intake::source_text::{self, Looked};
use crate::intake::{Source, Sources};
use crate::{Progress, Watch, Work};
use drivekey_import::{Reading, Unread};

/// Files handed to a reader at once.
const BATCH_FILES: usize = 64;
/// Batches waiting at most: walking does not run away from reading.
const BATCHES_WAITING: usize = 64;
/// Larger files are looked into before they are read whole.
const BUFFER_BYTES: usize = 256 * 1024;
const TICK: Duration = Duration::from_millis(100);

/// How far a search came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files that were looked into.
    pub files: usize,
    /// What was read of them.
    pub bytes: u64,
    /// Links, devices, pipes and sockets.
    pub left_alone: usize,
    /// Somebody stopped it.
    pub stopped: bool,
}

#[derive(Default)]
struct Counters {
    files: AtomicUsize,
    bytes: AtomicU64,
    left_alone: AtomicUsize,
}

/// What the readers report: keys, or a kind that nobody looks into.
enum Report {
    Read(PathBuf, Reading),
    Unread(Unread),
}

type Outcome = Result<Report, GatherError>;

/// Searches everything below these roots, hidden files too.
#[must_use]
pub fn search(roots: &[PathBuf], watch: &dyn Watch) -> (Sources, Tally) {
    let counters = Counters::default();
    let mut outcomes = Vec::new();
    let readers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let (batches, waiting) = mpsc::sync_channel(BATCHES_WAITING);
        let (report, reported) = mpsc::channel();
        let waiting = std::sync::Arc::new(Mutex::new(waiting));
        for _ in 0..readers {
            let (waiting, report, counters) = (waiting.clone(), report.clone(), &counters);
            scope.spawn(move || read(&waiting, &report, counters, watch));
        }
        // The readers hold it now: when all of them end, walking ends too.
        drop(waiting);
        let counters = &counters;
        scope.spawn(move || walk(roots, &batches, &report, counters, watch));
        loop {
            match reported.recv_timeout(TICK) {
                Ok(outcome) => outcomes.push(outcome),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            watch.progress(Progress {
                work: Work::FilesSearched,
                done: counters.files.load(Ordering::Relaxed) as u64,
                all: None,
                bytes: counters.bytes.load(Ordering::Relaxed),
            });
        }
    });
    let stopped = watch.is_cancelled();
    let mut sources = Sources { stopped, ..Sources::default() };
    for outcome in outcomes {
        match outcome {
            Ok(Report::Read(path, reading)) => sources.read.push(Source::new(Some(path), false, reading)),
            Ok(Report::Unread(kind)) => sources.passed_over.note(Some(kind)),
            Err(error) => sources.failed.push(error),
        }
    }
    sources.read.sort_by(|a, b| a.path.cmp(&b.path));
    let files = counters.files.into_inner();
    let told = sources.read.len() + sources.passed_over.not_looked_into.files();
    sources.passed_over.without = files.saturating_sub(told);
    let left_alone = counters.left_alone.into_inner();
    (sources, Tally { files, bytes: counters.bytes.into_inner(), left_alone, stopped })
}

fn walk(
    roots: &[PathBuf],
    batches: &SyncSender<Vec<PathBuf>>,
    report: &mpsc::Sender<Outcome>,
    counters: &Counters,
    watch: &dyn Watch,
) {
    let mut batch = Vec::with_capacity(BATCH_FILES);
    gather::each(roots, watch, |met| match met {
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
    watch: &dyn Watch,
) {
    let mut buffer = Zeroizing::new(vec![0; BUFFER_BYTES]);
    loop {
        let batch = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = batch else { return };
        for path in batch {
            if watch.is_cancelled() {
                return;
            }
            let looked = source_text::look(&path, &mut buffer, watch, |bytes| {
                counters.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            });
            let outcome = match looked {
                Ok(Looked::Read(reading)) => Ok(Report::Read(path, reading)),
                Ok(Looked::Unread(kind)) => Ok(Report::Unread(kind)),
                // Files that went away meanwhile were there, but say nothing; nor does a sealed vault.
                Ok(Looked::Nothing) | Err(GatherError::Absent { .. } | GatherError::OpenVault { .. }) => {
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
