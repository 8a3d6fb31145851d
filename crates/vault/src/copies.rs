//! The register of copies: every stick, file, bundle, sheet and kit that was made, and which of them are stale.

use chrono::{DateTime, Utc};

use super::items::ItemListing;
use super::{Entry, Filter, TrashFilter, Unlocked, Vault, VaultError};
use drivekey_record::{CopyInfo, CopyKind, HandleSet, Item, ItemNumber, LineText, SlotId, State};

/// A copy that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyDraft {
    /// What it is.
    pub kind: CopyKind,
    /// The name that the user gave it.
    pub name: Option<LineText>,
    /// Where it was put.
    pub place: LineText,
    /// The records in it.
    pub records: HandleSet,
    /// The keyslot that it opens.
    pub slot: Option<SlotId>,
}

/// A copy in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Its permanent number. Users see `c3`.
    pub number: ItemNumber,
    /// Its entry.
    pub info: CopyInfo,
    /// Records in it that should no longer be relied on, or whose volume has a newer key.
    pub stale: HandleSet,
    /// Whether it is a kit whose keyslot was removed. It opens older copies of the file, but not this one.
    pub void: bool,
}

/// A change to a copy's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyMark {
    /// It was compared with the vault and is complete.
    Checked(DateTime<Utc>),
    /// The user says that it was destroyed.
    Destroyed(DateTime<Utc>),
    /// The user names it.
    Named(LineText),
}

impl Vault<Unlocked> {
    /// Registers a copy that was made.
    ///
    /// # Errors
    /// Any error of a write; then nothing is registered.
    pub fn register_copy(&mut self, draft: CopyDraft, now: DateTime<Utc>) -> Result<ItemNumber, VaultError> {
        let mut session = self.begin()?;
        let info = CopyInfo {
            copy: draft.kind,
            name: draft.name,
            place: draft.place,
            made_date_time: now,
            revision: session.state.revision().number(),
            records: draft.records,
            slot: draft.slot.map(|slot| slot.to_string()),
            checked_date_time: None,
            destroyed_date_time: None,
        };
        let number = session.add_item(&Item::Copy(info), None)?;
        session.commit()?;
        Ok(number)
    }

    /// All copies by number, each with its stale records.
    ///
    /// # Errors
    /// [`VaultError::Store`] if the file cannot be read, [`VaultError::ChangedMeanwhile`] if other processes keep
    /// writing.
    pub fn copies(&mut self) -> Result<ItemListing<Copy>, VaultError> {
        let listing = self.list(&Filter { trash: TrashFilter::With, ..Filter::default() })?;
        let slots: Vec<String> = self.access.slots.rows.iter().map(|row| row.slot.to_string()).collect();
        let mut copies = self.list_items(|opened| {
            let Item::Copy(info) = opened.item else { return None };
            let stale = info.records.iter().filter(|handle| is_stale(*handle, &listing.entries)).collect();
            let void = info.slot.as_ref().is_some_and(|slot| !slots.contains(slot));
            Some(Copy { number: opened.number, info, stale, void })
        })?;
        copies.faults.splice(0..0, listing.faults);
        Ok(copies)
    }

    /// Changes the entry of a copy.
    ///
    /// # Errors
    /// [`VaultError::NoSuchItem`], and any error of a write.
    pub fn mark_copy(&mut self, number: ItemNumber, mark: CopyMark) -> Result<(), VaultError> {
        let mut session = self.begin()?;
        let Some(opened) = session.item(number)? else { return Err(session.absent_item(number)) };
        let Item::Copy(info) = &opened.item else { return Err(VaultError::NoSuchItem(number)) };
        let mut info = info.clone();
        match mark {
            CopyMark::Checked(at) => info.checked_date_time = Some(at),
            CopyMark::Destroyed(at) => info.destroyed_date_time = Some(at),
            CopyMark::Named(name) => info.name = Some(name),
        }
        session.replace_item(&opened, &Item::Copy(info))?;
        session.commit()
    }
}

/// Whether a record is missing, in the trash or not current, or its volume has a newer current key.
fn is_stale(handle: drivekey_record::Handle, entries: &[Entry]) -> bool {
    let Ok(at) = entries.binary_search_by_key(&handle, |entry| entry.handle) else { return true };
    let entry = &entries[at];
    if entry.details.removed.is_some() || entry.details.state != State::Current {
        return true;
    }
    let (Some(device), Some(drive)) = (&entry.details.device_name, &entry.details.mount_point) else { return false };
    entries[at + 1..].iter().any(|later| {
        let other = &later.details;
        let same = |ours: &LineText, theirs: &Option<LineText>| {
            theirs.as_ref().is_some_and(|t| t.normalised() == ours.normalised())
        };
        other.removed.is_none()
            && other.state == State::Current
            && same(device, &other.device_name)
            && same(drive, &other.mount_point)
    })
}
