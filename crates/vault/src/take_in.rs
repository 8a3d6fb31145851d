//! Taking records in: each is new, known already, known with something new, or in conflict. Nothing is overwritten.
//! Must not know how a batch finds out.

mod batch;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::entry::OpenedRow;
use super::{AttachedAs, NewAttachment, Unlocked, Vault, VaultError};
use crate::store::TokenColumn;
use batch::Batch;
use drivekey_record::{Details, Difference, Handle, ImportJournal, LineText, Secret, SourceKind};

/// A record on its way in.
#[derive(Debug)]
pub struct Incoming {
    /// The key, of the kind that the details name.
    pub secret: Secret,
    /// What its source and the user say of it; its own sources are ignored.
    pub details: Details,
    /// What kind of source.
    pub kind: SourceKind,
    /// The source's file name.
    pub file_name: Option<LineText>,
}

/// What became of a record on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenIn {
    /// New in the vault.
    New(Handle),
    /// In the vault already, with all that was said.
    Known(Handle),
    /// In the vault already; something new was noted.
    Noted(Handle),
    /// New, and at odds with these: the same Key ID with other digits, or the same digits under another Key ID.
    Conflict(Handle, Vec<Handle>),
}

/// What would become of a record, as far as the index tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// New in the vault.
    New,
    /// In the vault already; whether anything new is said of it is not looked at.
    Known(Handle),
    /// At odds with these.
    Conflict(Vec<Handle>),
}

/// What is done with the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// Keep it.
    Keep,
    /// Only tell what would happen.
    DryRun,
}

/// All that one import brings.
#[derive(Debug, Default)]
pub struct Intake {
    /// The records.
    pub records: Vec<Incoming>,
    /// The attachments.
    pub attachments: Vec<NewAttachment>,
    /// What is imported, as the journal names it.
    pub origin: Option<LineText>,
}

/// What became of all that one import brought, in the same order.
#[derive(Debug, Default)]
pub struct IntakeOutcome {
    /// The records.
    pub records: Vec<TakenIn>,
    /// What is to be told of each record besides.
    pub notes: Vec<RecordNotes>,
    /// The attachments.
    pub attachments: Vec<AttachedAs>,
}

/// What is to be told of a record that came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordNotes {
    /// What its source says otherwise than the record, for the first time.
    pub differences: Vec<Difference>,
    /// Since when it lies in the trash: a person put it there, and it stays.
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
    /// Takes records in, all in one write or none. `progress` is told how many are sealed.
    ///
    /// # Errors
    /// What any write can meet; then nothing is kept.
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

    /// What would become of each of these, without writing and without a look at each other.
    ///
    /// # Errors
    /// [`VaultError::Faults`] when a record they meet is not what was written.
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

    /// Takes in all that one import brings, in one write or none, and notes in the journal what it did: also an import
    /// that brings nothing new is one that can be undone, so that undoing the one before it keeps what both brought.
    ///
    /// # Errors
    /// What any write can meet; then nothing is kept.
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
