//! Trash: into it, out of it, and the end of what is in it.

use chrono::{DateTime, Utc};

use drivekey_record::Handle;
use drivekey_vault::{Entry, Filter, TrashFilter, Unlocked, Vault, VaultError};

/// Why a record does not change its place.
#[derive(Debug, thiserror::Error)]
pub enum TrashError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It is in the trash already.
    #[error("in the trash already")]
    InTrash(Handle),
    /// It is not in the trash.
    #[error("not in the trash")]
    NotInTrash(Handle),
    /// The trash is empty.
    #[error("the trash is empty")]
    Empty,
}

/// Whether a record can be put into the trash: asked before a person is.
///
/// # Errors
/// [`TrashError::InTrash`].
pub const fn can_remove(entry: &Entry) -> Result<(), TrashError> {
    if entry.details.removed.is_some() { Err(TrashError::InTrash(entry.handle)) } else { Ok(()) }
}

/// Puts a record into the trash.
///
/// # Errors
/// [`TrashError`]; then it stays.
pub fn remove(vault: &mut Vault<Unlocked>, entry: &Entry, now: DateTime<Utc>) -> Result<Entry, TrashError> {
    can_remove(entry)?;
    Ok(vault.remove(entry.handle, now)?)
}

/// Takes a record out of the trash.
///
/// # Errors
/// [`TrashError`]; then it stays there.
pub fn restore(vault: &mut Vault<Unlocked>, entry: &Entry) -> Result<Entry, TrashError> {
    in_trash(entry)?;
    Ok(vault.restore(entry.handle)?)
}

/// What a purge would delete for good: this record, or all that is in the trash.
///
/// # Errors
/// [`TrashError`] where nothing can be deleted.
pub fn doomed(vault: &mut Vault<Unlocked>, one: Option<Entry>) -> Result<Vec<Entry>, TrashError> {
    if let Some(entry) = one {
        in_trash(&entry)?;
        return Ok(vec![entry]);
    }
    let listing = vault.list(&Filter { trash: TrashFilter::Only, ..Filter::default() })?;
    if !listing.faults.is_empty() {
        return Err(VaultError::Faults(listing.faults).into());
    }
    if listing.entries.is_empty() { Err(TrashError::Empty) } else { Ok(listing.entries) }
}

/// Deletes for good what [`doomed`] named and a person confirmed. What was taken out of the trash since is refused.
///
/// # Errors
/// [`VaultError`]; then nothing is deleted.
pub fn purge(vault: &mut Vault<Unlocked>, doomed: &[Entry]) -> Result<Vec<Handle>, VaultError> {
    let handles: Vec<Handle> = doomed.iter().map(|entry| entry.handle).collect();
    vault.purge(&handles)?;
    Ok(handles)
}

const fn in_trash(entry: &Entry) -> Result<(), TrashError> {
    if entry.details.removed.is_some() { Ok(()) } else { Err(TrashError::NotInTrash(entry.handle)) }
}
