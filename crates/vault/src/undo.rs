//! The journal of imports, and undoing the last one: what it added goes into the trash, what it changed goes back.
//! No key is deleted.

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

/// Imports that can be undone; older ones stand.
const MOST_IMPORTS: usize = 64;
/// Items of all journals together, some 75 MiB. The last import can be undone whatever its size.
const MOST_JOURNAL_ITEMS: usize = 1024;
/// Changes in one item of the journal: each holds a record's details twice.
const CHANGES_AN_ITEM: usize = 32;

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
    /// The import.
    pub import: ImportInfo,
    /// Records that lie in the trash now.
    pub removed: Vec<Handle>,
    /// Records that are as they were before.
    pub reverted: Vec<Handle>,
    /// Records that stay: another source has them too.
    pub kept: Vec<Handle>,
    /// What is wrong with records and attachments that are as they were for that reason.
    pub faults: Vec<Fault>,
}

impl Vault<Unlocked> {
    /// The last import that was not undone.
    ///
    /// # Errors
    /// [`VaultError::Faults`] when the journal is not what was written.
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

    /// Undoes the last import that was not undone; `None` when there is none. Records and attachments that are not what
    /// was written stay as they are.
    ///
    /// # Errors
    /// [`VaultError::Faults`] when the journal is not what was written, and what any write can meet; then nothing is
    /// undone.
    pub fn undo_import(&mut self, now: DateTime<Utc>) -> Result<Option<Undone>, VaultError> {
        let mut session = self.begin()?;
        // An older row of its journal, put back into the file, is no import that could be undone again.
        let Some(run) = session.state.imports.pop() else { return Ok(None) };
        let mut undone: Option<Undone> = None;
        for number in run.numbers() {
            let (opened, journal) = session.access.journal(session.writer.reader(), number, run.part_of(number))?;
            let undone = undone.get_or_insert_with(|| Undone::of(&journal));
            undone.import.add(&journal);
            for change in &journal.changed {
                let reverted = session.revert(change, undone);
                undone.unless_faulty(reverted)?;
            }
            for handle in journal.added.iter() {
                let taken = session.take_back(handle, journal.imported_date_time, now, undone);
                undone.unless_faulty(taken)?;
            }
            for number in &journal.attached {
                let put_away = session.put_away(*number, now);
                undone.unless_faulty(put_away)?;
            }
            session.delete_item(&opened)?;
        }
        session.commit()?;
        Ok(undone)
    }
}

impl ImportInfo {
    /// Of the first item of a journal, before anything is counted.
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

    /// Notes what is wrong with one record or attachment; that is no reason to keep the rest.
    fn unless_faulty(&mut self, outcome: Result<(), VaultError>) -> Result<(), VaultError> {
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

    /// What the journal in one of its items must say of where it belongs.
    fn part_of(self, number: ItemNumber) -> Option<ItemNumber> {
        (number != self.0).then_some(self.0)
    }
}

impl Unlocked {
    /// One item of an import's journal, which must be there.
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

/// Finds the journals among all items, by number, where the state that knew them is lost. One with a hole cannot be
/// undone any more.
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
    /// Writes an import's journal, and drops those that are too old to be undone.
    pub(super) fn note_import(
        &mut self,
        mut journal: ImportJournal,
        changed: Vec<DetailsChange>,
    ) -> Result<(), VaultError> {
        let items = changed.len().div_ceil(CHANGES_AN_ITEM).max(1);
        self.drop_old_journals(items)?;
        let mut rest = changed.into_iter().peekable();
        journal.changed = rest.by_ref().take(CHANGES_AN_ITEM).collect();
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
                changed: rest.by_ref().take(CHANGES_AN_ITEM).collect(),
            };
        }
    }

    /// Makes room for the journal of an import, which has so many items.
    fn drop_old_journals(&mut self, items: usize) -> Result<(), VaultError> {
        let surplus = self.state.imports.len() - kept_beside(items, &self.state.imports);
        let old: Vec<ImportRun> = self.state.imports.drain(..surplus).collect();
        for number in old.into_iter().flat_map(ImportRun::numbers) {
            let opened = self.item(number)?.ok_or_else(|| missing(number))?;
            self.delete_item(&opened)?;
        }
        Ok(())
    }

    fn put_away(&mut self, number: ItemNumber, now: DateTime<Utc>) -> Result<(), VaultError> {
        let Some(opened) = self.item(number)? else {
            // One that a repair has given up is no fault.
            return match self.absent_item(number) {
                VaultError::NoSuchItem(_) => Ok(()),
                error => Err(error),
            };
        };
        let Item::Attachment(info) = &opened.item else { return Err(missing(number)) };
        let info = AttachmentInfo { removed_date_time: Some(now), ..info.clone() };
        self.replace_item(&opened, &Item::Attachment(info))
    }

    /// Puts a record that an import added into the trash, unless another source has it as well. All that it holds stays
    /// with it: what was set here comes back with the key, and all of it with 'restore'.
    fn take_back(
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
        // A clock that stands still cannot make a key that was typed one of the import's.
        let elsewhere = |source: &Source| source.imported_date_time != imported || source.kind == SourceKind::Typed;
        if record.details.sources.iter().any(elsewhere) {
            undone.kept.push(handle);
            return Ok(());
        }
        undone.removed.push(handle);
        if record.details.removed.is_some() {
            // A person put it there: no import takes it out again.
            return Ok(());
        }
        for other in std::mem::take(&mut record.details.conflicts_with) {
            let settled = self.settle_conflict(other, handle);
            undone.unless_faulty(settled)?;
        }
        record.details.removed = Some(now);
        record.details.undone = true;
        self.replace(&old, &record)
    }

    /// Takes a record that is no longer in force out of another's conflicts.
    fn settle_conflict(&mut self, of: Handle, with: Handle) -> Result<(), VaultError> {
        if self.row_of(of)?.is_some() {
            let (old, mut record) = self.take(of)?;
            record.details.conflicts_with.retain(|named| *named != with);
            self.replace(&old, &record)?;
        }
        Ok(())
    }

    /// Takes a record's details back to what they were, but for what was changed since.
    fn revert(&mut self, change: &DetailsChange, undone: &mut Undone) -> Result<(), VaultError> {
        if self.row_of(change.handle)?.is_none() {
            return Ok(());
        }
        let (old, mut record) = self.take(change.handle)?;
        take_back_changes(&mut record.details, &change.before, &change.after);
        if record.details != old.summary.details {
            self.replace(&old, &record)?;
            undone.reverted.push(change.handle);
        }
        Ok(())
    }
}

