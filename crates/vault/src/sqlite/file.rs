//! An open vault file, or a private copy of one: its views, and the right to write to it.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::connection::Metered;
use super::paths::{VaultPath, place_of};
use super::private::{PrivateCopy, PrivateFolder, copy_bytes};
use super::reader::SqliteReader;
use super::view::{begin_reading, check};
use super::writer::SqliteWriter;
use super::{Beside, BesideProblem, Place, Reader, RefusedFile, Store, StoreError, StoreFile, Writer};
use super::{connection, header, reserve};
use drivekey_files::vault_file::Descriptor;

/// SQLite may see the journal that a writer is just removing as hot, so it is checked again this many times.
const HOT_JOURNAL_CHECKS: u32 = 4;
pub(super) const BETWEEN_CHECKS: Duration = Duration::from_millis(20);
/// How long a held view may keep writers from committing.
const MAX_HELD: Duration = Duration::from_secs(2);
/// Up to this size, the pages of a file are checked in place. A larger file is checked on a copy, because writers would
/// have to wait too long.
const CHECKED_IN_PLACE_BYTES: u64 = 64 * 1024 * 1024;

/// An open vault file, or a private copy of one.
pub(super) struct SqliteFile {
    // Fields drop in order: the connections must be closed before the descriptor.
    pub(super) reading: Metered,
    pub(super) writing: Option<Metered>,
    pub(super) file: Descriptor,
    pub(super) path: VaultPath,
    place: Place,
    private: PrivateFolder,
    /// When the held view began.
    held_since: Option<Instant>,
    /// For a private copy: the copy, and the files that keep the vault's own file from being read.
    copy: Option<(PrivateCopy, Vec<RefusedFile>)>,
}

impl SqliteFile {
    /// Opens the vault's own file through a connection that cannot write.
    pub(super) fn in_place(path: &VaultPath, file: Descriptor, private: &PrivateFolder) -> Result<Self, StoreError> {
        let reading = connection::open_for_reading(path.path())?;
        drop(read_again(&reading.connection, &file)?);
        if !file.is_at(path.path()) {
            return Err(StoreError::Replaced);
        }
        Ok(Self::new(reading, file, path, private, None))
    }

    /// Opens a private copy of the file at `real`.
    pub(super) fn of_copy(
        copy: PrivateCopy,
        real: &VaultPath,
        refused: Vec<RefusedFile>,
        private: &PrivateFolder,
    ) -> Result<Self, StoreError> {
        let path = copy.path();
        let file = Descriptor::open(&path)?;
        header::check(&file)?;
        let reading = connection::open_for_reading(&path)?;
        drop(begin_reading(&reading.connection, &file)?);
        Ok(Self::new(reading, file, real, private, Some((copy, refused))))
    }

    fn new(
        reading: Metered,
        file: Descriptor,
        path: &VaultPath,
        private: &PrivateFolder,
        copy: Option<(PrivateCopy, Vec<RefusedFile>)>,
    ) -> Self {
        let place = place_of(path.path());
        Self {
            reading,
            writing: None,
            file,
            path: path.clone(),
            place,
            private: private.clone(),
            held_since: None,
            copy,
        }
    }

    pub(super) fn bytes(&self) -> Result<u64, StoreError> {
        Ok(self.file.metadata()?.len())
    }

    /// A view that is held until it is released, for two seconds at most.
    fn held(&mut self) -> Result<SqliteReader<'_>, StoreError> {
        let is_fresh = self.held_since.is_some_and(|since| since.elapsed() < MAX_HELD);
        if !is_fresh || self.reading.connection.is_autocommit() {
            self.release();
            self.reading.meter.refill(self.bytes()?);
            drop(read_again(&self.reading.connection, &self.file)?.keep());
            self.held_since = Some(Instant::now());
        }
        Ok(SqliteReader::held(&self.reading.connection))
    }

    /// Makes a private copy of the current file, which can be read without blocking writers.
    fn snapshot(&mut self) -> Result<Self, StoreError> {
        self.release();
        let shared = begin_reading(&self.reading.connection, &self.file)?;
        let copy = self.private.copy(&self.file, None)?;
        drop(shared);
        Self::of_copy(copy, &self.path, Vec::new(), &self.private)
    }
}

