//! A new file with secrets in it: without its name until it is whole and has reached the medium, in nobody's place,
//! read back and compared.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use drivekey_files::private::{Draft, sync_folder};

/// Why there is no new file. What was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum NewFileError {
    /// Something is there already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// Its folder is not there.
    #[error("{} has no folder", .0.display())]
    NoFolder(PathBuf),
    /// The system refuses.
    #[error("{} was not written", path.display())]
    NotWritten {
        /// Where.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// It did not read back as it was written, and was removed.
    #[error("{} does not read back", .0.display())]
    Differs(PathBuf),
}

/// Nothing may be at the path, and its folder must be there.
///
/// # Errors
/// [`NewFileError::Exists`], [`NewFileError::NoFolder`].
pub fn free(path: &Path) -> Result<(), NewFileError> {
    if path.symlink_metadata().is_ok() {
        return Err(NewFileError::Exists(path.to_owned()));
    }
    match path.parent() {
        Some(folder) if folder.is_dir() => Ok(()),
        _ => Err(NewFileError::NoFolder(path.to_owned())),
    }
}

/// Writes the file. Whatever fails or ends the program, nothing is left behind.
///
/// # Errors
/// [`NewFileError`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), NewFileError> {
    Unplaced::write(path, bytes)?.place()
}

/// A file that is whole and has not its name yet.
#[derive(Debug)]
pub struct Unplaced<'a> {
    draft: Draft,
    path: &'a Path,
    bytes: &'a [u8],
}

impl<'a> Unplaced<'a> {
    /// Writes it under a passing name beside its place.
    ///
    /// # Errors
    /// [`NewFileError::NotWritten`].
    pub fn write(path: &'a Path, bytes: &'a [u8]) -> Result<Self, NewFileError> {
        let draft = Draft::with_bytes(bytes, path).map_err(|error| not_written(path, error))?;
        Ok(Self { draft, path, bytes })
    }

    /// For what must not go on without the file: from here on not even a kill takes it.
    ///
    /// # Errors
    /// [`NewFileError::NotWritten`].
    pub fn hold(&mut self) -> Result<(), NewFileError> {
        self.draft.hold().map_err(|error| not_written(self.path, error))
    }

    /// Gives it its name. Where it fails there is no file.
    ///
    /// # Errors
    /// [`NewFileError`].
    pub fn place(self) -> Result<(), NewFileError> {
        let Self { draft, path, bytes } = self;
        draft.place(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => NewFileError::Exists(path.to_owned()),
            _ => not_written(path, error),
        })?;
        // The name is there, whether or not it has reached the medium.
        let _ = sync_folder(path.parent().unwrap_or(Path::new(".")));
        read_back(path, bytes).inspect_err(|_| {
            // Ours, and of no use.
            let _ = std::fs::remove_file(path);
        })
    }
}

fn read_back(path: &Path, bytes: &[u8]) -> Result<(), NewFileError> {
    let mut back = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
    let read = File::open(path).and_then(|file| file.take(bytes.len() as u64 + 1).read_to_end(&mut back));
    read.map_err(|error| not_written(path, error))?;
    if *back == bytes { Ok(()) } else { Err(NewFileError::Differs(path.to_owned())) }
}

fn not_written(path: &Path, source: io::Error) -> NewFileError {
    NewFileError::NotWritten { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_there_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.pdf");
        assert!(free(&path).is_ok());
        std::fs::write(&path, b"one").unwrap();
        assert!(matches!(free(&path), Err(NewFileError::Exists(there)) if there == path));
        assert!(matches!(free(&folder.path().join("none/page.pdf")), Err(NewFileError::NoFolder(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_something_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link.pdf");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
        assert!(matches!(free(&link), Err(NewFileError::Exists(_))));
    }

    #[test]
    fn what_reads_back_otherwise_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.pdf");
        for other in [b"two".as_slice(), b"on", b"ones", b""] {
            let mut page = Unplaced::write(&path, other).unwrap();
            page.bytes = b"one";
            assert!(
                matches!(page.place(), Err(NewFileError::Differs(_)))
                    && std::fs::read_dir(folder.path()).unwrap().count() == 0
            );
        }
        write(&path, b"one").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert!(matches!(write(&path, b"two"), Err(NewFileError::Exists(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
    }
}
