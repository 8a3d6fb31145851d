//! Changes to one record: its details, its place in the trash, its removal. The digits never change.

use chrono::{DateTime, Utc};

use super::entry::OpenedRow;
use super::items::ItemWalk;
use super::undo::without;
use super::write::WriteSession;
use super::{Entry, Unlocked, Vault, VaultError};
use crate::store::TokenColumn;
use drivekey_record::{Details, Field, Handle, Item, KeyId, LineText, Proof, State, VolumeType, add_tag, remove_tag};

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
    /// The Key ID, if it was unknown or only a prefix.
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
    /// Tags to remove.
    pub remove_tags: Vec<LineText>,
    /// What became of the key.
    pub state: Option<State>,
}

impl<T> Setting<T> {
    /// Sets the field. Returns whether it is filled afterwards; `None` if it was left alone.
    fn apply(self, field: &mut Option<T>) -> Option<bool> {
        match self {
            Self::Keep => return None,
            Self::Clear => *field = None,
            Self::To(value) => *field = Some(value),
        }
        Some(field.is_some())
    }
}

impl Edit {
    /// Changes the details and notes the fields that a person set, so that undoing an import leaves them.
    fn apply(self, details: &mut Details) {
        let filled = [
            (Field::DeviceName, self.device_name.apply(&mut details.device_name)),
            (Field::MountPoint, self.mount_point.apply(&mut details.mount_point)),
            (Field::VolumeLabel, self.volume_label.apply(&mut details.volume_label)),
            (Field::Note, self.note.apply(&mut details.note)),
            (Field::KeyId, self.key_id.as_ref().map(|key_id| *key_id != KeyId::Unknown)),
            (Field::VolumeType, self.volume_type.map(|kind| kind != VolumeType::Unknown)),
            (Field::State, self.state.map(|_| true)),
        ];
        for (field, filled) in filled {
            if let Some(filled) = filled {
                details.set_here.note(field, filled);
            }
        }
        details.key_id = self.key_id.unwrap_or_else(|| std::mem::take(&mut details.key_id));
        details.volume_type = self.volume_type.unwrap_or(details.volume_type);
        details.state = self.state.unwrap_or(details.state);
        for tag in &self.add_tags {
            add_tag(&mut details.tags, tag);
            details.set_here.add_tag(tag);
        }
        for tag in &self.remove_tags {
            remove_tag(&mut details.tags, tag);
            details.set_here.remove_tag(tag);
        }
    }
}

impl Vault<Unlocked> {
    /// Changes a record's details. Returns the changed record.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], and any error of a write.
    pub fn edit(&mut self, handle: Handle, edit: Edit) -> Result<Entry, VaultError> {
        self.change(handle, |session| {
            let (old, mut record) = session.take(handle)?;
            edit.apply(&mut record.details);
            session.replace(&old, &record)
        })
    }

    /// Moves a record to the trash.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], and any error of a write.
    pub fn remove(&mut self, handle: Handle, now: DateTime<Utc>) -> Result<Entry, VaultError> {
        self.change(handle, |session| {
            let (old, mut record) = session.take(handle)?;
            record.details.removed = Some(now);
            record.details.undone = false;
            session.replace(&old, &record)
        })
    }

    /// Restores a record from the trash. If its import was undone, its conflicts are set again.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], and any error of a write.
    pub fn restore(&mut self, handle: Handle) -> Result<Entry, VaultError> {
        self.change(handle, |session| {
            let (old, mut record) = session.take(handle)?;
            let against = if record.details.undone { session.at_odds_with(&old)? } else { Vec::new() };
            record.details.removed = None;
            record.details.undone = false;
            record.details.conflicts_with.extend(&against);
            record.details.conflicts_with.sort();
            record.details.conflicts_with.dedup();
            session.replace(&old, &record)?;
            for other in against {
                let (old, mut record) = session.take(other)?;
                if !record.details.conflicts_with.contains(&handle) {
                    record.details.conflicts_with.push(handle);
                    record.details.conflicts_with.sort();
                    session.replace(&old, &record)?;
                }
            }
            Ok(())
        })
    }

