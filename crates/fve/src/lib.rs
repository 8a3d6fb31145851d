//! A BitLocker volume's own metadata: what it says without a key, and what a key proves. Read-only always.
//! Knows only `record`; no vault, no screen, and no master key ever leaves it.
#![forbid(unsafe_code)]

mod block;
mod boot;
mod bytes;
mod cipher;
mod copies;
mod datum;
mod description;
mod disk;
mod elephant;
mod error;
mod external_key;
mod harvest;
mod header;
mod keys;
mod open;
mod partitions;
mod proof;
mod protector;
mod remains;
pub mod repair;
mod sector;
mod source;
mod stretch;
mod volume;

pub use block::{Copy, CopyState};
pub use boot::{Kind, Layout};
pub use cipher::Cipher;
pub use description::Description;
pub use disk::{Found, Scan, Table, scan, scan_remains, scan_without_table};
pub use error::{Container, FveError};
pub use external_key::{ExternalKey, ExternalKeyError};
pub use harvest::{Harvest, Harvested};
pub use header::{SAVED_HEADER_BYTES_MAX, SavedHeaderError};
pub use open::{Attempt, Integrity, Opened, Opener, Outcome, Tried, open};
pub use partitions::Partition;
pub use proof::{Level, Proof, Verdict, prove};
pub use protector::{Doubt, Protector, ProtectorKind, Stretch};
pub use sector::FirstSector;
pub use source::Source;
pub use volume::{State, Volume, Warning};
