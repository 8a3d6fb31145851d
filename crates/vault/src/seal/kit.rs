//! The kit keyslot: an emergency kit is a random age identity, which is printed and never stored.

use std::str::FromStr;

use age::x25519::Identity;
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::keyslot::{SALT_BYTES, SlotBody, SlotOpening, check_value, open_with, slot_checksum, wrap_root};
use super::random::make_bytes;
use super::root::{PurposeKey, identity_bytes};
use super::sealed_record::SHA256_BYTES;
use super::stack::wiped;
use super::{KdfCost, Root, SealError, SlotError, SlotKind};
use drivekey_record::{SlotId, VaultId};

/// A kit is random enough without a costly derivation.
const NO_COST: KdfCost = KdfCost { memory_kib: 0, passes: 0, lanes: 0 };

/// The secret on a kit's page. Wiped when dropped, never printed by `Debug`, and boxed, so that a move leaves no copy
/// behind.
pub struct KitIdentity(Box<Identity>);

/// A kit's slot with its ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitSlot {
    /// Its ID.
    pub id: SlotId,
    /// Its contents. The cost is zero.
    pub body: SlotBody,
}

/// The text is not an age identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kit")]
pub struct KitError;

impl std::fmt::Debug for KitIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KitIdentity(…)")
    }
}

impl KitIdentity {
    /// Makes a random one.
    #[must_use]
    pub fn make() -> Self {
        Self(wiped(|| Box::new(Identity::generate())))
    }

    /// Parses the text on the page, `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// [`KitError`] if the text is not an age identity.
    pub fn from_text(text: &SecretString) -> Result<Self, KitError> {
        // EXPOSE: age parses the identity from its text.
        let text = text.expose_secret().trim();
        wiped(|| Identity::from_str(text).map(Box::new)).map(Self).map_err(|_| KitError)
    }

    /// The text for the page.
    #[must_use]
    pub fn text(&self) -> SecretString {
        wiped(|| self.0.to_string())
    }

    /// Leaves copies of the key on the stack, which the callers must overwrite.
    fn check_key(&self, salt: &[u8; SALT_BYTES]) -> Result<PurposeKey, SealError> {
        let secret = identity_bytes(&self.0)?;
        let mut key = Box::new(Zeroizing::new([0_u8; 32]));
        let derived = Hkdf::<Sha256>::new(Some(salt), secret.as_slice()).expand(b"drivekey/1/kit", key.as_mut_slice());
        derived.map_err(|_| SealError::Malformed)?;
        Ok(key)
    }
}

impl KitSlot {
    /// Wraps the root for a kit, with a new salt and a new ID. Returns the slot and its recipient.
    ///
    /// # Errors
    /// [`SlotError::Random`] if the system gives no salt.
    pub fn make(root: &Root, kit: &KitIdentity) -> Result<(Self, String), SlotError> {
        let id = SlotId::from_bytes(make_bytes()?);
        let salt = make_bytes()?;
        let (recipient, wrapped, check_value) = wiped(|| {
            let recipient = kit.0.to_public();
            let wrapped = wrap_root(root, id, &recipient)?;
            let check_value =
                check_value(SlotKind::Kit, root.vault(), id, NO_COST, &salt, kit.check_key(&salt)?.as_slice());
            Ok::<_, SealError>((recipient, wrapped, check_value))
        })?;
        Ok((Self { id, body: SlotBody { cost: NO_COST, salt, check_value, wrapped } }, recipient.to_string()))
    }

    /// Tries a kit. `checksum` is the one in the store for this slot.
    ///
    /// # Errors
    /// Never [`SealError::Malformed`], because age has parsed the identity.
    pub fn open(
        &self,
        vault: VaultId,
        kit: &KitIdentity,
        kept_checksum: &[u8; SHA256_BYTES],
    ) -> Result<SlotOpening, SealError> {
        let whole = self.checksum(vault) == *kept_checksum;
        wiped(|| {
            let check_key = kit.check_key(&self.body.salt)?;
            Ok(open_with(SlotKind::Kit, vault, self.id, &self.body, whole, &kit.0, check_key.as_slice()))
        })
    }

    /// SHA-256 over everything in the slot. It detects accidents, not attacks.
    #[must_use]
    pub fn checksum(&self, vault: VaultId) -> [u8; SHA256_BYTES] {
        slot_checksum(SlotKind::Kit, vault, self.id, &self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: VaultId = VaultId::from_bytes([1; 16]);

    #[test]
    fn a_kit_opens_its_slot_and_another_does_not() {
        let root = Root::make(VAULT).unwrap();
        let kit = KitIdentity::make();
        let (slot, _) = KitSlot::make(&root, &kit).unwrap();
        let checksum = slot.checksum(VAULT);
        let read_back = KitIdentity::from_text(&kit.text()).unwrap();
        let opened = slot.open(VAULT, &read_back, &checksum).unwrap();
        assert!(matches!(opened, SlotOpening::Opened(found) if found.fingerprint() == root.fingerprint()));
        assert!(matches!(slot.open(VAULT, &KitIdentity::make(), &checksum).unwrap(), SlotOpening::WrongPassphrase));
        let mut bent = slot.clone();
        *bent.body.wrapped.last_mut().unwrap() ^= 1;
        assert!(matches!(bent.open(VAULT, &kit, &checksum).unwrap(), SlotOpening::Damaged));
        assert!(matches!(bent.open(VAULT, &kit, &bent.checksum(VAULT)).unwrap(), SlotOpening::Tampered));
    }

    #[test]
    fn a_kit_prints_nothing_and_other_texts_are_none() {
        assert_eq!(format!("{:?}", KitIdentity::make()), "KitIdentity(…)");
        assert!(KitIdentity::from_text(&SecretString::from("AGE-SECRET-KEY-1QQQ")).is_err());
    }
}
