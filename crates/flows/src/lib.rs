//! What people want done, one flow a file: typed input, events for progress, typed outcome.
//!
//! No sentence, no exit code and no terminal stands here. A face asks what a flow wants to know, passes the answers on,
//! and puts the outcome into words.
//!
//! ```
//! use drivekey_flows::lookup::{Answer, find};
//! use drivekey_record::{Details, RecoveryPassword, SourceKind};
//! # use drivekey_vault::seal::{KdfCost, KdfLimits};
//! # use drivekey_vault::{Incoming, Locked, Machine, NewVault, Taking, Vault};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("vault.drivekey");
//! # let passphrase = secrecy::SecretString::from("demopass");
//! # let cost = KdfCost { memory_kib: 64, passes: 1, lanes: 1 };
//! # let limits = KdfLimits { floor: cost, ceiling: cost };
//! # Vault::<Locked>::create(&path, &NewVault { passphrase: &passphrase, cost, limits }, &Machine::new(None))?;
//! # let locked = Vault::open(&path, limits, Machine::new(None))?;
//! let mut vault = locked.unlock(&passphrase, None).map_err(|failure| failure.error)?;
//! let password = RecoveryPassword::parse("471207-278498-422125-177177-561902-537405-468006-693451")?;
//! let details = Details { key_id: "7EDB30ED".parse()?, ..Details::default() };
//! let incoming = Incoming { secret: password.into(), details, kind: SourceKind::Typed, file_name: None };
//! vault.take_in(vec![incoming], chrono::Utc::now(), Taking::Keep, |_| {})?;
//!
//! // A zero that was read as an O: there is one record that looks like it, and the answer says so.
//! let answer = find(&mut vault, &["7EDB3OED".to_owned()])?;
//! assert!(matches!(answer, Answer::LookAlike(entry) if entry.handle.to_string() == "r1"));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod add;
pub mod copies;
pub mod drive_says;
pub mod edit;
pub mod erase;
pub mod fits;
pub mod gather;
pub mod give_out;
pub mod guard;
pub mod harvest;
pub mod headers;
pub mod identify;
pub mod intake;
pub mod keep;
pub mod kit;
pub mod lookup;
pub mod new_file;
pub mod page_check;
pub mod printer;
pub mod prove;
pub mod repair;
mod rounds;
mod scans;
pub mod slots;
pub mod sweep;
pub mod trash;
pub mod trial;
pub mod undo;
pub mod verify;
pub mod volumes;
mod watch;

pub use scans::{ReadHere, ScanReader};
pub use watch::{Progress, Unwatched, Watch, Work};
