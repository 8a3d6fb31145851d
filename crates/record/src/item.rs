//! What a vault keeps besides its records: attachments, the register of copies, and the journal of imports.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AttachmentKind, Created, Details, Guid, Handle, HandleSet, LineText};

/// An item's permanent number in its vault. Users see `a3` or `c3`, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemNumber(u32);

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Item {
    /// A file that belongs to a drive and is not a recovery password.
    Attachment(AttachmentInfo),
    /// A stick, file, sheet, kit or bundle that was made.
    Copy(CopyInfo),
    /// What one import did.
    Import(ImportJournal),
}

/// The metadata of an attachment. Its bytes are sealed separately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentInfo {
    /// What it is.
    pub attachment: AttachmentKind,
    /// The key protector that it belongs to; for a drive header, the volume.
    pub guid: Guid,
    /// The Key IDs of the recovery passwords that it belongs with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_ids: Vec<Guid>,
    /// The computer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<LineText>,
    /// The volume's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_label: Option<LineText>,
    /// The name of the file it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<LineText>,
    /// When it was made, as the attachment itself states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Created>,
    /// When it was taken in.
    pub imported_date_time: DateTime<Utc>,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex. The same file is kept once.
    pub sha256: String,
    /// When it was moved to the trash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_date_time: Option<DateTime<Utc>>,
}

/// The kinds of copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CopyKind {
    /// Files on a stick or another drive.
    Stick,
    /// A plaintext file.
    File,
    /// A sealed bundle.
    Bundle,
    /// A printed sheet, or the file that it is printed from.
    Sheet,
    /// An emergency kit.
    Kit,
}

/// A copy of keys that was made outside the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CopyInfo {
    /// What it is.
    pub copy: CopyKind,
    /// The name that the user gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<LineText>,
    /// Where it was put.
    pub place: LineText,
    /// When it was made.
    pub made_date_time: DateTime<Utc>,
    /// The vault's revision at the time.
    pub revision: u32,
    /// The records in it.
    pub records: HandleSet,
    /// The keyslot that it opens, in hex; only for a kit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// When it was last compared with the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_date_time: Option<DateTime<Utc>>,
    /// When it was destroyed, according to the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destroyed_date_time: Option<DateTime<Utc>>,
}

/// What one import did, so that it can be undone. A large import fills several of these, all with the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportJournal {
    /// When it ran.
    pub imported_date_time: DateTime<Utc>,
    /// The first item of the same import; `None` in the first item itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<ItemNumber>,
    /// What was imported: a path, or the clipboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<LineText>,
    /// The records it added.
    pub added: HandleSet,
    /// The attachments it added, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<ItemNumber>,
    /// The records it changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<DetailsChange>,
}

/// A record's details before and after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailsChange {
    /// The record.
    pub handle: Handle,
    /// The details before the change.
    pub before: Details,
    /// The details after the change.
    pub after: Details,
}

impl ItemNumber {
    /// The item with this number; `None` for zero.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl CopyKind {
    /// The word that users see.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stick => "stick",
            Self::File => "file",
            Self::Bundle => "bundle",
            Self::Sheet => "sheet",
            Self::Kit => "kit",
        }
    }
}

impl fmt::Display for ItemNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
