//! The items beside the records: reading all of them under their own count and total, reading one, adding one, changing
//! one. A write opens only the items that it touches.

use zeroize::Zeroizing;

use super::state::State;
use super::write::WriteSession;
use super::{Fault, FaultKind, Unlocked, VaultError};
use crate::seal::{Binding, SealedItem, Total, make_id, seal_content, sha256, unseal_content};
use crate::store::{ItemRow, Reader};
use drivekey_record::{Item, ItemNumber, RecordId, Revision};

/// An item with its row.
pub(super) struct OpenedItem {
    pub(super) number: ItemNumber,
    pub(super) row: ItemRow,
    pub(super) item: Item,
}

impl Unlocked {
    /// All items, by number; their count and total must be those that were written.
    pub(super) fn items(&self, reader: &dyn Reader) -> Result<Vec<OpenedItem>, VaultError> {
        let (items, faults) = self.items_with_faults(reader)?;
        if faults.is_empty() { Ok(items) } else { Err(VaultError::Faults(faults)) }
    }

    /// All items that open, and what is wrong with the others.
    pub(super) fn items_with_faults(&self, reader: &dyn Reader) -> Result<(Vec<OpenedItem>, Vec<Fault>), VaultError> {
        self.items_under(reader, self.state.as_ref().map(|state| (state, state.revision())))
    }

    /// All items that open, whatever the state says of revisions, count and total: it may be lost.
    pub(super) fn items_of_any_revision(&self, reader: &dyn Reader) -> Result<Vec<OpenedItem>, VaultError> {
        self.items_under(reader, None).map(|(items, _)| items)
    }

    /// As [`Unlocked::items_with_faults`], under a state that a write has brought further.
    fn items_under(
        &self,
        reader: &dyn Reader,
        state: Option<(&State, Revision)>,
    ) -> Result<(Vec<OpenedItem>, Vec<Fault>), VaultError> {
        let mut faults = Vec::new();
        let mut items = Vec::new();
        let mut total = Total::default();
        let mut count = 0_u32;
        for row in reader.items()? {
            let row = match row {
                Ok(row) => row,
                Err(number) => {
                    faults.push(Fault::whole(FaultKind::Item(number)));
                    continue;
                }
            };
            total = total.plus(self.total_of_item(&row));
            count = count.saturating_add(1);
            match self.open_item(row, state.map(|(_, latest)| latest)) {
                Ok(opened) => items.push(opened),
                Err(fault) => faults.push(fault),
            }
        }
        if state.is_some_and(|(state, _)| state.items != count || state.item_total != total) {
            faults.push(Fault::whole(FaultKind::Items));
        }
        Ok((items, faults))
    }

    /// One item; `None` when there is none. Whether one is missing is not looked at.
    pub(super) fn item(&self, reader: &dyn Reader, number: ItemNumber) -> Result<Option<OpenedItem>, VaultError> {
        let latest = self.state.as_ref().map(State::revision);
        let row = reader.item(number.number())?;
        row.map(|row| self.open_item(row, latest).map_err(one)).transpose()
    }

    fn open_item(&self, mut row: ItemRow, latest: Option<Revision>) -> Result<OpenedItem, Fault> {
        let fault = Fault::whole(FaultKind::Item(row.number));
        let Some(number) = ItemNumber::new(row.number) else { return Err(fault) };
        if latest.is_some_and(|latest| row.revision > latest) {
            return Err(fault);
        }
        let sealed = SealedItem::from_bytes(std::mem::take(&mut row.summary));
        let binding = Binding { vault: self.vault, record: row.item, revision: row.revision };
        let Ok(item) = sealed.unseal(&self.root, binding, &row.content_sha256, number) else { return Err(fault) };
        if let Item::Attachment(info) = &item
            && self.root.attachment_id(info) != row.item
        {
            return Err(fault);
        }
        row.summary = sealed.into_bytes();
        Ok(OpenedItem { number, row, item })
    }

