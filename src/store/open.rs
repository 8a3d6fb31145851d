//! Opening an existing file, distrusting it: header first, then locks on the library, then the tables.
//! Never creates, never repairs; a file that is refused stays as it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Damage, Reader, StoreError, VERSION, Writer, header, schema};

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Largest blob or row; a sealed record stays far below.
const LENGTH_CEILING_BYTES: i32 = 4 * 1024 * 1024;
/// Page cache while writing, so that index pages of a bulk import stay in memory.
const WRITE_CACHE_KIB: i32 = 96 * 1024;

/// An open vault file.
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens a file.
    ///
    /// # Errors
    /// Each kind of refusal is a [`StoreError`] of its own; none changes the file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        header::check(path)?;
        // The library follows a relative path only as long as nobody changes the working directory.
        let path = std::path::absolute(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let connection = Connection::open_with_flags(&path, flags)?;
        distrust(&connection)?;
        let store = Self { connection, path };
        store.check_version()?;
        Ok(store)
    }

    /// Whether the file or its medium refuses writing.
    ///
    /// # Errors
    /// [`StoreError::Other`] if the library cannot tell.
    pub fn is_read_only(&self) -> Result<bool, StoreError> {
        Ok(self.connection.is_readonly(rusqlite::MAIN_DB)?)
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a read: what it sees does not change until it ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process is writing, [`StoreError::Damaged`] for a file of another length or
    /// with other tables.
    pub fn read(&mut self) -> Result<Reader<'_>, StoreError> {
        let path = self.path.clone();
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        // The first query takes the shared lock; from then on nobody changes the file's length.
        schema::check(&transaction)?;
        check_length(&transaction, &path)?;
        Ok(Reader::new(transaction))
    }

    /// Begins a write: no other process writes until it ends, and nothing is changed before its commit.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Busy`], or as [`Store::read`].
    pub fn write(&mut self) -> Result<Writer<'_>, StoreError> {
        if self.is_read_only()? {
            return Err(StoreError::ReadOnly);
        }
        let path = self.path.clone();
        self.connection.pragma_update(None, "cache_size", -WRITE_CACHE_KIB)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        schema::check(&transaction)?;
        check_length(&transaction, &path)?;
        Ok(Writer::new(Reader::new(transaction)))
    }

    /// There is no older version yet; the first will be taken to the newest here, in one write.
    fn check_version(&self) -> Result<(), StoreError> {
        let version: u32 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let journal: String = self.connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        match version {
            VERSION if journal == "delete" => Ok(()),
            found if found > VERSION => Err(StoreError::Newer { found, known: VERSION }),
            _ => Err(StoreError::Damaged(Damage::Header)),
        }
    }
}

/// Settings of one connection; shared with the making of a new file.
pub(super) fn distrust(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, LENGTH_CEILING_BYTES),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_COLUMN, 64),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 64 * 1024),
    ] {
        connection.set_limit(limit, value)?;
    }
    for (name, value) in [
        ("mmap_size", "0"),
        ("cell_size_check", "ON"),
        ("synchronous", "EXTRA"),
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
        ("secure_delete", "ON"),
        ("temp_store", "MEMORY"),
        ("foreign_keys", "ON"),
    ] {
        connection.pragma_update(None, name, value)?;
    }
    Ok(())
}

/// Bytes after the last page, or pages that are not there, are damage.
fn check_length(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let pages: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let page: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let found = std::fs::metadata(path)?.len();
    let expected = u64::from(pages) * u64::from(page);
    if found == expected { Ok(()) } else { Err(StoreError::Damaged(Damage::Length { expected, found })) }
}
