//! Adding, changing and removing keyslots.

use secrecy::SecretString;

use super::slot_rows::{MAX_SLOTS, kind_of, kit_slot_row, slot_row};
use super::state::SlotState;
use super::{SlotInfo, Unlocked, Vault, VaultError};
use crate::seal::{KdfCost, KitIdentity, KitSlot, PassphraseSlot, SlotKind};
use crate::store::SlotRow;
use drivekey_record::{LineText, SlotId};

/// Why a keyslot was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SlotChangeError {
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It is the last slot that this version can open. Without it, the vault could not be opened again.
    #[error("the last keyslot")]
    Last,
    /// The vault has the maximum number of slots.
    #[error("too many keyslots")]
    TooMany,
}

/// A kit's slot that was not added to the vault yet.
#[derive(Debug)]
pub struct MadeKitSlot {
    row: SlotRow,
    kept: SlotState,
}

impl MadeKitSlot {
    /// Its ID.
    #[must_use]
    pub const fn slot(&self) -> SlotId {
        self.row.slot
    }
}

impl Vault<Unlocked> {
    /// Adds a passphrase.
    ///
    /// # Errors
    /// [`SlotChangeError::TooMany`] if there are 32 slots.
    pub fn add_passphrase(
        &mut self,
        passphrase: &SecretString,
        cost: KdfCost,
        name: Option<LineText>,
    ) -> Result<SlotId, SlotChangeError> {
        self.swap_slot(None, passphrase, cost, name)
    }

    /// Adds an emergency kit. From then on, its holder can open the vault.
    ///
    /// # Errors
    /// [`SlotChangeError::TooMany`] if there are 32 slots.
    pub fn add_kit(&mut self, kit: &KitIdentity, name: Option<LineText>) -> Result<SlotId, SlotChangeError> {
        let made = self.make_kit_slot(kit, name)?;
        self.add_kit_slot(made)
    }

    /// Makes an emergency kit's slot, which opens nothing until it is added. This allows printing the page first.
    ///
    /// # Errors
    /// [`VaultError`] if the system gives no random bytes.
    pub fn make_kit_slot(&self, kit: &KitIdentity, name: Option<LineText>) -> Result<MadeKitSlot, VaultError> {
        let (made, recipient) = KitSlot::make(&self.access.root, kit)?;
        let (row, kept) = kit_slot_row(self.access.vault, made, recipient, name);
        Ok(MadeKitSlot { row, kept })
    }

    /// Adds a kit's slot.
    ///
    /// # Errors
    /// As [`Vault::add_kit`].
    pub fn add_kit_slot(&mut self, made: MadeKitSlot) -> Result<SlotId, SlotChangeError> {
        self.put_slot(None, &made.row, made.kept)
    }

    /// Replaces the passphrase that opened the vault. If a kit opened it, replaces the only passphrase; if there are
    /// several, adds one, because it is not known which of them was forgotten.
    ///
    /// The new cost is at least that of the old slot, whatever `cost` is.
    ///
    /// # Errors
    /// [`SlotChangeError::Vault`] with any error of a write.
    pub fn change_passphrase(&mut self, passphrase: &SecretString, cost: KdfCost) -> Result<SlotId, SlotChangeError> {
        let Some(old) = self.replaced_passphrase() else { return self.swap_slot(None, passphrase, cost, None) };
        let cost = cost.at_least(old.cost.at_most(self.limits.ceiling));
        self.swap_slot(Some(old.slot), passphrase, cost, old.name)
    }

    /// The minimum cost of a new passphrase: that of the passphrase that it would replace.
    #[must_use]
    pub fn passphrase_cost(&self) -> Option<KdfCost> {
        self.replaced_passphrase().map(|old| old.cost)
    }

    fn replaced_passphrase(&self) -> Option<SlotInfo> {
        let slots = self.slots();
        // Only a kit may replace another slot's passphrase. A slot whose kind was changed in the file may not.
        let by_other = slots.iter().any(|info| info.in_use && info.kind == SlotKind::Kit);
        let passphrases = slots.into_iter().filter(|info| info.kind == SlotKind::Passphrase);
        let mut passphrases = passphrases.filter(|info| by_other || info.in_use);
        match (passphrases.next(), passphrases.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// The new slot is made before the write begins, because a derivation takes a second and would block other writers.
    fn swap_slot(
        &mut self,
        old: Option<SlotId>,
        passphrase: &SecretString,
        cost: KdfCost,
        name: Option<LineText>,
    ) -> Result<SlotId, SlotChangeError> {
        let made = PassphraseSlot::make(&self.access.root, passphrase, cost, self.limits).map_err(VaultError::from)?;
        let (row, kept) = slot_row(self.access.vault, made, name);
        self.put_slot(old, &row, kept)
    }

    fn put_slot(&mut self, old: Option<SlotId>, row: &SlotRow, kept: SlotState) -> Result<SlotId, SlotChangeError> {
        let slot = row.slot;
        let mut session = self.begin()?;
        if let Some(old) = old {
            session.writer.delete_slot(old).map_err(VaultError::from)?;
            session.state.slots.retain(|state| state.slot() != Some(old));
        }
        if session.state.slots.len() >= MAX_SLOTS {
            return Err(SlotChangeError::TooMany);
        }
        session.writer.insert_slot(row).map_err(VaultError::from)?;
        session.state.slots.push(kept);
        let rows = session.writer.reader().slots().map_err(VaultError::from)?;
        let before = session.access.slot;
        if old == Some(before) {
            session.access.slot = slot;
        }
        // After a failed commit the old slot is still there, and the next attempt must find it.
        if let Err(error) = session.commit() {
            self.access.slot = before;
            return Err(error.into());
        }
        self.access.slots = rows;
        Ok(slot)
    }

    /// Removes a slot.
    ///
    /// # Errors
    /// [`SlotChangeError::Last`] if no other slot can be opened by this version.
    pub fn remove_slot(&mut self, slot: SlotId) -> Result<(), SlotChangeError> {
        let mut session = self.begin()?;
        if !session.state.slots.iter().any(|state| state.slot() == Some(slot)) {
            return Err(VaultError::NoSuchSlot.into());
        }
        let rows = session.writer.reader().slots().map_err(VaultError::from)?.rows;
        if !rows.iter().any(|row| row.slot != slot && kind_of(row).is_opened_here()) {
            return Err(SlotChangeError::Last);
        }
        session.writer.delete_slot(slot).map_err(VaultError::from)?;
        session.state.slots.retain(|state| state.slot() != Some(slot));
        let rows = session.writer.reader().slots().map_err(VaultError::from)?;
        session.commit()?;
        self.access.slots = rows;
        Ok(())
    }
}
