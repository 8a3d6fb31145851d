//! What is exported: a record with its digits, and what is kept beside records. Must not know where it goes.

use drivekey_record::{AttachmentKind, Details, Guid, Handle, KeyText};

/// A record on its way out.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Its name in the vault.
    pub handle: Handle,
    /// All that is known but the key.
    pub details: &'a Details,
    /// The key.
    pub key: &'a KeyText,
}

/// A key in another form than digits, or a part of a drive, on its way out.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// What it is.
    pub kind: AttachmentKind,
    /// The key protector it belongs to.
    pub guid: Guid,
    /// The Key IDs of the records it goes with.
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
