//! Edit: what is known of keys, of one or of many. Digits cannot be changed.

use drivekey_record::{Handle, KeyId};
use drivekey_vault::{Edit, Entry, Setting, Unlocked, Vault, VaultError};

/// Why nothing was changed, or not all.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is nothing to change.
    #[error("nothing to change")]
    Nothing,
    /// A record has another Key ID: one can be completed, not exchanged.
    #[error("another Key ID")]
    OtherKeyId {
        /// The record.
        handle: Handle,
        /// Its Key ID.
        key_id: KeyId,
    },
    /// A Key ID is one record's.
    #[error("one Key ID for several records")]
    KeyIdForMany,
    /// The vault.
    #[error("{error}")]
    Vault {
        /// What happened.
        error: VaultError,
        /// The records that were changed before.
        changed: Vec<Entry>,
    },
}

/// Whether an edit changes nothing at all.
#[must_use]
pub fn is_nothing(edit: &Edit) -> bool {
    edit.key_id.is_none()
        && edit.volume_type.is_none()
        && edit.state.is_none()
        && edit.add_tags.is_empty()
        && edit.remove_tags.is_empty()
        && [&edit.device_name, &edit.mount_point, &edit.volume_label, &edit.note]
            .into_iter()
            .all(|setting| *setting == Setting::Keep)
}

/// Changes records, each in a write of its own, and gives them as they are afterwards. Everything that speaks against
/// it is looked for before the first is changed.
///
/// # Errors
/// [`EditError`]; only with [`EditError::Vault`] may some have been changed.
pub fn edit(vault: &mut Vault<Unlocked>, entries: &[Entry], edit: &Edit) -> Result<Vec<Entry>, EditError> {
    if is_nothing(edit) {
        return Err(EditError::Nothing);
    }
    if let Some(new) = &edit.key_id {
        if entries.len() > 1 {
            return Err(EditError::KeyIdForMany);
        }
        if let Some(other) = entries.iter().find(|entry| !entry.details.key_id.may_equal(new)) {
            return Err(EditError::OtherKeyId { handle: other.handle, key_id: other.details.key_id.clone() });
        }
    }
    let mut changed = Vec::with_capacity(entries.len());
    for entry in entries {
        match vault.edit(entry.handle, edit.clone()) {
            Ok(entry) => changed.push(entry),
            Err(error) => return Err(EditError::Vault { error, changed }),
        }
    }
    Ok(changed)
}
