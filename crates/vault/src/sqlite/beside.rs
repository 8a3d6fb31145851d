//! The files beside a vault under the names that SQLite would use, and why they are refused. Nothing is opened that
//! could block, and nothing is deleted.

use std::io;
use std::path::{Path, PathBuf};

use super::connection::open_for_reading;
use super::paths::VaultPath;
use super::{Beside, BesideProblem, RefusedFile, StoreError};

/// The files beside a vault.
#[derive(Debug, Default)]
pub(super) struct FilesBeside {
    /// The files that are refused without further checks.
    pub(super) refused: Vec<RefusedFile>,
    /// Whether there is an ordinary file with the journal's name. It is judged later.
    pub(super) journal: bool,
}

/// Runs before SQLite opens anything, because SQLite would use a write-ahead log whatever the vault's header says.
pub(super) fn inspect(vault: &VaultPath) -> Result<FilesBeside, StoreError> {
    let mut found = FilesBeside::default();
    for (path, kind) in [(vault.wal(), Beside::WriteAheadLog), (vault.shm(), Beside::LogIndex)] {
        if metadata_of(&path)?.is_some() {
            found.refused.push(RefusedFile { path, kind, problem: BesideProblem::NeverOurs });
        }
    }
    let path = vault.journal();
    if let Some(meta) = metadata_of(&path)? {
        if meta.is_file() {
            found.journal = true;
        } else {
            found.refused.push(RefusedFile { path, kind: Beside::Journal, problem: BesideProblem::NotAFile });
        }
    }
    Ok(found)
}

fn metadata_of(path: &Path) -> Result<Option<std::fs::Metadata>, StoreError> {
    match path.symlink_metadata() {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Renames a refused file so that SQLite no longer uses it. Replaces nothing; returns the new name. A write-ahead log
/// must be set aside before a journal, because SQLite can then tell whether another process is writing.
///
/// # Errors
/// [`StoreError::Busy`] for the journal of a write in progress, I/O errors, and [`StoreError::Exists`] if all names are
/// taken.
pub fn set_aside(vault: &Path, refused: &RefusedFile) -> Result<PathBuf, StoreError> {
    if refused.kind == Beside::Journal && metadata_of(&refused.path)?.is_some_and(|meta| meta.is_file()) {
        let reading = open_for_reading(vault)?;
        let looked =
            reading.connection.pragma_query_value(None, "schema_version", |_| Ok(())).map_err(StoreError::from);
        match looked {
            Err(StoreError::UnfinishedWrite | StoreError::Damaged(_)) => {}
            // SQLite does not see a hot journal, so it was not left behind.
            Ok(()) => return Err(StoreError::Busy),
            Err(error) => return Err(error),
        }
    }
    for number in 1..1000 {
        let mut name = refused.path.as_os_str().to_owned();
        name.push(format!(".set-aside-{number}"));
        let aside = PathBuf::from(name);
        if metadata_of(&aside)?.is_none() {
            std::fs::rename(&refused.path, &aside)?;
            return Ok(aside);
        }
    }
    Err(StoreError::Exists)
}
