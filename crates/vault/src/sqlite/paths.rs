//! Where a vault lies: its path, resolved once, and the names that SQLite would look for beside it.

use std::path::{Path, PathBuf};

use super::{Place, StoreError};

/// A vault's path with every link resolved. Journal and locks go by this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VaultPath {
    path: PathBuf,
}

impl VaultPath {
    /// # Errors
    /// [`StoreError::Missing`] when nothing is there, [`StoreError::NotAVault`] for anything but an ordinary file.
    pub(super) fn resolve(path: &Path) -> Result<Self, StoreError> {
        // SQLite and people do better without the `\\?\` that Windows puts before a resolved path.
        let path = dunce::canonicalize(path)?;
        if path.metadata()?.is_file() { Ok(Self { path }) } else { Err(StoreError::NotAVault) }
    }

    /// A file that this program has just made.
    pub(super) const fn of(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The journal that an interrupted write leaves.
    pub(super) fn journal(&self) -> PathBuf {
        journal_beside(&self.path)
    }

    /// A write-ahead log; this program never makes one.
    pub(super) fn wal(&self) -> PathBuf {
        self.with_ending("-wal")
    }

    /// The index of a write-ahead log.
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

/// The name of the place of a file that is there, as the system itself spells it.
pub(super) fn place_of(path: &Path) -> Place {
    Place::new(path.canonicalize().as_deref().unwrap_or(path).as_os_str().as_encoded_bytes())
}
