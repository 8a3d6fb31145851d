//! Reading from one consistent view of the file. The format of every value is checked. Rows may share the pages of
//! their blobs and be larger together than the file.

use std::ops::ControlFlow::{self, Break, Continue};

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row, params};
use sha2::{Digest, Sha256};

use super::{
    BATCH_BYTES, Damage, ItemRow, MOST_SLOTS_READ, MalformedSlot, Reader, RecordRow, RowBatch, RowTokens, SlotRow,
    SlotRows, StoreError, TokenColumn,
};
use drivekey_record::{RecordId, Revision, SlotId, VaultId};

/// The highest number of a record or an item.
const LAST: u32 = u32::MAX;

const COLUMNS: &str = "handle, record_id, revision, sealed_sha256, summary, device_token, device_type_token, key_id_token, prefix_token, folded_prefix_token, digits_token";

const ITEM_COLUMNS: &str = "number, item_id, revision, content_sha256, summary";

/// A table that is read in batches.
struct Table<T> {
    name: &'static str,
    /// The column with the numbers of the rows.
    number: &'static str,
    columns: &'static str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    summary_bytes: fn(&T) -> usize,
}

const RECORDS: Table<RecordRow> = Table {
    name: "record",
    number: "handle",
    columns: COLUMNS,
    read: record_row,
    summary_bytes: |row| row.summary.len(),
};

const ITEMS: Table<ItemRow> = Table {
    name: "item",
    number: "number",
    columns: ITEM_COLUMNS,
    read: item_row,
    summary_bytes: |row| row.summary.len(),
};

/// A read in progress. On drop it ends its transaction, unless the store holds that.
pub(super) struct SqliteReader<'a> {
    connection: &'a Connection,
    is_held: bool,
}

impl Drop for SqliteReader<'_> {
    fn drop(&mut self) {
        if !self.is_held && !self.connection.is_autocommit() {
            // A failed rollback loses nothing: the connection rolls back when it is closed.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl<'a> SqliteReader<'a> {
    pub(super) const fn new(connection: &'a Connection) -> Self {
        Self { connection, is_held: false }
    }

    /// As [`Self::new`], but does not end the transaction.
    pub(super) const fn held(connection: &'a Connection) -> Self {
        Self { connection, is_held: true }
    }

    /// Leaves the transaction open for the store.
    pub(super) const fn keep(mut self) -> Self {
        self.is_held = true;
        self
    }

    pub(super) const fn connection(&self) -> &'a Connection {
        self.connection
    }

    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, StoreError> {
        Ok(self.connection.prepare_cached(sql)?)
    }

    /// Passes each row of a query to `take`, with the number in its first column, until `take` breaks. Pages that are
    /// linked more than once could repeat rows without end, so a number that does not ascend is an error.
    fn walk(
        &self,
        sql: &str,
        parameters: impl Params,
        after: i64,
        mut take: impl FnMut(i64, &Row<'_>) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut last = after;
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            if number <= last {
                return Err(StoreError::Damaged(Damage::Structure));
            }
            last = number;
            if take(number, row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The next rows of a table after a number, in ascending order and without an index.
    fn batch<T>(&self, table: &Table<T>, after: u32, most: u32) -> Result<RowBatch<T>, StoreError> {
        let Table { name, number, columns, read, summary_bytes } = table;
        let sql = format!(
            "SELECT {columns} FROM {name} NOT INDEXED WHERE {number} > ?1 AND {number} <= {LAST} ORDER BY {number} LIMIT ?2"
        );
        let mut batch = RowBatch { rows: Vec::new(), is_last: true };
        let mut bytes = 0;
        self.walk(&sql, params![after, most], after.into(), |number, row| {
            let number = in_range(number)?;
            let row = read(row).map_err(|_| number);
            bytes += row.as_ref().map_or(0, summary_bytes);
            batch.rows.push(row);
            batch.is_last = batch.rows.len() < most as usize && bytes <= BATCH_BYTES;
            Ok(if batch.is_last { Continue(()) } else { Break(()) })
        })?;
        if batch.is_last && self.has_others(name, number)? {
            batch.rows.push(Err(0));
        }
        Ok(batch)
    }

    /// Whether a table has rows with numbers that this program never assigns.
    fn has_others(&self, table: &str, column: &str) -> Result<bool, StoreError> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} NOT INDEXED WHERE {column} > {LAST} OR {column} < 1)");
        Ok(self.prepare(&sql)?.query_one([], |row| row.get(0))?)
    }

    /// Checks all pages, and compares every index with its table.
    pub(super) fn check_pages(&self) -> Result<(), StoreError> {
        let mut statement = self.prepare("PRAGMA integrity_check(1)")?;
        let answer: String = statement.query_one([], |row| row.get(0))?;
        if answer != "ok" {
            // The statements below are only certain to end after this check.
            return Err(StoreError::Damaged(Damage::Structure));
        }
        let orphans: i64 = {
            let mut orphans = self.prepare("SELECT count(*) FROM pragma_foreign_key_check")?;
            orphans.query_one([], |row| row.get(0))?
        };
        if orphans == 0 { Ok(()) } else { Err(StoreError::Damaged(Damage::Structure)) }
    }
}

