//! Opening a vault: locked, it gives its slots; unlocked, it is checked against its state and against what this
//! machine remembers. Runs no scan over records.

use std::io;
use std::path::Path;

use secrecy::SecretString;

use super::state::{SlotState, State};
use super::{CopyDoubt, Fault, FaultKind, Machine, VaultError};
use crate::record::{LineText, SlotId, VaultId, WriteId};
use crate::seal::{
    KIT_KIND, KdfCost, KdfLimits, KitIdentity, KitSlot, MadeSlot, PASSPHRASE_KIND, PassphraseSlot, Root, SHA256_BYTES, SlotBody,
    SlotOpening, make_id, sha256,
};
use crate::store::{self, SlotRow, Store};

/// A vault, locked or unlocked: only an unlocked one has the calls that need the root.
pub struct Vault<S> {
    pub(super) store: Store,
    pub(super) machine: Machine,
    pub(super) limits: KdfLimits,
    pub(super) access: S,
}

/// A vault whose passphrase nobody has given yet.
pub struct Locked {
    vault: VaultId,
    slots: Vec<SlotRow>,
}

/// A vault whose root is at hand.
pub struct Unlocked {
    pub(super) vault: VaultId,
    pub(super) root: Box<Root>,
    /// `None` when the state row does not open; reading goes on without its checks.
    pub(super) state: Option<State>,
    pub(super) slot: SlotId,
    pub(super) slots: Vec<SlotRow>,
    pub(super) faults: Vec<Fault>,
    pub(super) doubt: Option<CopyDoubt>,
    pub(super) memory: Result<(), io::ErrorKind>,
}

/// A vault that did not open, to try again.
pub struct UnlockFailure {
    /// The vault, still locked.
    pub vault: Box<Vault<Locked>>,
    /// Why.
    pub error: VaultError,
}

/// What a new vault is made with.
pub struct NewVault<'a> {
    /// The first passphrase.
    pub passphrase: &'a SecretString,
    /// The cost of its derivation.
    pub cost: KdfCost,
    /// The limits within which that must be.
    pub limits: KdfLimits,
}

/// A keyslot, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotInfo {
    /// Its name in the file.
    pub slot: SlotId,
    /// Whether a kit opens it, rather than a passphrase.
    pub is_kit: bool,
    /// The name a person gave it.
    pub name: Option<LineText>,
    /// The cost of its derivation.
    pub cost: KdfCost,
    /// Whether it opened the vault just now.
    pub in_use: bool,
}

impl Vault<Locked> {
    /// Makes a new vault file with one passphrase slot.
    ///
    /// # Errors
    /// [`store::StoreError::Exists`] when anything is at the path; whatever fails, nothing is left behind.
    pub fn create(path: &Path, new: &NewVault<'_>, machine: &Machine) -> Result<(), VaultError> {
        let vault = VaultId::from_bytes(make_id()?);
        let root = Root::make(vault)?;
        let made = PassphraseSlot::make(&root, new.passphrase, new.cost, new.limits)?;
        let (row, slot_state) = slot_row(vault, made, None);
        let state = State::first(store::VERSION, root.recipient_text(), vec![slot_state], WriteId::from_bytes(make_id()?));
        store::create(path, vault, &root.seal_state(&state)?, std::slice::from_ref(&row))?;
        // A machine that cannot remember still has a sound vault; the next opening tries again.
        let _ = machine.remember(vault, root.fingerprint(), &state, Some(row.slot), path);
        Ok(())
    }

    /// Opens a vault file without its passphrase.
    ///
    /// # Errors
    /// [`VaultError::Store`], each kind of refusal by itself; the file is not changed.
    pub fn open(path: &Path, limits: KdfLimits, machine: Machine) -> Result<Self, VaultError> {
        let mut store = Store::open(path)?;
        let reader = store.read()?;
        let (vault, _) = reader.vault()?;
        let slots = reader.slots()?;
        drop(reader);
        Ok(Self { store, machine, limits, access: Locked { vault, slots } })
    }

    /// The names of the slots in the file.
    pub fn slot_ids(&self) -> impl Iterator<Item = SlotId> {
        self.access.slots.iter().map(|row| row.slot)
    }

    /// Tries a passphrase on every slot, the last used first, or on `only` one.
    ///
    /// # Errors
    /// [`UnlockFailure`] gives the vault back, so that another passphrase can be tried.
    pub fn unlock(self, passphrase: &SecretString, only: Option<SlotId>) -> Result<Vault<Unlocked>, UnlockFailure> {
        match self.try_slots(passphrase, only) {
            Ok((root, slot)) => self.unlocked(root, slot),
            Err(error) => Err(UnlockFailure { vault: Box::new(self), error }),
        }
    }

