//! The path of a vault, resolved once, and the names that SQLite would use beside it.

use std::path::{Path, PathBuf};

use super::{Place, StoreError};

/// A vault's path with all links resolved. The names of journal and locks derive from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VaultPath {
    path: PathBuf,
}

impl VaultPath {
    /// # Errors
    /// [`StoreError::Missing`] if nothing is there, [`StoreError::NotAVault`] if it is not an ordinary file.
    pub(super) fn resolve(path: &Path) -> Result<Self, StoreError> {
        // Windows adds `\\?\` to a resolved path. SQLite and people prefer paths without it.
        let path = dunce::canonicalize(path)?;
        if path.metadata()?.is_file() { Ok(Self { path }) } else { Err(StoreError::NotAVault) }
    }

    /// The path of a file that this program has just created.
    pub(super) const fn of(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The journal of an interrupted write.
    pub(super) fn journal(&self) -> PathBuf {
        journal_beside(&self.path)
    }

    /// The write-ahead log. This program never creates one.
    pub(super) fn wal(&self) -> PathBuf {
        self.with_ending("-wal")
    }

    /// The shared-memory index of a write-ahead log.
    pub(super) fn shm(&self) -> PathBuf {
        self.with_ending("-shm")
    }

    fn with_ending(&self, ending: &str) -> PathBuf {
        with_ending(&self.path, ending)
    }
}

/// The name of the journal that an interrupted write leaves beside a file.
#[must_use]
pub fn journal_beside(path: &Path) -> PathBuf {
    with_ending(path, "-journal")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The place of an existing file: its path as the system resolves it.
pub(super) fn place_of(path: &Path) -> Place {
    Place::new(path.canonicalize().as_deref().unwrap_or(path).as_os_str().as_encoded_bytes())
}
