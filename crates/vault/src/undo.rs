//! The journal of imports, and undoing the last one: records that it added go to the trash, and its changes are
//! reverted. No key is deleted.

use chrono::{DateTime, Utc};

use super::items::OpenedItem;
use super::state::ImportRun;
use super::write::WriteSession;
use super::{Fault, FaultKind, Unlocked, Vault, VaultError};
use crate::store::Reader;
use drivekey_record::{
    AttachmentInfo, Details, DetailsChange, Field, Handle, ImportJournal, Item, ItemNumber, LineText, Source,
    SourceKind, has_tag,
};

/// The number of imports that can be undone. Older ones are final.
const MAX_IMPORTS: usize = 64;
/// The maximum number of items of all journals, some 75 MiB. The last import can be undone whatever its size.
const MAX_JOURNAL_ITEMS: usize = 1024;
/// Changes in one item of a journal. Each change holds a record's details twice.
const CHANGES_PER_ITEM: usize = 32;

/// An import that can be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportInfo {
    /// When it ran.
    pub imported: DateTime<Utc>,
    /// What was imported.
    pub origin: Option<LineText>,
    /// How many records it added.
    pub added: usize,
    /// How many it changed.
    pub changed: usize,
    /// How many attachments it added.
    pub attached: usize,
}

/// What undoing an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The import that was undone.
    pub import: ImportInfo,
    /// Records that are now in the trash.
    pub removed: Vec<Handle>,
    /// Records whose changes were reverted.
    pub reverted: Vec<Handle>,
    /// Records that stay, because another source has them too.
    pub kept: Vec<Handle>,
    /// Faults of records and attachments, which were left as they are for that reason.
    pub faults: Vec<Fault>,
}

impl Vault<Unlocked> {
    /// The last import that can be undone.
    ///
    /// # Errors
    /// [`VaultError::Faults`] if the journal is not as it was written.
    pub fn last_import(&mut self) -> Result<Option<ImportInfo>, VaultError> {
        drop(self.view()?);
        let mut found = Vec::new();
        if self.access.state.is_none() {
            let walked = self.access.walk_items(&mut *self.store, |_, items| {
                for opened in &items {
                    note_run(&mut found, opened);
                }
                Ok(())
            });
            self.store.release();
            walked?;
        }
        let (reader, access) = self.view()?;
        let Some(run) = access.state.as_ref().map_or(&found, |state| &state.imports).last() else { return Ok(None) };
        let mut info: Option<ImportInfo> = None;
        for number in run.numbers() {
            let (_, journal) = access.journal(&*reader, number, run.part_of(number))?;
            info.get_or_insert_with(|| ImportInfo::of(&journal)).add(&journal);
        }
        Ok(info)
    }

    /// Undoes the last import; `None` if there is none. Records and attachments with faults stay as they are.
    ///
    /// # Errors
    /// [`VaultError::Faults`] if the journal is not as it was written, and any error of a write; then nothing is
    /// undone.
    pub fn undo_import(&mut self, now: DateTime<Utc>) -> Result<Option<Undone>, VaultError> {
        let mut session = self.begin()?;
        // The state decides. An older row of its journal that is put back into the file does not make it undoable
        // again.
        let Some(run) = session.state.imports.pop() else { return Ok(None) };
        let mut undone: Option<Undone> = None;
        for number in run.numbers() {
            let (opened, journal) = session.access.journal(session.writer.reader(), number, run.part_of(number))?;
            let undone = undone.get_or_insert_with(|| Undone::of(&journal));
            undone.import.add(&journal);
            for change in &journal.changed {
                let reverted = session.revert(change, undone);
                undone.collect_faults(reverted)?;
            }
            for handle in journal.added.iter() {
                let taken = session.remove_added(handle, journal.imported_date_time, now, undone);
                undone.collect_faults(taken)?;
            }
            for number in &journal.attached {
                let removed = session.remove_attachment(*number, now);
                undone.collect_faults(removed)?;
            }
            session.delete_item(&opened)?;
        }
        session.commit()?;
        Ok(undone)
    }
}

