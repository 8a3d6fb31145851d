//! Opening an existing file without trusting it or its folder: first the files beside it, then its header, then a
//! read-only connection, then the tables. It never creates or repairs. A refused file stays unchanged.

use std::path::Path;
use std::time::Instant;

use super::beside;
use super::file::{BETWEEN_CHECKS, SqliteFile};
use super::paths::VaultPath;
use super::private::{PrivateCopy, PrivateFolder};
use super::view::begin_reading;
use super::{Beside, BesideProblem, Interrupted, Opened, RefusedFile, Settlement, Store, StoreError};
use super::{connection, header, journal};
use drivekey_files::vault_file::Descriptor;

/// The part of a journal that SQLite reads to see whether it is one.
const BEGINNING_BYTES: u64 = 512;

/// Opens a file. Private copies are made in `private` if they are needed.
///
/// # Errors
/// A [`StoreError`] for each kind of refusal. None changes the file.
pub fn open(path: &Path, private: &PrivateFolder) -> Result<Opened, StoreError> {
    let path = VaultPath::resolve(path)?;
    let file = Descriptor::open(path.path())?;
    let found = beside::inspect(&path)?;
    let form = header::check_form(&file);
    if found.refused.is_empty() {
        match (form, found.journal) {
            (Ok(()), _) => match SqliteFile::in_place(&path, file, private) {
                Ok(store) => return Ok(Opened::Store(Box::new(store))),
                Err(StoreError::UnfinishedWrite) => {}
                Err(error) => return Err(error),
            },
            (Err(error), false) => return Err(error),
            // The interrupted write may have torn the header.
            (Err(_), true) => {}
        }
    } else if !found.journal {
        form?;
    }
    read_copies(&path, private)
}

/// Opens private copies: one of the file as it stands and, if there is a journal, one with the write undone.
fn read_copies(path: &VaultPath, private: &PrivateFolder) -> Result<Opened, StoreError> {
    let file = Descriptor::open(path.path())?;
    let mut found = beside::inspect(path)?;
    let mut undone = None;
    if found.journal {
        match undo_on_a_copy(path, &file, private)? {
            UndoOnCopy::NotHot => {}
            UndoOnCopy::Copy(copy, journal_sha256) => undone = Some((copy, journal_sha256)),
            UndoOnCopy::Refused(problem) => {
                found.refused.push(RefusedFile { path: path.journal(), kind: Beside::Journal, problem });
            }
        }
    }
    let boxed = |store: SqliteFile| -> Box<dyn Store> { Box::new(store) };
    if found.refused.is_empty() && undone.is_none() {
        // Another process has undone the write meanwhile.
        header::check_form(&file)?;
        return SqliteFile::in_place(path, file, private).map(boxed).map(Opened::Store);
    }
    let standing = private
        .copy(&file, None)
        .and_then(|copy| SqliteFile::of_copy(copy, path, found.refused.clone(), private))
        .map(boxed);
    match undone {
        Some((copy, journal_sha256)) => {
            let settlement = JournalTried {
                path: path.clone(),
                private: private.clone(),
                refused: found.refused.clone(),
                journal_sha256,
            };
            let undone = SqliteFile::of_copy(copy, path, found.refused, private)?;
            Ok(Opened::Interrupted(Interrupted { undone: boxed(undone), standing, settlement: Box::new(settlement) }))
        }
        None => standing.map(Opened::Store),
    }
}

/// The right to undo an interrupted write in the file itself, with exactly the journal that was tried on a copy.
struct JournalTried {
    path: VaultPath,
    private: PrivateFolder,
    /// The other refused files beside the vault.
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
        let found = beside::inspect(path)?;
        if found.refused.is_empty() && found.journal {
            // Another process may have undone the write since. Then there is no journal.
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

/// Lets SQLite undo the write. Waits if another process is about to do the same.
fn undo(path: &VaultPath, file: &Descriptor) -> Result<(), StoreError> {
    let deadline = Instant::now() + connection::BUSY_TIMEOUT;
    loop {
        let undone = connection::open_for_writing(path.path())
            .and_then(|undoing| begin_reading(&undoing.connection, file).map(drop));
        match undone {
            Err(StoreError::Busy) if Instant::now() < deadline => std::thread::sleep(BETWEEN_CHECKS),
            other => return other,
        }
    }
}

enum UndoOnCopy {
    /// SQLite does not see it as hot: the write had not changed anything.
    NotHot,
    Copy(PrivateCopy, [u8; 32]),
    Refused(BesideProblem),
}

/// Lets SQLite roll back the journal on a private copy.
fn undo_on_a_copy(path: &VaultPath, file: &Descriptor, private: &PrivateFolder) -> Result<UndoOnCopy, StoreError> {
    let length = file.metadata()?.len();
    let counter = header::check_form(file).ok().and_then(|()| header::change_counter(file));
    let plausible = match journal::is_plausible(&path.journal(), length, counter) {
        Ok(plausible) => plausible,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(UndoOnCopy::NotHot),
        Err(error) => return Err(error.into()),
    };
    // A file that is not a journal can have any size. Its first bytes are enough to ask SQLite what it would do with
    // it.
    let most_bytes = if plausible.is_ok() { u64::MAX } else { BEGINNING_BYTES };
    let copy = match private.copy(file, Some((&path.journal(), most_bytes))) {
        // Another process has undone the write meanwhile.
        Err(StoreError::Missing) => return Ok(UndoOnCopy::NotHot),
        other => other?,
    };
    if !is_hot(&copy)? {
        return Ok(UndoOnCopy::NotHot);
    }
    // Check the copied bytes again, because the file may have been replaced in between.
    let copied = if plausible.is_ok() { journal::is_plausible(&copy.journal(), length, counter)? } else { plausible };
    if let Err(problem) = copied {
        return Ok(UndoOnCopy::Refused(problem));
    }
    let journal_sha256 = journal::sha256(&copy.journal())?;
    let undone = roll_back(&copy);
    Ok(if undone.is_ok() {
        UndoOnCopy::Copy(copy, journal_sha256)
    } else {
        UndoOnCopy::Refused(BesideProblem::Disagrees)
    })
}

/// Whether the journal is hot by SQLite's own rules.
fn is_hot(copy: &PrivateCopy) -> Result<bool, StoreError> {
    let reading = connection::open_for_reading(&copy.path())?;
    match reading.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(StoreError::from) {
        // A torn header cannot be read, and the journal would mend it.
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
