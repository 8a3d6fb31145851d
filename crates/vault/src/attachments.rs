//! Keys in other forms than digits, key packages and drive headers. They are kept whole and given out byte for byte.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::items::{ItemListing, OpenedItem};
use super::state::hex;
use super::write::WriteSession;
use super::{Unlocked, Vault, VaultError};
use crate::seal::sha256;
use crate::store::ItemRow;
use drivekey_record::{AttachmentInfo, AttachmentKind, Created, Guid, Item, ItemNumber, LineText};

/// An attachment to be added.
pub struct NewAttachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// The key protector that it belongs to; for a drive header, the volume.
    pub guid: Guid,
    /// The Key IDs of the recovery passwords that it belongs with.
    pub key_ids: Vec<Guid>,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The computer's name.
    pub device_name: Option<LineText>,
    /// The volume's label.
    pub volume_label: Option<LineText>,
    /// The name of the file it came from.
    pub file_name: Option<LineText>,
    /// When it was made.
    pub created: Option<Created>,
}

/// An attachment in the vault, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its permanent number. Users see `a3`.
    pub number: ItemNumber,
    /// Its metadata.
    pub info: AttachmentInfo,
}

/// The outcome of adding an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachedAs {
    /// It is new in the vault.
    New(ItemNumber),
    /// The vault already has the same bytes.
    Known(ItemNumber),
    /// The vault had it, but its stored copy no longer opened. It was replaced by this one.
    Renewed(ItemNumber),
}

impl std::fmt::Debug for NewAttachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAttachment").field("kind", &self.kind).field("guid", &self.guid).finish_non_exhaustive()
    }
}

impl Vault<Unlocked> {
    /// Adds an attachment.
    ///
    /// # Errors
    /// Any error of a write; then nothing is added.
    pub fn attach(&mut self, new: NewAttachment, now: DateTime<Utc>) -> Result<AttachedAs, VaultError> {
        let mut session = self.begin()?;
        let outcome = session.attach(new, now)?;
        if !matches!(outcome, AttachedAs::Known(_)) {
            session.commit()?;
        }
        Ok(outcome)
    }

    /// All attachments by number, including those in the trash.
    ///
    /// # Errors
    /// [`VaultError::Store`] if the file cannot be read, [`VaultError::ChangedMeanwhile`] if other processes keep
    /// writing.
    pub fn attachments(&mut self) -> Result<ItemListing<Attached>, VaultError> {
        self.list_items(|opened| match opened.item {
            Item::Attachment(info) => Some(Attached { number: opened.number, info }),
            Item::Copy(_) | Item::Import(_) => None,
        })
    }

    /// An attachment's bytes. Only `reveal` calls this.
    pub(crate) fn attachment_bytes(&mut self, number: ItemNumber) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (reader, access) = self.view()?;
        match access.item(&*reader, number)? {
            Some(opened) if matches!(opened.item, Item::Attachment(_)) => access.content(&*reader, &opened),
            Some(_) => Err(VaultError::NoSuchItem(number)),
            None => {
                drop(reader);
                let numbers = self.list_items(|opened| (opened.number == number).then_some(opened.number))?;
                Err(numbers.absent(number))
            }
        }
    }
}

impl WriteSession<'_> {
    /// Adds an attachment, unless the same bytes are kept for the same protector. An attachment in the trash is
    /// restored, and one that no longer opens is replaced.
    pub(super) fn attach(&mut self, new: NewAttachment, now: DateTime<Utc>) -> Result<AttachedAs, VaultError> {
        let digest = hex(&sha256(&new.bytes));
        let info = AttachmentInfo {
            attachment: new.kind,
            guid: new.guid,
            key_ids: new.key_ids,
            device_name: new.device_name,
            volume_label: new.volume_label,
            file_name: new.file_name,
            created: new.created,
            imported_date_time: now,
            bytes: new.bytes.len() as u64,
            sha256: digest,
            removed_date_time: None,
        };
        let Some(row) = self.writer.reader().item_named(self.access.root.attachment_id(&info))? else {
            return self.add_item(&Item::Attachment(info), Some(&new.bytes)).map(AttachedAs::New);
        };
        let Some(opened) = self.whole(&row, &new.bytes)? else {
            return self.renew_item(&row, &Item::Attachment(info), &new.bytes).map(AttachedAs::Renewed);
        };
        if matches!(&opened.item, Item::Attachment(known) if known.removed_date_time.is_none()) {
            return Ok(AttachedAs::Known(opened.number));
        }
        // Only undoing an import moves an attachment to the trash. The details of that import went with it, so the new
        // ones replace them.
        self.replace_item(&opened, &Item::Attachment(info))?;
        Ok(AttachedAs::New(opened.number))
    }

    /// The item of a row, if row and content are as written and the content is these bytes.
    fn whole(&self, row: &ItemRow, bytes: &[u8]) -> Result<Option<OpenedItem>, VaultError> {
        let Ok(opened) = self.open_row_of_item(row.clone()) else { return Ok(None) };
        match self.access.content(self.writer.reader(), &opened) {
            Ok(content) => Ok((*content == *bytes).then_some(opened)),
            Err(VaultError::Faults(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
