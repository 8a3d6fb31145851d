//! Opening an existing file, distrusting it and the folder it lies in: what lies beside it first, then its header, then
//! a connection that only reads, then the tables. Never creates, never repairs; a file that is refused stays as it is.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::beside::{self, Beside, RefusedFile};
use super::connection::Metered;
use super::place::Place;
use super::private::{PrivateCopy, PrivateFolder, copy_bytes};
use super::view::{begin_reading, check};
use super::{BesideProblem, Reader, StoreError, Writer, connection, header, journal};
use drivekey_files::vault_file::Descriptor;

/// SQLite may take a journal that a writer has just removed for one that was left behind: looked at again so often.
const LOOKS: u32 = 4;
/// Longest time for which a reader keeps writers from committing.
const HELD_MOST: Duration = Duration::from_secs(2);
/// What SQLite reads of a journal to see whether it is one.
const BEGINNING_BYTES: u64 = 512;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// An open vault file, or a private copy of one.
pub struct Store {
    // Connections are closed before the descriptor.
    pub(super) reading: Metered,
    pub(super) writing: Option<Metered>,
    pub(super) file: Descriptor,
    pub(super) place: Place,
    /// Since when a view is held.
    held_since: Option<Instant>,
    /// Where a copy is read: the copy, and what keeps the file itself from being read.
    copy: Option<(PrivateCopy, Vec<RefusedFile>)>,
}

/// What opening a file gave.
pub enum Opened {
    /// The file itself, or a copy of it without what is refused beside it.
    Store(Box<Store>),
    /// A write was broken off. It is undone on a copy only: whether what came out is this vault must be judged first.
    Interrupted(Box<Interrupted>),
}

/// A file with the journal of a write that was broken off.
pub struct Interrupted {
    /// A copy with the write undone.
    pub undone: Store,
    /// A copy as the file stands, without the journal; an error where that is no sound file.
    pub standing: Result<Store, StoreError>,
    /// What undoes the write in the file itself.
    pub settlement: Settlement,
}

/// The right to undo a broken-off write in the file itself, by the journal that was tried on a copy and by no other.
pub struct Settlement {
    journal_sha256: [u8; 32],
}