impl ImportInfo {
    /// The info from the first item of a journal, with nothing counted yet.
    fn of(first: &ImportJournal) -> Self {
        let (imported, origin) = (first.imported_date_time, first.origin.clone());
        Self { imported, origin, added: 0, changed: 0, attached: 0 }
    }

    fn add(&mut self, journal: &ImportJournal) {
        self.added += journal.added.len();
        self.changed += journal.changed.len();
        self.attached += journal.attached.len();
    }
}

impl Undone {
    fn of(first: &ImportJournal) -> Self {
        let import = ImportInfo::of(first);
        Self { import, removed: Vec::new(), reverted: Vec::new(), kept: Vec::new(), faults: Vec::new() }
    }

    /// Notes the faults of one record or attachment. They do not stop the undoing of the others.
    fn collect_faults(&mut self, outcome: Result<(), VaultError>) -> Result<(), VaultError> {
        match outcome {
            Err(VaultError::Faults(faults)) => {
                self.faults.extend(faults);
                Ok(())
            }
            other => other,
        }
    }
}

impl ImportRun {
    /// The numbers of its items.
    fn numbers(self) -> impl Iterator<Item = ItemNumber> {
        let Self(first, count) = self;
        (0..count).filter_map(move |at| first.number().checked_add(at).and_then(ItemNumber::new))
    }

    /// The `part_of` that the journal in this item must have.
    fn part_of(self, number: ItemNumber) -> Option<ItemNumber> {
        (number != self.0).then_some(self.0)
    }
}

impl Unlocked {
    /// One item of an import's journal, which must exist.
    fn journal(
        &self,
        reader: &dyn Reader,
        number: ItemNumber,
        part_of: Option<ItemNumber>,
    ) -> Result<(OpenedItem, ImportJournal), VaultError> {
        let opened = self.item(reader, number)?.ok_or_else(|| missing(number))?;
        match &opened.item {
            Item::Import(journal) if journal.part_of == part_of => {
                let journal = journal.clone();
                Ok((opened, journal))
            }
            _ => Err(missing(number)),
        }
    }
}

fn missing(number: ItemNumber) -> VaultError {
    VaultError::Faults(vec![Fault::whole(FaultKind::Item(number.number()))])
}

/// Recovers the journals from all items, in order of their numbers, if the state is lost. A journal with a gap can no
/// longer be undone.
pub(super) fn note_run(runs: &mut Vec<ImportRun>, opened: &OpenedItem) {
    let Item::Import(journal) = &opened.item else { return };
    match (journal.part_of, runs.last_mut()) {
        (None, _) => runs.push(ImportRun(opened.number, 1)),
        (Some(part_of), Some(ImportRun(first, count))) if part_of == *first => {
            if first.number().checked_add(*count) == Some(opened.number.number()) {
                *count += 1;
            } else {
                runs.pop();
            }
        }
        (Some(_), _) => {}
    }
}

