//! Import: the bytes of one source file in, candidate records and remarks out. Pure: it opens no file, asks nobody and
//! knows no vault. [`drivekey_extract`] takes a file apart; here its texts, rows and members are searched for keys.
//!
//! ```
//! let key = "471207-278498-422125-177177-561902-537405-468006-693451";
//! let text = format!("Identifier: 7EDB30ED-1234-4ABC-9DEF-0123456789AB\nRecovery Key: {key}");
//! let reading = drivekey_import::read(Some("note.txt"), text.as_bytes());
//! assert_eq!(reading.records.len(), 1);
//! assert_eq!(reading.outcome(), drivekey_import::Outcome::Ok);
//! ```
#![forbid(unsafe_code)]

mod account;
mod bek;
mod bundle;
mod collect;
mod context;
mod decoded;
mod directory;
mod entry;
mod file_name;
mod foreign;
mod input;
mod json;
mod key_id;
mod key_package;
mod labels;
mod ldif;
mod list;
mod merge;
mod normalise;
mod own;
mod pair;
mod plain;
mod probe;
mod readers;
mod reading;
mod remark;
mod residue;
mod rows;
mod scan;
mod sift;
mod source_text;
mod structured;
mod table;
mod xml;

pub use bundle::{is_sealed, unpack_bundle};
pub use drivekey_extract::{Unread, unread_kind};
pub use file_name::suggestions;
pub use foreign::ForeignKey;
pub use input::PictureReader;
pub use probe::{could_hold, is_structured};
pub use reading::{Attachment, Candidate, OtherKey, Outcome, Reading};
pub use remark::{Place, Remark, RemarkKind};
pub use sift::{PIECE_BYTES, Sifter};

use drivekey_extract::{Budget, Nest};
use input::Input;

/// Reads one source file. `file_name` is its name, with or without its folder; the name may hold the Key ID, the
/// computer and the drive. Pictures are not looked at.
#[must_use]
pub fn read(file_name: Option<&str>, bytes: &[u8]) -> Reading {
    let budget = Budget::new();
    readers::read(&Input::outermost(file_name, bytes, Nest::outermost(&budget)))
}

/// Reads one source file as [`read`] does, and the pictures in it: itself, and those inside mails, archives and
/// documents, a number of them.
#[must_use]
pub fn read_with(file_name: Option<&str>, bytes: &[u8], pictures: &dyn PictureReader) -> Reading {
    let budget = Budget::new();
    let input = Input::outermost(file_name, bytes, Nest::outermost(&budget));
    readers::read(&Input { pictures: Some(pictures), ..input })
}
