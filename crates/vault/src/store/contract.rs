//! What every engine must do that keeps a vault: views that nobody changes meanwhile, one writer at a time, all of a
//! write or nothing. `drivekey-testkit` has the suite of tests that each one must pass.

use super::{ItemRow, NewRecord, Place, RecordRow, RowBatch, SlotRow, SlotRows, StoreError, StoreFile, TokenColumn};
use drivekey_record::{ID_BYTES, RecordId, SlotId, VaultId};

/// A vault where it is kept, opened. Whoever can write there is not believed: rows of any form may come out, and none
/// of them may stop the others from being read.
///
/// Each call may end with [`StoreError::Lost`] where the engine is another program. Whatever was begun is then undone,
/// and the next [`Store::read`] or [`Store::write`] connects anew or says that it cannot.
pub trait Store: Send {
    /// The name of the place.
    fn place(&self) -> &Place;

    /// Begins a read: what it sees does not change until it is dropped, whoever writes meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where a writer keeps readers out for too long, [`StoreError::Damaged`] where what is kept
    /// is not what this version keeps, [`StoreError::UnfinishedWrite`] where a writer died since it was opened.
    fn read(&mut self) -> Result<Box<dyn Reader + '_>, StoreError>;

    /// Goes on in the view that was last held, or begins one and holds it until [`Store::release`], so that a longer
    /// read needs one view. Where a view keeps writers waiting it is given up here after two seconds, and a newer one
    /// begins.
    ///
    /// # Errors
    /// As [`Store::read`].
    fn read_held(&mut self) -> Result<Box<dyn Reader + '_>, StoreError>;

    /// Ends the view that is held, where one is.
    fn release(&mut self);

    /// Begins a write, and ends the view that is held. No other writer writes until it ends, and nobody sees anything
    /// of it before its commit. What the writer reads is what the last commit left.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another writer does not end for half a minute, [`StoreError::ReadOnly`], for a file
    /// [`StoreError::Beside`] and [`StoreError::TwoNames`], or as [`Store::read`].
    fn write(&mut self) -> Result<Box<dyn Writer + '_>, StoreError>;

    /// Compares what the engine keeps for itself, as pages and indexes, with the rows. Keeps no writer waiting long.
    ///
    /// # Errors
    /// [`super::Damage::Structure`] when anything is out of place, or as [`Store::read`].
    fn check_structure(&mut self) -> Result<(), StoreError>;

    /// What the store can do because it is a file.
    fn file(&self) -> Option<&dyn StoreFile> {
        None
    }

    /// The same, to change it.
    fn file_mut(&mut self) -> Option<&mut dyn StoreFile> {
        None
    }
}

/// A read in progress: one view, which ends when it is dropped, unless the store holds it.
pub trait Reader {
    /// The vault's id and its sealed state.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] when the one row is not there.
    fn vault(&self) -> Result<(VaultId, Vec<u8>), StoreError>;

    /// All keyslots by name, [`super::MOST_SLOTS_READ`] at most, and without any index: a damaged one must not shut the
    /// vault. A row of another form shuts out none of the others.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when they cannot be gone through.
    fn slots(&self) -> Result<SlotRows, StoreError>;

    /// The row with this handle number.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    fn row(&self, handle: u32) -> Result<Option<RecordRow>, StoreError>;

    /// The rows that carry this token, by handle, through the index. The vault compares them: an index may be wrong. In
    /// the place of a row of another form comes the number of its handle, and a zero for a number that is no handle.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when they cannot be gone through, or never end.
    fn rows_with(&self, column: TokenColumn, token: &[u8; ID_BYTES])
    -> Result<Vec<Result<RecordRow, u32>>, StoreError>;

    /// The next rows after a handle, at most so many and little more than [`super::BATCH_BYTES`] of them, by handle and
    /// without any index. In the place of a row of another form comes the number of its handle, and a zero at the very
    /// end for rows whose numbers are no handles.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when they cannot be gone through, or never end.
    fn rows_after(&self, handle: u32, most: u32) -> Result<RowBatch<RecordRow>, StoreError>;

    /// The handles of the next sealed records after one, at most so many; fewer only at the end.
    ///
    /// # Errors
    /// As [`Reader::rows_after`].
    fn sealed_after(&self, handle: u32, most: u32) -> Result<Vec<u32>, StoreError>;

    /// The sealed record of a handle; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    fn sealed(&self, handle: u32) -> Result<Option<Vec<u8>>, StoreError>;

    /// The item with this number; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    fn item(&self, number: u32) -> Result<Option<ItemRow>, StoreError>;

    /// The item with this name; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    fn item_named(&self, item: RecordId) -> Result<Option<ItemRow>, StoreError>;

    /// The next items after a number, in the manner of [`Reader::rows_after`].
    ///
    /// # Errors
    /// As [`Reader::rows_after`].
    fn items_after(&self, number: u32, most: u32) -> Result<RowBatch<ItemRow>, StoreError>;

    /// The sealed content of an item; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    fn content(&self, number: u32) -> Result<Option<Vec<u8>>, StoreError>;
}

/// A write in progress. Dropped without [`Writer::commit`], or after any error, it leaves the vault as it was.
///
/// Each call expects the rows that it names to be there once, and where it replaces one, to be the ones that were read:
/// [`super::Damage::RowCount`] otherwise.
pub trait Writer {
    /// What the write sees so far.
    fn reader(&self) -> &dyn Reader;

    /// Puts a new state in place of the old.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses.
    fn set_state(&mut self, state: &[u8]) -> Result<(), StoreError>;

    /// Adds a keyslot.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses; [`super::Damage::Row`] for a name that is there already.
    fn insert_slot(&mut self, slot: &SlotRow) -> Result<(), StoreError>;

    /// Takes a keyslot away.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] when it is not there.
    fn delete_slot(&mut self, slot: SlotId) -> Result<(), StoreError>;

    /// Adds records, with their sealed records.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses; [`super::Damage::Row`] for a handle or name that is there already.
    fn insert_records(&mut self, records: &[NewRecord<'_>]) -> Result<(), StoreError>;

    /// Puts a record's new row and blob in place of the old ones. Handle, name and revision of the old row must be
    /// those that were read; handle and name stay.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] when the old row is another by now.
    fn replace_record(&mut self, old: &RecordRow, row: &RecordRow, sealed: &[u8]) -> Result<(), StoreError>;

    /// Takes a record away for good.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] when it is not there.
    fn delete_record(&mut self, row: &RecordRow) -> Result<(), StoreError>;

    /// Adds an item, with its content where it has one.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses; [`super::Damage::Row`] for a number or name that is there already.
    fn insert_item(&mut self, row: &ItemRow, content: Option<&[u8]>) -> Result<(), StoreError>;

    /// Puts an item's new row in place of the old one, which must be the one that was read. Its content stays.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] when the old row is another by now.
    fn replace_item(&mut self, old: &ItemRow, row: &ItemRow) -> Result<(), StoreError>;

    /// Takes an item away for good.
    ///
    /// # Errors
    /// [`super::Damage::RowCount`] when it is not there.
    fn delete_item(&mut self, row: &ItemRow) -> Result<(), StoreError>;

    /// Builds every index anew from its rows.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses.
    fn rebuild_indexes(&mut self) -> Result<(), StoreError>;

    /// Keeps all of it, durably: it outlives a power cut from then on.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] and the like; then none of it is kept. After [`StoreError::Lost`] alone it is not known
    /// whether it was: the next view tells.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
