//! A vault, locked and unlocked. `seal` is its cryptography, `store` is the contract for storage engines, and `sqlite`
//! stores it in a file. Only this crate joins them. It knows no prompts, screens or import formats. Time is an
//! argument.
#![forbid(unsafe_code)]

pub mod reveal;
pub mod seal;
pub mod sqlite;
pub mod store;

mod attachments;
mod change;
mod copies;
mod entry;
mod error;
mod fault;
mod items;
mod machine;
mod merge;
mod open;
mod repair;
mod scan;
mod search;
mod slot_rows;
mod slots;
mod state;
mod take_in;
mod undo;
mod unlock;
mod verify;
mod view;
mod write;

pub use attachments::{Attached, AttachedAs, NewAttachment};
pub use change::{Edit, Setting};
pub use copies::{Copy, CopyDraft, CopyMark};
pub use entry::Entry;
pub use error::VaultError;
pub use fault::{Fault, FaultKind};
pub use items::ItemListing;
pub use machine::{CopyDoubt, Machine};
pub use open::{Locked, NewVault, SlotInfo, Unlocked, Vault};
pub use scan::{Filter, Listing, TrashFilter};
pub use search::{Found, ReadAs};
pub use slots::{MadeKitSlot, SlotChangeError};
pub use take_in::{Expected, Incoming, Intake, IntakeOutcome, RecordNotes, TakenIn, Taking};
pub use undo::{ImportInfo, Undone};
pub use unlock::UnlockFailure;
pub use verify::Verification;
