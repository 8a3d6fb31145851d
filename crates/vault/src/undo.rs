//! The journal of imports, and undoing the last one: what it added goes into the trash, what it changed goes back.
//! Nothing is deleted. Must not know what was imported.

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
}

/// One import's journal: its first item and those behind it.
struct Run {
    items: Vec<(OpenedItem, ImportJournal)>,
}

impl Vault<Unlocked> {
    /// The last import that was not undone.
    ///
    /// # Errors
    /// [`VaultError::Faults`] when the journal is not what was written.
    pub fn last_import(&mut self) -> Result<Option<ImportInfo>, VaultError> {
        let (reader, access) = self.view()?;
        Ok(access.last_run(&*reader)?.map(|run| run.info()))
    }

    /// Undoes the last import that was not undone; `None` when there is none.
    ///
    /// # Errors
    /// What any write can meet; then nothing is undone.
    pub fn undo_import(&mut self, now: DateTime<Utc>) -> Result<Option<Undone>, VaultError> {
        let mut session = self.begin()?;
        let Some(run) = session.access.last_run(session.writer.reader())? else { return Ok(None) };
        let mut undone = Undone { import: run.info(), removed: Vec::new(), reverted: Vec::new(), kept: Vec::new() };
        for (opened, journal) in &run.items {
            for change in &journal.changed {
                session.revert(change, &mut undone)?;
            }
            for handle in journal.added.iter() {
                session.take_back(handle, journal.imported_date_time, now, &mut undone)?;
            }
            for number in &journal.attached {
                match session.item(*number)? {
                    Some(opened) => session.put_away(&opened, now)?,
                    // One that a repair has given up is no reason to keep the rest.
                    None => session.none_is_missing()?,
                }
            }
            let journal = ImportJournal { undone_date_time: Some(now), ..journal.clone() };
            session.replace_item(opened, &Item::Import(journal))?;
        }
        session.commit()?;
        Ok(Some(undone))
    }
}

impl Run {
    fn info(&self) -> ImportInfo {
        let first = &self.items[0].1;
        let sum = |count: fn(&ImportJournal) -> usize| self.items.iter().map(|(_, journal)| count(journal)).sum();
        ImportInfo {
            imported: first.imported_date_time,
            origin: first.origin.clone(),
            added: sum(|journal| journal.added.len()),
            changed: sum(|journal| journal.changed.len()),
            attached: sum(|journal| journal.attached.len()),
        }
    }
}

impl Unlocked {
    /// The journal of the last import that was not undone, read by the numbers that the state keeps.
    fn last_run(&self, reader: &dyn Reader) -> Result<Option<Run>, VaultError> {
        let runs = match &self.state {
            Some(state) => state.imports.clone(),
            None => runs_of(&self.items_with_faults(reader)?.0),
        };
        for ImportRun(first, count) in runs.into_iter().rev() {
            let mut items = vec![self.journal(reader, first, None)?];
            if items[0].1.undone_date_time.is_some() {
                continue;
            }
            for number in behind(first, count) {
                items.push(self.journal(reader, number, Some(first))?);
            }
            return Ok(Some(Run { items }));
        }
        Ok(None)
    }

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

/// The numbers of a journal's items behind the first.
fn behind(first: ItemNumber, count: u32) -> impl Iterator<Item = ItemNumber> {
    (1..count).filter_map(move |at| first.number().checked_add(at).and_then(ItemNumber::new))
}

/// The journals among all items, where the state that knew them is lost. One with a hole cannot be undone any more.
pub(super) fn runs_of(items: &[OpenedItem]) -> Vec<ImportRun> {
    let mut runs: Vec<ImportRun> = Vec::new();
    for opened in items {
        let Item::Import(journal) = &opened.item else { continue };
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
    runs
}

impl WriteSession<'_> {
    /// Writes an import's journal, and drops those that are too old to be undone.
    pub(super) fn note_import(
        &mut self,
        mut journal: ImportJournal,
        changed: Vec<DetailsChange>,
    ) -> Result<(), VaultError> {
        self.drop_old_journals()?;
        let items = changed.len().div_ceil(CHANGES_AN_ITEM).max(1);
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
                undone_date_time: None,
            };
        }
    }

    fn drop_old_journals(&mut self) -> Result<(), VaultError> {
        let surplus = self.state.imports.len().saturating_sub(MOST_IMPORTS - 1);
        let old: Vec<ImportRun> = self.state.imports.drain(..surplus).collect();
        for ImportRun(first, count) in old {
            for number in std::iter::once(first).chain(behind(first, count)) {
                let opened = self.item(number)?.ok_or_else(|| missing(number))?;
                self.delete_item(&opened)?;
            }
        }
        Ok(())
    }

    fn put_away(&mut self, opened: &OpenedItem, now: DateTime<Utc>) -> Result<(), VaultError> {
        let Item::Attachment(info) = &opened.item else { return Err(missing(opened.number)) };
        let info = AttachmentInfo { removed_date_time: Some(now), ..info.clone() };
        self.replace_item(opened, &Item::Attachment(info))
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
            if self.row_of(other)?.is_some() {
                let (old, mut record) = self.take(other)?;
                record.details.conflicts_with.retain(|named| *named != handle);
                self.replace(&old, &record)?;
            }
        }
        record.details.removed = Some(now);
        record.details.undone = true;
        self.replace(&old, &record)
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
