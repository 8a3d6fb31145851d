//! The journal of imports, and undoing the last one: what it added goes into the trash, what it changed goes back.
//! Nothing is deleted. Must not know what was imported.

use chrono::{DateTime, Utc};

use super::items::OpenedItem;
use super::write::WriteSession;
use super::{Unlocked, Vault, VaultError};
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
struct Run<'a> {
    items: Vec<(&'a OpenedItem, &'a ImportJournal)>,
}

impl Vault<Unlocked> {
    /// The last import that was not undone.
    ///
    /// # Errors
    /// [`VaultError::Faults`] when the journal is not what was written.
    pub fn last_import(&mut self) -> Result<Option<ImportInfo>, VaultError> {
        let (reader, access) = self.view()?;
        let items = access.items(&*reader)?;
        Ok(last_run(&items).map(|run| run.info()))
    }

    /// Undoes the last import that was not undone; `None` when there is none.
    ///
    /// # Errors
    /// What any write can meet; then nothing is undone.
    pub fn undo_import(&mut self, now: DateTime<Utc>) -> Result<Option<Undone>, VaultError> {
        let mut session = self.begin()?;
        let items = session.items()?;
        let Some(run) = last_run(&items) else { return Ok(None) };
        let mut undone = Undone { import: run.info(), removed: Vec::new(), reverted: Vec::new(), kept: Vec::new() };
        for (opened, journal) in &run.items {
            for change in &journal.changed {
                session.revert(change, &mut undone)?;
            }
            for handle in journal.added.iter() {
                session.take_back(handle, journal.imported_date_time, now, &mut undone)?;
            }
            for attachment in items.iter().filter(|opened| journal.attached.contains(&opened.number)) {
                if let Item::Attachment(info) = &attachment.item {
                    let info = AttachmentInfo { removed_date_time: Some(now), ..info.clone() };
                    session.replace_item(attachment, &Item::Attachment(info))?;
                }
            }
            let journal = ImportJournal { undone_date_time: Some(now), ..(*journal).clone() };
            session.replace_item(opened, &Item::Import(journal))?;
        }
        session.commit()?;
        Ok(Some(undone))
    }
}

impl Run<'_> {
    fn info(&self) -> ImportInfo {
        let first = self.items[0].1;
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

/// The journal of the last import that was not undone.
fn last_run(items: &[OpenedItem]) -> Option<Run<'_>> {
    let journals = || {
        items.iter().filter_map(|opened| match &opened.item {
            Item::Import(journal) => Some((opened, journal)),
            Item::Attachment(_) | Item::Copy(_) => None,
        })
    };
    let open = |journal: &ImportJournal| journal.part_of.is_none() && journal.undone_date_time.is_none();
    let (first, _) = journals().rfind(|(_, journal)| open(journal))?;
    let number = first.number;
    Some(Run {
        items: journals()
            .filter(|(opened, journal)| opened.number == number || journal.part_of == Some(number))
            .collect(),
    })
}

impl WriteSession<'_> {
    /// Writes an import's journal, and drops those that are too old to be undone.
    pub(super) fn note_import(
        &mut self,
        mut journal: ImportJournal,
        changed: Vec<DetailsChange>,
    ) -> Result<(), VaultError> {
        self.drop_old_journals()?;
        let mut rest = changed.into_iter().peekable();
        journal.changed = rest.by_ref().take(CHANGES_AN_ITEM).collect();
        let (imported_date_time, mut part_of) = (journal.imported_date_time, None);
        loop {
            let number = self.add_item(&Item::Import(journal), None)?;
            part_of = part_of.or(Some(number));
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
        let items = self.items()?;
        let first_of = |opened: &OpenedItem| match &opened.item {
            Item::Import(journal) => Some(journal.part_of.unwrap_or(opened.number)),
            Item::Attachment(_) | Item::Copy(_) => None,
        };
        let mut runs: Vec<ItemNumber> = items.iter().filter_map(first_of).collect();
        runs.dedup();
        let Some(surplus) = runs.len().checked_sub(MOST_IMPORTS - 1) else { return Ok(()) };
        for opened in &items {
            if first_of(opened).is_some_and(|first| runs[..surplus].contains(&first)) {
                self.delete_item(opened)?;
            }
        }
        Ok(())
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