impl WriteSession<'_> {
    /// Writes an import's journal, and deletes those that are too old to be undone.
    pub(super) fn note_import(
        &mut self,
        mut journal: ImportJournal,
        changed: Vec<DetailsChange>,
    ) -> Result<(), VaultError> {
        let items = changed.len().div_ceil(CHANGES_PER_ITEM).max(1);
        self.drop_old_journals(items)?;
        let mut rest = changed.into_iter().peekable();
        journal.changed = rest.by_ref().take(CHANGES_PER_ITEM).collect();
        let (imported_date_time, mut part_of) = (journal.imported_date_time, None);
        loop {
            let number = self.add_item(&Item::Import(journal), None)?;
            if part_of.is_none() {
                part_of = Some(number);
                self.state.imports.push(ImportRun(number, u32::try_from(items).map_err(|_| VaultError::Full)?));
            }
            if rest.peek().is_none() {
                return Ok(());
            }
            journal = ImportJournal {
                imported_date_time,
                part_of,
                origin: None,
                added: drivekey_record::HandleSet::default(),
                attached: Vec::new(),
                changed: rest.by_ref().take(CHANGES_PER_ITEM).collect(),
            };
        }
    }

    /// Makes room for an import's journal of `items` items.
    fn drop_old_journals(&mut self, items: usize) -> Result<(), VaultError> {
        let surplus = self.state.imports.len() - kept_beside(items, &self.state.imports);
        let old: Vec<ImportRun> = self.state.imports.drain(..surplus).collect();
        for number in old.into_iter().flat_map(ImportRun::numbers) {
            let opened = self.item(number)?.ok_or_else(|| missing(number))?;
            self.delete_item(&opened)?;
        }
        Ok(())
    }

    fn remove_attachment(&mut self, number: ItemNumber, now: DateTime<Utc>) -> Result<(), VaultError> {
        let Some(opened) = self.item(number)? else {
            // An attachment that a repair has accepted as missing is not a fault.
            return match self.absent_item(number) {
                VaultError::NoSuchItem(_) => Ok(()),
                error => Err(error),
            };
        };
        let Item::Attachment(info) = &opened.item else { return Err(missing(number)) };
        let info = AttachmentInfo { removed_date_time: Some(now), ..info.clone() };
        self.replace_item(&opened, &Item::Attachment(info))
    }

    /// Moves a record that an import added to the trash, unless another source has it too. It keeps all its details: a
    /// new import restores those that were set here, and 'restore' restores all of them.
    fn remove_added(
        &mut self,
        handle: Handle,
        imported: DateTime<Utc>,
        now: DateTime<Utc>,
        undone: &mut Undone,
    ) -> Result<(), VaultError> {
        if self.row_of(handle)?.is_none() {
            return Ok(());
        }
        let (old, mut record) = self.take(handle)?;
        // The clock may have stood still, so the time alone does not make a typed key part of the import.
        let elsewhere = |source: &Source| source.imported_date_time != imported || source.kind == SourceKind::Typed;
        if record.details.sources.iter().any(elsewhere) {
            undone.kept.push(handle);
            return Ok(());
        }
        undone.removed.push(handle);
        if record.details.removed.is_some() {
            // A person put it in the trash, so no import may restore it.
            return Ok(());
        }
        for other in std::mem::take(&mut record.details.conflicts_with) {
            let settled = self.settle_conflict(other, handle);
            undone.collect_faults(settled)?;
        }
        record.details.removed = Some(now);
        record.details.undone = true;
        self.replace(&old, &record)
    }

    /// Removes a record that is no longer in force from another record's conflicts.
    fn settle_conflict(&mut self, of: Handle, with: Handle) -> Result<(), VaultError> {
        if self.row_of(of)?.is_some() {
            let (old, mut record) = self.take(of)?;
            record.details.conflicts_with.retain(|named| *named != with);
            self.replace(&old, &record)?;
        }
        Ok(())
    }

    /// Reverts an import's change to a record's details, except what was changed since.
    fn revert(&mut self, change: &DetailsChange, undone: &mut Undone) -> Result<(), VaultError> {
        if self.row_of(change.handle)?.is_none() {
            return Ok(());
        }
        let (old, mut record) = self.take(change.handle)?;
        revert_details(&mut record.details, &change.before, &change.after);
        if record.details != old.summary.details {
            self.replace(&old, &record)?;
            undone.reverted.push(change.handle);
        }
        Ok(())
    }
}

