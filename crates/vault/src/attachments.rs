//! Keys in other forms than digits, key packages and drives' headers: kept whole, given out byte for byte.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::items::{ItemListing, OpenedItem};
use super::state::hex;
use super::write::WriteSession;
use super::{Unlocked, Vault, VaultError};
use crate::seal::sha256;
use crate::store::ItemRow;
use drivekey_record::{AttachmentInfo, AttachmentKind, Created, Guid, Item, ItemNumber, LineText};

/// An attachment on its way in.
pub struct NewAttachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// The key protector, or for a drive's header the volume, that it belongs to.
    pub guid: Guid,
    /// The Key IDs of the recovery passwords it goes with.
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
    /// Its permanent number; `a3` for people.
    pub number: ItemNumber,
    /// What is known of it.
    pub info: AttachmentInfo,
}

/// What became of an attachment on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachedAs {
    /// New in the vault.
    New(ItemNumber),
    /// The same bytes are in the vault already.
    Known(ItemNumber),
    /// They were in the vault, but what is kept of them no longer opened; it does now.
    Renewed(ItemNumber),
}

impl std::fmt::Debug for NewAttachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAttachment").field("kind", &self.kind).field("guid", &self.guid).finish_non_exhaustive()
    }
}

impl Vault<Unlocked> {
    /// Keeps an attachment.
    ///
    /// # Errors
    /// What any write can meet; then nothing is kept.
    pub fn attach(&mut self, new: NewAttachment, now: DateTime<Utc>) -> Result<AttachedAs, VaultError> {
        let mut session = self.begin()?;
        let outcome = session.attach(new, now)?;
        if !matches!(outcome, AttachedAs::Known(_)) {
            session.commit()?;
        }
        Ok(outcome)
    }

    /// All attachments, those in the trash too, by number.
    ///
    /// # Errors
    /// [`VaultError::Store`] when the file cannot be read, [`VaultError::ChangedMeanwhile`] where others write all the
    /// time.
    pub fn attachments(&mut self) -> Result<ItemListing<Attached>, VaultError> {
        self.list_items(|opened| match opened.item {
            Item::Attachment(info) => Some(Attached { number: opened.number, info }),
            Item::Copy(_) | Item::Import(_) => None,
        })
    }

    /// An attachment's bytes. Only `reveal` calls it.
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
    /// Adds an attachment, unless the same bytes are kept for the same protector; what is in the trash comes back, and
    /// what no longer opens is kept anew.
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
        // Only undoing its import puts one into the trash, and that took back what it said.
        self.replace_item(&opened, &Item::Attachment(info))?;
        Ok(AttachedAs::New(opened.number))
    }

    /// The item of a row, where row and content are what was written and the content is these bytes.
    fn whole(&self, row: &ItemRow, bytes: &[u8]) -> Result<Option<OpenedItem>, VaultError> {
        let Ok(opened) = self.open_row_of_item(row.clone()) else { return Ok(None) };
        match self.access.content(self.writer.reader(), &opened) {
            Ok(content) => Ok((*content == *bytes).then_some(opened)),
            Err(VaultError::Faults(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
