//! The file that keeps the vault: sealed blobs and tokens in, sealed blobs and tokens out.
//! Knows no plaintext, no key and no meaning. Another store must be able to stand behind these types.

mod beside;
mod connection;
mod create;
mod error;
mod header;
mod journal;
mod meter;
mod open;
mod place;
mod private;
mod reader;
mod reserve;
mod row;
mod schema;
mod view;
mod writer;

pub use beside::{Beside, BesideProblem, RefusedFile, set_aside};
pub use create::create;
pub use error::{Damage, StoreError};
pub use open::{Interrupted, Opened, Settlement, Store};
pub use private::PrivateFolder;
pub use reader::Reader;
pub use row::{ItemRow, MalformedSlot, RecordRow, RowBatch, RowTokens, SlotRow, SlotRows, TokenColumn};
pub use schema::VERSION;
pub use writer::Writer;
