//! Writing within one transaction. Each statement must change exactly one row, or nothing is kept.

use rusqlite::{Params, params};

use super::meter::Meter;
use super::reader::SqliteReader;
use super::{Damage, ItemRow, NewRecord, Reader, RecordRow, SlotRow, StoreError, Writer};
use drivekey_record::{SlotId, VaultId};

/// A write in progress. If it is dropped without a commit, the file stays as it was.
pub(super) struct SqliteWriter<'a> {
    reader: SqliteReader<'a>,
    meter: Meter,
    file_bytes: u64,
}

impl<'a> SqliteWriter<'a> {
    pub(super) const fn new(reader: SqliteReader<'a>, meter: Meter, file_bytes: u64) -> Self {
        Self { reader, meter, file_bytes }
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

    fn insert_record(&self, row: &RecordRow, sealed: &[u8]) -> Result<(), StoreError> {
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
}

impl Writer for SqliteWriter<'_> {
    fn reader(&self) -> &dyn Reader {
        &self.reader
    }

    fn set_state(&mut self, state: &[u8]) -> Result<(), StoreError> {
        self.one("UPDATE vault SET state = ?1 WHERE one = 1", params![state])
    }

    fn insert_slot(&mut self, slot: &SlotRow) -> Result<(), StoreError> {
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

    fn delete_slot(&mut self, slot: SlotId) -> Result<(), StoreError> {
        self.one("DELETE FROM slot WHERE slot_id = ?1", params![slot.as_bytes().as_slice()])
    }

    fn insert_records(&mut self, records: &[NewRecord<'_>]) -> Result<(), StoreError> {
        records.iter().try_for_each(|record| self.insert_record(record.row, record.sealed))
    }

    fn replace_record(&mut self, old: &RecordRow, row: &RecordRow, sealed: &[u8]) -> Result<(), StoreError> {
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

    fn delete_record(&mut self, row: &RecordRow) -> Result<(), StoreError> {
        self.one("DELETE FROM sealed WHERE handle = ?1", params![row.handle])?;
        self.one(
            "DELETE FROM record WHERE handle = ?1 AND record_id = ?2",
            params![row.handle, row.record.as_bytes().as_slice()],
        )
    }

    fn insert_item(&mut self, row: &ItemRow, content: Option<&[u8]>) -> Result<(), StoreError> {
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

    fn replace_item(&mut self, old: &ItemRow, row: &ItemRow) -> Result<(), StoreError> {
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

    fn delete_item(&mut self, row: &ItemRow) -> Result<(), StoreError> {
        self.reader.prepare("DELETE FROM content WHERE number = ?1")?.execute(params![row.number])?;
        self.one(
            "DELETE FROM item WHERE number = ?1 AND item_id = ?2",
            params![row.number, row.item.as_bytes().as_slice()],
        )
    }

    fn rebuild_indexes(&mut self) -> Result<(), StoreError> {
        self.meter.refill(self.file_bytes);
        self.reader.connection().execute_batch("REINDEX")?;
        self.meter.release();
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Ok(self.reader.connection().execute_batch("COMMIT")?)
    }
}
