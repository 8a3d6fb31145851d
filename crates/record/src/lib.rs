//! The types of the vault: recovery passwords, Key IDs, volume types and records, with their parsing and checks.
//!
//! There is no I/O here, and nothing about how a record is sealed, stored or shown. Digits are wiped when dropped and
//! cannot be printed: only [`RecoveryPassword::expose_secret`] gives them out.
//!
//! ```
//! use drivekey_record::{KeyId, RecoveryPassword};
//!
//! let password = RecoveryPassword::parse("471207-278498-422125-177177-561902-537405-468006-693451")?;
//! assert_eq!(password.expose_secret().as_str().len(), 55);
//! // Every group is a multiple of eleven, so a mistyped digit is noticed.
//! assert!(RecoveryPassword::parse("471208-278498-422125-177177-561902-537405-468006-693451").is_err());
//!
//! let typed: KeyId = "7edb30ed".parse()?;
//! let whole: KeyId = "{7EDB30ED-1234-4ABC-9DEF-0123456789AB}".parse()?;
//! assert!(typed.may_equal(&whole));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod attachment;
mod created;
mod details;
mod field;
mod fold;
mod handle_set;
mod ids;
mod item;
mod key_id;
mod key_kind;
mod line_text;
mod mount_point;
mod password;
mod proof;
mod secret;
mod set_here;
mod source;
mod tags;
mod volume_type;
mod word;

pub use attachment::AttachmentKind;
pub use created::Created;
pub use details::{Details, Handle, HandleError, Record, State};
pub use field::{Difference, Field, FieldValue};
pub use fold::{fold_digit, fold_look_alikes};
pub use handle_set::{HandleSet, HandleSetError};
pub use ids::{ID_BYTES, RecordId, Revision, SlotId, VaultId, WriteId};
pub use item::{AttachmentInfo, CopyInfo, CopyKind, DetailsChange, ImportJournal, Item, ItemNumber};
pub use key_id::{Guid, GuidError, KeyId, KeyIdPrefix};
pub use key_kind::{KeyKind, LaterKind};
pub use line_text::normalise;
pub use line_text::{LINE_TEXT_CHARS, LineText, LineTextError, is_unprintable};
pub use mount_point::{normalise_mount_point, parse_mount_point};
pub use password::is_separator;
pub use password::{Digits, GROUP_DIGITS, GROUPS, PasswordError, PasswordProblem, RecoveryPassword, check_group};
pub use proof::{Proof, ProofLevel};
pub use secret::{KeyText, Secret, SecretText};
pub use set_here::SetHere;
pub use source::{Source, SourceKind};
pub use tags::{add_tag, has_tag, remove_tag};
pub use volume_type::{VolumeType, VolumeTypeError};
pub use word::{WORD_CHARS, Word};
