//! Opening a vault without its passphrase, from any store, and creating a new one.

use std::io;
use std::path::Path;

use secrecy::SecretString;

use super::slot_rows::{cost_of, kind_of, slot_row};
use super::state::State;
use super::{CopyDoubt, Fault, Machine, VaultError};
use crate::seal::{KdfCost, KdfLimits, PassphraseSlot, Root, SlotKind, make_id};
use crate::sqlite::{self, PrivateFolder};
use crate::store::{
    self, FirstRows, Interrupted, Opened, Place, RefusedFile, Settlement, SlotRow, SlotRows, Store, StoreError,
    StoreFile,
};
use drivekey_record::{LineText, SlotId, VaultId, WriteId};

/// A vault, locked or unlocked. Methods that need the root exist only on an unlocked one.
pub struct Vault<S> {
    pub(super) store: Box<dyn Store>,
    pub(super) machine: Machine,
    pub(super) limits: KdfLimits,
    /// Whether unlocking has undone an interrupted write.
    pub(super) has_undone: bool,
    /// Undoes an interrupted write whose undoing gives a damaged vault. Only a repair uses it.
    pub(super) unsettled: Option<Box<dyn Settlement>>,
    pub(super) access: S,
}

/// A vault before its passphrase is given.
pub struct Locked {
    pub(super) vault: VaultId,
    pub(super) slots: SlotRows,
    /// Set if a write was interrupted. The store is then a copy in which the write is undone.
    pub(super) interrupted: Option<Standing>,
}

/// The alternative view of a vault with an interrupted write, and the means to settle it.
pub(super) struct Standing {
    /// The vault as it stands, without the journal, and its slots.
    pub(super) standing: Result<(Box<dyn Store>, SlotRows), StoreError>,
    pub(super) settlement: Box<dyn Settlement>,
}

/// A vault whose root is known.
pub struct Unlocked {
    pub(super) vault: VaultId,
    pub(super) root: Box<Root>,
    /// `None` if the state row does not open. Reading continues without its checks.
    pub(super) state: Option<State>,
    /// The sealed state row of the latest view. If it changes, another process wrote.
    pub(super) sealed_state: Vec<u8>,
    pub(super) slot: SlotId,
    pub(super) slots: SlotRows,
    pub(super) faults: Vec<Fault>,
    pub(super) doubt: Option<CopyDoubt>,
    pub(super) memory: Result<(), io::ErrorKind>,
}

/// The parameters of a new vault.
pub struct NewVault<'a> {
    /// The first passphrase.
    pub passphrase: &'a SecretString,
    /// The cost of its derivation.
    pub cost: KdfCost,
    /// The limits that the cost must be within.
    pub limits: KdfLimits,
}

/// A keyslot, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotInfo {
    /// Its ID in the file.
    pub slot: SlotId,
    /// What opens it.
    pub kind: SlotKind,
    /// The name that the user gave it.
    pub name: Option<LineText>,
    /// The cost of its derivation.
    pub cost: KdfCost,
    /// Whether it opened the vault this time.
    pub in_use: bool,
}

impl Vault<Locked> {
    /// Creates a vault file with one passphrase slot.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is anything at the path. After any error, nothing is left behind.
    pub fn create(path: &Path, new: &NewVault<'_>, machine: &Machine) -> Result<(), VaultError> {
        Self::create_in(|first| sqlite::create(path, first), new, machine)
    }

