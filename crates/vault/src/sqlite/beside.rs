//! What lies beside a vault under the names that SQLite would take up, and why it is refused. Nothing is opened that
//! could block, nothing is deleted.

use std::io;
use std::path::{Path, PathBuf};

use super::connection::open_for_reading;
use super::paths::VaultPath;
use super::{Beside, BesideProblem, RefusedFile, StoreError};

/// What lies beside a vault.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// What is refused as it stands.
    pub(super) refused: Vec<RefusedFile>,
    /// An ordinary file under the journal's name, not yet judged.
    pub(super) journal: bool,
}

/// Looks before SQLite opens anything: it would take up a log whatever the vault's header says.
pub(super) fn look(vault: &VaultPath) -> Result<Look, StoreError> {
    let mut look = Look::default();
    for (path, kind) in [(vault.wal(), Beside::WriteAheadLog), (vault.shm(), Beside::LogIndex)] {
        if there(&path)?.is_some() {
            look.refused.push(RefusedFile { path, kind, problem: BesideProblem::NeverOurs });
        }
    }
    let path = vault.journal();
    if let Some(meta) = there(&path)? {
        if meta.is_file() {
            look.journal = true;
        } else {
            look.refused.push(RefusedFile { path, kind: Beside::Journal, problem: BesideProblem::NotAFile });
        }
    }
    Ok(look)
}

fn there(path: &Path) -> Result<Option<std::fs::Metadata>, StoreError> {
    match path.symlink_metadata() {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Renames a refused file so that SQLite no longer takes it for the vault's. Replaces nothing; gives the new name.
/// A log goes before a journal: only then can SQLite be asked whether somebody is writing.
///
/// # Errors
/// [`StoreError::Busy`] for the journal of a write that is going on, what the system refused, and
/// [`StoreError::Exists`] when all names are taken.
pub fn set_aside(vault: &Path, refused: &RefusedFile) -> Result<PathBuf, StoreError> {
    if refused.kind == Beside::Journal && there(&refused.path)?.is_some_and(|meta| meta.is_file()) {
        let reading = open_for_reading(vault)?;
        let looked =
            reading.connection.pragma_query_value(None, "schema_version", |_| Ok(())).map_err(StoreError::from);
        match looked {
            Err(StoreError::UnfinishedWrite | StoreError::Damaged(_)) => {}
            // Not one that was left behind.
            Ok(()) => return Err(StoreError::Busy),
            Err(error) => return Err(error),
        }
    }
    for number in 1..1000 {
        let mut name = refused.path.as_os_str().to_owned();
        name.push(format!(".set-aside-{number}"));
        let aside = PathBuf::from(name);
        if there(&aside)?.is_none() {
            std::fs::rename(&refused.path, &aside)?;
            return Ok(aside);
        }
    }
    Err(StoreError::Exists)
}
