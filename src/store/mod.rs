//! The file that keeps the vault: sealed blobs and tokens in, sealed blobs and tokens out.
//! Knows no plaintext, no key and no meaning. Another store must be able to stand behind these types.

mod create;
mod error;
mod header;
mod open;
mod reader;
mod row;
mod schema;
mod writer;

pub use create::create;
pub use error::{Damage, StoreError};
pub use open::Store;
pub use reader::Reader;
pub use row::{ItemRow, RecordRow, RowTokens, SlotRow, TokenColumn};
pub use schema::VERSION;
pub use writer::Writer;
