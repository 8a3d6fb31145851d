//! The start of a view of the file: its lock, and the checks before anything is read.

use rusqlite::Connection;

use super::reader::SqliteReader;
use super::{Damage, StoreError, header, schema};
use drivekey_files::vault_file::Descriptor;

/// Begins a read on a connection, and checks the file under its lock.
pub(super) fn begin_reading<'a>(connection: &'a Connection, file: &Descriptor) -> Result<SqliteReader<'a>, StoreError> {
    connection.execute_batch("BEGIN DEFERRED")?;
    // Ends the transaction on every return path.
    let reader = SqliteReader::new(connection);
    check(connection, file)?;
    Ok(reader)
}

/// Checks the tables, the journal mode and the length in the header. The first query takes the lock, and from then on
/// the file cannot change.
pub(super) fn check(connection: &Connection, file: &Descriptor) -> Result<(), StoreError> {
    match connection.pragma_query_value(None, "schema_version", |_| Ok(())).map_err(StoreError::from) {
        // SQLite reports a truncated file as malformed. Its length tells more.
        Err(StoreError::Damaged(damage)) => return header::check(file).and(Err(StoreError::Damaged(damage))),
        other => other?,
    }
    header::check(file)?;
    schema::check(connection)?;
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if journal != "delete" {
        return Err(StoreError::Damaged(Damage::Header));
    }
    Ok(())
}
