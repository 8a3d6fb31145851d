//! The beginning of a view of the file: the lock that it needs, and what must be so before anything in it is read.

use rusqlite::Connection;

use super::reader::SqliteReader;
use super::{Damage, StoreError, header, schema};
use drivekey_files::vault_file::Descriptor;

/// Begins a read on a connection, and checks the file under its lock.
pub(super) fn begin_reading<'a>(connection: &'a Connection, file: &Descriptor) -> Result<SqliteReader<'a>, StoreError> {
    connection.execute_batch("BEGIN DEFERRED")?;
    // Ends the transaction however this goes on.
    let reader = SqliteReader::new(connection);
    check(connection, file)?;
    Ok(reader)
}

/// What every view needs: the tables as they must be, no write-ahead log, the length that the header says. The first
/// query takes the lock; from then on nobody changes the file.
pub(super) fn check(connection: &Connection, file: &Descriptor) -> Result<(), StoreError> {
    match connection.pragma_query_value(None, "schema_version", |_| Ok(())).map_err(StoreError::from) {
        // SQLite calls a file that was cut malformed; its length says more.
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
