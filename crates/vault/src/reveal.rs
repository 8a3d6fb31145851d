//! The only way out for keys. Screens, files and pages all use it.

use zeroize::Zeroizing;

use crate::{Attached, Entry, Unlocked, Vault, VaultError};
use drivekey_record::{Handle, KeyId, KeyText, RecoveryPassword, Secret};

/// A record with its key.
#[derive(Debug)]
pub struct Revealed {
    /// Everything but the key.
    pub entry: Entry,
    /// The key, digits or text; wiped when dropped.
    pub key: KeyText,
}

/// Why no key was given out.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The record now has another Key ID than the one that was asked for.
    #[error("{0} has another Key ID")]
    OtherKeyId(Handle),
}

/// Gives out the key of an entry that was found.
///
/// The record is read again and authenticated. It must still be the record that was found, with the same Key ID.
///
/// # Errors
/// [`RevealError::OtherKeyId`] if the Key ID has changed since; [`VaultError::Faults`] if the record is not as it was
/// written.
pub fn reveal(vault: &mut Vault<Unlocked>, found: &Entry) -> Result<Revealed, RevealError> {
    let (entry, secret) = vault.unseal(found.handle, found.record)?;
    let asked: &KeyId = &found.details.key_id;
    if entry.details.key_id != *asked {
        return Err(RevealError::OtherKeyId(found.handle));
    }
    // EXPOSE: giving out the key is the purpose of this function.
    let key = secret.expose_secret();
    Ok(Revealed { entry, key })
}

/// Lends the recovery password of an entry that was found, as a secret type, for a trial on a drive.
///
/// # Errors
/// [`VaultError::Faults`] if it is not as it was written; [`VaultError::NoRecoveryPassword`] for a key of another kind.
pub fn lend(vault: &mut Vault<Unlocked>, found: &Entry) -> Result<(Entry, RecoveryPassword), VaultError> {
    match vault.unseal(found.handle, found.record)? {
        (entry, Secret::RecoveryPassword(password)) => Ok((entry, password)),
        (entry, Secret::Text(_)) => Err(VaultError::NoRecoveryPassword(entry.handle, entry.details.kind)),
    }
}

/// Gives out an attachment that was found, byte for byte.
///
/// # Errors
/// [`VaultError::Faults`] if it is not as it was written.
pub fn reveal_attachment(vault: &mut Vault<Unlocked>, found: &Attached) -> Result<Zeroizing<Vec<u8>>, RevealError> {
    Ok(vault.attachment_bytes(found.number)?)
}
