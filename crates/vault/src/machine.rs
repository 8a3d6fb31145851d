//! What this machine remembers of each vault that it opened: its root, latest write and place. Two small files per vault,
//! with names that reveal neither the vault nor its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::state::{State, hex};
use crate::seal::{Fingerprint, sha256};
use crate::store::Place;
use drivekey_files::private;
use drivekey_record::{Revision, SlotId, VaultId, WriteId};

/// Why a copy may not be the one this machine knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyDoubt {
    /// The vault ID is known here with another root: another vault was put in its place.
    ForeignRoot,
    /// This place used to hold another vault.
    OtherVault,
    /// An older copy.
    Older {
        /// The revision of this file.
        found: u32,
        /// The latest this machine saw.
        known: u32,
    },
    /// A copy that diverged from the one that this machine knows.
    Forked {
        /// The revision of this file.
        found: u32,
        /// The latest this machine saw.
        known: u32,
    },
}

/// The folder in which this machine keeps what it remembers. With `None`, nothing is remembered.
#[derive(Debug, Clone)]
pub struct Machine {
    folder: Option<PathBuf>,
}

/// What is remembered about one vault.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
struct KnownVault {
    root: String,
    revision: u32,
    write: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_slot: Option<String>,
}

impl Machine {
    /// Uses this folder, which is created when it is first needed.
    #[must_use]
    pub const fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The folder, if there is one.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    fn vault_file(&self, vault: VaultId) -> Option<PathBuf> {
        let name = sha256(&[b"drivekey/1/machine".as_slice(), vault.as_bytes()].concat());
        Some(self.folder.as_ref()?.join(format!("{}.json", hex(&name[..16]))))
    }

    fn place_file(&self, place: &Place) -> Option<PathBuf> {
        let name = sha256(&[b"drivekey/1/place".as_slice(), place.name()].concat());
        Some(self.folder.as_ref()?.join(format!("{}.place", hex(&name[..16]))))
    }

    fn recall(&self, vault: VaultId) -> Option<KnownVault> {
        serde_json::from_slice(&fs::read(self.vault_file(vault)?).ok()?).ok()
    }

    /// The latest revision of this vault that this machine has seen.
    pub(super) fn seen_revision(&self, vault: VaultId) -> Option<Revision> {
        Revision::new(self.recall(vault)?.revision)
    }

    /// The slot that opened this vault last.
    pub(super) fn last_slot(&self, vault: VaultId) -> Option<SlotId> {
        SlotId::from_hex(&self.recall(vault)?.last_slot?)
    }

    /// Compares a vault that was opened with what is remembered. Changes nothing.
    pub(super) fn doubt(
        &self,
        vault: VaultId,
        root: &Fingerprint,
        state: Option<&State>,
        place: &Place,
    ) -> Option<CopyDoubt> {
        let Some(memory) = self.recall(vault) else {
            return self.other_vault_was_at(place, vault).then_some(CopyDoubt::OtherVault);
        };
        if memory.root != hex(root) {
            return Some(CopyDoubt::ForeignRoot);
        }
        // A torn write ID becomes one that no copy has.
        let write = WriteId::from_hex(&memory.write).unwrap_or(WriteId::from_bytes([0; 16]));
        state?
            .doubt_since(memory.revision, write)
            .or_else(|| self.other_vault_was_at(place, vault).then_some(CopyDoubt::OtherVault))
    }

    fn other_vault_was_at(&self, place: &Place, vault: VaultId) -> bool {
        let kept = self.place_file(place).and_then(|file| fs::read_to_string(file).ok());
        kept.is_some_and(|kept| kept.trim() != place_mark(vault))
    }

    /// Remembers this vault as it is now. Called after each clean opening and each write.
    ///
    /// # Errors
    /// If the folder or its files cannot be written. The vault itself is not affected.
    pub(super) fn remember(
        &self,
        vault: VaultId,
        root: &Fingerprint,
        state: &State,
        slot: Option<SlotId>,
        place: &Place,
    ) -> io::Result<()> {
        self.keep(vault, root, state, slot, place, false)
    }

    /// Remembers an older or foreign copy as the right one.
    ///
    /// # Errors
    /// As [`Machine::remember`].
    pub(super) fn accept(
        &self,
        vault: VaultId,
        root: &Fingerprint,
        state: &State,
        slot: Option<SlotId>,
        place: &Place,
    ) -> io::Result<()> {
        self.keep(vault, root, state, slot, place, true)
    }

    fn keep(
        &self,
        vault: VaultId,
        root: &Fingerprint,
        state: &State,
        slot: Option<SlotId>,
        place: &Place,
        accepting: bool,
    ) -> io::Result<()> {
        let (Some(folder), Some(vault_file)) = (&self.folder, self.vault_file(vault)) else { return Ok(()) };
        let before = self.recall(vault);
        // Another process may have remembered a later write meanwhile. The remembered revision must not go back by
        // itself.
        if let Some(before) = &before
            && before.root == hex(root)
            && before.revision > state.revision().number()
            && !accepting
        {
            return Ok(());
        }
        let memory = KnownVault {
            root: hex(root),
            revision: state.revision().number(),
            write: state.write_id().map(|write| write.to_string()).unwrap_or_default(),
            last_slot: slot
                .map(|slot| slot.to_string())
                .or_else(|| before.as_ref().and_then(|memory| memory.last_slot.clone())),
        };
        private::make_folders(folder)?;
        // An unchanged file is not rewritten: a torn one would raise a false alarm.
        if before.as_ref() != Some(&memory) {
            private::replace(&vault_file, &serde_json::to_vec(&memory)?)?;
        }
        if let Some(place_file) = self.place_file(place)
            && !place_file.exists() | self.other_vault_was_at(place, vault)
        {
            private::replace(&place_file, place_mark(vault).as_bytes())?;
        }
        Ok(())
    }
}

fn place_mark(vault: VaultId) -> String {
    hex(&sha256(&[b"drivekey/1/at place".as_slice(), vault.as_bytes()].concat())[..16])
}
