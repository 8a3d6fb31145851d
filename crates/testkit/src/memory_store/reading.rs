//! Reads one snapshot of the tables in memory.

use std::cell::Cell;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use super::{MemoryEngine, Tables};
use drivekey_record::{RecordId, VaultId};
use drivekey_vault::store::{
    BATCH_BYTES, Damage, ItemRow, MOST_SLOTS_READ, MalformedSlot, Reader, RecordRow, RowBatch, SlotRows, StoreError,
    TokenColumn,
};
use sha2::{Digest, Sha256};

pub(super) struct MemoryReader {
    pub(super) engine: Arc<MemoryEngine>,
    pub(super) tables: Arc<Tables>,
    is_lost: Cell<bool>,
}

impl MemoryReader {
    pub(super) fn over(engine: &Arc<MemoryEngine>, tables: Arc<Tables>) -> Self {
        Self { engine: engine.clone(), tables, is_lost: Cell::new(false) }
    }

    /// One call over the connection. Once it was cut, this view is lost.
    pub(super) fn call(&self) -> Result<(), StoreError> {
        if self.is_lost.get() {
            return Err(StoreError::Lost);
        }
        self.engine.call().inspect_err(|_| self.is_lost.set(true))
    }

    fn well_formed(&self, handle: u32) -> Result<RecordRow, StoreError> {
        match self.tables.records.get(&handle) {
            Some(row) if !self.tables.malformed.0.contains(&handle) => Ok(row.clone()),
            Some(_) => Err(StoreError::Damaged(Damage::Row)),
            None => Err(StoreError::Damaged(Damage::Structure)),
        }
    }
}

impl Reader for MemoryReader {
    fn vault(&self) -> Result<(VaultId, Vec<u8>), StoreError> {
        self.call()?;
        Ok((self.tables.vault, self.tables.state.clone()))
    }

    fn slots(&self) -> Result<SlotRows, StoreError> {
        self.call()?;
        let mut found = SlotRows::default();
        for (name, slot) in &self.tables.slots {
            if found.rows.len() + found.malformed.len() == MOST_SLOTS_READ as usize {
                found.more = true;
                break;
            }
            if self.tables.malformed.2.contains(name) {
                let digest = Sha256::digest([b"malformed".as_slice(), name].concat()).into();
                found.malformed.push(MalformedSlot { slot: slot.slot, digest });
            } else {
                found.rows.push(slot.clone());
            }
        }
        Ok(found)
    }

    fn row(&self, handle: u32) -> Result<Option<RecordRow>, StoreError> {
        self.call()?;
        self.tables.records.contains_key(&handle).then(|| self.well_formed(handle)).transpose()
    }

    fn rows_with(&self, column: TokenColumn, token: &[u8; 16]) -> Result<Vec<Result<RecordRow, u32>>, StoreError> {
        self.call()?;
        let handles = self.tables.index.get(&(column, *token)).into_iter().flatten();
        Ok(handles.map(|handle| self.well_formed(*handle).map_err(|_| *handle)).collect())
    }

    fn rows_after(&self, handle: u32, most: u32) -> Result<RowBatch<RecordRow>, StoreError> {
        self.call()?;
        let numbers = self.tables.records.range((Excluded(handle), Unbounded)).map(|(number, _)| *number);
        Ok(batch(numbers, most, |number| self.well_formed(number).ok(), |row| row.summary.len()))
    }

    fn sealed_after(&self, handle: u32, most: u32) -> Result<Vec<u32>, StoreError> {
        self.call()?;
        let handles = self.tables.sealed.range((Excluded(handle), Unbounded)).map(|(number, _)| *number);
        Ok(handles.take(most as usize).collect())
    }

    fn sealed(&self, handle: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.call()?;
        Ok(self.tables.sealed.get(&handle).cloned())
    }

    fn item(&self, number: u32) -> Result<Option<ItemRow>, StoreError> {
        self.call()?;
        if self.tables.malformed.1.contains(&number) {
            return Err(StoreError::Damaged(Damage::Row));
        }
        Ok(self.tables.items.get(&number).cloned())
    }

    fn item_named(&self, item: RecordId) -> Result<Option<ItemRow>, StoreError> {
        match self.tables.items.values().find(|row| row.item == item) {
            Some(row) => self.item(row.number),
            None => self.call().map(|()| None),
        }
    }

    fn items_after(&self, number: u32, most: u32) -> Result<RowBatch<ItemRow>, StoreError> {
        self.call()?;
        let numbers = self.tables.items.range((Excluded(number), Unbounded)).map(|(number, _)| *number);
        Ok(batch(numbers, most, |number| self.item(number).ok().flatten(), |row| row.summary.len()))
    }

    fn content(&self, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.call()?;
        Ok(self.tables.contents.get(&number).cloned())
    }
}

/// The next rows, as many as a batch takes; a row that is none has not the form of one.
fn batch<T>(
    numbers: impl Iterator<Item = u32>,
    most: u32,
    row: impl Fn(u32) -> Option<T>,
    summary_bytes: impl Fn(&T) -> usize,
) -> RowBatch<T> {
    let mut batch = RowBatch { rows: Vec::new(), is_last: true };
    let mut bytes = 0;
    for number in numbers {
        let row = row(number).ok_or(number);
        bytes += row.as_ref().map_or(0, &summary_bytes);
        batch.rows.push(row);
        if batch.rows.len() == most as usize || bytes > BATCH_BYTES {
            batch.is_last = false;
            break;
        }
    }
    batch
}
