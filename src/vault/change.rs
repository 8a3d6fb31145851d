//! Changing one record: its details, its place in the trash, its end. Digits never change.

use chrono::{DateTime, Utc};

use super::undo::without;
use super::write::WriteSession;
use super::{Entry, Unlocked, Vault, VaultError};
use crate::record::{Handle, Item, KeyId, LineText, Proof, State, VolumeType};

/// What to do with one field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Setting<T> {
    /// Leave it.
    #[default]
    Keep,
    /// Empty it.
    Clear,
    /// Set it.
    To(T),
}

/// Changes to a record's details.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// The Key ID, where it was unknown or begun.
    pub key_id: Option<KeyId>,
    /// The device.
    pub device_name: Setting<LineText>,
    /// The volume type.
    pub volume_type: Option<VolumeType>,
    /// The drive letter.
    pub mount_point: Setting<LineText>,
    /// The label.
    pub volume_label: Setting<LineText>,
    /// The note.
    pub note: Setting<LineText>,
    /// Tags to add.
    pub add_tags: Vec<LineText>,
    /// Tags to take away.
    pub remove_tags: Vec<LineText>,
    /// What became of the key.
    pub state: Option<State>,
}

impl<T> Setting<T> {
    fn apply(self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::To(value) => *field = Some(value),
        }
    }
}

impl Vault<Unlocked> {
    /// Changes a record's details. Gives the record as it is afterwards.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`] and what any write can meet.
    pub fn edit(&mut self, handle: Handle, edit: Edit) -> Result<Entry, VaultError> {
        self.change(handle, |session| {
            let (old, mut record) = session.take(handle)?;
            let details = &mut record.details;
            if let Some(key_id) = edit.key_id {
                details.key_id = key_id;
            }
            edit.device_name.apply(&mut details.device_name);
            edit.mount_point.apply(&mut details.mount_point);
            edit.volume_label.apply(&mut details.volume_label);
            edit.note.apply(&mut details.note);
            details.volume_type = edit.volume_type.unwrap_or(details.volume_type);
            details.state = edit.state.unwrap_or(details.state);
            details.tags.extend(edit.add_tags);
            details.tags.retain(|tag| !edit.remove_tags.contains(tag));
            details.tags.sort();
            details.tags.dedup();
            session.replace(&old, &record)
        })
    }

    /// Puts a record into the trash.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`] and what any write can meet.
    pub fn remove(&mut self, handle: Handle, now: DateTime<Utc>) -> Result<Entry, VaultError> {
        self.set_removed(handle, Some(now))
    }

    /// Takes a record out of the trash.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`] and what any write can meet.
    pub fn restore(&mut self, handle: Handle) -> Result<Entry, VaultError> {
        self.set_removed(handle, None)
    }

    /// Keeps the outcome of a trial against the record's drive.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`] and what any write can meet.
    pub fn note_proof(&mut self, handle: Handle, proof: Proof) -> Result<Entry, VaultError> {
        self.change(handle, |session| {
            let (old, mut record) = session.take(handle)?;
            record.details.proof = Some(proof);
            session.replace(&old, &record)
        })
    }

    /// Remembers that the user had records written onto their own drives, against the advice.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`] and what any write can meet.
    pub fn note_guard_override(&mut self, handles: &[Handle], now: DateTime<Utc>) -> Result<(), VaultError> {
        let mut session = self.begin()?;
        for &handle in handles {
            let (old, mut record) = session.take(handle)?;
            record.details.guard_override = Some(now);
            session.replace(&old, &record)?;
        }
        session.commit()
    }

    fn set_removed(&mut self, handle: Handle, removed: Option<DateTime<Utc>>) -> Result<Entry, VaultError> {
        self.change(handle, |session| {
            let (old, mut record) = session.take(handle)?;
            record.details.removed = removed;
            record.details.undone = false;
            session.replace(&old, &record)
        })
    }

    /// Takes records away for good, all of them or none. Only what lies in the trash can be purged.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`] also for one that does not lie in the trash.
    pub fn purge(&mut self, handles: &[Handle]) -> Result<(), VaultError> {
        let mut session = self.begin()?;
        for &handle in handles {
            let opened = session.access.row_of(session.writer.reader(), handle)?;
            let opened = opened.filter(|opened| opened.summary.details.removed.is_some()).ok_or(VaultError::NoSuchRecord(handle))?;
            for other in &opened.summary.details.conflicts_with {
                if !handles.contains(other) && session.access.row_of(session.writer.reader(), *other)?.is_some() {
                    let (old, mut record) = session.take(*other)?;
                    record.details.conflicts_with.retain(|named| *named != handle);
                    session.replace(&old, &record)?;
                }
            }
            session.delete(&opened)?;
        }
        // What was purged must not live on in the journal of imports.
        for opened in session.items()? {
            if let Item::Import(journal) = &opened.item
                && let Some(journal) = without(journal, handles)
            {
                session.replace_item(&opened, &Item::Import(journal))?;
            }
        }
        session.commit()
    }

    fn change(&mut self, handle: Handle, apply: impl FnOnce(&mut WriteSession<'_>) -> Result<(), VaultError>) -> Result<Entry, VaultError> {
        let mut session = self.begin()?;
        apply(&mut session)?;
        session.commit()?;
        self.entry(handle)
    }
}
