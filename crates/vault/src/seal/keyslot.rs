//! The passphrase keyslot: a passphrase is stretched into an age identity, which opens an age file with the root.

use age::x25519::{Identity, Recipient};
use bech32::Hrp;
use hmac::{HmacReset, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::kdf::{OUTPUT_BYTES, derive};
use super::random::make_bytes;
use super::root::mac_bytes;
use super::sealed_record::{SHA256_BYTES, age_seal, age_unseal};
use super::stack::wiped;
use super::{KdfCost, KdfError, KdfLimits, RandomError, Root, SealError, SlotKind};
use drivekey_record::{SlotId, VaultId};

/// Bytes of a salt, as RFC 9106 recommends.
pub const SALT_BYTES: usize = 16;
/// Bytes of the check value.
pub const CHECK_BYTES: usize = 16;

/// What a passphrase slot stores. It can be read without the passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotBody {
    /// The cost of its derivation.
    pub cost: KdfCost,
    /// Its salt.
    pub salt: [u8; SALT_BYTES],
    /// A MAC that tells a wrong passphrase from a damaged slot.
    pub check_value: [u8; CHECK_BYTES],
    /// The age file that holds the root.
    pub wrapped: Vec<u8>,
}

/// A passphrase slot with its ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassphraseSlot {
    /// Its ID.
    pub id: SlotId,
    /// Its contents.
    pub body: SlotBody,
}

/// A new slot, with what the vault's state stores about it.
#[derive(Debug, Clone)]
pub struct MadeSlot {
    /// The slot.
    pub slot: PassphraseSlot,
    /// Its recipient, `age1…`. A new root can be wrapped for it without the passphrase.
    pub recipient: String,
}

