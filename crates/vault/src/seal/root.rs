//! The root secret of a vault: a random age identity, and the keys derived from it, one for each purpose.

use std::str::FromStr;

use age::x25519::{Identity, Recipient};
use bech32::primitives::decode::CheckedHrpstring;
use hkdf::Hkdf;
use hmac::{HmacReset, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::SealError;
use super::stack::wiped;
use drivekey_record::VaultId;

/// Bytes of a root's fingerprint.
pub const FINGERPRINT_BYTES: usize = 32;

/// A value that identifies a root on this machine. It reveals nothing about the root.
pub type Fingerprint = [u8; FINGERPRINT_BYTES];

/// A 32-byte key for one purpose, filled in place.
pub(super) type PurposeKey = Box<Zeroizing<[u8; 32]>>;

/// The unwrapped root of one vault with all keys derived from it. Wiped when dropped. Each secret is boxed, so that
/// moving a root copies none.
pub struct Root {
    vault: VaultId,
    identity: Box<Identity>,
    recipient: Recipient,
    pub(super) summary_key: PurposeKey,
    pub(super) state_key: PurposeKey,
    pub(super) item_key: PurposeKey,
    pub(super) index_mac: Box<HmacReset<Sha256>>,
    pub(super) total_mac: Box<HmacReset<Sha256>>,
    fingerprint: Fingerprint,
}

/// The 32 bytes of an age identity.
pub(super) fn identity_bytes(identity: &Identity) -> Result<PurposeKey, SealError> {
    let text = identity.to_string();
    // EXPOSE: the identity's 32 bytes are the input of the key derivation.
    let checked = CheckedHrpstring::new::<bech32::Bech32>(text.expose_secret()).map_err(|_| SealError::Malformed)?;
    let mut secret = Box::new(Zeroizing::new([0_u8; 32]));
    let mut bytes = checked.byte_iter();
    for slot in secret.iter_mut() {
        *slot = bytes.next().ok_or(SealError::Malformed)?;
    }
    Ok(secret)
}

impl Root {
    /// Makes a random root for this vault.
    ///
    /// # Errors
    /// Never [`SealError::Malformed`], because age made the identity.
    pub fn make(vault: VaultId) -> Result<Box<Self>, SealError> {
        wiped(|| Self::from_identity(vault, Box::new(Identity::generate())))
    }

    /// Parses the text of an age identity, `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// [`SealError::Malformed`] if the text is not an age identity.
    pub(super) fn from_text(vault: VaultId, text: &str) -> Result<Box<Self>, SealError> {
        wiped(|| Self::from_identity(vault, Box::new(Identity::from_str(text).map_err(|_| SealError::Malformed)?)))
    }

    /// Leaves copies of the keys on the stack, which the callers must overwrite.
    fn from_identity(vault: VaultId, identity: Box<Identity>) -> Result<Box<Self>, SealError> {
        let secret = identity_bytes(&identity)?;
        let derive = |purpose: &str| -> Result<PurposeKey, SealError> {
            let mut key = Box::new(Zeroizing::new([0_u8; 32]));
            // The salt is the vault ID, and the info is the purpose (RFC 5869).
            Hkdf::<Sha256>::new(Some(vault.as_bytes()), secret.as_slice())
                .expand(purpose.as_bytes(), key.as_mut_slice())
                .map_err(|_| SealError::Malformed)?;
            Ok(key)
        };
        let mac = |key: &PurposeKey| {
            HmacReset::<Sha256>::new_from_slice(key.as_slice()).map(Box::new).map_err(|_| SealError::Malformed)
        };
        Ok(Box::new(Self {
            vault,
            recipient: identity.to_public(),
            identity,
            summary_key: derive("drivekey/1/summary")?,
            state_key: derive("drivekey/1/state")?,
            item_key: derive("drivekey/1/item")?,
            index_mac: mac(&derive("drivekey/1/index")?)?,
            total_mac: mac(&derive("drivekey/1/total")?)?,
            fingerprint: **derive("drivekey/1/fingerprint")?,
        }))
    }

    /// The vault of this root.
    #[must_use]
    pub const fn vault(&self) -> VaultId {
        self.vault
    }

    /// The root's fingerprint, which depends on the vault ID.
    #[must_use]
    pub const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The recipient, `age1…`. It is stored in sealed blobs only: whoever has it can encrypt to the root, but cannot
    /// forge a binding.
    #[must_use]
    pub fn recipient_text(&self) -> String {
        self.recipient.to_string()
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(super) const fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    pub(super) fn identity_text(&self) -> SecretString {
        self.identity.to_string()
    }
}

/// The MAC state contains its input, which may be digits. It is finished and wiped in place, never moved.
pub(super) fn mac_bytes<const N: usize>(mac: &mut HmacReset<Sha256>) -> [u8; N] {
    let full = mac.finalize_reset().into_bytes();
    std::array::from_fn(|at| full[at])
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Root(of {}, hidden)", self.vault)
    }
}
