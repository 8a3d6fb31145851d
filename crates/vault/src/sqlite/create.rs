//! Creating a vault file: built in a temporary file beside its place, synced, and renamed without replacing anything.

use std::fs::File;
use std::io;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use tempfile::NamedTempFile;

use super::connection::{distrust, for_writing};
use super::meter::Meter;
use super::paths::{VaultPath, place_of};
use super::reader::SqliteReader;
use super::writer::SqliteWriter;
use super::{FirstRows, Place, StoreError, Writer, schema};

/// Creates a vault file with its slots and its sealed state. Returns its place.
///
/// On Unix, its mode is 0600 from the start.
///
/// # Errors
/// [`StoreError::Exists`] if there is anything at the path. After any error, nothing is left behind.
pub fn create(path: &Path, first: &FirstRows<'_>) -> Result<Place, StoreError> {
    let path = std::path::absolute(path)?;
    if path.symlink_metadata().is_ok() {
        return Err(StoreError::Exists);
    }
    let folder = path.parent().ok_or(StoreError::Missing)?;
    let temporary = tempfile::Builder::new().prefix(".drivekey-new-").tempfile_in(folder)?;
    let built = build(temporary.path(), first);
    // A failed build may have left a journal beside the temporary file.
    let _ = std::fs::remove_file(VaultPath::of(temporary.path().to_owned()).journal());
    built?;
    File::options().write(true).open(temporary.path())?.sync_all()?;
    put_in_place(temporary, &path)?;
    sync_folder(folder)?;
    Ok(place_of(&path))
}

fn build(path: &Path, first: &FirstRows<'_>) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut connection = Connection::open_with_flags(path, flags)?;
    let meter = Meter::on(&mut connection, 0)?;
    meter.release();
    distrust(&connection)?;
    for_writing(&connection)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut writer = SqliteWriter::new(SqliteReader::new(&connection), meter, 0);
    schema::migrate(&connection, 0)?;
    writer.insert_vault(first.vault, first.state)?;
    for slot in first.slots {
        writer.insert_slot(slot)?;
    }
    Box::new(writer).commit()?;
    connection.close().map_err(|(_, error)| error.into())
}

fn put_in_place(temporary: NamedTempFile, path: &Path) -> Result<(), StoreError> {
    match temporary.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Err(StoreError::Exists),
        Err(refused) if path.symlink_metadata().is_err() => {
            // FAT and exFAT have neither a rename that does not replace nor hard links. The path was free a moment ago.
            refused.file.persist(path).map(drop).map_err(|refused| refused.error.into())
        }
        Err(refused) => Err(refused.error.into()),
    }
}

/// Makes the rename durable. Windows has no such call and does not need one.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        match File::open(folder).and_then(|folder| folder.sync_all()) {
            // Some file systems can only sync files.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied
                ) => {}
            result => result?,
        }
    }
    Ok(())
}
