//! The only way out for digits: a screen, a file and a page all come through here.
//! Must not know where the digits go.

use zeroize::Zeroizing;

use crate::{Attached, Entry, Unlocked, Vault, VaultError};
use drivekey_record::{Digits, Handle, KeyId, RecoveryPassword};

/// A record with its digits.
#[derive(Debug)]
pub struct Revealed {
    /// Everything but the digits.
    pub entry: Entry,
    /// The digits; wiped when dropped.
    pub digits: Digits,
}

/// Why no digits were given out.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The record that was found has another Key ID than the one that was asked for.
    #[error("{0} has another Key ID")]
    OtherKeyId(Handle),
}

/// Gives out the digits of an entry that was found.
///
/// The record is read again, authenticated, and must still be the one that was found, under the same Key ID.
///
/// # Errors
/// [`RevealError::OtherKeyId`] when the record changed its Key ID since it was found; [`VaultError::Faults`] when it
/// is not what was written.
pub fn reveal(vault: &mut Vault<Unlocked>, found: &Entry) -> Result<Revealed, RevealError> {
    let (entry, password) = vault.unseal(found.handle, found.record)?;
    let asked: &KeyId = &found.details.key_id;
    if entry.details.key_id != *asked {
        return Err(RevealError::OtherKeyId(found.handle));
    }
    // EXPOSE: this is the door.
    let digits = password.expose_secret();
    Ok(Revealed { entry, digits })
}

/// Lends the recovery password of an entry that was found, as a secret type: for trying it against a drive.
///
/// # Errors
/// [`VaultError::Faults`] when it is not what was written.
pub fn lend(vault: &mut Vault<Unlocked>, found: &Entry) -> Result<(Entry, RecoveryPassword), VaultError> {
    vault.unseal(found.handle, found.record)
}

/// Gives out an attachment that was found, byte for byte.
///
/// # Errors
/// [`VaultError::Faults`] when it is not what was written.
pub fn reveal_attachment(vault: &mut Vault<Unlocked>, found: &Attached) -> Result<Zeroizing<Vec<u8>>, RevealError> {
    Ok(vault.attachment_bytes(found.number)?)
}
