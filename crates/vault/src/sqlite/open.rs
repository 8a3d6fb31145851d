//! Opening an existing file, distrusting it and the folder it lies in: what lies beside it first, then its header, then
//! a connection that only reads, then the tables. Never creates, never repairs; a file that is refused stays as it is.

use std::path::Path;
use std::time::Instant;

use super::beside;
use super::file::{BETWEEN_LOOKS, SqliteFile};
use super::paths::VaultPath;
use super::private::{PrivateCopy, PrivateFolder};
use super::view::begin_reading;
use super::{Beside, BesideProblem, Interrupted, Opened, RefusedFile, Settlement, Store, StoreError};
use super::{connection, header, journal};
use drivekey_files::vault_file::Descriptor;

/// What SQLite reads of a journal to see whether it is one.
const BEGINNING_BYTES: u64 = 512;

/// Opens a file. Private copies are made in `private` where they are needed.
///
/// # Errors
/// Each kind of refusal is a [`StoreError`] of its own; none changes the file.
pub fn open(path: &Path, private: &PrivateFolder) -> Result<Opened, StoreError> {
    let path = VaultPath::resolve(path)?;
    let file = Descriptor::open(path.path())?;
    let look = beside::look(&path)?;
    let form = header::check_form(&file);
    if look.refused.is_empty() {
        match (form, look.journal) {
            (Ok(()), _) => match SqliteFile::in_place(&path, file, private) {
                Ok(store) => return Ok(Opened::Store(Box::new(store))),
                Err(StoreError::UnfinishedWrite) => {}
                Err(error) => return Err(error),
            },
            (Err(error), false) => return Err(error),
            // The write that was broken off may have torn the header.
            (Err(_), true) => {}
        }
    } else if !look.journal {
        form?;
    }
    read_copies(&path, private)
}

/// Private copies: as the file stands, and where a journal lies beside it with the write undone.
fn read_copies(path: &VaultPath, private: &PrivateFolder) -> Result<Opened, StoreError> {
    let file = Descriptor::open(path.path())?;
    let mut look = beside::look(path)?;
    let mut undone = None;
    if look.journal {
        match undo_on_a_copy(path, &file, private)? {
            Undone::NotHot => {}
            Undone::Copy(copy, journal_sha256) => undone = Some((copy, journal_sha256)),
            Undone::Refused(problem) => {
                look.refused.push(RefusedFile { path: path.journal(), kind: Beside::Journal, problem });
            }
        }
    }
    let boxed = |store: SqliteFile| -> Box<dyn Store> { Box::new(store) };
    if look.refused.is_empty() && undone.is_none() {
        // Another process undid the write meanwhile.
        header::check_form(&file)?;
        return SqliteFile::in_place(path, file, private).map(boxed).map(Opened::Store);
    }
    let standing = private
        .copy(&file, None)
        .and_then(|copy| SqliteFile::of_copy(copy, path, look.refused.clone(), private))
        .map(boxed);
    match undone {
        Some((copy, journal_sha256)) => {
            let settlement = JournalTried {
                path: path.clone(),
                private: private.clone(),
                refused: look.refused.clone(),
                journal_sha256,
            };
            let undone = SqliteFile::of_copy(copy, path, look.refused, private)?;
            Ok(Opened::Interrupted(Interrupted { undone: boxed(undone), standing, settlement: Box::new(settlement) }))
        }
        None => standing.map(Opened::Store),
    }
}

/// The right to undo a broken-off write in the file itself, by the journal that was tried on a copy and by no other.
struct JournalTried {
    path: VaultPath,
    private: PrivateFolder,
    /// What else lies beside the file.
    refused: Vec<RefusedFile>,
    journal_sha256: [u8; 32],
}