impl Reader for SqliteReader<'_> {
    fn vault(&self) -> Result<(VaultId, Vec<u8>), StoreError> {
        let mut statement = self.prepare("SELECT vault_id, state FROM vault")?;
        Ok(statement.query_one([], |row| Ok((VaultId::from_bytes(row.get(0)?), row.get(1)?)))?)
    }

    fn slots(&self) -> Result<SlotRows, StoreError> {
        let sql = "SELECT rowid, slot_id, kind, memory_kib, passes, lanes, salt, check_value, CASE WHEN length(wrapped) <= 65536 THEN wrapped END, checksum FROM slot NOT INDEXED LIMIT ?1";
        let mut found = SlotRows::default();
        self.walk(sql, params![MOST_SLOTS_READ + 1], i64::MIN, |_, row| {
            if found.rows.len() + found.malformed.len() == MOST_SLOTS_READ as usize {
                found.more = true;
                return Ok(Break(()));
            }
            match slot_row(row) {
                Ok(slot) => found.rows.push(slot),
                Err(_) => found.malformed.push(malformed_slot(row)?),
            }
            Ok(Continue(()))
        })?;
        found.rows.sort_by_key(|row| *row.slot.as_bytes());
        Ok(found)
    }

    fn row(&self, handle: u32) -> Result<Option<RecordRow>, StoreError> {
        let mut statement = self.prepare(&format!("SELECT {COLUMNS} FROM record WHERE handle = ?1"))?;
        Ok(statement.query_row(params![handle], record_row).optional()?)
    }

    fn rows_with(&self, column: TokenColumn, token: &[u8; 16]) -> Result<Vec<Result<RecordRow, u32>>, StoreError> {
        let name = match column {
            TokenColumn::Device => "device_token",
            TokenColumn::DeviceType => "device_type_token",
            TokenColumn::KeyId => "key_id_token",
            TokenColumn::Prefix => "prefix_token",
            TokenColumn::FoldedPrefix => "folded_prefix_token",
            TokenColumn::Digits => "digits_token",
        };
        let sql = format!("SELECT {COLUMNS} FROM record WHERE {name} = ?1 ORDER BY handle");
        let mut found = Vec::new();
        self.walk(&sql, params![token.as_slice()], i64::MIN, |number, row| {
            found.push(record_row(row).map_err(|_| u32::try_from(number).unwrap_or_default()));
            Ok(Continue(()))
        })?;
        Ok(found)
    }

    fn rows_after(&self, handle: u32, most: u32) -> Result<RowBatch<RecordRow>, StoreError> {
        self.batch(&RECORDS, handle, most)
    }

    fn sealed_after(&self, handle: u32, most: u32) -> Result<Vec<u32>, StoreError> {
        let sql = format!("SELECT handle FROM sealed WHERE handle > ?1 AND handle <= {LAST} ORDER BY handle LIMIT ?2");
        let mut found = Vec::new();
        self.walk(&sql, params![handle, most], handle.into(), |number, _| {
            found.push(in_range(number)?);
            Ok(Continue(()))
        })?;
        Ok(found)
    }

    fn sealed(&self, handle: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.prepare("SELECT age FROM sealed WHERE handle = ?1")?;
        Ok(statement.query_row(params![handle], |row| row.get(0)).optional()?)
    }

    fn item(&self, number: u32) -> Result<Option<ItemRow>, StoreError> {
        let mut statement = self.prepare(&format!("SELECT {ITEM_COLUMNS} FROM item WHERE number = ?1"))?;
        Ok(statement.query_row(params![number], item_row).optional()?)
    }

    fn item_named(&self, item: RecordId) -> Result<Option<ItemRow>, StoreError> {
        let mut statement = self.prepare(&format!("SELECT {ITEM_COLUMNS} FROM item WHERE item_id = ?1"))?;
        Ok(statement.query_row(params![item.as_bytes().as_slice()], item_row).optional()?)
    }

    fn items_after(&self, number: u32, most: u32) -> Result<RowBatch<ItemRow>, StoreError> {
        self.batch(&ITEMS, number, most)
    }

    fn content(&self, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.prepare("SELECT age FROM content WHERE number = ?1")?;
        Ok(statement.query_row(params![number], |row| row.get(0)).optional()?)
    }
}