/// Reverts each field that still has the import's value and was not set here since.
fn revert_details(details: &mut Details, before: &Details, after: &Details) {
    fn revert_value<T: Clone + PartialEq>(now: &mut T, before: &T, after: &T) {
        if now == after {
            now.clone_from(before);
        }
    }
    for field in Field::ALL {
        // When an import fills a field, the field is no longer set here. If it is set here now, a person set it after
        // the import.
        if details.set_here.has(field) && !after.set_here.has(field) {
            continue;
        }
        match field {
            Field::KeyId => revert_value(&mut details.key_id, &before.key_id, &after.key_id),
            Field::DeviceName => revert_value(&mut details.device_name, &before.device_name, &after.device_name),
            Field::DeviceId => revert_value(&mut details.device_id, &before.device_id, &after.device_id),
            Field::VolumeType => revert_value(&mut details.volume_type, &before.volume_type, &after.volume_type),
            Field::MountPoint => revert_value(&mut details.mount_point, &before.mount_point, &after.mount_point),
            Field::VolumeLabel => revert_value(&mut details.volume_label, &before.volume_label, &after.volume_label),
            Field::Created => revert_value(&mut details.created, &before.created, &after.created),
            Field::Note => revert_value(&mut details.note, &before.note, &after.note),
            Field::State => revert_value(&mut details.state, &before.state, &after.state),
            Field::Proof => revert_value(&mut details.proof, &before.proof, &after.proof),
        }
        // If a person typed a Key ID prefix and its completion is reverted, the prefix is set here again.
        if before.set_here.has(field) && field.of(details) == field.of(before) {
            details.set_here.note(field, true);
        }
    }
    let set_here = &details.set_here;
    details.tags.retain(|tag| has_tag(&before.tags, tag) || !has_tag(&after.tags, tag) || set_here.has_tag(tag));
    details.unknown.retain(|name, value| before.unknown.contains_key(name) || after.unknown.get(name) != Some(value));
    details.sources.retain(|source| before.sources.contains(source) || !after.sources.contains(source));
    // A source that was dropped to make room for one from this import.
    let gone = before.sources.iter().filter(|source| !after.sources.contains(source));
    details.sources.extend(gone.cloned());
    details.sources.sort_by_key(|source| source.imported_date_time);
    // Conflicts with records that this import added are removed with those records. This removes conflicts between
    // older ones.
    details
        .conflicts_with
        .retain(|other| before.conflicts_with.contains(other) || !after.conflicts_with.contains(other));
}

/// The journal without the changes to purged records; `None` if there are none.
pub(super) fn without(journal: &ImportJournal, purged: &[Handle]) -> Option<ImportJournal> {
    let kept: Vec<DetailsChange> =
        journal.changed.iter().filter(|change| !purged.contains(&change.handle)).cloned().collect();
    (kept.len() < journal.changed.len()).then(|| ImportJournal { changed: kept, ..journal.clone() })
}

/// How many of the newest journals are kept beside one with this many items.
fn kept_beside(items: usize, runs: &[ImportRun]) -> usize {
    let mut all = items;
    let fits = |ImportRun(_, count): &&ImportRun| {
        all += *count as usize;
        all <= MAX_JOURNAL_ITEMS
    };
    runs.iter().rev().take(MAX_IMPORTS - 1).take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(items: usize, counts: &[u32]) -> usize {
        let runs: Vec<ImportRun> = counts.iter().map(|count| ImportRun(ItemNumber::new(1).unwrap(), *count)).collect();
        kept_beside(items, &runs)
    }

    #[test]
    fn old_journals_give_way_to_many_and_to_large_ones() {
        assert_eq!(kept(1, &[]), 0);
        assert_eq!(kept(1, &[1; 63]), 63);
        assert_eq!(kept(1, &[1; 64]), 63);
        // A hundred thousand changed records leave room for the newest import only, whatever its size.
        assert_eq!(kept(3125, &[125; 10]), 0);
        assert_eq!(kept(125, &[125; 28]), 7);
        assert_eq!(kept(1, &[1, 1, 3125, 2, 2]), 2);
        assert_eq!(kept(512, &[1, 512]), 1);
        assert_eq!(kept(513, &[1, 512]), 0);
    }
}
