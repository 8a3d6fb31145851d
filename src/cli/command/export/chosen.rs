//! Which keys an export is about, and their digits. Must not know where they go.

use crate::cli::args::Which;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::session::{exit_over, one_entry};
use crate::cli::world::World;
use crate::export::Item;
use crate::reveal::{RevealError, Revealed, reveal};
use crate::vault::{Entry, Fault, Filter, TrashFilter, Unlocked, Vault, VaultError};

/// The keys with their digits.
pub(super) struct Chosen {
    keys: Vec<Revealed>,
    /// What is wrong with those that could not be read; the others are exported all the same.
    faults: Vec<Fault>,
}

/// The records that were asked for, without their digits.
pub(super) struct Entries {
    pub(super) entries: Vec<Entry>,
    faults: Vec<Fault>,
}

/// Finds what was asked for.
pub(super) fn entries(world: &mut World<'_>, vault: &mut Vault<Unlocked>, which: &Which) -> Result<Entries, Failure> {
    let mut found = Entries { entries: Vec::new(), faults: Vec::new() };
    for id in &which.ids {
        let entry = one_entry(world, vault, id)?;
        if found.entries.iter().all(|other| other.handle != entry.handle) {
            found.entries.push(entry);
        }
    }
    if which.ids.is_empty() {
        let filter = Filter { device: which.device.clone(), volume_type: which.volume_type, trash: TrashFilter::Without };
        let listing = vault.list(&filter)?;
        found = Entries { entries: listing.entries, faults: listing.faults };
    }
    if found.entries.is_empty() && found.faults.is_empty() {
        return Err(Failure::new(Exit::NotFound, "there is no such key to export", "'drivekey list' shows all keys"));
    }
    Ok(found)
}

impl Entries {
    /// `1 key`, `2 keys`.
    pub(super) fn counted(&self) -> String {
        counted(self.entries.len())
    }

    /// With their digits. One that is not what was written is left out and named at the end.
    pub(super) fn reveal(self, vault: &mut Vault<Unlocked>) -> Result<Chosen, Failure> {
        let mut chosen = Chosen { keys: Vec::with_capacity(self.entries.len()), faults: self.faults };
        for entry in &self.entries {
            match reveal(vault, entry) {
                Ok(revealed) => chosen.keys.push(revealed),
                Err(RevealError::Vault(VaultError::Faults(faults))) => chosen.faults.extend(faults),
                Err(error) => return Err(error.into()),
            }
        }
        if chosen.keys.is_empty() {
            return Err(chosen.damaged("nothing was exported; 'drivekey verify' names everything that is wrong"));
        }
        Ok(chosen)
    }
}

impl Chosen {
    /// The keys as the export knows them.
    pub(super) fn items(&self) -> Vec<Item<'_>> {
        self.keys.iter().map(|key| Item { handle: key.entry.handle, details: &key.entry.details, digits: &key.digits }).collect()
    }

    /// `1 key`, `2 keys`.
    pub(super) fn counted(&self) -> String {
        counted(self.keys.len())
    }

    /// How a command ends that exported them.
    pub(super) fn exit(&self, vault: &Vault<Unlocked>) -> Result<Exit, Failure> {
        if self.faults.is_empty() {
            return Ok(exit_over(vault));
        }
        Err(self.damaged("what was exported is sound; 'drivekey verify' names everything that is wrong"))
    }

    fn damaged(&self, hint: &str) -> Failure {
        Failure::new(Exit::Damaged, faults_sentence(&self.faults), hint)
    }
}

/// So many keys in words.
pub(super) fn counted(keys: usize) -> String {
    if keys == 1 { "1 key".to_owned() } else { format!("{keys} keys") }
}
