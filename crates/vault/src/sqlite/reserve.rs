//! Taking the right to write: while a first connection keeps everybody from changing the file, a second asks for it.

use std::time::{Duration, Instant};

use super::connection::{self, BUSY_TIMEOUT};
use super::file::{SqliteFile, read_again};
use super::view::begin_reading;
use super::{StoreError, beside};

/// Pauses between attempts, from the shortest to the longest.
const PAUSES_MS: std::ops::RangeInclusive<u64> = 2..=60;

/// Leaves the store with a connection for writing inside an IMMEDIATE transaction.
///
/// The connection that reads holds its shared lock until then: SQLite rolls a journal back only where nobody reads, so
/// one that was planted meanwhile makes the attempt fail. Where another writer is at work, the shared lock is given up
/// before waiting: two that wait while holding it would wait for each other.
pub(super) fn reserve(store: &mut SqliteFile) -> Result<(), StoreError> {
    store.writing = None;
    let deadline = Instant::now() + BUSY_TIMEOUT;
    let mut pause = *PAUSES_MS.start();
    loop {
        store.reading.meter.refill(store.bytes()?);
        let look = beside::look(&store.path)?;
        if !look.refused.is_empty() {
            return Err(StoreError::Beside(look.refused));
        }
        let shared = match begin_reading(&store.reading.connection, &store.file) {
            Err(StoreError::UnfinishedWrite) if Instant::now() < deadline => {
                // A journal that its writer is removing, or one that was left behind; only the second stays.
                drop(read_again(&store.reading.connection, &store.file)?);
                continue;
            }
            other => other?,
        };
        if !store.file.is_at(store.path.path()) {
            return Err(StoreError::Replaced);
        }
        let reserved = connection::open_for_writing(store.path.path()).and_then(|writing| {
            writing.connection.execute_batch("BEGIN IMMEDIATE")?;
            Ok(writing)
        });
        drop(shared);
        match reserved {
            Ok(writing) => {
                writing.connection.busy_timeout(BUSY_TIMEOUT)?;
                store.writing = Some(writing);
                return Ok(());
            }
            Err(StoreError::Busy) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(pause + jitter_ms(pause)));
                pause = (pause * 2).min(*PAUSES_MS.end());
            }
            Err(error) => return Err(error),
        }
    }
}

/// Writers that began together must not come back together.
fn jitter_ms(most: u64) -> u64 {
    let mut byte = [0];
    // Without random bytes the pauses are alike; the vault itself asks for randomness where it needs it.
    let _ = getrandom::fill(&mut byte);
    u64::from(byte[0]) % most.max(1)
}