    /// Stores the outcome of a trial on the record's drive.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], and any error of a write.
    pub fn note_proof(&mut self, handle: Handle, proof: Proof) -> Result<Entry, VaultError> {
        self.change(handle, |session| {
            let (old, mut record) = session.take(handle)?;
            record.details.proof = Some(proof);
            record.details.set_here.note(Field::Proof, true);
            session.replace(&old, &record)
        })
    }

    /// Notes that the user had records written to their own drives, against the advice.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], and any error of a write.
    pub fn note_guard_override(&mut self, handles: &[Handle], now: DateTime<Utc>) -> Result<(), VaultError> {
        let mut session = self.begin()?;
        for &handle in handles {
            let (old, mut record) = session.take(handle)?;
            record.details.guard_override = Some(now);
            session.replace(&old, &record)?;
        }
        session.commit()
    }

    /// Deletes records permanently, all of them or none. Only records in the trash can be purged.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], also for a record that is not in the trash.
    pub fn purge(&mut self, handles: &[Handle]) -> Result<(), VaultError> {
        let mut session = self.begin()?;
        for &handle in handles {
            let opened = session.access.row_of(session.writer.reader(), handle)?;
            let opened = opened
                .filter(|opened| opened.summary.details.removed.is_some())
                .ok_or(VaultError::NoSuchRecord(handle))?;
            for other in &opened.summary.details.conflicts_with {
                if !handles.contains(other) && session.access.row_of(session.writer.reader(), *other)?.is_some() {
                    let (old, mut record) = session.take(*other)?;
                    record.details.conflicts_with.retain(|named| *named != handle);
                    session.replace(&old, &record)?;
                }
            }
            session.delete(&opened)?;
        }
        // Purged records must not survive in the journal of imports.
        let before = session.state.clone();
        let mut walk = ItemWalk::new(before.revision().next());
        while let Some(rows) = walk.rows(session.writer.reader())? {
            for opened in walk.open(session.access, rows) {
                let Item::Import(journal) = &opened.item else { continue };
                if let Some(journal) = without(journal, handles) {
                    session.replace_item(&opened, &Item::Import(journal))?;
                }
            }
        }
        let faults = walk.end(Some(&before));
        if !faults.is_empty() {
            return Err(VaultError::Faults(faults));
        }
        session.commit()
    }

    fn change(
        &mut self,
        handle: Handle,
        apply: impl FnOnce(&mut WriteSession<'_>) -> Result<(), VaultError>,
    ) -> Result<Entry, VaultError> {
        let mut session = self.begin()?;
        apply(&mut session)?;
        session.commit()?;
        self.entry(handle)
    }
}

impl WriteSession<'_> {
    /// The records in force with the same Key ID and other digits, or with the same digits and another Key ID.
    fn at_odds_with(&self, one: &OpenedRow) -> Result<Vec<Handle>, VaultError> {
        let (access, reader) = (&*self.access, self.writer.reader());
        let summary = &one.summary;
        let mut hits = access.hits(reader, TokenColumn::Digits, summary.digits_token.as_bytes())?;
        hits.retain(|other| !other.summary.details.key_id.may_equal(&summary.details.key_id));
        if let Some(guid) = summary.details.key_id.full() {
            let same_id = access.hits(reader, TokenColumn::KeyId, access.root.key_id_token(guid).as_bytes())?;
            let other_key = |other: &OpenedRow| {
                other.summary.digits_token != summary.digits_token && other.summary.details.kind == summary.details.kind
            };
            hits.extend(same_id.into_iter().filter(other_key));
        }
        let in_force =
            hits.iter().filter(|other| !other.summary.details.undone && other.summary.handle != summary.handle);
        Ok(in_force.map(|other| other.summary.handle).collect())
    }
}
