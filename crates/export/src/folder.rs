//! Writes files to a folder on a stick or disk. A file gets its name when it is whole and has reached the medium,
//! replaces nothing, and can be read back from the medium.

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

/// A folder to write files to.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Identifies the folder, whatever its path leads to later.
    anchor: Anchor,
    /// The names that are taken, by their folded form.
    names: BTreeMap<String, OsString>,
}

/// What [`Folder::put`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The file was written.
    Written,
    /// The file existed already, with the same content.
    AlreadyThere,
}

impl Folder {
    /// Opens an existing folder.
    ///
    /// # Errors
    /// [`WriteError::NoFolder`], [`WriteError::NotAFolder`], or why it cannot be read.
    pub fn open(path: &Path) -> Result<Self, WriteError> {
        let failed = |error: &io::Error| match error.kind() {
            io::ErrorKind::NotFound => WriteError::NoFolder,
            io::ErrorKind::NotADirectory => WriteError::NotAFolder,
            _ => WriteError::from_io(error, path),
        };
        // For a file, some systems report "not a folder" and others "not found".
        if path.is_file() {
            return Err(WriteError::NotAFolder);
        }
        let mut names = BTreeMap::new();
        for item in fs::read_dir(path).map_err(|error| failed(&error))? {
            let name = item.map_err(|error| failed(&error))?.file_name();
            names.insert(folded(&name.to_string_lossy()), name);
        }
        let anchor = Anchor::open(path).map_err(|error| failed(&error))?;
        Ok(Self { path: path.to_owned(), anchor, names })
    }

    /// The path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The existing file with this name, in any letter case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        self.names.get(&folded(name)).map(|there| self.path.join(there))
    }

    /// What [`Folder::put`] would do, without writing.
    ///
    /// # Errors
    /// [`WriteError::Name`], [`WriteError::Exists`], or why the existing file cannot be read.
    pub fn would_put(&self, name: &str, bytes: &[u8]) -> Result<Put, WriteError> {
        if let Some(problem) = name_problem(name) {
            return Err(problem.into());
        }
        let Some(there) = self.names.get(&folded(name)) else { return Ok(Put::Written) };
        let path = self.path.join(there);
        let data = path.symlink_metadata().map_err(|error| WriteError::from_io(&error, &self.path))?;
        if !data.is_file() || data.len() != bytes.len() as u64 {
            return Err(WriteError::Exists);
        }
        match read_back::compare_file(&path, bytes) {
            Ok((true, _)) => Ok(Put::AlreadyThere),
            Ok((false, _)) => Err(WriteError::Exists),
            Err(error) => Err(WriteError::from_io(&error, &self.path)),
        }
    }

    /// Writes a file, syncs it and gives it its name, without replacing anything. Call [`Folder::sync`] once after the
    /// last file.
    ///
    /// # Errors
    /// [`WriteError`]; the folder is as it was before.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<Put, WriteError> {
        if self.would_put(name, bytes)? == Put::AlreadyThere {
            return Ok(Put::AlreadyThere);
        }
        self.check_anchor()?;
        let failed = |error: &io::Error| WriteError::from_io(error, &self.path);
        let creating = |error: &io::Error| WriteError::from_creating(error, &self.path);
        let mut draft = Draft::begin(&self.path).map_err(|error| creating(&error))?;
        draft.fill(bytes).map_err(|error| failed(&error))?;
        draft.place(&self.path.join(name)).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::Exists,
            _ => creating(&error),
        })?;
        self.names.insert(folded(name), name.into());
        Ok(Put::Written)
    }

    /// Checks that the path still leads to the same folder. When a stick is pulled, its mount point may turn into a
    /// folder on the disk, and no key must be written there.
    fn check_anchor(&self) -> Result<(), WriteError> {
        if self.anchor.is_at(&self.path) { Ok(()) } else { Err(WriteError::Gone) }
    }

    /// Syncs the new names to the medium.
    ///
    /// # Errors
    /// [`WriteError`] when the medium is gone or full.
    pub fn sync(&self) -> Result<(), WriteError> {
        private::sync_folder(&self.path).map_err(|error| WriteError::from_io(&error, &self.path))
    }

    /// Reads a file back from the medium, bypassing the cache of the system, and compares it.
    ///
    /// # Errors
    /// [`WriteError::Differs`], or why the file cannot be read.
    pub fn check(&self, name: &str, bytes: &[u8]) -> Result<Seen, WriteError> {
        self.check_anchor()?;
        let there = self.names.get(&folded(name)).map_or_else(|| name.into(), Clone::clone);
        match read_back::compare_file(&self.path.join(there), bytes) {
            Ok((true, seen)) => Ok(seen),
            Ok((false, _)) => Err(WriteError::Differs),
            Err(error) => Err(WriteError::from_io(&error, &self.path)),
        }
    }

    /// Removes a file that this export wrote and that failed its check.
    pub fn remove(&mut self, name: &str) {
        if self.names.remove(&folded(name)).is_some() {
            // A medium that lost the content may not let the file be removed either.
            let _ = fs::remove_file(self.path.join(name));
        }
    }
}

/// The folder, kept open so that its inode number cannot be reused.
#[cfg(unix)]
#[derive(Debug)]
struct Anchor(File);

#[cfg(unix)]
impl Anchor {
    fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self)
    }

    /// Whether the path still leads to this folder.
    fn is_at(&self, path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        let numbers = |data: io::Result<fs::Metadata>| data.map(|data| (data.dev(), data.ino())).ok();
        let now = numbers(path.metadata());
        now.is_some() && now == numbers(self.0.metadata())
    }
}

/// Not needed: a drive that is pulled loses its letter.
#[cfg(not(unix))]
#[derive(Debug)]
struct Anchor;

#[cfg(not(unix))]
impl Anchor {
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    fn open(_: &Path) -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "as on Unix")]
    fn is_at(&self, path: &Path) -> bool {
        path.is_dir()
    }
}

/// Writes one file, syncs it and reads it back.
///
/// # Errors
/// [`WriteError`]; a file that fails its check is removed.
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
        folder.remove(name);
    }
    checked.map(|seen| (put, seen))
}