    /// Tries a kit on every slot of its kind.
    ///
    /// # Errors
    /// As [`Vault::unlock`]; [`VaultError::WrongKit`] when its slot was removed, or it is another vault's.
    pub fn unlock_with_kit(self, kit: &KitIdentity) -> Result<Vault<Unlocked>, UnlockFailure> {
        let vault = self.access.vault;
        let tried = self.try_each(None, |row| !is_plainly(row, PASSPHRASE_KIND), |row| Ok(kit_slot(row).open(vault, kit, &row.checksum)?));
        match tried {
            Ok((root, slot)) => self.unlocked(root, slot),
            Err(VaultError::WrongPassphrase) => Err(UnlockFailure { vault: Box::new(self), error: VaultError::WrongKit }),
            Err(error) => Err(UnlockFailure { vault: Box::new(self), error }),
        }
    }

    fn try_slots(&self, passphrase: &SecretString, only: Option<SlotId>) -> Result<(Box<Root>, SlotId), VaultError> {
        self.try_each(
            only,
            |row| !is_plainly(row, KIT_KIND),
            |row| Ok(passphrase_slot(row).open(self.access.vault, passphrase, &row.checksum, self.limits)?),
        )
    }

    fn try_each(
        &self,
        only: Option<SlotId>,
        wanted: impl Fn(&SlotRow) -> bool,
        open: impl Fn(&SlotRow) -> Result<SlotOpening, VaultError>,
    ) -> Result<(Box<Root>, SlotId), VaultError> {
        let last = self.machine.last_slot(self.access.vault);
        let mut rows: Vec<&SlotRow> =
            self.access.slots.iter().filter(|row| only.is_none_or(|only| row.slot == only) && wanted(row)).collect();
        rows.sort_by_key(|row| Some(row.slot) != last);
        if rows.is_empty() {
            return Err(match (only, self.access.slots.is_empty()) {
                (Some(_), _) => VaultError::NoSuchSlot,
                (None, true) => VaultError::SlotDamaged,
                (None, false) => VaultError::WrongPassphrase,
            });
        }
        let mut worst = VaultError::WrongPassphrase;
        for row in rows {
            match open(row) {
                Ok(SlotOpening::Opened(root)) => return Ok((root, row.slot)),
                Ok(SlotOpening::WrongPassphrase) => {}
                Ok(SlotOpening::Tampered) => worst = VaultError::SlotTampered,
                Ok(SlotOpening::Damaged) => {
                    if !matches!(worst, VaultError::SlotTampered) {
                        worst = VaultError::SlotDamaged;
                    }
                }
                Err(error) => {
                    if matches!(worst, VaultError::WrongPassphrase) {
                        worst = error;
                    }
                }
            }
        }
        Err(worst)
    }

    fn unlocked(mut self, root: Box<Root>, slot: SlotId) -> Result<Vault<Unlocked>, UnlockFailure> {
        let vault = self.access.vault;
        let looked = self.look_inside(&root, |machine, path, state, slots| {
            let faults = match &state {
                Some(state) => slot_faults(vault, state, &slots),
                None => vec![Fault::whole(FaultKind::State)],
            };
            let doubt = machine.doubt(vault, root.fingerprint(), state.as_ref(), path);
            if doubt == Some(CopyDoubt::ForeignRoot) {
                return Err(VaultError::Copy(CopyDoubt::ForeignRoot));
            }
            let mut memory = Ok(());
            if let (Some(state), None, true) = (&state, doubt, faults.is_empty()) {
                memory = machine.remember(vault, root.fingerprint(), state, Some(slot), path).map_err(|error| error.kind());
            }
            Ok((state, slots, faults, doubt, memory))
        });
        match looked {
            Ok((state, slots, faults, doubt, memory)) => {
                let access = Unlocked { vault, root, state, slot, slots, faults, doubt, memory };
                Ok(Vault { store: self.store, machine: self.machine, limits: self.limits, access })
            }
            Err(error) => Err(UnlockFailure { vault: Box::new(self), error }),
        }
    }

    /// Reads state and slots in one view: another process may have written while the passphrase was typed. The view
    /// stays open while they are compared with what this machine remembers: a write between the two would make this
    /// file look like an older copy.
    fn look_inside<T>(
        &mut self,
        root: &Root,
        then: impl FnOnce(&Machine, &Path, Option<State>, Vec<SlotRow>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let path = self.store.path().to_owned();
        let reader = self.store.read()?;
        let (vault, sealed) = reader.vault()?;
        if vault != self.access.vault {
            return Err(VaultError::SlotTampered);
        }
        let slots = reader.slots()?;
        let outcome = then(&self.machine, &path, root.unseal_state(&sealed).ok(), slots);
        drop(reader);
        outcome
    }

    /// Takes a foreign or older copy for the right one from now on: what this machine remembers is replaced.
    ///
    /// # Errors
    /// As [`Vault::unlock`]; [`VaultError::Faults`] when the copy is not sound in itself.
    pub fn accept_copy(mut self, passphrase: &SecretString) -> Result<(), VaultError> {
        let (root, slot) = self.try_slots(passphrase, None)?;
        let vault = self.access.vault;
        self.look_inside(&root, |machine, path, state, slots| {
            let Some(state) = state else { return Err(VaultError::Faults(vec![Fault::whole(FaultKind::State)])) };
            let faults = slot_faults(vault, &state, &slots);
            if !faults.is_empty() {
                return Err(VaultError::Faults(faults));
            }
            let remembered = machine.remember(vault, root.fingerprint(), &state, Some(slot), path);
            remembered.map_err(|error| VaultError::Store(error.into()))
        })
    }
}

impl Vault<Unlocked> {
    /// What is wrong with the vault as a whole; reading goes on, writing does not.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.access.faults
    }

