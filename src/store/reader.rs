//! Reading within one view of the file that nobody changes meanwhile. Every form is checked; nothing is believed.

use rusqlite::{CachedStatement, OptionalExtension, Row, Transaction, params};

use super::{Damage, ItemRow, RecordRow, RowTokens, SlotRow, StoreError, TokenColumn};
use crate::record::{RecordId, Revision, SlotId, VaultId};

const COLUMNS: &str = "handle, record_id, revision, sealed_sha256, summary, device_token, volume_type_token, key_id_token, prefix_token, folded_prefix_token, digits_token";

/// A read in progress.
pub struct Reader<'a> {
    pub(super) transaction: Transaction<'a>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(transaction: Transaction<'a>) -> Self {
        Self { transaction }
    }

    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, StoreError> {
        Ok(self.transaction.prepare_cached(sql)?)
    }

    /// The vault's id and its sealed state.
    ///
    /// # Errors
    /// [`Damage::RowCount`] when the one row is not there.
    pub fn vault(&self) -> Result<(VaultId, Vec<u8>), StoreError> {
        let mut statement = self.prepare("SELECT vault_id, state FROM vault")?;
        Ok(statement.query_one([], |row| Ok((VaultId::from_bytes(row.get(0)?), row.get(1)?)))?)
    }

    /// All keyslots, by name; a damaged index must not shut the vault.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    pub fn slots(&self) -> Result<Vec<SlotRow>, StoreError> {
        let sql =
            "SELECT slot_id, kind, memory_kib, passes, lanes, salt, check_value, wrapped, checksum FROM slot NOT INDEXED ORDER BY slot_id";
        let mut statement = self.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(SlotRow {
                slot: SlotId::from_bytes(row.get(0)?),
                kind: row.get(1)?,
                memory_kib: row.get(2)?,
                passes: row.get(3)?,
                lanes: row.get(4)?,
                salt: row.get(5)?,
                check_value: row.get(6)?,
                wrapped: row.get(7)?,
                checksum: row.get(8)?,
            })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The row with this handle number.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    pub fn row(&self, handle: u32) -> Result<Option<RecordRow>, StoreError> {
        let mut statement = self.prepare(&format!("SELECT {COLUMNS} FROM record WHERE handle = ?1"))?;
        Ok(statement.query_row(params![handle], record_row).optional()?)
    }

    /// The rows that carry this token, by handle.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    pub fn rows_with(&self, column: TokenColumn, token: &[u8; 16]) -> Result<Vec<RecordRow>, StoreError> {
        let name = match column {
            TokenColumn::Device => "device_token",
            TokenColumn::VolumeType => "volume_type_token",
            TokenColumn::KeyId => "key_id_token",
            TokenColumn::Prefix => "prefix_token",
            TokenColumn::FoldedPrefix => "folded_prefix_token",
            TokenColumn::Digits => "digits_token",
        };
        let mut statement = self.prepare(&format!("SELECT {COLUMNS} FROM record WHERE {name} = ?1 ORDER BY handle"))?;
        let rows = statement.query_map(params![token.as_slice()], record_row)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Hands over every row, by handle, without using any index. One row of another form must not hide the others: in
    /// its place comes the number of its handle, zero where not even that is one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the pages cannot be walked.
    pub fn for_each_row(&self, mut take: impl FnMut(Result<RecordRow, u32>)) -> Result<(), StoreError> {
        let mut statement = self.prepare(&format!("SELECT {COLUMNS} FROM record NOT INDEXED ORDER BY handle"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            take(record_row(row).map_err(|_| row.get(0).unwrap_or(0)));
        }
        Ok(())
    }

    /// The sealed record of a handle; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    pub fn sealed(&self, handle: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.prepare("SELECT age FROM sealed WHERE handle = ?1")?;
        Ok(statement.query_row(params![handle], |row| row.get(0)).optional()?)
    }

    /// All items, by number, without using any index.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    pub fn items(&self) -> Result<Vec<ItemRow>, StoreError> {
        let mut statement =
            self.prepare("SELECT number, item_id, revision, content_sha256, summary FROM item NOT INDEXED ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            Ok(ItemRow {
                number: row.get(0)?,
                item: RecordId::from_bytes(row.get(1)?),
                revision: Revision::new(row.get(2)?).ok_or(rusqlite::Error::IntegralValueOutOfRange(2, 0))?,
                content_sha256: row.get(3)?,
                summary: row.get(4)?,
            })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The sealed content of an item; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a row of another form.
    pub fn content(&self, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.prepare("SELECT age FROM content WHERE number = ?1")?;
        Ok(statement.query_row(params![number], |row| row.get(0)).optional()?)
    }

    /// How many rows there are, records and sealed records.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the pages cannot be walked.
    pub fn counts(&self) -> Result<(u32, u32), StoreError> {
        let mut statement = self.prepare("SELECT (SELECT count(*) FROM record NOT INDEXED), (SELECT count(*) FROM sealed)")?;
        Ok(statement.query_one([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Walks all pages and compares every index with its table.
    ///
    /// # Errors
    /// [`Damage::Pages`] when anything is out of place.
    pub fn check_pages(&self) -> Result<(), StoreError> {
        let mut statement = self.prepare("PRAGMA integrity_check(1)")?;
        let answer: String = statement.query_one([], |row| row.get(0))?;
        let loose: i64 = {
            let mut loose = self.prepare("SELECT count(*) FROM pragma_foreign_key_check")?;
            loose.query_one([], |row| row.get(0))?
        };
        if answer == "ok" && loose == 0 { Ok(()) } else { Err(StoreError::Damaged(Damage::Pages)) }
    }
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
            volume_type: row.get(6)?,
            key_id: row.get(7)?,
            prefix: row.get(8)?,
            folded_prefix: row.get(9)?,
            digits: row.get(10)?,
        },
    })
}
