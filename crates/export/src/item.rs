//! What is exported: records with their digits, and the parts that are kept beside records.

use drivekey_record::{AttachmentKind, Details, Guid, Handle, KeyText};

/// A record to be exported.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Its handle in the vault.
    pub handle: Handle,
    /// Everything but the key.
    pub details: &'a Details,
    /// The key.
    pub key: &'a KeyText,
}

/// A key in another form than digits, or a part of a drive, to be exported.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// What it is.
    pub kind: AttachmentKind,
    /// The GUID of the key protector that it belongs to.
    pub guid: Guid,
    /// The Key IDs of the records that it belongs to.
    pub key_ids: &'a [Guid],
    /// The computer's name.
    pub device_name: Option<&'a str>,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl std::fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("kind", &self.kind).field("guid", &self.guid).finish_non_exhaustive()
    }
}
