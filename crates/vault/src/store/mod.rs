//! The interface to the storage of a vault, for any engine. Sealed blobs and tokens go in and out. There is no
//! plaintext, no key and no engine here.

mod contract;
mod error;
mod file;
mod opened;
mod place;
mod row;

pub use contract::{Reader, Store, Writer};
pub use error::{Damage, StoreError};
pub use file::{Beside, BesideProblem, RefusedFile, StoreFile};
pub use opened::{Interrupted, Opened, Settlement};
pub use place::Place;
pub use row::{
    FirstRows, ItemRow, MalformedSlot, NewRecord, RecordRow, RowBatch, RowTokens, SlotRow, SlotRows, TokenColumn,
};

/// The newest format version that this program knows, and the one that it writes.
pub const VERSION: u32 = 1;

/// A vault has at most 32 slots. Forged ones beyond that are read up to this limit, so that they can be reported.
pub const MOST_SLOTS_READ: u32 = 256;

/// A batch ends with the row whose summary exceeds this total.
pub const BATCH_BYTES: usize = 16 * 1024 * 1024;
