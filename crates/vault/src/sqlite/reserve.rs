//! Taking the write lock: a second connection requests it while the first prevents any change to the file.

use std::time::{Duration, Instant};

use super::connection::{self, BUSY_TIMEOUT};
use super::file::{SqliteFile, read_again};
use super::view::begin_reading;
use super::{StoreError, beside};

/// Pauses between attempts, from the shortest to the longest.
const PAUSES_MS: std::ops::RangeInclusive<u64> = 2..=60;

/// Gives the store a connection for writing inside an IMMEDIATE transaction.
///
/// The reading connection holds its shared lock until then. SQLite rolls back a journal only if nobody reads, so a
/// planted journal makes the attempt fail. If another writer is active, the shared lock is released before waiting,
/// because two waiting writers that hold it would deadlock.
pub(super) fn reserve(store: &mut SqliteFile) -> Result<(), StoreError> {
    store.writing = None;
    let deadline = Instant::now() + BUSY_TIMEOUT;
    let mut pause = *PAUSES_MS.start();
    loop {
        store.reading.meter.refill(store.bytes()?);
        let found = beside::inspect(&store.path)?;
        if !found.refused.is_empty() {
            return Err(StoreError::Beside(found.refused));
        }
        let shared = match begin_reading(&store.reading.connection, &store.file) {
            Err(StoreError::UnfinishedWrite) if Instant::now() < deadline => {
                // Its writer is removing the journal, or it was left behind. Only the latter stays.
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

/// Writers that started together must not retry together.
fn jitter_ms(most: u64) -> u64 {
    let mut byte = [0];
    // Without random bytes the pauses are equal. The vault asks for random bytes itself where it needs them.
    let _ = getrandom::fill(&mut byte);
    u64::from(byte[0]) % most.max(1)
}
