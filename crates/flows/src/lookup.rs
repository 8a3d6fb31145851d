//! Lookup: from what a person typed to the records that are meant. Never gives digits.

use drivekey_record::{LineText, RecoveryPassword};
use drivekey_vault::{Entry, Fault, Filter, Found, Listing, ReadAs, TrashFilter, Unlocked, Vault, VaultError};

/// Why no single record is meant.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// None.
    #[error("no record is meant")]
    NotFound,
    /// Several.
    #[error("several records are meant")]
    Ambiguous {
        /// They are sound.
        entries: Vec<Entry>,
        /// What is wrong with others that may be meant, too.
        faults: Vec<Fault>,
    },
}

/// The one record that was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One {
    /// The record.
    pub entry: Entry,
    /// No Key ID has what was typed; this one has it when characters that are easily taken for one another are.
    pub is_look_alike: bool,
    /// What is wrong with others that may be meant, too.
    pub faults: Vec<Fault>,
}

impl One {
    /// The record, for who changes something: nothing may be wrong with any that may be meant.
    ///
    /// # Errors
    /// [`VaultError::Faults`] where something is.
    pub fn sound(self) -> Result<Entry, VaultError> {
        if self.faults.is_empty() { Ok(self.entry) } else { Err(VaultError::Faults(self.faults)) }
    }
}

/// What a search by words gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing fits.
    Nothing,
    /// These fit.
    Hits {
        /// They are sound.
        entries: Vec<Entry>,
        /// What is wrong with others that may fit, too.
        faults: Vec<Fault>,
    },
    /// Nothing fits as it was typed, and this record looks like it.
    LookAlike(Box<Entry>),
    /// Nothing fits as it was typed, and these look like it: which is meant, only the screen can tell.
    LookAlikes(Vec<Entry>),
}

/// The one record that an identifier names: a handle, or any part of a Key ID.
///
/// # Errors
/// [`LookupError`] where it is none, or not one alone.
pub fn one(vault: &mut Vault<Unlocked>, id: &str) -> Result<One, LookupError> {
    let Found { mut entries, read_as, faults } = vault.resolve(id)?;
    match (entries.pop(), entries.is_empty()) {
        (None, _) => Err(LookupError::NotFound),
        (Some(entry), true) => Ok(One { entry, is_look_alike: read_as == ReadAs::LookAlike, faults }),
        (Some(last), false) => {
            entries.push(last);
            Err(LookupError::Ambiguous { entries, faults })
        }
    }
}

/// Records by a handle, any part of a Key ID, a device, or words inside. A look-alike must be the only one.
///
/// # Errors
/// [`VaultError::Faults`] when no hit is what was written, or when nothing fits and records are missing.
pub fn find(vault: &mut Vault<Unlocked>, words: &[String]) -> Result<Answer, VaultError> {
    let Found { mut entries, read_as, faults } = vault.find(words)?;
    Ok(match (entries.len(), read_as) {
        (0, _) => Answer::Nothing,
        (_, ReadAs::Typed) => Answer::Hits { entries, faults },
        (1, ReadAs::LookAlike) => Answer::LookAlike(Box::new(entries.remove(0))),
        (_, ReadAs::LookAlike) => Answer::LookAlikes(entries),
    })
}

impl Answer {
    /// The records, whatever they were read as.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match self {
            Self::Nothing => &[],
            Self::Hits { entries, .. } | Self::LookAlikes(entries) => entries,
            Self::LookAlike(entry) => std::slice::from_ref(entry),
        }
    }

    /// What is wrong with others that may fit, too. Nothing that only looks alike is offered over faults.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Hits { faults, .. } => faults,
            Self::Nothing | Self::LookAlike(_) | Self::LookAlikes(_) => &[],
        }
    }

    /// Whether what was typed was read as what looks like it.
    #[must_use]
    pub const fn is_look_alike(&self) -> bool {
        matches!(self, Self::LookAlike(_) | Self::LookAlikes(_))
    }
}

/// The records that have these digits.
///
/// # Errors
/// As [`find`].
pub fn whose(vault: &mut Vault<Unlocked>, password: &RecoveryPassword) -> Result<Found, VaultError> {
    vault.whose(password)
}

/// A list of records.
#[derive(Debug)]
pub struct Listed {
    /// The records, and what is wrong with any.
    pub listing: Listing,
    /// No device is called as was asked; these have it as a part of their name. Each name once.
    pub read_as_part_of: Vec<LineText>,
    /// Where there is nothing to list: how many would be there that are in the trash.
    pub in_trash: usize,
}

/// Lists records. A device that none is called is read as a part of a name.
///
/// # Errors
/// As [`Vault::list`].
pub fn list(vault: &mut Vault<Unlocked>, filter: &Filter) -> Result<Listed, VaultError> {
    let mut listed = Listed { listing: vault.list(filter)?, read_as_part_of: Vec::new(), in_trash: 0 };
    if let Some(device) = filter.device.as_ref().filter(|_| nothing(&listed.listing))
        && let Some(like) = by_part(vault, filter, device)?
    {
        listed.read_as_part_of = device_names(&like.entries);
        listed.listing = like;
    }
    if nothing(&listed.listing) && filter.trash == TrashFilter::Without {
        listed.in_trash = in_trash(vault, filter)?;
    }
    Ok(listed)
}

fn nothing(listing: &Listing) -> bool {
    listing.entries.is_empty() && listing.faults.is_empty()
}

/// The keys of computers whose name has this as a part, where none has it as its whole. `None` without any.
fn by_part(vault: &mut Vault<Unlocked>, filter: &Filter, part: &LineText) -> Result<Option<Listing>, VaultError> {
    let named = vault.list(&Filter { trash: TrashFilter::With, volume_type: None, device: Some(part.clone()) })?;
    if !nothing(&named) {
        return Ok(None);
    }
    let part = part.normalised();
    let mut listing = vault.list(&Filter { device: None, ..filter.clone() })?;
    listing.entries.retain(|entry| has_part(entry, &part));
    Ok((!listing.entries.is_empty()).then_some(listing))
}

/// How many keys in the trash would be listed if they were not there.
fn in_trash(vault: &mut Vault<Unlocked>, filter: &Filter) -> Result<usize, VaultError> {
    let listing = vault.list(&Filter { trash: TrashFilter::Only, device: None, ..filter.clone() })?;
    let part = filter.device.as_ref().map(LineText::normalised);
    Ok(listing.entries.iter().filter(|entry| part.as_ref().is_none_or(|part| has_part(entry, part))).count())
}

fn has_part(entry: &Entry, part: &str) -> bool {
    entry.details.device_name.as_ref().is_some_and(|name| name.normalised().contains(part))
}

fn device_names(entries: &[Entry]) -> Vec<LineText> {
    let mut names: Vec<LineText> = entries.iter().filter_map(|entry| entry.details.device_name.clone()).collect();
    names.sort_by_key(LineText::normalised);
    names.dedup_by_key(|name| name.normalised());
    names
}