/// The number of a record or an item, checked against the range of handles.
fn in_range(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Damaged(Damage::Row))
}

fn slot_row(row: &Row<'_>) -> rusqlite::Result<SlotRow> {
    Ok(SlotRow {
        slot: SlotId::from_bytes(row.get(1)?),
        kind: row.get(2)?,
        memory_kib: row.get(3)?,
        passes: row.get(4)?,
        lanes: row.get(5)?,
        salt: row.get(6)?,
        check_value: row.get(7)?,
        wrapped: row.get(8)?,
        checksum: row.get(9)?,
    })
}

fn malformed_slot(row: &Row<'_>) -> Result<MalformedSlot, StoreError> {
    let mut digest = Sha256::new();
    for column in 1..=9 {
        let value = row.get_ref(column)?;
        // The type and length of each value, so that no two rows give the same bytes.
        let number;
        let (kind, bytes): (u8, &[u8]) = match value {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(value) => {
                number = value.to_be_bytes();
                (1, &number)
            }
            ValueRef::Real(value) => {
                number = value.to_be_bytes();
                (2, &number)
            }
            ValueRef::Text(value) => (3, value),
            ValueRef::Blob(value) => (4, value),
        };
        digest.update([kind]);
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    }
    let digest: [u8; 32] = digest.finalize().into();
    let named = row.get(1).unwrap_or_else(|_| std::array::from_fn(|at| digest[at]));
    Ok(MalformedSlot { slot: SlotId::from_bytes(named), digest })
}

fn item_row(row: &Row<'_>) -> rusqlite::Result<ItemRow> {
    Ok(ItemRow {
        number: row.get(0)?,
        item: RecordId::from_bytes(row.get(1)?),
        revision: Revision::new(row.get(2)?).ok_or(rusqlite::Error::IntegralValueOutOfRange(2, 0))?,
        content_sha256: row.get(3)?,
        summary: row.get(4)?,
    })
}

fn record_row(row: &Row<'_>) -> rusqlite::Result<RecordRow> {
    let revision = row.get::<_, u32>(2)?;
    Ok(RecordRow {
        handle: row.get(0)?,
        record: RecordId::from_bytes(row.get(1)?),
        revision: Revision::new(revision).ok_or(rusqlite::Error::IntegralValueOutOfRange(2, 0))?,
        sealed_sha256: row.get(3)?,
        summary: row.get(4)?,
        tokens: RowTokens {
            device: row.get(5)?,
            device_type: row.get(6)?,
            key_id: row.get(7)?,
            prefix: row.get(8)?,
            folded_prefix: row.get(9)?,
            digits: row.get(10)?,
        },
    })
}
