//! Taking records in. Each is new, known, known with something new, or in conflict. Nothing is overwritten.

mod batch;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::entry::OpenedRow;
use super::{AttachedAs, NewAttachment, Unlocked, Vault, VaultError};
use crate::store::TokenColumn;
use batch::Batch;
use drivekey_record::{Details, Difference, Handle, ImportJournal, LineText, Secret, SourceKind};

/// A record to be taken in.
#[derive(Debug)]
pub struct Incoming {
    /// The key, of the kind that the details name.
    pub secret: Secret,
    /// What its source and the user say about it. Its `sources` are ignored.
    pub details: Details,
    /// The kind of source.
    pub kind: SourceKind,
    /// The source's file name.
    pub file_name: Option<LineText>,
}

/// The outcome for one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenIn {
    /// It is new in the vault.
    New(Handle),
    /// The vault already has it, with the same details.
    Known(Handle),
    /// The vault already had it. Some of the details are new.
    Noted(Handle),
    /// It is new, and in conflict with these: the same Key ID with other digits, or the same digits with another Key
    /// ID.
    Conflict(Handle, Vec<Handle>),
}

/// The expected outcome for one record, according to the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// It is new in the vault.
    New,
    /// The vault already has it. Whether its details are new is not checked.
    Known(Handle),
    /// It is in conflict with these.
    Conflict(Vec<Handle>),
}

/// What to do with the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// Commit it.
    Keep,
    /// Discard it, and only report it.
    DryRun,
}

/// The contents of one import.
#[derive(Debug, Default)]
pub struct Intake {
    /// The records.
    pub records: Vec<Incoming>,
    /// The attachments.
    pub attachments: Vec<NewAttachment>,
    /// What was imported, as the journal names it.
    pub origin: Option<LineText>,
}

/// The outcome of one import, in the same order.
#[derive(Debug, Default)]
pub struct IntakeOutcome {
    /// The records.
    pub records: Vec<TakenIn>,
    /// Further notes on each record.
    pub notes: Vec<RecordNotes>,
    /// The attachments.
    pub attachments: Vec<AttachedAs>,
}

/// Further notes on a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordNotes {
    /// The details in which its source differs from the record and that are new.
    pub differences: Vec<Difference>,
    /// Since when it has been in the trash. A person put it there, so it stays there.
    pub in_trash_since: Option<DateTime<Utc>>,
}

impl TakenIn {
    /// The record.
    #[must_use]
    pub const fn handle(&self) -> Handle {
        match self {
            Self::New(handle) | Self::Known(handle) | Self::Noted(handle) | Self::Conflict(handle, _) => *handle,
        }
    }
}

impl Vault<Unlocked> {
    /// Takes records in, all in one write or none. `progress` gets the number of records that are sealed.
    ///
    /// # Errors
    /// Any error of a write; then nothing is stored.
    pub fn take_in(
        &mut self,
        incoming: Vec<Incoming>,
        now: DateTime<Utc>,
        taking: Taking,
        progress: impl FnMut(usize),
    ) -> Result<Vec<TakenIn>, VaultError> {
        let mut batch = Batch::new(self.begin()?);
        let (outcomes, _) = batch.place_all(incoming, now)?;
        if taking == Taking::Keep && batch.changes_anything() {
            batch.write(progress)?.commit()?;
        }
        Ok(outcomes)
    }

    /// The expected outcome for each record, without writing and without comparing the records with each other.
    ///
    /// # Errors
    /// [`VaultError::Faults`] if a record in the vault that matches is not as it was written.
    pub fn expect(&mut self, incoming: &[Incoming]) -> Result<Vec<Expected>, VaultError> {
        let (reader, access) = self.view()?;
        incoming
            .iter()
            .map(|one| {
                let key_id = &one.details.key_id;
                let in_force = |opened: &OpenedRow| {
                    !opened.summary.details.undone && opened.summary.details.kind == one.details.kind
                };
                let digits = access.root.key_token(one.details.kind, &one.secret);
                let same: Vec<OpenedRow> = access
                    .hits(&*reader, TokenColumn::Digits, digits.as_bytes())?
                    .into_iter()
                    .filter(in_force)
                    .collect();
                if let Some(known) = same.iter().find(|opened| opened.summary.details.key_id.may_equal(key_id)) {
                    return Ok(Expected::Known(known.summary.handle));
                }
                let mut against: BTreeSet<Handle> = same.iter().map(|opened| opened.summary.handle).collect();
                if let Some(guid) = key_id.full() {
                    let hits = access.hits(&*reader, TokenColumn::KeyId, access.root.key_id_token(guid).as_bytes())?;
                    against.extend(hits.iter().filter(|opened| in_force(opened)).map(|opened| opened.summary.handle));
                }
                Ok(if against.is_empty() { Expected::New } else { Expected::Conflict(against.into_iter().collect()) })
            })
            .collect()
    }

    /// Takes in the contents of one import, all in one write or none, and adds it to the journal. An import without
    /// anything new is in the journal too, so that undoing the one before keeps what both contained.
    ///
    /// # Errors
    /// Any error of a write; then nothing is stored.
    pub fn import(
        &mut self,
        intake: Intake,
        now: DateTime<Utc>,
        taking: Taking,
        progress: impl FnMut(usize),
    ) -> Result<IntakeOutcome, VaultError> {
        let mut batch = Batch::new(self.begin()?);
        let (records, notes) = batch.place_all(intake.records, now)?;
        let mut journal = ImportJournal {
            imported_date_time: now,
            part_of: None,
            origin: intake.origin,
            added: batch.added(),
            attached: Vec::new(),
            changed: Vec::new(),
        };
        let changed = batch.changes();
        let mut session = match taking {
            Taking::Keep => batch.write(progress)?,
            Taking::DryRun => batch.session,
        };
        let mut attachments = Vec::with_capacity(intake.attachments.len());
        for new in intake.attachments {
            let outcome = session.attach(new, now)?;
            if let AttachedAs::New(number) = outcome {
                journal.attached.push(number);
            }
            attachments.push(outcome);
        }
        if taking == Taking::Keep && !(records.is_empty() && attachments.is_empty()) {
            session.note_import(journal, changed)?;
            session.commit()?;
        }
        Ok(IntakeOutcome { records, notes, attachments })
    }
}
