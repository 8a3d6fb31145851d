//! The records of one write. Each is compared with those in the vault and in the batch, then all are sealed on all
//! cores.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::mpsc;

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::{Incoming, RecordNotes, TakenIn};
use crate::VaultError;
use crate::entry::OpenedRow;
use crate::merge::{merge, set_here};
use crate::seal::{Binding, Root, SealError, Token, make_id};
use crate::store::TokenColumn;
use crate::write::{SealedRow, WriteSession, seal_row};
use drivekey_record::{DetailsChange, Difference, Handle, HandleSet, KeyKind, Record, RecordId};

/// Records sealed at a time. Up to two sealed batches wait to be written.
const BATCH: usize = 1024;

/// A record that this write adds or changes.
struct Pending {
    record: Record,
    /// The row that it replaces; `None` if the record is new.
    old: Option<OpenedRow>,
    changed: bool,
    /// Whether it is new, or restored after its import was undone.
    added: bool,
}

/// The records of one write. They are placed one after the other and then sealed together.
pub(super) struct Batch<'a> {
    pub(super) session: WriteSession<'a>,
    /// Boxed, because a record is large and a tree moves its values.
    pending: BTreeMap<Handle, Box<Pending>>,
    by_digits: HashMap<Token, Vec<Handle>>,
    by_key_id: HashMap<Token, Vec<Handle>>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(session: WriteSession<'a>) -> Self {
        Self { session, pending: BTreeMap::new(), by_digits: HashMap::new(), by_key_id: HashMap::new() }
    }

    /// The outcome and the notes for each record.
    pub(super) fn place_all(
        &mut self,
        incoming: Vec<Incoming>,
        now: DateTime<Utc>,
    ) -> Result<(Vec<TakenIn>, Vec<RecordNotes>), VaultError> {
        let root = &self.session.access.root;
        let tokens: Vec<Token> = incoming.par_iter().map(|one| root.key_token(one.details.kind, &one.secret)).collect();
        let (mut outcomes, mut notes) = (Vec::with_capacity(incoming.len()), Vec::with_capacity(incoming.len()));
        for (one, token) in incoming.into_iter().zip(tokens) {
            let (outcome, differences) = self.place(one, token, now)?;
            let in_trash_since = self.pending_record(outcome.handle())?.record.details.removed;
            outcomes.push(outcome);
            notes.push(RecordNotes { differences, in_trash_since });
        }
        Ok((outcomes, notes))
    }

    /// The records that are new in this batch.
    pub(super) fn added(&self) -> HandleSet {
        self.pending.iter().filter(|(_, pending)| pending.added).map(|(handle, _)| *handle).collect()
    }

    /// The changes of this batch to records that were in the vault.
    pub(super) fn changes(&self) -> Vec<DetailsChange> {
        let changed = self.pending.iter().filter(|(_, pending)| pending.changed && !pending.added);
        changed
            .filter_map(|(&handle, pending)| {
                let before = pending.old.as_ref()?.summary.details.clone();
                Some(DetailsChange { handle, before, after: pending.record.details.clone() })
            })
            .collect()
    }

    pub(super) fn changes_anything(&self) -> bool {
        self.pending.values().any(|pending| pending.changed)
    }

    fn root(&self) -> &Root {
        &self.session.access.root
    }

    /// The records with a token, in the vault or in this batch.
    fn with_token(&self, column: TokenColumn, token: Token) -> Result<BTreeSet<Handle>, VaultError> {
        let in_batch = match column {
            TokenColumn::Digits => self.by_digits.get(&token),
            _ => self.by_key_id.get(&token),
        };
        let mut handles: BTreeSet<Handle> = in_batch.into_iter().flatten().copied().collect();
        if self.session.access.state.as_ref().is_none_or(|state| state.count > 0) {
            let hits = self.session.access.hits(self.session.writer.reader(), column, token.as_bytes())?;
            handles.extend(hits.iter().map(|opened| opened.summary.handle));
        }
        Ok(handles)
    }

    fn pending_record(&mut self, handle: Handle) -> Result<&mut Pending, VaultError> {
        use std::collections::btree_map::Entry;
        match self.pending.entry(handle) {
            Entry::Occupied(pending) => Ok(pending.into_mut()),
            Entry::Vacant(place) => {
                let (old, record) = self.session.take(handle)?;
                Ok(place.insert(Box::new(Pending { record, old: Some(old), changed: false, added: false })))
            }
        }
    }

    fn place(
        &mut self,
        incoming: Incoming,
        digits: Token,
        now: DateTime<Utc>,
    ) -> Result<(TakenIn, Vec<Difference>), VaultError> {
        let (mut known, mut undone) = (None, None);
        let mut against = BTreeSet::new();
        for handle in self.with_token(TokenColumn::Digits, digits)? {
            let details = &self.pending_record(handle)?.record.details;
            let place = if details.undone { &mut undone } else { &mut known };
            let key_id = &details.key_id;
            if key_id.may_equal(&incoming.details.key_id) && (place.is_none() || *key_id == incoming.details.key_id) {
                *place = Some(handle);
            }
            if !details.undone {
                against.insert(handle);
            }
        }
        if let Some(handle) = known {
            return self.note(handle, &incoming, now);
        }
        let handle = match undone {
            Some(handle) => handle,
            None => self.session.next_handle()?,
        };
        self.add(handle, incoming, digits, against, now)
    }

    /// The records of this kind with a complete Key ID, without those whose import was undone. A key of another kind
    /// with the same ID is not a conflict.
    fn in_force(&mut self, kind: KeyKind, key_id: Token) -> Result<BTreeSet<Handle>, VaultError> {
        let mut handles = self.with_token(TokenColumn::KeyId, key_id)?;
        let mut others = Vec::new();
        for &handle in &handles {
            let details = &self.pending_record(handle)?.record.details;
            if details.undone || details.kind != kind {
                others.push(handle);
            }
        }
        for handle in others {
            handles.remove(&handle);
        }
        Ok(handles)
    }

    /// Merges a record into one that exists: fills empty fields, and notes differing values with their source.
    fn note(
        &mut self,
        handle: Handle,
        incoming: &Incoming,
        now: DateTime<Utc>,
    ) -> Result<(TakenIn, Vec<Difference>), VaultError> {
        let pending = self.pending_record(handle)?;
        let before = pending.record.details.clone();
        let differences = merge(&mut pending.record.details, incoming, now);
        if pending.record.details == before {
            return Ok((TakenIn::Known(handle), differences));
        }
        pending.changed = true;
        let key_id = pending.record.details.key_id.clone();
        let whole =
            if key_id == before.key_id { None } else { key_id.full().map(|guid| self.root().key_id_token(guid)) };
        let Some(token) = whole else { return Ok((TakenIn::Noted(handle), differences)) };
        // The Key ID is now complete, so another record may have it with other digits.
        let mut against = self.in_force(incoming.details.kind, token)?;
        against.remove(&handle);
        self.by_key_id.entry(token).or_default().push(handle);
        if against.is_empty() {
            return Ok((TakenIn::Noted(handle), differences));
        }
        self.flag(handle, &against)?;
        Ok((TakenIn::Conflict(handle, against.into_iter().collect()), differences))
    }

    /// Adds a record under a new handle, or under the handle of one whose import was undone. The latter keeps what was
    /// set in this vault, but nothing from the undone import.
    fn add(
        &mut self,
        handle: Handle,
        incoming: Incoming,
        digits: Token,
        mut against: BTreeSet<Handle>,
        now: DateTime<Utc>,
    ) -> Result<(TakenIn, Vec<Difference>), VaultError> {
        let before = self.pending.get(&handle).map(|before| before.record.details.clone());
        let mut details = before.map(set_here).unwrap_or_default();
        details.kind = incoming.details.kind;
        let differences = merge(&mut details, &incoming, now);
        details.weak = incoming.secret.is_weak();
        let key_id = details.key_id.full().map(|guid| self.root().key_id_token(guid));
        if let Some(token) = key_id {
            against.extend(self.in_force(incoming.details.kind, token)?);
            self.by_key_id.entry(token).or_default().push(handle);
        }
        self.by_digits.entry(digits).or_default().push(handle);
        let old = self.pending.remove(&handle).and_then(|before| before.old);
        let record = Record { details, secret: incoming.secret };
        self.pending.insert(handle, Box::new(Pending { record, old, changed: true, added: true }));
        if against.is_empty() {
            return Ok((TakenIn::New(handle), differences));
        }
        self.flag(handle, &against)?;
        Ok((TakenIn::Conflict(handle, against.into_iter().collect()), differences))
    }

    /// Notes a conflict in all its records.
    fn flag(&mut self, handle: Handle, against: &BTreeSet<Handle>) -> Result<(), VaultError> {
        for &other in against {
            for (one, named) in [(handle, other), (other, handle)] {
                let pending = self.pending_record(one)?;
                if !pending.record.details.conflicts_with.contains(&named) {
                    pending.record.details.conflicts_with.push(named);
                    pending.record.details.conflicts_with.sort();
                    pending.changed = true;
                }
            }
        }
        Ok(())
    }

    /// Seals on all cores while this thread writes what is sealed. Returns the write, which is still open.
    pub(super) fn write(self, mut progress: impl FnMut(usize)) -> Result<WriteSession<'a>, VaultError> {
        let Self { mut session, pending, .. } = self;
        let revision = session.revision()?;
        let vault = session.access.vault;
        let mut batches: Vec<Vec<(Handle, Box<Pending>)>> = Vec::new();
        for (handle, pending) in pending {
            match &pending.old {
                Some(old) if pending.changed => session.replace(old, &pending.record)?,
                Some(_) => {}
                None => match batches.last_mut() {
                    Some(batch) if batch.len() < BATCH => batch.push((handle, pending)),
                    _ => batches.push(vec![(handle, pending)]),
                },
            }
        }
        let mut written = 0;
        let (send, receive) = mpsc::sync_channel::<Result<Vec<SealedRow>, SealError>>(2);
        std::thread::scope(|scope| -> Result<(), VaultError> {
            let (access, writer, state) = session.parts();
            let root = &access.root;
            scope.spawn(move || {
                for batch in batches {
                    let seal = |(handle, pending): (Handle, Box<Pending>)| {
                        let binding = Binding { vault, record: RecordId::from_bytes(make_id()?), revision };
                        seal_row(root, binding, handle, &pending.record)
                    };
                    let sealed: Result<Vec<SealedRow>, SealError> = batch.into_par_iter().map(seal).collect();
                    // The receiver is dropped if a write fails.
                    if send.send(sealed).is_err() {
                        break;
                    }
                }
            });
            for sealed in receive {
                WriteSession::insert_into(access, writer, state, &sealed?)?;
                written += BATCH;
                progress(written);
            }
            Ok(())
        })?;
        Ok(session)
    }
}
