//! Writes to a copy of the tables in memory, which replaces them at the commit.

use std::sync::Arc;

use super::reading::MemoryReader;
use super::{Tables, add_to_index, index_of, take_from_index};
use drivekey_record::SlotId;
use drivekey_vault::store::{Damage, ItemRow, NewRecord, Reader, RecordRow, SlotRow, StoreError, Writer};

pub(super) struct MemoryWriter {
    reader: MemoryReader,
}

impl Drop for MemoryWriter {
    fn drop(&mut self) {
        self.reader.engine.kept().is_writing = false;
        self.reader.engine.freed.notify_all();
    }
}

impl MemoryWriter {
    pub(super) fn over(reader: MemoryReader) -> Self {
        Self { reader }
    }

    fn tables(&mut self) -> Result<&mut Tables, StoreError> {
        self.reader.call()?;
        Ok(Arc::make_mut(&mut self.reader.tables))
    }
}

fn once(is_there: bool) -> Result<(), StoreError> {
    if is_there { Ok(()) } else { Err(StoreError::Damaged(Damage::RowCount)) }
}

fn new(is_new: bool) -> Result<(), StoreError> {
    if is_new { Ok(()) } else { Err(StoreError::Damaged(Damage::Row)) }
}

impl Writer for MemoryWriter {
    fn reader(&self) -> &dyn Reader {
        &self.reader
    }

    fn set_state(&mut self, state: &[u8]) -> Result<(), StoreError> {
        self.tables()?.state = state.to_vec();
        Ok(())
    }

    fn insert_slot(&mut self, slot: &SlotRow) -> Result<(), StoreError> {
        new(self.tables()?.slots.insert(*slot.slot.as_bytes(), slot.clone()).is_none())
    }

    fn delete_slot(&mut self, slot: SlotId) -> Result<(), StoreError> {
        once(self.tables()?.slots.remove(slot.as_bytes()).is_some())
    }

    fn insert_records(&mut self, records: &[NewRecord<'_>]) -> Result<(), StoreError> {
        let tables = self.tables()?;
        for NewRecord { row, sealed } in records {
            new(tables.records.values().all(|other| other.record != row.record))?;
            new(tables.records.insert(row.handle, (*row).clone()).is_none())?;
            new(tables.sealed.insert(row.handle, sealed.to_vec()).is_none())?;
            add_to_index(&mut tables.index, row);
        }
        Ok(())
    }

    fn replace_record(&mut self, old: &RecordRow, row: &RecordRow, sealed: &[u8]) -> Result<(), StoreError> {
        let tables = self.tables()?;
        let before = tables.records.get(&old.handle).cloned();
        let before = before.filter(|before| {
            (before.record, before.revision) == (old.record, old.revision)
                && (row.handle, row.record) == (old.handle, old.record)
        });
        let before = before.ok_or(StoreError::Damaged(Damage::RowCount))?;
        take_from_index(&mut tables.index, &before);
        add_to_index(&mut tables.index, row);
        tables.records.insert(row.handle, row.clone());
        once(tables.sealed.insert(row.handle, sealed.to_vec()).is_some())
    }

    fn delete_record(&mut self, row: &RecordRow) -> Result<(), StoreError> {
        let tables = self.tables()?;
        once(tables.sealed.remove(&row.handle).is_some())?;
        let before = tables.records.remove(&row.handle).filter(|before| before.record == row.record);
        take_from_index(&mut tables.index, &before.ok_or(StoreError::Damaged(Damage::RowCount))?);
        Ok(())
    }

    fn insert_item(&mut self, row: &ItemRow, content: Option<&[u8]>) -> Result<(), StoreError> {
        let tables = self.tables()?;
        new(tables.items.values().all(|other| other.item != row.item))?;
        new(tables.items.insert(row.number, row.clone()).is_none())?;
        tables.contents.extend(content.map(|content| (row.number, content.to_vec())));
        Ok(())
    }

    fn replace_item(&mut self, old: &ItemRow, row: &ItemRow) -> Result<(), StoreError> {
        let key = |row: &ItemRow| (row.item, row.revision, row.content_sha256);
        let before = self.tables()?.items.get_mut(&old.number).filter(|before| key(before) == key(old));
        let before = before.ok_or(StoreError::Damaged(Damage::RowCount))?;
        *before = ItemRow { content_sha256: before.content_sha256, ..row.clone() };
        Ok(())
    }

    fn delete_item(&mut self, row: &ItemRow) -> Result<(), StoreError> {
        let tables = self.tables()?;
        tables.contents.remove(&row.number);
        once(tables.items.remove(&row.number).is_some_and(|before| before.item == row.item))
    }

    fn rebuild_indexes(&mut self) -> Result<(), StoreError> {
        let tables = self.tables()?;
        tables.index = index_of(&tables.records);
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.tables()?;
        self.reader.engine.kept().tables = Some(self.reader.tables.clone());
        Ok(())
    }
}
