//! Which keys an export is about, and their digits. Must not know where they go.

use zeroize::Zeroizing;

use crate::cli::args::Which;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::session::{exit_over, one_sound_entry};
use crate::cli::world::World;
use drivekey_export::{Item, Part};
use drivekey_record::{AttachmentKind, Guid, Handle, LineText};
use drivekey_vault::reveal::{RevealError, Revealed, reveal, reveal_attachment};
use drivekey_vault::{Attached, Entry, Fault, Filter, TrashFilter, Unlocked, Vault, VaultError};

/// The keys with their digits, and what is kept beside them.
pub(super) struct Chosen {
    keys: Vec<Revealed>,
    beside: Vec<(Attached, Zeroizing<Vec<u8>>)>,
    /// What is wrong with those that could not be read; the others are exported all the same.
    faults: Vec<Fault>,
}

/// Which kinds of attachment go along.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kinds {
    None,
    Only(AttachmentKind),
    /// Those of later versions, too.
    All,
}

impl Kinds {
    fn has(self, kind: AttachmentKind) -> bool {
        match self {
            Self::None => false,
            Self::Only(only) => only == kind,
            Self::All => true,
        }
    }
}

/// The records that were asked for, without their keys.
pub(super) struct Entries {
    pub(super) entries: Vec<Entry>,
    faults: Vec<Fault>,
}

/// Finds what was asked for.
pub(super) fn entries(world: &mut World<'_>, vault: &mut Vault<Unlocked>, which: &Which) -> Result<Entries, Failure> {
    let mut found = Entries { entries: Vec::new(), faults: Vec::new() };
    for id in &which.ids {
        let (entry, faults) = one_sound_entry(world, vault, id)?;
        found.faults.extend(faults);
        found.faults.dedup();
        if found.entries.iter().all(|other| other.handle != entry.handle) {
            found.entries.push(entry);
        }
    }
    if which.ids.is_empty() {
        let filter =
            Filter { device: which.device.clone(), volume_type: which.volume_type, trash: TrashFilter::Without };
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

    /// The protectors of the startup keys and key packages that go with them, of these kinds.
    pub(super) fn protectors_beside(
        &self,
        vault: &mut Vault<Unlocked>,
        all: bool,
        kinds: Kinds,
    ) -> Result<Vec<Guid>, Failure> {
        let opens = |attached: &Attached| attached.info.attachment != AttachmentKind::DriveHeader;
        Ok(beside(vault, &self.entries, all, kinds)?
            .into_iter()
            .filter(opens)
            .map(|attached| attached.info.guid)
            .collect())
    }

    /// With their digits, and with what goes with them of these kinds. One that is not what was written is left out and
    /// named at the end.
    pub(super) fn reveal(self, vault: &mut Vault<Unlocked>, all: bool, kinds: Kinds) -> Result<Chosen, Failure> {
        let mut chosen =
            Chosen { keys: Vec::with_capacity(self.entries.len()), beside: Vec::new(), faults: self.faults };
        for entry in &self.entries {
            match reveal(vault, entry) {
                Ok(revealed) => chosen.keys.push(revealed),
                Err(RevealError::Vault(VaultError::Faults(faults))) => chosen.faults.extend(faults),
                Err(error) => return Err(error.into()),
            }
        }
        if kinds != Kinds::None {
            for attached in beside(vault, &self.entries, all, kinds)? {
                match reveal_attachment(vault, &attached) {
                    Ok(bytes) => chosen.beside.push((attached, bytes)),
                    Err(RevealError::Vault(VaultError::Faults(faults))) => chosen.faults.extend(faults),
                    Err(error) => return Err(error.into()),
                }
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
        self.keys
            .iter()
            .map(|key| Item { handle: key.entry.handle, details: &key.entry.details, key: &key.key })
            .collect()
    }

    /// What is kept beside them.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        self.beside
            .iter()
            .map(|(attached, bytes)| Part {
                kind: attached.info.attachment,
                guid: attached.info.guid,
                key_ids: &attached.info.key_ids,
                device_name: attached.info.device_name.as_ref().map(LineText::as_str),
                bytes,
            })
            .collect()
    }

    /// The records.
    pub(super) fn handles(&self) -> Vec<Handle> {
        self.keys.iter().map(|key| key.entry.handle).collect()
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

/// Whether something was kept for this record's drive or computer.
/// What is kept beside these records, of these kinds.
fn beside(vault: &mut Vault<Unlocked>, entries: &[Entry], all: bool, kinds: Kinds) -> Result<Vec<Attached>, Failure> {
    let wanted = |attached: &Attached| {
        let there = attached.info.removed_date_time.is_none();
        there && kinds.has(attached.info.attachment) && (all || entries.iter().any(|entry| goes_with(attached, entry)))
    };
    Ok(vault.attachments()?.into_iter().filter(wanted).collect())
}

fn goes_with(attached: &Attached, entry: &Entry) -> bool {
    let info = &attached.info;
    let same_key = entry.details.key_id.full().is_some_and(|guid| info.key_ids.contains(guid) || info.guid == *guid);
    let same_device = match (&info.device_name, &entry.details.device_name) {
        (Some(one), Some(other)) => one.normalised() == other.normalised(),
        _ => false,
    };
    same_key || (info.key_ids.is_empty() && same_device)
}

/// So many keys in words.
pub(super) fn counted(keys: usize) -> String {
    if keys == 1 { "1 key".to_owned() } else { format!("{keys} keys") }
}
