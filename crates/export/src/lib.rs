//! Writes records and their keys in the clear, for other programs and for people.
//!
//! [`csv()`], [`json()`], [`bundle()`] and [`key_file()`] turn [`Item`]s into bytes. [`Folder`] and [`save`] write
//! such bytes to a stick or disk: a file gets its name when it is whole, replaces nothing, and is read back from the
//! medium. The keys come in already revealed; this crate knows neither the vault nor how a bundle is encrypted.
//!
//! ```
//! use drivekey_export::{Folder, Item, Put, key_file, key_file_name};
//! use drivekey_record::{Details, Handle, RecoveryPassword};
//!
//! # let stick = tempfile::tempdir()?;
//! let password = RecoveryPassword::parse("471207-278498-422125-177177-561902-537405-468006-693451")?;
//! let key = password.expose_secret().into();
//! let details = Details { key_id: "7EDB30ED-1234-4ABC-9DEF-0123456789AB".parse()?, ..Details::default() };
//! let item = Item { handle: Handle::new(1).ok_or("no handle")?, details: &details, key: &key };
//!
//! let (name, bytes) = (key_file_name(&item), key_file(&item));
//! assert_eq!(name, "BitLocker Recovery Key 7EDB30ED-1234-4ABC-9DEF-0123456789AB.TXT");
//! let mut folder = Folder::open(stick.path())?;
//! assert_eq!(folder.put(&name, &bytes)?, Put::Written);
//! folder.sync()?;
//! folder.check(&name, &bytes)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod bundle;
mod csv;
mod error;
mod folder;
mod item;
mod json;
mod key_file;
mod name;
mod read_back;
mod readme;
mod text;
mod windows_text;

pub use bundle::bundle;
pub use csv::csv;
pub use error::WriteError;
pub use folder::{Folder, Put, save};
pub use item::{Item, Part};
pub use json::json;
pub use key_file::key_file;
pub use name::{NameProblem, README_NAME, external_key_name, key_file_name, name_problem};
pub use read_back::Seen;
pub use readme::readme;