impl Store {
    /// Opens a file. Private copies are made in `private` where they are needed.
    ///
    /// # Errors
    /// Each kind of refusal is a [`StoreError`] of its own; none changes the file.
    pub fn open(path: &Path, private: &PrivateFolder) -> Result<Opened, StoreError> {
        let place = Place::resolve(path)?;
        let file = Descriptor::open(place.path())?;
        let look = beside::look(&place)?;
        let form = header::check_form(&file);
        if look.refused.is_empty() {
            match (form, look.journal) {
                (Ok(()), _) => match Self::read_in_place(&place, file) {
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
        Self::read_copies(&place, private)
    }

    /// The file itself, through a connection that cannot write.
    fn read_in_place(place: &Place, file: Descriptor) -> Result<Self, StoreError> {
        let reading = connection::open_for_reading(place.path())?;
        drop(read_again(&reading.connection, &file)?);
        if !file.is_at(place.path()) {
            return Err(StoreError::Replaced);
        }
        Ok(Self { reading, writing: None, file, place: place.clone(), held_since: None, copy: None })
    }

    /// Private copies: as the file stands, and where a journal lies beside it with the write undone.
    fn read_copies(place: &Place, private: &PrivateFolder) -> Result<Opened, StoreError> {
        let file = Descriptor::open(place.path())?;
        let mut look = beside::look(place)?;
        let mut undone = None;
        if look.journal {
            match undo_on_a_copy(place, &file, private)? {
                Undone::NotHot => {}
                Undone::Copy(copy, journal_sha256) => undone = Some((copy, journal_sha256)),
                Undone::Refused(problem) => {
                    look.refused.push(RefusedFile { path: place.journal(), kind: Beside::Journal, problem });
                }
            }
        }
        if look.refused.is_empty() && undone.is_none() {
            // Another process undid the write meanwhile.
            header::check_form(&file)?;
            return Self::read_in_place(place, file).map(Box::new).map(Opened::Store);
        }
        let standing = private.copy(&file, None).and_then(|copy| Self::read_copy(copy, place, look.refused.clone()));
        match undone {
            Some((copy, journal_sha256)) => {
                let undone = Self::read_copy(copy, place, look.refused)?;
                Ok(Opened::Interrupted(Box::new(Interrupted {
                    undone,
                    standing,
                    settlement: Settlement { journal_sha256 },
                })))
            }
            None => standing.map(Box::new).map(Opened::Store),
        }
    }

    fn read_copy(copy: PrivateCopy, real: &Place, refused: Vec<RefusedFile>) -> Result<Self, StoreError> {
        let path = copy.path();
        let file = Descriptor::open(&path)?;
        header::check(&file)?;
        let reading = connection::open_for_reading(&path)?;
        drop(begin_reading(&reading.connection, &file)?);
        Ok(Self { reading, writing: None, file, place: real.clone(), held_since: None, copy: Some((copy, refused)) })
    }

    /// Where the file lies, links resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// What lies beside the file and is refused. Where there is any, a copy is read, and nothing is written.
    #[must_use]
    pub fn refused(&self) -> &[RefusedFile] {
        self.copy.as_ref().map_or(&[], |(_, refused)| refused)
    }

    /// Whether a copy is read in the file's place.
    #[must_use]
    pub const fn is_copy(&self) -> bool {
        self.copy.is_some()
    }

    /// Refuses the journal, too, after what came of it was judged.
    pub fn refuse_journal(&mut self) {
        let path = self.place.journal();
        if let Some((_, refused)) = &mut self.copy {
            refused.push(RefusedFile { path, kind: Beside::Journal, problem: BesideProblem::Disagrees });
        }
    }

    /// How many names the file has. With two, each has a journal of its own, and one cannot see the other's.
    #[must_use]
    pub fn names(&self) -> u64 {
        if self.copy.is_some() { 1 } else { self.file.names() }
    }

    /// How large the file is.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        Ok(self.file.metadata()?.len())
    }

    /// Begins a read: what it sees does not change until it ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process is writing, [`StoreError::Damaged`] for a file of another length or
    /// with other tables, [`StoreError::UnfinishedWrite`] when a writer died since the file was opened.
    pub fn read(&mut self) -> Result<Reader<'_>, StoreError> {
        self.writing = None;
        self.release();
        self.reading.meter.refill(self.bytes()?);
        read_again(&self.reading.connection, &self.file)
    }

    /// Goes on in the view that was last held, or begins one and holds it: the lock stays until [`Store::release`], so
    /// that a longer read needs one view. It is given up here once it was held for two seconds.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_held(&mut self) -> Result<Reader<'_>, StoreError> {
        let is_fresh = self.held_since.is_some_and(|since| since.elapsed() < HELD_MOST);
        if !is_fresh || self.reading.connection.is_autocommit() {
            self.release();
            self.reading.meter.refill(self.bytes()?);
            drop(read_again(&self.reading.connection, &self.file)?.keep());
            self.held_since = Some(Instant::now());
        }
        Ok(Reader::held(&self.reading.connection))
    }

    /// Ends the view that is held, where one is.
    pub fn release(&mut self) {
        self.held_since = None;
        if !self.reading.connection.is_autocommit() {
            drop(Reader::new(&self.reading.connection));
        }
    }