    /// Why this may not be the copy that this machine knows; reading goes on, writing does not.
    #[must_use]
    pub const fn doubt(&self) -> Option<CopyDoubt> {
        self.access.doubt
    }

    /// Whether this machine could remember what it saw.
    ///
    /// # Errors
    /// The kind of the system's refusal.
    pub const fn memory(&self) -> Result<(), io::ErrorKind> {
        self.access.memory
    }

    /// The vault's name.
    #[must_use]
    pub const fn id(&self) -> VaultId {
        self.access.vault
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// The keyslots.
    #[must_use]
    pub fn slots(&self) -> Vec<SlotInfo> {
        let name_of = |slot: SlotId| {
            let state = self.access.state.as_ref()?;
            state.slots.iter().find(|kept| kept.slot() == Some(slot))?.name.clone()
        };
        let info = |row: &SlotRow| SlotInfo {
            slot: row.slot,
            is_kit: row.kind == KIT_KIND,
            name: name_of(row.slot),
            cost: cost_of(row),
            in_use: row.slot == self.access.slot,
        };
        self.access.slots.iter().map(info).collect()
    }
}

pub(super) const fn cost_of(row: &SlotRow) -> KdfCost {
    KdfCost { memory_kib: row.memory_kib, passes: row.passes, lanes: row.lanes }
}

/// A damaged kind must shut out nobody: a kit's slot has no cost, a passphrase's has.
fn is_plainly(row: &SlotRow, kind: u32) -> bool {
    let costs = (row.memory_kib, row.passes, row.lanes) != (0, 0, 0);
    row.kind == kind && costs == (kind == PASSPHRASE_KIND)
}

fn body_of(row: &SlotRow) -> SlotBody {
    SlotBody { cost: cost_of(row), salt: row.salt, check_value: row.check_value, wrapped: row.wrapped.clone() }
}

fn passphrase_slot(row: &SlotRow) -> PassphraseSlot {
    PassphraseSlot { id: row.slot, body: body_of(row) }
}

fn kit_slot(row: &SlotRow) -> KitSlot {
    KitSlot { id: row.slot, body: body_of(row) }
}

pub(super) fn slot_row(vault: VaultId, made: MadeSlot, name: Option<LineText>) -> (SlotRow, SlotState) {
    let checksum = made.slot.checksum(vault);
    let PassphraseSlot { id, body } = made.slot;
    row_of(vault, PASSPHRASE_KIND, id, body, checksum, made.recipient, name)
}

pub(super) fn kit_slot_row(vault: VaultId, made: KitSlot, recipient: String, name: Option<LineText>) -> (SlotRow, SlotState) {
    let checksum = made.checksum(vault);
    row_of(vault, KIT_KIND, made.id, made.body, checksum, recipient, name)
}

fn row_of(
    vault: VaultId,
    kind: u32,
    id: SlotId,
    body: SlotBody,
    checksum: [u8; SHA256_BYTES],
    recipient: String,
    name: Option<LineText>,
) -> (SlotRow, SlotState) {
    let row = SlotRow {
        slot: id,
        kind,
        memory_kib: body.cost.memory_kib,
        passes: body.cost.passes,
        lanes: body.cost.lanes,
        salt: body.salt,
        check_value: body.check_value,
        wrapped: body.wrapped,
        checksum,
    };
    let state = SlotState::new(id, name, recipient, &row_digest(vault, &row));
    (row, state)
}

/// SHA-256 over all of a slot's row, its own checksum too: a damaged slot that was taken as it stands must neither
/// stay a fault for ever nor lose the checksum that tells its owner of the damage.
pub(super) fn row_digest(vault: VaultId, row: &SlotRow) -> [u8; 32] {
    let computed = if row.kind == KIT_KIND { kit_slot(row).checksum(vault) } else { passphrase_slot(row).checksum(vault) };
    sha256(&[computed.as_slice(), &row.checksum, &row.kind.to_be_bytes()].concat())
}

/// The slots in the file must be those that the state names, to the byte.
pub(super) fn slot_faults(vault: VaultId, state: &State, rows: &[SlotRow]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for row in rows {
        match state.slots.iter().find(|kept| kept.slot() == Some(row.slot)) {
            None => faults.push(FaultKind::SlotAdded(row.slot)),
            Some(kept) if !kept.has_digest(&row_digest(vault, row)) => faults.push(FaultKind::SlotChanged(row.slot)),
            Some(_) => {}
        }
    }
    let gone = |slot: SlotId| rows.iter().all(|row| row.slot != slot);
    faults.extend(state.slots.iter().filter_map(SlotState::slot).filter(|slot| gone(*slot)).map(FaultKind::SlotMissing));
    faults.into_iter().map(Fault::whole).collect()
}