    /// Creates a vault with one passphrase slot in the store that `create` makes.
    ///
    /// # Errors
    /// Any error of `create`, and a cost outside the limits.
    pub fn create_in(
        create: impl FnOnce(&FirstRows<'_>) -> Result<Place, StoreError>,
        new: &NewVault<'_>,
        machine: &Machine,
    ) -> Result<(), VaultError> {
        let vault = VaultId::from_bytes(make_id()?);
        let root = Root::make(vault)?;
        let made = PassphraseSlot::make(&root, new.passphrase, new.cost, new.limits)?;
        let (row, slot_state) = slot_row(vault, made, None);
        let state =
            State::first(store::VERSION, root.recipient_text(), vec![slot_state], WriteId::from_bytes(make_id()?));
        let sealed_state = root.seal_state(&state)?;
        let place = create(&FirstRows { vault, state: &sealed_state, slots: std::slice::from_ref(&row) })?;
        // A vault is sound even if the machine cannot remember it. The next opening tries again.
        let _ = machine.remember(vault, root.fingerprint(), &state, Some(row.slot), &place);
        Ok(())
    }

    /// Opens a vault file without its passphrase.
    ///
    /// # Errors
    /// [`VaultError::Store`], with its own variant for each kind of refusal. The file is not changed.
    pub fn open(path: &Path, limits: KdfLimits, machine: Machine) -> Result<Self, VaultError> {
        let private = PrivateFolder::new(machine.folder().map(Path::to_owned));
        Self::over(sqlite::open(path, &private)?, limits, machine)
    }

    /// Makes a locked vault from a store that was opened.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn over(opened: Opened, limits: KdfLimits, machine: Machine) -> Result<Self, VaultError> {
        let Interrupted { mut undone, standing, settlement } = match opened {
            Opened::Store(mut store) => {
                let (vault, slots) = id_and_slots(&mut *store)?;
                let access = Locked { vault, slots, interrupted: None };
                return Ok(Self { store, machine, limits, has_undone: false, unsettled: None, access });
            }
            Opened::Interrupted(interrupted) => interrupted,
        };
        let standing = standing.and_then(|mut store| id_and_slots(&mut *store).map(|found| (store, found)));
        let (store, vault, slots, interrupted) = match (id_and_slots(&mut *undone), standing) {
            // An I/O error tells nothing about the journal, so it is no reason to refuse it.
            (Err(error), _) if !error.tells_of_content() => return Err(error.into()),
            // The journal of another vault would replace this vault by that one.
            (Ok((vault, slots)), Ok((store, (same, others)))) if vault == same => {
                (undone, vault, slots, Some(Standing { standing: Ok((store, others)), settlement }))
            }
            (Ok(_) | Err(_), Ok((mut store, (vault, slots)))) => {
                refuse_journal(&mut *store);
                (store, vault, slots, None)
            }
            (Ok((vault, slots)), Err(error)) => {
                (undone, vault, slots, Some(Standing { standing: Err(error), settlement }))
            }
            (Err(_), Err(error)) => return Err(error.into()),
        };
        let access = Locked { vault, slots, interrupted };
        Ok(Self { store, machine, limits, has_undone: false, unsettled: None, access })
    }

    /// The IDs of the slots in the file.
    pub fn slot_ids(&self) -> impl Iterator<Item = SlotId> {
        self.access.slots.rows.iter().map(|row| row.slot)
    }
}

impl<S> Vault<S> {
    /// The path of its file, with links resolved; `None` if the store is not a file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.store.file().map(StoreFile::path)
    }

    /// Files beside the vault that were refused. Reading uses a copy without them. Writing is refused.
    #[must_use]
    pub fn refused(&self) -> &[RefusedFile] {
        self.store.file().map_or(&[], StoreFile::refused)
    }

    /// Whether there is an interrupted write that cannot be undone where the vault is kept. Reading uses a copy.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        is_copy(&*self.store) && self.refused().is_empty()
    }

    /// Whether a write was interrupted and undoing it gives a damaged vault. Reading uses a copy. [`Vault::repair`]
    /// undoes the write.
    #[must_use]
    pub const fn is_undone_damaged(&self) -> bool {
        self.unsettled.is_some()
    }

    /// Whether unlocking has undone an interrupted write.
    #[must_use]
    pub const fn has_undone(&self) -> bool {
        self.has_undone
    }

    /// The number of hard links to the file. With more than one, the vault can be read but not written.
    #[must_use]
    pub fn names(&self) -> u64 {
        self.store.file().map_or(1, StoreFile::names)
    }
}

/// Whether the store is a private copy of the vault.
pub(super) fn is_copy(store: &dyn Store) -> bool {
    store.file().is_some_and(StoreFile::is_copy)
}

/// Refuses the journal of an interrupted write after it was judged. Only a file has one.
pub(super) fn refuse_journal(store: &mut dyn Store) {
    if let Some(file) = store.file_mut() {
        file.refuse_journal();
    }
}

/// What a vault shows without its passphrase: its ID and its slots.
fn id_and_slots(store: &mut dyn Store) -> Result<(VaultId, SlotRows), StoreError> {
    let reader = store.read()?;
    let (vault, _) = reader.vault()?;
    Ok((vault, reader.slots()?))
}

impl Vault<Unlocked> {
    /// Copies the whole file, as it is now, into another.
    ///
    /// # Errors
    /// [`VaultError::Store`] if the vault cannot be read or the file cannot be written; [`StoreError::NoFile`] if the
    /// vault is not in a file.
    pub fn copy_into(&mut self, to: &mut std::fs::File) -> Result<(), VaultError> {
        Ok(self.store.file_mut().ok_or(StoreError::NoFile)?.copy_into(to)?)
    }

    /// Faults of the vault as a whole. It can be read but not written.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.access.faults
    }

    /// Why this may not be the copy that this machine knows. It can be read but not written.
    #[must_use]
    pub const fn doubt(&self) -> Option<CopyDoubt> {
        self.access.doubt
    }

    /// Whether this machine could remember what it saw.
    ///
    /// # Errors
    /// The kind of the I/O error.
    pub const fn memory(&self) -> Result<(), io::ErrorKind> {
        self.access.memory
    }

    /// The vault's ID.
    #[must_use]
    pub const fn id(&self) -> VaultId {
        self.access.vault
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
            kind: kind_of(row),
            name: name_of(row.slot),
            cost: cost_of(row),
            in_use: row.slot == self.access.slot,
        };
        self.access.slots.rows.iter().map(info).collect()
    }
}
