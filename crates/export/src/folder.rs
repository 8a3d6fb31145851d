//! A folder on a stick or disk that exported files go to: each gets its name once it is whole and has reached the
//! medium, replaces nothing, and is read back from the medium. Files that were there stay as they are. Must not know
//! what is written.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
#[cfg(unix)]
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::name::{folded, name_problem};
use super::read_back::{self, Seen};
use super::{NameProblem, WriteError};
use drivekey_files::private::{self, Draft};

/// Where files go.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// The folder itself, whatever stands under its path later.
    anchor: Anchor,
    /// What is there, by the form in which names are equal on a stick.
    names: BTreeMap<String, OsString>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is there now.
    Written,
    /// It was there already, with the same content.
    AlreadyThere,
}

impl Folder {
    /// Looks at a folder that exists.
    ///
    /// # Errors
    /// [`WriteError::NoFolder`], [`WriteError::NotAFolder`], or what reading it met.
    pub fn open(path: &Path) -> Result<Self, WriteError> {
        let failed = |error: &io::Error| match error.kind() {
            io::ErrorKind::NotFound => WriteError::NoFolder,
            io::ErrorKind::NotADirectory => WriteError::NotAFolder,
            _ => WriteError::of(error, path),
        };
        // Some systems say of a file that it is no folder, others that there is none.
        if path.is_file() {
            return Err(WriteError::NotAFolder);
        }
        let mut names = BTreeMap::new();
        for item in fs::read_dir(path).map_err(|error| failed(&error))? {
            let name = item.map_err(|error| failed(&error))?.file_name();
            names.insert(folded(&name.to_string_lossy()), name);
        }
        let anchor = Anchor::of(path).map_err(|error| failed(&error))?;
        Ok(Self { path: path.to_owned(), anchor, names })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file that stands under this name, in whatever letter case.
    #[must_use]
    pub fn there(&self, name: &str) -> Option<PathBuf> {
        self.names.get(&folded(name)).map(|there| self.path.join(there))
    }

    /// What would become of a file, without writing.
    ///
    /// # Errors
    /// Those of its name, and [`WriteError::Exists`].
    pub fn would_put(&self, name: &str, bytes: &[u8]) -> Result<Put, WriteError> {
        if let Some(problem) = name_problem(name) {
            return Err(problem.into());
        }
        let Some(there) = self.names.get(&folded(name)) else { return Ok(Put::Written) };
        let path = self.path.join(there);
        let data = path.symlink_metadata().map_err(|error| WriteError::of(&error, &self.path))?;
        if !data.is_file() || data.len() != bytes.len() as u64 {
            return Err(WriteError::Exists);
        }
        match read_back::holds(&path, bytes) {
            Ok((true, _)) => Ok(Put::AlreadyThere),
            Ok((false, _)) => Err(WriteError::Exists),
            Err(error) => Err(WriteError::of(&error, &self.path)),
        }
    }

    /// Writes a file, syncs it and gives it its name. Nothing is replaced; what fails leaves nothing behind. Many are
    /// put before one [`Folder::sync`].
    ///
    /// # Errors
    /// [`WriteError`]; the folder is as it was.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<Put, WriteError> {
        if self.would_put(name, bytes)? == Put::AlreadyThere {
            return Ok(Put::AlreadyThere);
        }
        self.still_there()?;
        let failed = |error: &io::Error| WriteError::of(error, &self.path);
        let making = |error: &io::Error| WriteError::of_making(error, &self.path);
        let mut draft = Draft::begin(&self.path).map_err(|error| making(&error))?;
        draft.fill(bytes).map_err(|error| failed(&error))?;
        draft.place(&self.path.join(name)).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::Exists,
            _ => making(&error),
        })?;
        self.names.insert(folded(name), name.into());
        Ok(Put::Written)
    }

    /// Where a stick was mounted an empty folder of the disk may stand once it is pulled: no key must land there.
    fn still_there(&self) -> Result<(), WriteError> {
        if self.anchor.holds(&self.path) { Ok(()) } else { Err(WriteError::Gone) }
    }

    /// Makes the new names last.
    ///
    /// # Errors
    /// [`WriteError`], where the medium is gone or full.
    pub fn sync(&self) -> Result<(), WriteError> {
        private::sync_folder(&self.path).map_err(|error| WriteError::of(&error, &self.path))
    }

    /// Reads a file back from the medium, past the system's memory, and compares it with what was put there.
    ///
    /// # Errors
    /// [`WriteError::Differs`], or why it cannot be read.
    pub fn check(&self, name: &str, bytes: &[u8]) -> Result<Seen, WriteError> {
        self.still_there()?;
        let there = self.names.get(&folded(name)).map_or_else(|| name.into(), Clone::clone);
        match read_back::holds(&self.path.join(there), bytes) {
            Ok((true, seen)) => Ok(seen),
            Ok((false, _)) => Err(WriteError::Differs),
            Err(error) => Err(WriteError::of(&error, &self.path)),
        }
    }

    /// Removes a file that this export wrote and that did not read back.
    pub fn take_back(&mut self, name: &str) {
        if self.names.remove(&folded(name)).is_some() {
            // A medium that has lost what was written may not let it be removed either.
            let _ = fs::remove_file(self.path.join(name));
        }
    }
}

/// A folder that is kept open: its number cannot go to another one meanwhile.
#[cfg(unix)]
#[derive(Debug)]
struct Anchor(File);

#[cfg(unix)]
impl Anchor {
    fn of(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self)
    }

    /// Whether the path still leads there.
    fn holds(&self, path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        let numbers = |data: io::Result<fs::Metadata>| data.map(|data| (data.dev(), data.ino())).ok();
        let now = numbers(path.metadata());
        now.is_some() && now == numbers(self.0.metadata())
    }
}

/// A drive that is pulled takes its letter along.
#[cfg(not(unix))]
#[derive(Debug)]
struct Anchor;

#[cfg(not(unix))]
impl Anchor {
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    fn of(_: &Path) -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "as on Unix")]
    fn holds(&self, path: &Path) -> bool {
        path.is_dir()
    }
}

/// Writes one file safely and reads it back.
///
/// # Errors
/// [`WriteError`]; what was begun is removed again.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(Put, Seen), WriteError> {
    let name = path
        .file_name()
        .ok_or(NameProblem::Empty)?
        .to_str()
        .ok_or(NameProblem::Character(char::REPLACEMENT_CHARACTER))?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut folder = Folder::open(parent)?;
    let put = folder.put(name, bytes)?;
    let checked = folder.sync().and_then(|()| folder.check(name, bytes));
    if checked.is_err() && put == Put::Written {
        folder.take_back(name);
    }
    checked.map(|seen| (put, seen))
}