    /// Begins a write: no other process writes until it ends, and nothing is changed before its commit.
    ///
    /// # Errors
    /// [`StoreError::Beside`] over what is refused, [`StoreError::TwoNames`], [`StoreError::ReadOnly`],
    /// [`StoreError::Busy`], or as [`Store::read`].
    pub fn write(&mut self) -> Result<Writer<'_>, StoreError> {
        match &self.copy {
            Some((_, refused)) if refused.is_empty() => return Err(StoreError::UnfinishedOnReadOnly),
            Some((_, refused)) => return Err(StoreError::Beside(refused.clone())),
            None => {}
        }
        if self.file.names() > 1 {
            return Err(StoreError::TwoNames);
        }
        self.release();
        super::reserve::reserve(self)?;
        let Some(writing) = &self.writing else { return Err(StoreError::Busy) };
        let reader = Reader::new(&writing.connection);
        check(&writing.connection, &self.file)?;
        writing.meter.release();
        Ok(Writer::new(reader, writing.meter.clone(), self.bytes()?))
    }

    /// Copies all bytes of the file, as they are now, into another.
    ///
    /// # Errors
    /// As [`Store::read`], and what the system refuses.
    pub fn copy_into(&mut self, to: &mut File) -> Result<(), StoreError> {
        self.release();
        let shared = begin_reading(&self.reading.connection, &self.file)?;
        copy_bytes(&self.file, to)?;
        drop(shared);
        Ok(to.sync_all()?)
    }

    /// A private copy of the file as it is now, to be looked through without keeping writers out.
    ///
    /// # Errors
    /// As [`Store::read`], and what the system refuses.
    pub fn snapshot(&mut self, private: &PrivateFolder) -> Result<Self, StoreError> {
        self.release();
        let shared = begin_reading(&self.reading.connection, &self.file)?;
        let copy = private.copy(&self.file, None)?;
        drop(shared);
        Self::read_copy(copy, &self.place, Vec::new())
    }
}

impl Settlement {
    /// Undoes the write in the file itself, after what came of it on the copy `undone` was judged, and opens the file.
    ///
    /// # Errors
    /// [`StoreError::UnfinishedOnReadOnly`] where the medium cannot be written: the copy is as good for reading.
    /// [`StoreError::UnfinishedWrite`] where the journal is another one by now.
    pub fn settle(&self, undone: &Store, private: &PrivateFolder) -> Result<Store, StoreError> {
        if !undone.refused().is_empty() {
            return Err(StoreError::Beside(undone.refused().to_vec()));
        }
        let place = &undone.place;
        let file = Descriptor::open(place.path())?;
        let look = beside::look(place)?;
        if look.refused.is_empty() && look.journal {
            // Another process may have undone it since; then there is none.
            if journal::sha256(&place.journal()).is_ok_and(|now| now != self.journal_sha256) {
                return Err(StoreError::UnfinishedWrite);
            }
            match undo(place, &file) {
                Ok(()) => {}
                Err(StoreError::ReadOnly | StoreError::UnfinishedWrite) => {
                    return Err(StoreError::UnfinishedOnReadOnly);
                }
                Err(error) => return Err(error),
            }
        }
        drop(file);
        match Store::open(place.path(), private)? {
            Opened::Store(store) => Ok(*store),
            Opened::Interrupted(_) => Err(StoreError::UnfinishedWrite),
        }
    }
}

/// Lets SQLite undo the write. Waits for another process that is about to do the same.
fn undo(place: &Place, file: &Descriptor) -> Result<(), StoreError> {
    let deadline = Instant::now() + connection::BUSY_TIMEOUT;
    loop {
        let undone = connection::open_for_writing(place.path())
            .and_then(|undoing| begin_reading(&undoing.connection, file).map(drop));
        match undone {
            Err(StoreError::Busy) if Instant::now() < deadline => std::thread::sleep(BETWEEN_LOOKS),
            other => return other,
        }
    }
}

/// Begins a read, where it is not sure at once that a journal was left behind.
pub(super) fn read_again<'a>(reading: &'a Connection, file: &Descriptor) -> Result<Reader<'a>, StoreError> {
    let mut looks = 0;
    loop {
        match begin_reading(reading, file) {
            Err(StoreError::UnfinishedWrite) if looks < LOOKS => {
                looks += 1;
                std::thread::sleep(BETWEEN_LOOKS);
            }
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
fn undo_on_a_copy(place: &Place, file: &Descriptor, private: &PrivateFolder) -> Result<Undone, StoreError> {
    let length = file.metadata()?.len();
    let counter = header::check_form(file).ok().and_then(|()| header::change_counter(file));
    let plausible = match journal::is_plausible(&place.journal(), length, counter) {
        Ok(plausible) => plausible,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Undone::NotHot),
        Err(error) => return Err(error.into()),
    };
    // What is no journal can be of any size; its beginning is enough to ask SQLite what it would do with it.
    let most_bytes = if plausible.is_ok() { u64::MAX } else { BEGINNING_BYTES };
    let copy = match private.copy(file, Some((&place.journal(), most_bytes))) {
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

#[cfg(test)]
#[cfg(unix)]
mod tests;
