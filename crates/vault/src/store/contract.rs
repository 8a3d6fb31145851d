//! The contract for every storage engine of a vault: consistent views, one writer at a time, and atomic writes.
//! `drivekey-testkit` has the test suite that every engine must pass.

use super::{ItemRow, NewRecord, Place, RecordRow, RowBatch, SlotRow, SlotRows, StoreError, StoreFile, TokenColumn};
use drivekey_record::{ID_BYTES, RecordId, SlotId, VaultId};

/// An opened vault in its store. The contents are not trusted: rows may be malformed, and a malformed row must not
/// prevent reading the others.
///
/// Any call may fail with [`StoreError::Lost`] if the engine is another process. Unfinished work is then undone, and
/// the next [`Store::read`] or [`Store::write`] reconnects or reports that it cannot.
pub trait Store: Send {
    /// The place where the vault is stored.
    fn place(&self) -> &Place;

    /// Begins a read. What it sees does not change until it is dropped, even if others write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if a writer blocks readers for too long, [`StoreError::Damaged`] if the format is not that
    /// of this version, [`StoreError::UnfinishedWrite`] if a writer died since the store was opened.
    fn read(&mut self) -> Result<Box<dyn Reader + '_>, StoreError>;

    /// Continues in the held view, or begins one and holds it until [`Store::release`], so that a longer read uses one
    /// view. If a held view blocks writers, it is ended here after two seconds and a newer one begins.
    ///
    /// # Errors
    /// As [`Store::read`].
    fn read_held(&mut self) -> Result<Box<dyn Reader + '_>, StoreError>;

    /// Ends the held view, if there is one.
    fn release(&mut self);

    /// Begins a write, and ends the held view. No other write can happen until it ends, and nobody sees it before its
    /// commit. The writer reads the state of the last commit.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another writer does not end within half a minute, [`StoreError::ReadOnly`], for a file
    /// [`StoreError::Beside`] and [`StoreError::TwoNames`], or as [`Store::read`].
    fn write(&mut self) -> Result<Box<dyn Writer + '_>, StoreError>;

    /// Checks the engine's own structures, such as pages and indexes, against the rows. Does not block writers for
    /// long.
    ///
    /// # Errors
    /// [`super::Damage::Structure`] if there is any inconsistency, or as [`Store::read`].
    fn check_structure(&mut self) -> Result<(), StoreError>;

    /// The operations of a store that is a file.
    fn file(&self) -> Option<&dyn StoreFile> {
        None
    }

    /// As [`Store::file`], but mutable.
    fn file_mut(&mut self) -> Option<&mut dyn StoreFile> {
        None
    }
}

/// A read in progress: one view. It ends when the reader is dropped, unless the store holds it.
pub trait Reader {
    /// The vault's ID and its sealed state.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] if there is not exactly one row.
    fn vault(&self) -> Result<(VaultId, Vec<u8>), StoreError>;

    /// All keyslots by ID, at most [`super::MOST_SLOTS_READ`]. No index is used, because a damaged one must not lock
    /// the vault. A malformed row must not hide the others.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if they cannot be read.
    fn slots(&self) -> Result<SlotRows, StoreError>;

    /// The row with this handle number.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a malformed row.
    fn row(&self, handle: u32) -> Result<Option<RecordRow>, StoreError>;

    /// The rows with this token, by handle, found through the index. The vault checks them, because an index may be
    /// wrong. A malformed row is replaced by its handle number, or by zero if its number is not a valid handle.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if they cannot be read, or never end.
    fn rows_with(&self, column: TokenColumn, token: &[u8; ID_BYTES])
    -> Result<Vec<Result<RecordRow, u32>>, StoreError>;

    /// The next rows after a handle, by handle and without an index: at most `most`, and little more than
    /// [`super::BATCH_BYTES`] of them. A malformed row is replaced by its handle number. A zero at the very end stands
    /// for rows whose numbers are not valid handles.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if they cannot be read, or never end.
    fn rows_after(&self, handle: u32, most: u32) -> Result<RowBatch<RecordRow>, StoreError>;

