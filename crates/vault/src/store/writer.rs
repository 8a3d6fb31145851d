//! Writing within one transaction: each statement must report the one row it expected, or nothing is kept.

use rusqlite::{Params, params};

use super::meter::Meter;
use super::{Damage, ItemRow, Reader, RecordRow, SlotRow, StoreError};
use drivekey_record::{SlotId, VaultId};

/// A write in progress; dropped without [`Writer::commit`], it leaves the file as it was.
pub struct Writer<'a> {
    reader: Reader<'a>,
    meter: Meter,
    file_bytes: u64,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(reader: Reader<'a>, meter: Meter, file_bytes: u64) -> Self {
        Self { reader, meter, file_bytes }
    }

    /// What the write sees so far.
    #[must_use]
    pub const fn reader(&self) -> &Reader<'a> {
        &self.reader
    }

    fn one(&self, sql: &str, values: impl Params) -> Result<(), StoreError> {
        let changed = self.reader.prepare(sql)?.execute(values)?;
        if changed == 1 { Ok(()) } else { Err(StoreError::Damaged(Damage::RowCount)) }
    }

    pub(super) fn insert_vault(&self, vault: VaultId, state: &[u8]) -> Result<(), StoreError> {
        self.one(
            "INSERT INTO vault (one, vault_id, state) VALUES (1, ?1, ?2)",
            params![vault.as_bytes().as_slice(), state],
        )
    }

    /// Puts a new state in place of the old.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses.
    pub fn set_state(&self, state: &[u8]) -> Result<(), StoreError> {
        self.one("UPDATE vault SET state = ?1 WHERE one = 1", params![state])
    }

    /// Adds a keyslot.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses.
    pub fn insert_slot(&self, slot: &SlotRow) -> Result<(), StoreError> {
        self.one(
            "INSERT INTO slot (slot_id, kind, memory_kib, passes, lanes, salt, check_value, wrapped, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                slot.slot.as_bytes().as_slice(),
                slot.kind,
                slot.memory_kib,
                slot.passes,
                slot.lanes,
                slot.salt.as_slice(),
                slot.check_value.as_slice(),
                slot.wrapped,
                slot.checksum.as_slice(),
            ],
        )
    }

    /// Takes a keyslot away.
    ///
    /// # Errors
    /// [`Damage::RowCount`] when it is not there.
    pub fn delete_slot(&self, slot: SlotId) -> Result<(), StoreError> {
        self.one("DELETE FROM slot WHERE slot_id = ?1", params![slot.as_bytes().as_slice()])
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses.
    pub fn insert_record(&self, row: &RecordRow, sealed: &[u8]) -> Result<(), StoreError> {
        let tokens = &row.tokens;
        self.one(
            "INSERT INTO record (handle, record_id, revision, sealed_sha256, summary, device_token, device_type_token, key_id_token, prefix_token, folded_prefix_token, digits_token) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                row.handle,
                row.record.as_bytes().as_slice(),
                row.revision.number(),
                row.sealed_sha256.as_slice(),
                row.summary,
                tokens.device.as_ref().map(<[u8; 16]>::as_slice),
                tokens.device_type.as_ref().map(<[u8; 16]>::as_slice),
                tokens.key_id.as_ref().map(<[u8; 16]>::as_slice),
                tokens.prefix.as_ref().map(<[u8; 16]>::as_slice),
                tokens.folded_prefix.as_ref().map(<[u8; 16]>::as_slice),
                tokens.digits.as_slice(),
            ],
        )?;
        self.one("INSERT INTO sealed (handle, age) VALUES (?1, ?2)", params![row.handle, sealed])
    }

    /// Puts a record's new row and blob in place of the old ones. The old row must be the one that was read.
    ///
    /// # Errors
    /// [`Damage::RowCount`] when the old row is another by now.
    pub fn replace_record(&self, old: &RecordRow, row: &RecordRow, sealed: &[u8]) -> Result<(), StoreError> {
        let tokens = &row.tokens;
        self.one(
            "UPDATE record SET revision = ?3, sealed_sha256 = ?4, summary = ?5, device_token = ?6, device_type_token = ?7, key_id_token = ?8, prefix_token = ?9, folded_prefix_token = ?10, digits_token = ?11 WHERE handle = ?1 AND record_id = ?2 AND revision = ?12",
            params![
                row.handle,
                row.record.as_bytes().as_slice(),
                row.revision.number(),
                row.sealed_sha256.as_slice(),
                row.summary,
                tokens.device.as_ref().map(<[u8; 16]>::as_slice),
                tokens.device_type.as_ref().map(<[u8; 16]>::as_slice),
                tokens.key_id.as_ref().map(<[u8; 16]>::as_slice),
                tokens.prefix.as_ref().map(<[u8; 16]>::as_slice),
                tokens.folded_prefix.as_ref().map(<[u8; 16]>::as_slice),
                tokens.digits.as_slice(),
                old.revision.number(),
            ],
        )?;
        self.one("UPDATE sealed SET age = ?2 WHERE handle = ?1", params![row.handle, sealed])
    }

    /// Takes a record away for good.
    ///
    /// # Errors
    /// [`Damage::RowCount`] when it is not there.
    pub fn delete_record(&self, row: &RecordRow) -> Result<(), StoreError> {
        self.one("DELETE FROM sealed WHERE handle = ?1", params![row.handle])?;
        self.one(
            "DELETE FROM record WHERE handle = ?1 AND record_id = ?2",
            params![row.handle, row.record.as_bytes().as_slice()],
        )
    }

    /// Adds an item, with its content where it has one.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses.
    pub fn insert_item(&self, row: &ItemRow, content: Option<&[u8]>) -> Result<(), StoreError> {
        self.one(
            "INSERT INTO item (number, item_id, revision, content_sha256, summary) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                row.number,
                row.item.as_bytes().as_slice(),
                row.revision.number(),
                row.content_sha256.as_slice(),
                row.summary,
            ],
        )?;
        match content {
            Some(content) => {
                self.one("INSERT INTO content (number, age) VALUES (?1, ?2)", params![row.number, content])
            }
            None => Ok(()),
        }
    }

    /// Puts an item's new row in place of the old one, which must be the one that was read. Its content stays.
    ///
    /// # Errors
    /// [`Damage::RowCount`] when the old row is another by now.
    pub fn replace_item(&self, old: &ItemRow, row: &ItemRow) -> Result<(), StoreError> {
        self.one(
            "UPDATE item SET revision = ?3, summary = ?4 WHERE number = ?1 AND item_id = ?2 AND revision = ?5 AND content_sha256 = ?6",
            params![
                row.number,
                row.item.as_bytes().as_slice(),
                row.revision.number(),
                row.summary,
                old.revision.number(),
                old.content_sha256.as_slice(),
            ],
        )
    }

    /// Takes an item away for good.
    ///
    /// # Errors
    /// [`Damage::RowCount`] when it is not there.
    pub fn delete_item(&self, row: &ItemRow) -> Result<(), StoreError> {
        self.reader.prepare("DELETE FROM content WHERE number = ?1")?.execute(params![row.number])?;
        self.one(
            "DELETE FROM item WHERE number = ?1 AND item_id = ?2",
            params![row.number, row.item.as_bytes().as_slice()],
        )
    }

    /// Builds every index anew from its table.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses.
    pub fn rebuild_indexes(&self) -> Result<(), StoreError> {
        self.meter.refill(self.file_bytes);
        self.reader.connection().execute_batch("REINDEX")?;
        self.meter.release();
        Ok(())
    }

    /// Keeps all of it.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] and the like; then none of it is kept.
    pub fn commit(self) -> Result<(), StoreError> {
        Ok(self.reader.connection().execute_batch("COMMIT")?)
    }
}
