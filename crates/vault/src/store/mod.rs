//! What keeps a vault, whatever engine that is: sealed blobs and tokens in, sealed blobs and tokens out. Knows no
//! plaintext, no key, no meaning, and no engine.

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

/// The newest version of the rows that this program knows, and the one it writes.
pub const VERSION: u32 = 1;

/// A vault has at most 32 slots; forged ones beyond that are read so far that they can be named.
pub const MOST_SLOTS_READ: u32 = 256;

/// A batch of rows ends with the row whose summary goes beyond this.
pub const BATCH_BYTES: usize = 16 * 1024 * 1024;
