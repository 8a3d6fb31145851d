//! The items beside the records: listing all with their own count and total, reading, adding and changing one. A write
//! opens only the items that it changes.

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::scan::TRIES;
use super::state::State;
use super::write::WriteSession;
use super::{Fault, FaultKind, Unlocked, Vault, VaultError};
use crate::seal::{Binding, SealedItem, Total, make_id, seal_content, sha256, unseal_content};
use crate::store::{ItemRow, Reader, Store};
use drivekey_record::{Item, ItemNumber, RecordId, Revision};

/// Rows read under one lock. An item of a journal takes some 75 KiB.
const BATCH_ITEMS: u32 = 128;

/// An item with its row.
pub(super) struct OpenedItem {
    pub(super) number: ItemNumber,
    pub(super) row: ItemRow,
    pub(super) item: Item,
}

/// The sound items of one kind, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemListing<T> {
    /// The items.
    pub items: Vec<T>,
    /// Faults of other items. The kind of an item that does not open is unknown.
    pub faults: Vec<Fault>,
}

impl<T> ItemListing<T> {
    /// The items, for callers that must not decide anything while there are faults.
    ///
    /// # Errors
    /// [`VaultError::Faults`] if there are any.
    pub fn sound(self) -> Result<Vec<T>, VaultError> {
        if self.faults.is_empty() { Ok(self.items) } else { Err(VaultError::Faults(self.faults)) }
    }
}

impl ItemListing<ItemNumber> {
    /// The error for an item that was not found by its number. `self` lists all items with that number.
    pub(super) fn absent(mut self, number: ItemNumber) -> VaultError {
        if !self.items.is_empty() {
            // A damaged page can mislead a lookup by number, but not a full walk.
            self.faults.push(Fault::whole(FaultKind::Structure));
        }
        if self.faults.is_empty() { VaultError::NoSuchItem(number) } else { VaultError::Faults(self.faults) }
    }
}

/// A walk over all items in batches, which computes their count and total.
pub(super) struct ItemWalk {
    /// The highest revision that an item may have; `None` allows any, because the state is lost.
    latest: Option<Revision>,
    last: u32,
    is_last: bool,
    pub(super) count: u32,
    pub(super) total: Total,
    faults: Vec<Fault>,
}

impl ItemWalk {
    pub(super) fn new(latest: Option<Revision>) -> Self {
        Self { latest, last: 0, is_last: false, count: 0, total: Total::default(), faults: Vec::new() }
    }

    /// The next rows; `None` after the last.
    pub(super) fn rows(&mut self, reader: &dyn Reader) -> Result<Option<Vec<Result<ItemRow, u32>>>, VaultError> {
        if self.is_last {
            return Ok(None);
        }
        let batch = reader.items_after(self.last, BATCH_ITEMS)?;
        self.is_last = batch.is_last;
        self.last =
            batch.rows.last().map_or(self.last, |row| row.as_ref().map_or_else(|number| *number, |row| row.number));
        Ok(Some(batch.rows))
    }

    /// The rows that open. The others become faults.
    pub(super) fn open(&mut self, access: &Unlocked, rows: Vec<Result<ItemRow, u32>>) -> Vec<OpenedItem> {
        let latest = self.latest;
        let open = |row: Result<ItemRow, u32>| match row {
            Ok(row) => (Some(access.total_of_item(&row)), access.open_item(row, latest)),
            Err(number) => (None, Err(Fault::whole(FaultKind::Item(number)))),
        };
        let outcomes: Vec<(Option<Total>, Result<OpenedItem, Fault>)> = rows.into_par_iter().map(open).collect();
        let mut opened = Vec::with_capacity(outcomes.len());
        for (share, outcome) in outcomes {
            if let Some(share) = share {
                self.total = self.total.plus(share);
                self.count = self.count.saturating_add(1);
            }
            match outcome {
                Ok(item) => opened.push(item),
                Err(fault) => self.faults.push(fault),
            }
        }
        opened
    }

    /// The faults, after all rows: those of single items, and those found by comparison with the state.
    pub(super) fn end(mut self, state: Option<&State>) -> Vec<Fault> {
        if state.is_some_and(|state| state.items != self.count || state.item_total != self.total) {
            self.faults.push(Fault::whole(FaultKind::Items));
        }
        self.faults
    }
}

impl Vault<Unlocked> {
    /// What `keep` selects from all items that open. No writer waits for more than a batch.
    pub(super) fn list_items<T>(
        &mut self,
        keep: impl Fn(OpenedItem) -> Option<T>,
    ) -> Result<ItemListing<T>, VaultError> {
        for _ in 0..TRIES {
            drop(self.view()?);
            let mut items = Vec::new();
            let walked = self.access.walk_items(&mut *self.store, |_, opened| {
                items.extend(opened.into_iter().filter_map(&keep));
                Ok(())
            });
            self.store.release();
            match walked {
                Err(VaultError::ChangedMeanwhile) => {}
                Err(error) => return Err(error),
                Ok(faults) => {
                    let faults = self.access.unless_unknown(items.is_empty(), faults);
                    return Ok(ItemListing { items, faults });
                }
            }
        }
        Err(VaultError::ChangedMeanwhile)
    }
}