    /// An item's bytes, as they were sealed.
    pub(super) fn content(&self, reader: &dyn Reader, opened: &OpenedItem) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let fault = || VaultError::Faults(vec![Fault::whole(FaultKind::Content(opened.row.number))]);
        let sealed = reader.content(opened.row.number)?.ok_or_else(fault)?;
        unseal_content(&self.root, &sealed, &opened.row.content_sha256).map_err(|_| fault())
    }

    /// What an item adds to the items' total, as its row stands.
    pub(super) fn total_of_item(&self, row: &ItemRow) -> Total {
        self.root.total_of_item(row.item, row.revision, &row.content_sha256, &sha256(&row.summary))
    }
}

fn one(fault: Fault) -> VaultError {
    VaultError::Faults(vec![fault])
}

impl WriteSession<'_> {
    /// One item, as this write sees it; `None` when there is none.
    pub(super) fn item(&self, number: ItemNumber) -> Result<Option<OpenedItem>, VaultError> {
        self.open(self.writer.reader().item(number.number())?)
    }

    /// The item with this name, as this write sees it.
    pub(super) fn item_named(&self, id: RecordId) -> Result<Option<OpenedItem>, VaultError> {
        self.open(self.writer.reader().item_named(id)?)
    }

    fn open(&self, row: Option<ItemRow>) -> Result<Option<OpenedItem>, VaultError> {
        let latest = self.revision()?;
        row.map(|row| self.access.open_item(row, Some(latest)).map_err(one)).transpose()
    }

    /// Adds an item, with content where it has some.
    pub(super) fn add_item(&mut self, item: &Item, content: Option<&[u8]>) -> Result<ItemNumber, VaultError> {
        let number = self.state.item_numbers.checked_add(1).and_then(ItemNumber::new).ok_or(VaultError::Full)?;
        let revision = self.revision()?;
        let root = &self.access.root;
        let sealed = content.map(|bytes| seal_content(root, bytes)).transpose()?;
        let content_sha256 = sha256(sealed.as_deref().unwrap_or_default());
        let id = match item {
            Item::Attachment(info) => root.attachment_id(info),
            Item::Copy(_) | Item::Import(_) => RecordId::from_bytes(make_id()?),
        };
        let binding = Binding { vault: self.access.vault, record: id, revision };
        let summary = SealedItem::seal(root, binding, &content_sha256, number, item)?.into_bytes();
        let row = ItemRow { number: number.number(), item: id, revision, content_sha256, summary };
        self.writer.insert_item(&row, sealed.as_deref())?;
        self.state.item_numbers = number.number();
        self.state.items = self.state.items.checked_add(1).ok_or(VaultError::Full)?;
        self.state.item_total = self.state.item_total.plus(self.access.total_of_item(&row));
        Ok(number)
    }

    /// Seals an item anew in place of an opened one; its content stays.
    pub(super) fn replace_item(&mut self, old: &OpenedItem, item: &Item) -> Result<(), VaultError> {
        let revision = self.revision()?;
        let binding = Binding { vault: self.access.vault, record: old.row.item, revision };
        let summary =
            SealedItem::seal(&self.access.root, binding, &old.row.content_sha256, old.number, item)?.into_bytes();
        let row = ItemRow { revision, summary, ..old.row.clone() };
        self.writer.replace_item(&old.row, &row)?;
        self.state.item_total =
            self.state.item_total.minus(self.access.total_of_item(&old.row)).plus(self.access.total_of_item(&row));
        Ok(())
    }

    /// Takes an item away for good.
    pub(super) fn delete_item(&mut self, old: &OpenedItem) -> Result<(), VaultError> {
        self.writer.delete_item(&old.row)?;
        self.state.item_total = self.state.item_total.minus(self.access.total_of_item(&old.row));
        self.state.items = self.state.items.checked_sub(1).ok_or(VaultError::Full)?;
        Ok(())
    }

    /// Compares count and total of all items, where one that was looked for is not there.
    pub(super) fn none_is_missing(&self) -> Result<(), VaultError> {
        self.items().map(drop)
    }

    /// All items, as this write sees them.
    pub(super) fn items(&self) -> Result<Vec<OpenedItem>, VaultError> {
        let (items, faults) = self.access.items_under(self.writer.reader(), Some((&self.state, self.revision()?)))?;
        if faults.is_empty() { Ok(items) } else { Err(VaultError::Faults(faults)) }
    }
}