    /// The handles of the next sealed records after a handle, at most `most`. There are fewer only at the end.
    ///
    /// # Errors
    /// As [`Reader::rows_after`].
    fn sealed_after(&self, handle: u32, most: u32) -> Result<Vec<u32>, StoreError>;

    /// The sealed record of a handle; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a malformed row.
    fn sealed(&self, handle: u32) -> Result<Option<Vec<u8>>, StoreError>;

    /// The item with this number; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a malformed row.
    fn item(&self, number: u32) -> Result<Option<ItemRow>, StoreError>;

    /// The item with this ID; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a malformed row.
    fn item_named(&self, item: RecordId) -> Result<Option<ItemRow>, StoreError>;

    /// The next items after a number, as in [`Reader::rows_after`].
    ///
    /// # Errors
    /// As [`Reader::rows_after`].
    fn items_after(&self, number: u32, most: u32) -> Result<RowBatch<ItemRow>, StoreError>;

    /// The sealed content of an item; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a malformed row.
    fn content(&self, number: u32) -> Result<Option<Vec<u8>>, StoreError>;
}

/// A write in progress. If it is dropped without [`Writer::commit`], or after any error, the vault stays as it was.
///
/// Each call expects the rows that it names to exist exactly once, and a replaced row to be the one that was read.
/// Otherwise it fails with [`super::Damage::RowCount`].
pub trait Writer {
    /// The state of the write so far.
    fn reader(&self) -> &dyn Reader;

    /// Replaces the state.
    ///
    /// # Errors
    /// [`StoreError`] if the engine fails.
    fn set_state(&mut self, state: &[u8]) -> Result<(), StoreError>;

    /// Adds a keyslot.
    ///
    /// # Errors
    /// [`StoreError`] if the engine fails; [`super::Damage::Row`] if the ID exists.
    fn insert_slot(&mut self, slot: &SlotRow) -> Result<(), StoreError>;

    /// Deletes a keyslot.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] if it does not exist.
    fn delete_slot(&mut self, slot: SlotId) -> Result<(), StoreError>;

    /// Adds records, with their sealed blobs.
    ///
    /// # Errors
    /// [`StoreError`] if the engine fails; [`super::Damage::Row`] if a handle or ID exists.
    fn insert_records(&mut self, records: &[NewRecord<'_>]) -> Result<(), StoreError>;

    /// Replaces a record's row and blob. Handle, ID and revision of the old row must be those that were read. Handle
    /// and ID stay.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] if the old row has changed.
    fn replace_record(&mut self, old: &RecordRow, row: &RecordRow, sealed: &[u8]) -> Result<(), StoreError>;

    /// Deletes a record permanently.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] if it does not exist.
    fn delete_record(&mut self, row: &RecordRow) -> Result<(), StoreError>;

    /// Adds an item, with its content if it has any.
    ///
    /// # Errors
    /// [`StoreError`] if the engine fails; [`super::Damage::Row`] if the number or ID exists.
    fn insert_item(&mut self, row: &ItemRow, content: Option<&[u8]>) -> Result<(), StoreError>;

    /// Replaces an item's row. The old row must be the one that was read. The content stays.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] if the old row has changed.
    fn replace_item(&mut self, old: &ItemRow, row: &ItemRow) -> Result<(), StoreError>;

    /// Deletes an item permanently.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] if it does not exist.
    fn delete_item(&mut self, row: &ItemRow) -> Result<(), StoreError>;

    /// Rebuilds every index from its rows.
    ///
    /// # Errors
    /// [`StoreError`] if the engine fails.
    fn rebuild_indexes(&mut self) -> Result<(), StoreError>;

    /// Commits the write durably: it survives a power failure from then on.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] and others; then nothing is committed. Only after [`StoreError::Lost`] is it unknown
    /// whether it was. The next view tells.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
