//! The only place that joins seal and store: a vault that is locked, and one that is open. `store` is what every
//! engine must do that keeps one, `sqlite` keeps it in a file. Must not know prompts, formats of imported files or the
//! screen. Time comes in as an argument.
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
