//! How much work SQLite may do on a connection before it is stopped: pages of a file made by hand can lead in circles,
//! in its list of tables too, and would never end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;

use super::StoreError;

/// SQLite's own steps between two calls_left at the meter.
const STEPS_PER_CALL: i32 = 1000;
/// What the smallest file may cost.
const MIN_CALLS: u64 = 10_000;
/// What each page may cost: many times what checking every cell of it against every index takes.
const CALLS_PER_PAGE: u64 = 20;
const PAGE_BYTES: u64 = 4096;

/// What is left of the work that is allowed.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    calls_left: Arc<AtomicU64>,
}

impl Meter {
    /// Puts a meter on a connection to a file of this size. What goes beyond is answered as an interruption.
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

    /// Allows as much as one view of a file of this size may cost.
    pub(super) fn refill(&self, file_bytes: u64) {
        self.calls_left.store(
            MIN_CALLS.saturating_add((file_bytes / PAGE_BYTES).saturating_mul(CALLS_PER_PAGE)),
            Ordering::Relaxed,
        );
    }

    /// Allows everything: what a write of our own costs does not depend on the file.
    pub(super) fn release(&self) {
        self.calls_left.store(u64::MAX, Ordering::Relaxed);
    }
}