impl Unlocked {
    /// Passes all items that open to the caller, batch by batch, under the state that was last read. Returns the
    /// faults.
    pub(super) fn walk_items(
        &self,
        store: &mut dyn Store,
        mut take: impl FnMut(&dyn Reader, Vec<OpenedItem>) -> Result<(), VaultError>,
    ) -> Result<Vec<Fault>, VaultError> {
        let mut walk = ItemWalk::new(self.state.as_ref().map(State::revision));
        loop {
            let reader = self.same_view(store)?;
            let Some(rows) = walk.rows(&*reader)? else { break };
            take(&*reader, walk.open(self, rows))?;
        }
        Ok(walk.end(self.state.as_ref()))
    }

    /// One item; `None` if there is none. Does not check whether items are missing.
    pub(super) fn item(&self, reader: &dyn Reader, number: ItemNumber) -> Result<Option<OpenedItem>, VaultError> {
        let latest = self.state.as_ref().map(State::revision);
        let row = reader.item(number.number())?;
        row.map(|row| self.open_item(row, latest).map_err(single_fault)).transpose()
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

    /// An item's bytes as they were before sealing.
    pub(super) fn content(&self, reader: &dyn Reader, opened: &OpenedItem) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let fault = || VaultError::Faults(vec![Fault::whole(FaultKind::Content(opened.row.number))]);
        let sealed = reader.content(opened.row.number)?.ok_or_else(fault)?;
        unseal_content(&self.root, &sealed, &opened.row.content_sha256).map_err(|_| fault())
    }

    /// An item's contribution to the items' total, from its row as it stands.
    pub(super) fn total_of_item(&self, row: &ItemRow) -> Total {
        self.root.total_of_item(row.item, row.revision, &row.content_sha256, &sha256(&row.summary))
    }
}

fn single_fault(fault: Fault) -> VaultError {
    VaultError::Faults(vec![fault])
}

impl WriteSession<'_> {
    /// One item as this write sees it; `None` if there is none.
    pub(super) fn item(&self, number: ItemNumber) -> Result<Option<OpenedItem>, VaultError> {
        let row = self.writer.reader().item(number.number())?;
        row.map(|row| self.open_row_of_item(row).map_err(single_fault)).transpose()
    }

    /// Opens an item's row as this write sees it.
    pub(super) fn open_row_of_item(&self, row: ItemRow) -> Result<OpenedItem, Fault> {
        self.access.open_item(row, self.state.revision().next())
    }

    /// Adds an item, with its content if it has any.
    pub(super) fn add_item(&mut self, item: &Item, content: Option<&[u8]>) -> Result<ItemNumber, VaultError> {
        let number = self.state.item_numbers.checked_add(1).and_then(ItemNumber::new).ok_or(VaultError::Full)?;
        self.state.item_numbers = number.number();
        self.insert_item(number, item, content)?;
        Ok(number)
    }

    /// Replaces an item whose row or content is not as written. If the row is not the one that was written, the total
    /// stays wrong.
    pub(super) fn renew_item(&mut self, old: &ItemRow, item: &Item, content: &[u8]) -> Result<ItemNumber, VaultError> {
        let number =
            ItemNumber::new(old.number).ok_or_else(|| single_fault(Fault::whole(FaultKind::Item(old.number))))?;
        self.delete_row(old)?;
        self.insert_item(number, item, Some(content))?;
        Ok(number)
    }

    fn insert_item(&mut self, number: ItemNumber, item: &Item, content: Option<&[u8]>) -> Result<(), VaultError> {
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
        self.state.items = self.state.items.checked_add(1).ok_or(VaultError::Full)?;
        self.state.item_total = self.state.item_total.plus(self.access.total_of_item(&row));
        Ok(())
    }

    /// Replaces an opened item by a new version. Its content stays.
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

    /// Deletes an item permanently.
    pub(super) fn delete_item(&mut self, old: &OpenedItem) -> Result<(), VaultError> {
        self.delete_row(&old.row)
    }

    fn delete_row(&mut self, row: &ItemRow) -> Result<(), VaultError> {
        self.writer.delete_item(row)?;
        self.state.item_total = self.state.item_total.minus(self.access.total_of_item(row));
        self.state.items = self.state.items.checked_sub(1).ok_or(VaultError::Full)?;
        Ok(())
    }

    /// The error for an item that is not found by its number.
    pub(super) fn absent_item(&self, number: ItemNumber) -> VaultError {
        let mut walk = ItemWalk::new(self.state.revision().next());
        let mut items = Vec::new();
        loop {
            match walk.rows(self.writer.reader()) {
                Ok(Some(rows)) => {
                    let opened = walk.open(self.access, rows).into_iter().map(|opened| opened.number);
                    items.extend(opened.filter(|other| *other == number));
                }
                Ok(None) => return ItemListing { items, faults: walk.end(Some(&self.state)) }.absent(number),
                Err(error) => return error,
            }
        }
    }
}