/// Field by field: what still is as the import left it, and was not set here since, becomes what it was before.
fn take_back_changes(details: &mut Details, before: &Details, after: &Details) {
    fn back<T: Clone + PartialEq>(now: &mut T, before: &T, after: &T) {
        if now == after {
            now.clone_from(before);
        }
    }
    for field in Field::ALL {
        // Filling a field takes the note away that it was set here: where it stands, a person came after the import.
        if details.set_here.has(field) && !after.set_here.has(field) {
            continue;
        }
        match field {
            Field::KeyId => back(&mut details.key_id, &before.key_id, &after.key_id),
            Field::DeviceName => back(&mut details.device_name, &before.device_name, &after.device_name),
            Field::DeviceId => back(&mut details.device_id, &before.device_id, &after.device_id),
            Field::VolumeType => back(&mut details.volume_type, &before.volume_type, &after.volume_type),
            Field::MountPoint => back(&mut details.mount_point, &before.mount_point, &after.mount_point),
            Field::VolumeLabel => back(&mut details.volume_label, &before.volume_label, &after.volume_label),
            Field::Created => back(&mut details.created, &before.created, &after.created),
            Field::Note => back(&mut details.note, &before.note, &after.note),
            Field::State => back(&mut details.state, &before.state, &after.state),
            Field::Proof => back(&mut details.proof, &before.proof, &after.proof),
        }
        // A beginning of a Key ID that was typed is one's own again when its completion is taken back.
        if before.set_here.has(field) && field.of(details) == field.of(before) {
            details.set_here.note(field, true);
        }
    }
    let set_here = &details.set_here;
    details.tags.retain(|tag| has_tag(&before.tags, tag) || !has_tag(&after.tags, tag) || set_here.has_tag(tag));
    details.unknown.retain(|name, value| before.unknown.contains_key(name) || after.unknown.get(name) != Some(value));
    details.sources.retain(|source| before.sources.contains(source) || !after.sources.contains(source));
    // One that gave way to a source of this import.
    let gone = before.sources.iter().filter(|source| !after.sources.contains(source));
    details.sources.extend(gone.cloned());
    details.sources.sort_by_key(|source| source.imported_date_time);
    // Records that this import added say themselves with whom they are in conflict; those between older ones go here.
    details
        .conflicts_with
        .retain(|other| before.conflicts_with.contains(other) || !after.conflicts_with.contains(other));
}

/// Without what a journal keeps of records that are purged.
pub(super) fn without(journal: &ImportJournal, purged: &[Handle]) -> Option<ImportJournal> {
    let kept: Vec<DetailsChange> =
        journal.changed.iter().filter(|change| !purged.contains(&change.handle)).cloned().collect();
    (kept.len() < journal.changed.len()).then(|| ImportJournal { changed: kept, ..journal.clone() })
}

/// How many of the newest journals stay beside one of so many items.
fn kept_beside(items: usize, runs: &[ImportRun]) -> usize {
    let mut all = items;
    let fits = |ImportRun(_, count): &&ImportRun| {
        all += *count as usize;
        all <= MOST_JOURNAL_ITEMS
    };
    runs.iter().rev().take(MOST_IMPORTS - 1).take_while(fits).count()
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
        // A hundred thousand changed records: the newest import alone, whatever its size.
        assert_eq!(kept(3125, &[125; 10]), 0);
        assert_eq!(kept(125, &[125; 28]), 7);
        assert_eq!(kept(1, &[1, 1, 3125, 2, 2]), 2);
        assert_eq!(kept(512, &[1, 512]), 1);
        assert_eq!(kept(513, &[1, 512]), 0);
    }
}
