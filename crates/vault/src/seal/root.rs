//! The root secret of a vault: an age identity made at random, and the keys for single purposes that come from it.

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

/// A value by which a machine recognises a root it has met; tells nothing of the root.
pub type Fingerprint = [u8; FINGERPRINT_BYTES];

/// A 32-byte key for one purpose, filled where it stays.
pub(super) type PurposeKey = Box<Zeroizing<[u8; 32]>>;

/// The opened root of one vault with everything that is derived from it. Wiped when dropped. Each secret lies in a box
/// of its own, so that moving a root copies none.
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
    // EXPOSE: the identity's 32 bytes are the input from which the purposes' keys are derived.
    let checked = CheckedHrpstring::new::<bech32::Bech32>(text.expose_secret()).map_err(|_| SealError::Malformed)?;
    let mut secret = Box::new(Zeroizing::new([0_u8; 32]));
    let mut bytes = checked.byte_iter();
    for slot in secret.iter_mut() {
        *slot = bytes.next().ok_or(SealError::Malformed)?;
    }
    Ok(secret)
}

impl Root {
    /// A new root for this vault, from the system's randomness.
    ///
    /// # Errors
    /// [`SealError::Malformed`] never happens with an identity made by age itself.
    pub fn make(vault: VaultId) -> Result<Box<Self>, SealError> {
        wiped(|| Self::from_identity(vault, Box::new(Identity::generate())))
    }

    /// From the text of an age identity, `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// [`SealError::Malformed`] when the text is none.
    pub(super) fn from_text(vault: VaultId, text: &str) -> Result<Box<Self>, SealError> {
        wiped(|| Self::from_identity(vault, Box::new(Identity::from_str(text).map_err(|_| SealError::Malformed)?)))
    }

    /// Leaves copies of the keys on the stack: its callers overwrite it.
    fn from_identity(vault: VaultId, identity: Box<Identity>) -> Result<Box<Self>, SealError> {
        let secret = identity_bytes(&identity)?;
        let derive = |purpose: &str| -> Result<PurposeKey, SealError> {
            let mut key = Box::new(Zeroizing::new([0_u8; 32]));
            // The vault id is the salt, the purpose the info (RFC 5869).
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

    /// The vault whose root this is.
    #[must_use]
    pub const fn vault(&self) -> VaultId {
        self.vault
    }

    /// Its fingerprint under this vault's id.
    #[must_use]
    pub const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The public half, `age1…`. Kept inside sealed blobs only: who has it can seal, though not bind.
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

/// The caller's MAC holds its input, which may be digits: it is finished and wiped where it stands, never moved.
pub(super) fn mac_bytes<const N: usize>(mac: &mut HmacReset<Sha256>) -> [u8; N] {
    let full = mac.finalize_reset().into_bytes();
    std::array::from_fn(|at| full[at])
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Root(of {}, hidden)", self.vault)
    }
}
