//! A limit on SQLite's work on a connection. The pages of a forged file can form a cycle, even in its list of tables,
//! and reading them would never end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;

use super::StoreError;

/// Steps of SQLite's virtual machine between two calls of the progress handler.
const STEPS_PER_CALL: i32 = 1000;
/// The calls allowed for the smallest file.
const MIN_CALLS: u64 = 10_000;
/// The calls allowed for each page: many times what is needed to check every cell of it against every index.
const CALLS_PER_PAGE: u64 = 20;
const PAGE_BYTES: u64 = 4096;

/// The remaining work.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    calls_left: Arc<AtomicU64>,
}

impl Meter {
    /// Attaches a meter to a connection to a file of this size. SQLite reports an interruption when the limit is
    /// reached.
    pub(super) fn on(connection: &mut Connection, file_bytes: u64) -> Result<Self, StoreError> {
        let meter = Self { calls_left: Arc::default() };
        meter.refill(file_bytes);
        let calls_left = meter.calls_left.clone();
        let is_used_up = move || {
            let left = calls_left.load(Ordering::Relaxed);
            calls_left.store(left.saturating_sub(1), Ordering::Relaxed);
            left == 0
        };
        connection.progress_handler(STEPS_PER_CALL, Some(is_used_up))?;
        Ok(meter)
    }

    /// Allows the work of one view of a file of this size.
    pub(super) fn refill(&self, file_bytes: u64) {
        self.calls_left.store(
            MIN_CALLS.saturating_add((file_bytes / PAGE_BYTES).saturating_mul(CALLS_PER_PAGE)),
            Ordering::Relaxed,
        );
    }

    /// Removes the limit. The work of this program's own writes does not depend on the file.
    pub(super) fn release(&self) {
        self.calls_left.store(u64::MAX, Ordering::Relaxed);
    }
}
