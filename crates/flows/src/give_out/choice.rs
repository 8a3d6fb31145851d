//! Which keys are given out, and their digits.

use zeroize::Zeroizing;

use drivekey_export::{Item, Part};
use drivekey_record::{AttachmentKind, Guid, Handle, LineText};
use drivekey_vault::reveal::{RevealError, Revealed, reveal, reveal_attachment};
use drivekey_vault::{Attached, Entry, Fault, Filter, ItemListing, Unlocked, Vault, VaultError};

/// Which attachments go along with keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// None.
    None,
    /// Those of one kind.
    Only(AttachmentKind),
    /// All, those of later versions too.
    All,
}

/// What goes along with the keys of a bundle.
pub const WITH_BUNDLE: Along = Along::All;
/// What goes along with the keys on a stick.
pub const WITH_STICK: Along = Along::Only(AttachmentKind::ExternalKey);

impl Along {
    fn takes(self, kind: AttachmentKind) -> bool {
        match self {
            Self::None => false,
            Self::Only(only) => only == kind,
            Self::All => true,
        }
    }
}

/// The records that are meant, without their keys.
#[derive(Debug, Default)]
pub struct Choice {
    /// The records, each once.
    pub entries: Vec<Entry>,
    /// What is wrong with the vault around them.
    pub faults: Vec<Fault>,
    /// All records are meant, and so is all that is kept beside them.
    everything: bool,
}

/// The keys themselves, and what is kept beside them.
pub struct Chosen {
    /// The keys.
    pub keys: Vec<Revealed>,
    beside: Vec<(Attached, Zeroizing<Vec<u8>>)>,
    /// What is wrong with those that could not be read; the others are given out all the same.
    pub faults: Vec<Fault>,
}

/// Why no keys are given out.
#[derive(Debug, thiserror::Error)]
pub enum GiveOutError {
    /// None of them is what was written.
    #[error("nothing that was chosen is sound")]
    NothingSound(Vec<Fault>),
    /// The vault.
    #[error(transparent)]
    Reveal(#[from] RevealError),
}

impl From<VaultError> for GiveOutError {
    fn from(error: VaultError) -> Self {
        Self::Reveal(error.into())
    }
}

impl Choice {
    /// These records, that were named one by one. `faults`: what is wrong with others that may be meant, too.
    #[must_use]
    pub fn of(named: Vec<Entry>, faults: Vec<Fault>) -> Self {
        let mut choice = Self { faults, ..Self::default() };
        for entry in named {
            if choice.entries.iter().all(|other| other.handle != entry.handle) {
                choice.entries.push(entry);
            }
        }
        choice
    }

    /// All records that fit.
    ///
    /// # Errors
    /// What reading the vault meets; single records that are not what was written are faults of the choice.
    pub fn fitting(vault: &mut Vault<Unlocked>, filter: &Filter) -> Result<Self, VaultError> {
        let listing = vault.list(filter)?;
        let everything = filter.device.is_none() && filter.volume_type.is_none();
        Ok(Self { entries: listing.entries, faults: listing.faults, everything })
    }

    /// The protectors of the startup keys and key packages that go along with them.
    ///
    /// # Errors
    /// What reading the vault meets.
    pub fn protectors_beside(&self, vault: &mut Vault<Unlocked>, along: Along) -> Result<Vec<Guid>, VaultError> {
        let opens = |attached: &Attached| attached.info.attachment != AttachmentKind::DriveHeader;
        let beside = self.beside(vault, along)?.items.into_iter().filter(opens);
        Ok(beside.map(|attached| attached.info.guid).collect())
    }

    /// The keys themselves, and what goes along with them. One that is not what was written is left out and stands
    /// among the faults.
    ///
    /// # Errors
    /// [`GiveOutError`]: nothing is given out.
    pub fn reveal(self, vault: &mut Vault<Unlocked>, along: Along) -> Result<Chosen, GiveOutError> {
        let mut keys = Vec::with_capacity(self.entries.len());
        let mut beside = Vec::new();
        let mut attachments = Vec::new();
        let mut faults = self.faults.clone();
        if along != Along::None {
            let found = self.beside(vault, along)?;
            (attachments, faults) = (found.items, [faults, found.faults].concat());
        }
        for entry in &self.entries {
            keys.extend(unless_faulty(reveal(vault, entry), &mut faults)?);
        }
        for attached in attachments {
            let bytes = unless_faulty(reveal_attachment(vault, &attached), &mut faults)?;
            beside.extend(bytes.map(|bytes| (attached, bytes)));
        }
        if keys.is_empty() { Err(GiveOutError::NothingSound(faults)) } else { Ok(Chosen { keys, beside, faults }) }
    }

    /// The keys themselves, all or none.
    ///
    /// # Errors
    /// [`RevealError`] of the first that is not what was written.
    pub fn reveal_whole(&self, vault: &mut Vault<Unlocked>) -> Result<Vec<Revealed>, RevealError> {
        self.entries.iter().map(|entry| reveal(vault, entry)).collect()
    }

    /// What is kept beside these records, as far as it goes along.
    fn beside(&self, vault: &mut Vault<Unlocked>, along: Along) -> Result<ItemListing<Attached>, VaultError> {
        let wanted = |attached: &Attached| {
            attached.info.removed_date_time.is_none()
                && along.takes(attached.info.attachment)
                && (self.everything || self.entries.iter().any(|entry| goes_with(attached, entry)))
        };
        let mut found = vault.attachments()?;
        found.items.retain(wanted);
        Ok(found)
    }
}

fn unless_faulty<T>(revealed: Result<T, RevealError>, faults: &mut Vec<Fault>) -> Result<Option<T>, RevealError> {
    match revealed {
        Err(RevealError::Vault(VaultError::Faults(found))) => {
            faults.extend(found);
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// Whether it was kept for this record's drive or computer.
fn goes_with(attached: &Attached, entry: &Entry) -> bool {
    let info = &attached.info;
    let same_key = entry.details.key_id.full().is_some_and(|guid| info.key_ids.contains(guid) || info.guid == *guid);
    let same_device = match (&info.device_name, &entry.details.device_name) {
        (Some(one), Some(other)) => one.normalised() == other.normalised(),
        _ => false,
    };
    same_key || (info.key_ids.is_empty() && same_device)
}

impl Chosen {
    /// The keys as files know them.
    #[must_use]
    pub fn items(&self) -> Vec<Item<'_>> {
        self.keys
            .iter()
            .map(|key| Item { handle: key.entry.handle, details: &key.entry.details, key: &key.key })
            .collect()
    }

    /// What is kept beside them.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
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
    #[must_use]
    pub fn handles(&self) -> Vec<Handle> {
        self.keys.iter().map(|key| key.entry.handle).collect()
    }
}
