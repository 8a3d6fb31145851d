//! Keyslots: new ways to open the vault, another passphrase in place of one, and what is taken away.

use std::time::Duration;

use secrecy::SecretString;

use drivekey_record::{LineText, SlotId};
use drivekey_vault::seal::{KdfLimits, SlotKind, calibrate};
use drivekey_vault::{SlotChangeError, Unlocked, Vault, VaultError};

/// What deriving a key from a new passphrase is to cost.
#[derive(Debug, Clone, Copy)]
pub struct KdfPolicy {
    /// What a file may ask for.
    pub limits: KdfLimits,
    /// How long one derivation is to take here.
    pub target: Duration,
}

impl KdfPolicy {
    /// The product's.
    pub const PRODUCT: Self = Self { limits: KdfLimits::PRODUCT, target: Duration::from_secs(1) };
}

/// Why no single slot is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhichSlot {
    /// None.
    #[error("no slot begins so")]
    NotFound,
    /// Several.
    #[error("several slots begin so")]
    Ambiguous,
}

/// The one slot whose name begins so.
///
/// # Errors
/// [`WhichSlot`] where it is none, or not one alone.
pub fn one(typed: &str, slots: impl IntoIterator<Item = SlotId>) -> Result<SlotId, WhichSlot> {
    let typed = typed.to_lowercase();
    let mut meant = slots.into_iter().filter(|slot| !typed.is_empty() && slot.to_string().starts_with(&typed));
    match (meant.next(), meant.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(WhichSlot::NotFound),
        (Some(_), Some(_)) => Err(WhichSlot::Ambiguous),
    }
}

/// What a changed passphrase did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Its slot.
    pub slot: SlotId,
    /// It stands in place of an old one. Otherwise a kit opened the vault, and which of several passphrases was
    /// forgotten is not known: none of them was taken away.
    pub is_in_place: bool,
}

/// A new passphrase in place of the one that opened the vault.
///
/// # Errors
/// [`SlotChangeError`]; then nothing is changed.
pub fn change_passphrase(
    vault: &mut Vault<Unlocked>,
    passphrase: &SecretString,
    policy: KdfPolicy,
) -> Result<Changed, SlotChangeError> {
    let cost = calibrate(policy.limits, policy.target, vault.passphrase_cost()).map_err(VaultError::from)?;
    let before = vault.slots().len();
    let slot = vault.change_passphrase(passphrase, cost)?;
    Ok(Changed { slot, is_in_place: vault.slots().len() == before })
}

/// A passphrase beside those there are.
///
/// # Errors
/// [`SlotChangeError`]; then nothing is changed.
pub fn add_passphrase(
    vault: &mut Vault<Unlocked>,
    passphrase: &SecretString,
    name: Option<LineText>,
    policy: KdfPolicy,
) -> Result<SlotId, SlotChangeError> {
    let cost = calibrate(policy.limits, policy.target, vault.passphrase_cost()).map_err(VaultError::from)?;
    vault.add_passphrase(passphrase, cost, name)
}

/// A slot that may be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// The slot.
    pub slot: SlotId,
    /// What opens it.
    pub kind: SlotKind,
}

/// Whether a slot can be taken away: asked before a person is.
///
/// # Errors
/// [`SlotChangeError::Last`] where nobody could open the vault any more.
pub fn removal(vault: &Vault<Unlocked>, slot: SlotId) -> Result<Removal, SlotChangeError> {
    let slots = vault.slots();
    if slots.len() == 1 {
        return Err(SlotChangeError::Last);
    }
    let kind = slots.iter().find(|info| info.slot == slot).map_or(SlotKind::Passphrase, |info| info.kind);
    Ok(Removal { slot, kind })
}

/// Takes a slot away.
///
/// # Errors
/// [`SlotChangeError`]; then it stays.
pub fn remove(vault: &mut Vault<Unlocked>, removal: Removal) -> Result<(), SlotChangeError> {
    vault.remove_slot(removal.slot)
}
