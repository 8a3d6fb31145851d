//! A vault in one SQLite file. Neither the folder that it is in nor SQLite's automatic recovery is trusted.

mod beside;
mod connection;
mod create;
mod error;
mod file;
mod header;
mod journal;
mod meter;
mod open;
mod paths;
mod private;
mod reader;
mod reserve;
mod schema;
mod view;
mod writer;

use crate::store::{
    BATCH_BYTES, Beside, BesideProblem, Damage, FirstRows, Interrupted, ItemRow, MOST_SLOTS_READ, MalformedSlot,
    NewRecord, Opened, Place, Reader, RecordRow, RefusedFile, RowBatch, RowTokens, Settlement, SlotRow, SlotRows,
    Store, StoreError, StoreFile, TokenColumn, VERSION, Writer,
};

pub use beside::set_aside;
pub use create::create;
pub use open::open;
pub use paths::journal_beside;
pub use private::PrivateFolder;