impl Store for SqliteFile {
    fn place(&self) -> &Place {
        &self.place
    }

    fn read(&mut self) -> Result<Box<dyn Reader + '_>, StoreError> {
        self.writing = None;
        self.release();
        self.reading.meter.refill(self.bytes()?);
        Ok(Box::new(read_again(&self.reading.connection, &self.file)?))
    }

    fn read_held(&mut self) -> Result<Box<dyn Reader + '_>, StoreError> {
        Ok(Box::new(self.held()?))
    }

    fn release(&mut self) {
        self.held_since = None;
        if !self.reading.connection.is_autocommit() {
            drop(SqliteReader::new(&self.reading.connection));
        }
    }

    fn write(&mut self) -> Result<Box<dyn Writer + '_>, StoreError> {
        match &self.copy {
            Some((_, refused)) if refused.is_empty() => return Err(StoreError::UnfinishedOnReadOnly),
            Some((_, refused)) => return Err(StoreError::Beside(refused.clone())),
            None => {}
        }
        if self.file.names() > 1 {
            return Err(StoreError::TwoNames);
        }
        self.release();
        reserve::reserve(self)?;
        let Some(writing) = &self.writing else { return Err(StoreError::Busy) };
        let reader = SqliteReader::new(&writing.connection);
        check(&writing.connection, &self.file)?;
        writing.meter.release();
        Ok(Box::new(SqliteWriter::new(reader, writing.meter.clone(), self.bytes()?)))
    }

    /// Checks the pages of the file itself, or of a copy if that would take long.
    fn check_structure(&mut self) -> Result<(), StoreError> {
        if self.bytes()? > CHECKED_IN_PLACE_BYTES && !self.is_copy() {
            match self.snapshot() {
                Ok(mut copy) => return copy.held()?.check_pages(),
                // There is no room for a copy, so the file is checked in place.
                Err(StoreError::DiskFull | StoreError::ReadOnly | StoreError::Io(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.held()?.check_pages()
    }

    fn file(&self) -> Option<&dyn StoreFile> {
        Some(self)
    }

    fn file_mut(&mut self) -> Option<&mut dyn StoreFile> {
        Some(self)
    }
}

impl StoreFile for SqliteFile {
    fn path(&self) -> &Path {
        self.path.path()
    }

    fn names(&self) -> u64 {
        if self.copy.is_some() { 1 } else { self.file.names() }
    }

    fn refused(&self) -> &[RefusedFile] {
        self.copy.as_ref().map_or(&[], |(_, refused)| refused)
    }

    fn is_copy(&self) -> bool {
        self.copy.is_some()
    }

    fn refuse_journal(&mut self) {
        let path = self.path.journal();
        if let Some((_, refused)) = &mut self.copy {
            refused.push(RefusedFile { path, kind: Beside::Journal, problem: BesideProblem::Disagrees });
        }
    }

    fn copy_into(&mut self, to: &mut File) -> Result<(), StoreError> {
        self.release();
        let shared = begin_reading(&self.reading.connection, &self.file)?;
        copy_bytes(&self.file, to)?;
        drop(shared);
        Ok(to.sync_all()?)
    }
}

/// Begins a read. A journal that seems to be hot is checked again a few times.
pub(super) fn read_again<'a>(reading: &'a Connection, file: &Descriptor) -> Result<SqliteReader<'a>, StoreError> {
    let mut checks = 0;
    loop {
        match begin_reading(reading, file) {
            Err(StoreError::UnfinishedWrite) if checks < HOT_JOURNAL_CHECKS => {
                checks += 1;
                std::thread::sleep(BETWEEN_CHECKS);
            }
            other => return other,
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
