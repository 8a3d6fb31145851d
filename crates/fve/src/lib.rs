//! Reads the metadata of BitLocker volumes (FVE, full volume encryption), without a key and with one.
//!
//! [`scan`] finds the volumes on a drive, a partition or a disk image and lists their key protectors. [`prove`] tells
//! whether a recovery password opens a volume, and how far that was proven. [`Opened::harvest`] reads back every
//! recovery password that an opened volume holds, and [`repair`] searches for the one that a damaged note stands for.
//!
//! All input is hostile: offsets, sizes and counts are bounded, and no byte of a drive makes a parser panic. Nothing is
//! ever written, and no master key leaves this crate. It knows nothing of vaults, files or screens; times and secrets
//! come in as arguments.
//!
//! ```
//! use drivekey_fve::{Source, Verdict, prove, scan};
//! use drivekey_record::{KeyId, RecoveryPassword};
//! # use drivekey_testkit::fve_support::made::{Made, digits, key_of};
//! # let image = Made::default().image();
//! # let typed = digits(key_of(1));
//!
//! // `image` is anything that implements `Read + Seek`: a file, a device.
//! let scan = scan(&mut Source::new(image)?)?;
//! let volume = scan.found[0].volume.as_ref().map_err(|error| *error)?;
//! for protector in &volume.protectors {
//!     println!("{} {}", protector.guid, protector.kind.name());
//! }
//!
//! let password = RecoveryPassword::parse(&typed)?;
//! let (proof, opened) = prove(volume, &password, &KeyId::Unknown);
//! assert_eq!(proof.verdict, Verdict::Opens);
//! assert_eq!(opened.map(|opened| opened.harvest().passwords.len()), Some(1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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

pub use block::{CopyState, MetadataCopy};
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
