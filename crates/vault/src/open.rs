//! A vault, opened without its passphrase wherever it is kept, and the making of a new one.

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

/// A vault, locked or unlocked: only an unlocked one has the calls that need the root.
pub struct Vault<S> {
    pub(super) store: Box<dyn Store>,
    pub(super) machine: Machine,
    pub(super) limits: KdfLimits,
    /// Whether a write that was broken off was undone just now.
    pub(super) has_undone: bool,
    /// Undoes a write that was broken off, where what comes of that is damaged: done by a repair only.
    pub(super) unsettled: Option<Box<dyn Settlement>>,
    pub(super) access: S,
}

/// A vault whose passphrase nobody has given yet.
pub struct Locked {
    pub(super) vault: VaultId,
    pub(super) slots: SlotRows,
    /// Where a write was broken off and undone on a copy, which the store is then.
    pub(super) interrupted: Option<Standing>,
}

/// The other way to read a vault whose write was broken off, and the right to settle it.
pub(super) struct Standing {
    /// The vault as it stands, without what would undo the write, and its slots.
    pub(super) standing: Result<(Box<dyn Store>, SlotRows), StoreError>,
    pub(super) settlement: Box<dyn Settlement>,
}

/// A vault whose root is at hand.
pub struct Unlocked {
    pub(super) vault: VaultId,
    pub(super) root: Box<Root>,
    /// `None` when the state row does not open; reading goes on without its checks.
    pub(super) state: Option<State>,
    /// The state's row in the latest view: another one shows that somebody wrote.
    pub(super) sealed_state: Vec<u8>,
    pub(super) slot: SlotId,
    pub(super) slots: SlotRows,
    pub(super) faults: Vec<Fault>,
    pub(super) doubt: Option<CopyDoubt>,
    pub(super) memory: Result<(), io::ErrorKind>,
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
    /// What opens it.
    pub kind: SlotKind,
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
    /// [`StoreError::Exists`] when anything is at the path; whatever fails, nothing is left behind.
    pub fn create(path: &Path, new: &NewVault<'_>, machine: &Machine) -> Result<(), VaultError> {
        Self::create_in(|first| sqlite::create(path, first), new, machine)
    }

    /// Makes a new vault with one passphrase slot wherever `create` keeps its first rows.
    ///
    /// # Errors
    /// What `create` refuses, and a derivation beyond the limits.
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
        // A machine that cannot remember still has a sound vault; the next opening tries again.
        let _ = machine.remember(vault, root.fingerprint(), &state, Some(row.slot), &place);
        Ok(())
    }

    /// Opens a vault file without its passphrase.
    ///
    /// # Errors
    /// [`VaultError::Store`], each kind of refusal by itself; the file is not changed.
    pub fn open(path: &Path, limits: KdfLimits, machine: Machine) -> Result<Self, VaultError> {
        let private = PrivateFolder::new(machine.folder().map(Path::to_owned));
        Self::over(sqlite::open(path, &private)?, limits, machine)
    }

    /// Takes over what opening a store gave.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn over(opened: Opened, limits: KdfLimits, machine: Machine) -> Result<Self, VaultError> {
        let Interrupted { mut undone, standing, settlement } = match opened {
            Opened::Store(mut store) => {
                let (vault, slots) = doors(&mut *store)?;
                let access = Locked { vault, slots, interrupted: None };
                return Ok(Self { store, machine, limits, has_undone: false, unsettled: None, access });
            }
            Opened::Interrupted(interrupted) => interrupted,
        };
        let standing = standing.and_then(|mut store| doors(&mut *store).map(|doors| (store, doors)));
        let (store, vault, slots, interrupted) = match (doors(&mut *undone), standing) {
            // An accident is no reason to refuse the journal.
            (Err(error), _) if !error.tells_of_content() => return Err(error.into()),
            // Another vault's journal would put that vault in this one's place.
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

    /// The names of the slots in the file.
    pub fn slot_ids(&self) -> impl Iterator<Item = SlotId> {
        self.access.slots.rows.iter().map(|row| row.slot)
    }
}

impl<S> Vault<S> {
    /// Where its file lies, links resolved; `None` where it is kept in no file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.store.file().map(StoreFile::path)
    }

    /// What lies beside the file and is refused; reading goes on from a copy without it, writing does not.
    #[must_use]
    pub fn refused(&self) -> &[RefusedFile] {
        self.store.file().map_or(&[], StoreFile::refused)
    }

    /// Whether a write was broken off that cannot be undone where the vault is kept; reading goes on from a copy.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        is_copy(&*self.store) && self.refused().is_empty()
    }

    /// Whether a write was broken off, and undoing it gives a damaged vault. Reading goes on from a copy;
    /// [`Vault::repair`] undoes it.
    #[must_use]
    pub const fn is_undone_damaged(&self) -> bool {
        self.unsettled.is_some()
    }

    /// Whether unlocking undid a write that was broken off.
    #[must_use]
    pub const fn has_undone(&self) -> bool {
        self.has_undone
    }

    /// How many names the file has. Over a file with two, reading goes on, writing does not.
    #[must_use]
    pub fn names(&self) -> u64 {
        self.store.file().map_or(1, StoreFile::names)
    }
}

/// Whether a private copy is read in the vault's place.
pub(super) fn is_copy(store: &dyn Store) -> bool {
    store.file().is_some_and(StoreFile::is_copy)
}

/// Refuses what would undo a write that was broken off, after it was judged. Only a file has such a thing.
pub(super) fn refuse_journal(store: &mut dyn Store) {
    if let Some(file) = store.file_mut() {
        file.refuse_journal();
    }
}

/// What a vault shows without its passphrase: its name and its slots.
fn doors(store: &mut dyn Store) -> Result<(VaultId, SlotRows), StoreError> {
    let reader = store.read()?;
    let (vault, _) = reader.vault()?;
    Ok((vault, reader.slots()?))
}

impl Vault<Unlocked> {
    /// Copies the whole file, as it is now, into another.
    ///
    /// # Errors
    /// [`VaultError::Store`] when the one cannot be read or the other not be written; [`StoreError::NoFile`] where the
    /// vault is kept in none.
    pub fn copy_into(&mut self, to: &mut std::fs::File) -> Result<(), VaultError> {
        Ok(self.store.file_mut().ok_or(StoreError::NoFile)?.copy_into(to)?)
    }

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