impl Settlement for JournalTried {
    fn settle(&self) -> Result<Box<dyn Store>, StoreError> {
        if !self.refused.is_empty() {
            return Err(StoreError::Beside(self.refused.clone()));
        }
        let path = &self.path;
        let file = Descriptor::open(path.path())?;
        let look = beside::look(path)?;
        if look.refused.is_empty() && look.journal {
            // Another process may have undone it since; then there is none.
            if journal::sha256(&path.journal()).is_ok_and(|now| now != self.journal_sha256) {
                return Err(StoreError::UnfinishedWrite);
            }
            match undo(path, &file) {
                Ok(()) => {}
                Err(StoreError::ReadOnly | StoreError::UnfinishedWrite) => {
                    return Err(StoreError::UnfinishedOnReadOnly);
                }
                Err(error) => return Err(error),
            }
        }
        drop(file);
        match open(path.path(), &self.private)? {
            Opened::Store(store) => Ok(store),
            Opened::Interrupted(_) => Err(StoreError::UnfinishedWrite),
        }
    }
}

/// Lets SQLite undo the write. Waits for another process that is about to do the same.
fn undo(path: &VaultPath, file: &Descriptor) -> Result<(), StoreError> {
    let deadline = Instant::now() + connection::BUSY_TIMEOUT;
    loop {
        let undone = connection::open_for_writing(path.path())
            .and_then(|undoing| begin_reading(&undoing.connection, file).map(drop));
        match undone {
            Err(StoreError::Busy) if Instant::now() < deadline => std::thread::sleep(BETWEEN_LOOKS),
            other => return other,
        }
    }
}

enum Undone {
    /// SQLite would not take it up: a write leaves such a file where it never got to change anything.
    NotHot,
    Copy(PrivateCopy, [u8; 32]),
    Refused(BesideProblem),
}

/// Lets SQLite roll the journal back on a private copy.
fn undo_on_a_copy(path: &VaultPath, file: &Descriptor, private: &PrivateFolder) -> Result<Undone, StoreError> {
    let length = file.metadata()?.len();
    let counter = header::check_form(file).ok().and_then(|()| header::change_counter(file));
    let plausible = match journal::is_plausible(&path.journal(), length, counter) {
        Ok(plausible) => plausible,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Undone::NotHot),
        Err(error) => return Err(error.into()),
    };
    // What is no journal can be of any size; its beginning is enough to ask SQLite what it would do with it.
    let most_bytes = if plausible.is_ok() { u64::MAX } else { BEGINNING_BYTES };
    let copy = match private.copy(file, Some((&path.journal(), most_bytes))) {
        // Another process undid the write meanwhile.
        Err(StoreError::Missing) => return Ok(Undone::NotHot),
        other => other?,
    };
    if !is_hot(&copy)? {
        return Ok(Undone::NotHot);
    }
    // Once more for the bytes that were copied: the file may have been exchanged in between.
    let copied = if plausible.is_ok() { journal::is_plausible(&copy.journal(), length, counter)? } else { plausible };
    if let Err(problem) = copied {
        return Ok(Undone::Refused(problem));
    }
    let journal_sha256 = journal::sha256(&copy.journal())?;
    let undone = roll_back(&copy);
    Ok(if undone.is_ok() { Undone::Copy(copy, journal_sha256) } else { Undone::Refused(BesideProblem::Disagrees) })
}

/// By SQLite's own rules.
fn is_hot(copy: &PrivateCopy) -> Result<bool, StoreError> {
    let reading = connection::open_for_reading(&copy.path())?;
    match reading.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(StoreError::from) {
        // A torn header cannot be read, and the journal is what mends it.
        Err(StoreError::UnfinishedWrite | StoreError::Damaged(_)) => Ok(true),
        Ok(()) => Ok(false),
        Err(error) => Err(error),
    }
}

fn roll_back(copy: &PrivateCopy) -> Result<(), StoreError> {
    let undoing = connection::open_for_writing(&copy.path())?;
    undoing.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    drop(undoing);
    if copy.journal().exists() {
        return Err(StoreError::UnfinishedWrite);
    }
    header::check(&Descriptor::open(&copy.path())?)
}