/// Why a slot was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// The key derivation failed.
    #[error(transparent)]
    Kdf(#[from] KdfError),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The outcome of trying a passphrase on a slot.
#[derive(Debug)]
pub enum SlotOpening {
    /// The root.
    Opened(Box<Root>),
    /// The passphrase is not this slot's. The slot's bytes are as they were written.
    WrongPassphrase,
    /// The slot did not open, and its bytes are not as they were written.
    Damaged,
    /// The passphrase is right and the slot's checksum matches, but its age file does not open: the slot was tampered
    /// with.
    Tampered,
}

impl PassphraseSlot {
    /// Wraps the root under a passphrase, with a new salt and a new ID.
    ///
    /// # Errors
    /// [`KdfError`] for a cost outside the limits or if memory runs out. [`SealError::Random`] if the system gives no
    /// salt.
    pub fn make(
        root: &Root,
        passphrase: &SecretString,
        cost: KdfCost,
        limits: KdfLimits,
    ) -> Result<MadeSlot, SlotError> {
        let id = SlotId::from_bytes(make_bytes()?);
        let salt = make_bytes()?;
        wiped(|| {
            let output = derive(passphrase, &salt, cost, limits)?;
            Ok(Self::wrap(root, id, cost, salt, &output)?)
        })
    }

    fn wrap(
        root: &Root,
        id: SlotId,
        cost: KdfCost,
        salt: [u8; SALT_BYTES],
        output: &[u8; OUTPUT_BYTES],
    ) -> Result<MadeSlot, SealError> {
        let recipient = slot_identity(output)?.to_public();
        let wrapped = wrap_root(root, id, &recipient)?;
        let check_value = check_value(SlotKind::Passphrase, root.vault(), id, cost, &salt, check_key(output));
        let slot = Self { id, body: SlotBody { cost, salt, check_value, wrapped } };
        Ok(MadeSlot { slot, recipient: recipient.to_string() })
    }

    /// Tries a passphrase. `checksum` is the one in the store for this slot.
    ///
    /// # Errors
    /// [`KdfError`] for a cost outside the limits, before any work, or if memory runs out.
    pub fn open(
        &self,
        vault: VaultId,
        passphrase: &SecretString,
        checksum: &[u8; SHA256_BYTES],
        limits: KdfLimits,
    ) -> Result<SlotOpening, KdfError> {
        let whole = self.checksum(vault) == *checksum;
        wiped(|| self.open_whole(vault, passphrase, whole, limits))
    }

    /// Leaves copies of the keys on the stack. The caller must overwrite it.
    fn open_whole(
        &self,
        vault: VaultId,
        passphrase: &SecretString,
        whole: bool,
        limits: KdfLimits,
    ) -> Result<SlotOpening, KdfError> {
        let body = &self.body;
        let output = match derive(passphrase, &body.salt, body.cost, limits) {
            Ok(output) => output,
            // A flipped bit in the cost must not be reported as a cost outside the limits.
            Err(KdfError::BelowFloor(_) | KdfError::AboveCeiling(_)) if !whole => return Ok(SlotOpening::Damaged),
            Err(error) => return Err(error),
        };
        Ok(match slot_identity(&output) {
            Ok(identity) => open_with(SlotKind::Passphrase, vault, self.id, body, whole, &identity, check_key(&output)),
            Err(_) => SlotOpening::Damaged,
        })
    }

    /// SHA-256 over everything in the slot. It detects accidents, not attacks.
    #[must_use]
    pub fn checksum(&self, vault: VaultId) -> [u8; SHA256_BYTES] {
        slot_checksum(SlotKind::Passphrase, vault, self.id, &self.body)
    }
}

/// The root's identity file, with vault and slot ID in its comment lines, as an age file to the slot's recipient.
/// Leaves copies of the root on the stack, which the callers must overwrite.
pub(super) fn wrap_root(root: &Root, id: SlotId, recipient: &Recipient) -> Result<Vec<u8>, SealError> {
    let secret = root.identity_text();
    let header = identity_file_header(root.vault(), id);
    // EXPOSE: the slot's content is the root's identity.
    let secret = secret.expose_secret();
    let mut plain = Zeroizing::new(String::with_capacity(header.len() + secret.len() + 1));
    plain.push_str(&header);
    plain.push_str(secret);
    plain.push('\n');
    age_seal(recipient, plain.as_bytes())
}

/// The outcome of opening a slot with its identity. `whole` tells whether the slot's checksum matches.
pub(super) fn open_with(
    kind: SlotKind,
    vault: VaultId,
    id: SlotId,
    body: &SlotBody,
    whole: bool,
    identity: &Identity,
    check_key: &[u8],
) -> SlotOpening {
    if let Ok(root) = age_unseal(identity, &body.wrapped).and_then(|plain| root_in(vault, id, &plain)) {
        return SlotOpening::Opened(root);
    }
    let right = check_value(kind, vault, id, body.cost, &body.salt, check_key).ct_eq(&body.check_value).into();
    match (whole, right) {
        (false, _) => SlotOpening::Damaged,
        (true, true) => SlotOpening::Tampered,
        (true, false) => SlotOpening::WrongPassphrase,
    }
}

/// Parses the decrypted identity file. Its comment lines must name this vault and this slot.
fn root_in(vault: VaultId, id: SlotId, plain: &[u8]) -> Result<Box<Root>, SealError> {
    let text = std::str::from_utf8(plain).map_err(|_| SealError::Malformed)?;
    let identity = text.strip_prefix(identity_file_header(vault, id).as_str()).ok_or(SealError::BelongsElsewhere)?;
    Root::from_text(vault, identity.trim_end())
}

/// SHA-256 over everything in a slot of any kind.
#[must_use]
pub fn slot_checksum(kind: SlotKind, vault: VaultId, id: SlotId, body: &SlotBody) -> [u8; SHA256_BYTES] {
    let mut hash = Sha256::new();
    hash.update(slot_prefix(b"drivekey/1/slot\0", kind, vault, id, body.cost, &body.salt));
    hash.update(body.check_value);
    hash.update(&body.wrapped);
    hash.finalize().into()
}

fn check_key(output: &[u8; OUTPUT_BYTES]) -> &[u8] {
    &output[OUTPUT_BYTES / 2..]
}

fn identity_file_header(vault: VaultId, slot: SlotId) -> String {
    format!("# drivekey root identity\n# vault {vault}\n# slot {slot}\n")
}

/// Makes an age identity from the first half of the output.
fn slot_identity(output: &[u8; OUTPUT_BYTES]) -> Result<Identity, SealError> {
    let hrp = Hrp::parse("age-secret-key-").map_err(|_| SealError::Malformed)?;
    let mut text =
        bech32::encode::<bech32::Bech32>(hrp, &output[..OUTPUT_BYTES / 2]).map_err(|_| SealError::Malformed)?;
    let identity = text.parse().map_err(|_| SealError::Malformed);
    text.zeroize();
    identity
}

pub(super) fn check_value(
    kind: SlotKind,
    vault: VaultId,
    slot: SlotId,
    cost: KdfCost,
    salt: &[u8; SALT_BYTES],
    key: &[u8],
) -> [u8; CHECK_BYTES] {
    let Ok(mut mac) = HmacReset::<Sha256>::new_from_slice(key) else {
        // HMAC accepts keys of any length.
        return [0; CHECK_BYTES];
    };
    mac.update(&slot_prefix(b"drivekey/1/check", kind, vault, slot, cost, salt));
    mac_bytes(&mut mac)
}

/// All fields have a fixed length, so that no two slots give the same bytes.
fn slot_prefix(
    purpose: &[u8; 16],
    kind: SlotKind,
    vault: VaultId,
    slot: SlotId,
    cost: KdfCost,
    salt: &[u8; SALT_BYTES],
) -> Vec<u8> {
    [
        purpose.as_slice(),
        vault.as_bytes(),
        slot.as_bytes(),
        &kind.number().to_be_bytes(),
        &cost.memory_kib.to_be_bytes(),
        &cost.passes.to_be_bytes(),
        &cost.lanes.to_be_bytes(),
        salt,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: KdfLimits = KdfLimits {
        floor: KdfCost { memory_kib: 64, passes: 1, lanes: 1 },
        ceiling: KdfCost { memory_kib: 1024, passes: 4, lanes: 4 },
    };
    const VAULT: VaultId = VaultId::from_bytes([1; 16]);

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    fn slot() -> (Box<Root>, PassphraseSlot, [u8; 32]) {
        let root = Root::make(VAULT).unwrap();
        let slot = PassphraseSlot::make(&root, &secret("demopass"), LIMITS.floor, LIMITS).unwrap().slot;
        let checksum = slot.checksum(VAULT);
        (root, slot, checksum)
    }

    #[test]
    fn the_right_passphrase_gives_the_root_and_a_wrong_one_says_so() {
        let (root, slot, checksum) = slot();
        let opened = slot.open(VAULT, &secret("demopass"), &checksum, LIMITS).unwrap();
        assert!(matches!(opened, SlotOpening::Opened(found) if found.fingerprint() == root.fingerprint()));
        let wrong = slot.open(VAULT, &secret("demopasS"), &checksum, LIMITS).unwrap();
        assert!(matches!(wrong, SlotOpening::WrongPassphrase));
    }

    #[test]
    fn no_flipped_bit_is_called_a_wrong_passphrase() {
        let (_, slot, checksum) = slot();
        let mut broken = Vec::new();
        for at in 0..slot.body.wrapped.len() {
            let mut bent = slot.clone();
            bent.body.wrapped[at] ^= 4;
            broken.push(bent);
        }
        for bit in 0..32 {
            let mut bent = slot.clone();
            bent.body.cost.memory_kib ^= 1 << bit;
            broken.push(bent);
        }
        for at in 0..SALT_BYTES {
            let mut bent = slot.clone();
            bent.body.salt[at] ^= 1;
            broken.push(bent);
        }
        for bent in broken {
            let opening = bent.open(VAULT, &secret("demopass"), &checksum, LIMITS).unwrap();
            // A flipped bit in the grease of the age header does no harm. Any other is damage.
            assert!(matches!(opening, SlotOpening::Damaged | SlotOpening::Opened(_)), "{opening:?}");
        }
        let mut other_check = slot.clone();
        other_check.body.check_value[0] ^= 1;
        assert!(matches!(
            other_check.open(VAULT, &secret("demopass"), &checksum, LIMITS).unwrap(),
            SlotOpening::Opened(_)
        ));
    }

    #[test]
    fn a_changed_file_under_a_made_up_checksum_is_tampering() {
        let (_, mut slot, _) = slot();
        let last = slot.body.wrapped.len() - 1;
        slot.body.wrapped[last] ^= 1;
        let forged = slot.checksum(VAULT);
        assert!(matches!(slot.open(VAULT, &secret("demopass"), &forged, LIMITS).unwrap(), SlotOpening::Tampered));
    }

    #[test]
    fn a_slot_of_another_vault_or_name_does_not_open() {
        let (_, slot, _) = slot();
        let elsewhere = VaultId::from_bytes([2; 16]);
        let opening = slot.open(elsewhere, &secret("demopass"), &slot.checksum(elsewhere), LIMITS).unwrap();
        assert!(matches!(opening, SlotOpening::WrongPassphrase), "the check value covers the vault: {opening:?}");
        let renamed = PassphraseSlot { id: SlotId::from_bytes([7; 16]), ..slot };
        let opening = renamed.open(VAULT, &secret("demopass"), &renamed.checksum(VAULT), LIMITS).unwrap();
        assert!(!matches!(opening, SlotOpening::Opened(_)), "{opening:?}");
    }

    #[test]
    fn a_poisoned_cost_is_refused_before_any_work() {
        let (_, mut slot, _) = slot();
        slot.body.cost.memory_kib = u32::MAX;
        let forged = slot.checksum(VAULT);
        assert!(matches!(slot.open(VAULT, &secret("demopass"), &forged, LIMITS), Err(KdfError::AboveCeiling(_))));
    }
}
