//! Connections to a vault's file, for reading or for writing. They never create a file, and SQLite's features are
//! restricted.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::meter::Meter;

/// How long a reader waits for a commit, and a writer for readers and other writers.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest blob or row. A sealed record is far below.
const LENGTH_CEILING_BYTES: i32 = 4 * 1024 * 1024;
/// The page cache of a write. If it overflows, SQLite writes to the file before the commit, which locks readers out.
const WRITE_CACHE_KIB: i32 = 512 * 1024;

/// A connection with a limit on its work.
pub(super) struct Metered {
    pub(super) connection: Connection,
    pub(super) meter: Meter,
}

/// Opens for reading only, so that SQLite neither rolls back nor checkpoints.
pub(super) fn open_for_reading(path: &Path) -> Result<Metered, StoreError> {
    let opened = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    opened.connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(opened)
}

/// Opens for reading and writing without a busy timeout. Its settings read the file, so SQLite rolls back a hot journal
/// if no other process has the file open.
pub(super) fn open_for_writing(path: &Path) -> Result<Metered, StoreError> {
    let opened = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let connection = &opened.connection;
    connection.busy_timeout(Duration::ZERO)?;
    if connection.is_readonly(rusqlite::MAIN_DB)? {
        return Err(StoreError::ReadOnly);
    }
    for_writing(connection)?;
    Ok(opened)
}

/// Applies the settings of a connection that writes.
pub(super) fn for_writing(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    connection.pragma_update(None, "cache_size", -WRITE_CACHE_KIB)?;
    Ok(())
}

fn open(path: &Path, access: OpenFlags) -> Result<Metered, StoreError> {
    // The path is resolved, so any link in it was put there since.
    let flags =
        access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(path, flags)?;
    let meter = Meter::on(&mut connection, path.metadata()?.len())?;
    distrust(&connection)?;
    Ok(Metered { connection, meter })
}

/// Applies the settings of every connection. None of them reads the file.
pub(super) fn distrust(connection: &Connection) -> Result<(), StoreError> {
    for (config, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
    ] {
        connection.set_db_config(config, on)?;
    }
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, LENGTH_CEILING_BYTES),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_COLUMN, 64),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 64 * 1024),
    ] {
        connection.set_limit(limit, value)?;
    }
    connection.execute_batch(
        "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0;",
    )?;
    Ok(())
}
