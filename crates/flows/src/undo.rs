//! Undo: takes the last import back. What it added goes into the trash, what it changed goes back; nothing is deleted.

use chrono::{DateTime, Utc};

use drivekey_vault::{ImportInfo, Undone, Unlocked, Vault, VaultError};

/// Why nothing was undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The last import is another one than the one that was agreed to.
    #[error("another import is the last now")]
    AnotherImport,
}

/// The import that would be undone: told before a person is asked. `None` when there is none.
///
/// # Errors
/// [`VaultError::Faults`] when the journal is not what was written.
pub fn last(vault: &mut Vault<Unlocked>) -> Result<Option<ImportInfo>, VaultError> {
    vault.last_import()
}

/// Undoes the import that was agreed to.
///
/// # Errors
/// [`UndoError`]; then nothing is undone.
pub fn undo(vault: &mut Vault<Unlocked>, agreed: &ImportInfo, now: DateTime<Utc>) -> Result<Undone, UndoError> {
    if last(vault)?.as_ref() != Some(agreed) {
        return Err(UndoError::AnotherImport);
    }
    vault.undo_import(now)?.ok_or(UndoError::AnotherImport)
}
