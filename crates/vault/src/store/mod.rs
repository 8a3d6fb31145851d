//! The file that keeps the vault: sealed blobs and tokens in, sealed blobs and tokens out.
//! Knows no plaintext, no key and no meaning. Another store must be able to stand behind these types.

mod error;
mod row;

pub use crate::sqlite::{
    Beside, BesideProblem, Interrupted, Opened, PrivateFolder, Reader, RefusedFile, Settlement, Store, VERSION, Writer,
    create, set_aside,
};
pub use error::{Damage, StoreError};
pub use row::{ItemRow, MalformedSlot, RecordRow, RowBatch, RowTokens, SlotRow, SlotRows, TokenColumn};
