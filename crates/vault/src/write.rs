//! One write to a vault: it checks state and slots again, seals records and updates the total, all in one transaction.

use super::entry::{OpenedRow, row_tokens};
use super::state::State;
use super::{CopyDoubt, Fault, FaultKind, Machine, Unlocked, Vault, VaultError};
use crate::seal::{Binding, Root, SealError, SealedRecord, SealedSummary, Summary, make_id};
use crate::store::{NewRecord, Place, RecordRow, StoreError, Writer};
use drivekey_record::{Handle, Record, Revision, WriteId};

/// A write in progress. If it is dropped without [`WriteSession::commit`], the vault stays as it was.
pub(super) struct WriteSession<'a> {
    pub(super) writer: Box<dyn Writer + 'a>,
    pub(super) access: &'a mut Unlocked,
    pub(super) state: State,
    machine: &'a Machine,
    place: Place,
}

/// A sealed record with its row.
pub(super) struct SealedRow {
    pub(super) row: RecordRow,
    pub(super) sealed: SealedRecord,
}

impl Vault<Unlocked> {
    /// Begins a write.
    pub(super) fn begin(&mut self) -> Result<WriteSession<'_>, VaultError> {
        if let Some(doubt) = self.access.doubt {
            return Err(VaultError::Copy(doubt));
        }
        let session = self.begin_over_faults()?;
        if let Some(doubt) = session.access.doubt {
            return Err(VaultError::Copy(doubt));
        }
        if !session.access.faults.is_empty() {
            return Err(VaultError::Faults(session.access.faults.clone()));
        }
        // Only a sound opening makes this machine remember the vault at its place, so `OtherVault` means nothing here.
        let doubt = session.machine.doubt(
            session.access.vault,
            session.access.root.fingerprint(),
            Some(&session.state),
            &session.place,
        );
        match doubt {
            Some(doubt) if doubt != CopyDoubt::OtherVault => Err(VaultError::Copy(doubt)),
            _ => Ok(session),
        }
    }

    /// Begins a write that may repair faults of state and slots.
    pub(super) fn begin_over_faults(&mut self) -> Result<WriteSession<'_>, VaultError> {
        if self.unsettled.is_some() {
            return Err(StoreError::UnfinishedDamaged.into());
        }
        let Self { store, machine, access, .. } = self;
        let place = store.place().clone();
        let writer = store.write()?;
        // Another process may have written since the vault was unlocked.
        access.refresh(writer.reader())?;
        let Some(state) = access.state.clone() else {
            return Err(VaultError::Faults(vec![Fault::whole(FaultKind::State)]));
        };
        Ok(WriteSession { writer, access, state, machine, place })
    }
}

impl<'a> WriteSession<'a> {
    /// The revision of this write.
    pub(super) fn revision(&self) -> Result<Revision, VaultError> {
        self.state.revision().next().ok_or(VaultError::Full)
    }

    /// The latest revision that this machine has seen.
    pub(super) fn remembered(&self) -> Option<Revision> {
        self.machine.seen_revision(self.access.vault)
    }

    /// Assigns the next handle. Handles are never reused.
    pub(super) fn next_handle(&mut self) -> Result<Handle, VaultError> {
        self.state.handles = self.state.handles.checked_add(1).ok_or(VaultError::Full)?;
        Handle::new(self.state.handles).ok_or(VaultError::Full)
    }

    /// Access, writer and state, for a caller that seals on other threads while this one writes.
    pub(super) fn parts(&mut self) -> (&Unlocked, &mut (dyn Writer + 'a), &mut State) {
        (self.access, &mut *self.writer, &mut self.state)
    }

    /// Adds sealed records.
    pub(super) fn insert_into(
        access: &Unlocked,
        writer: &mut dyn Writer,
        state: &mut State,
        new: &[SealedRow],
    ) -> Result<(), VaultError> {
        let records: Vec<NewRecord<'_>> =
            new.iter().map(|one| NewRecord { row: &one.row, sealed: one.sealed.as_bytes() }).collect();
        writer.insert_records(&records)?;
        for one in new {
            state.total = state.total.plus(access.total_of_row(&one.row));
            state.count = state.count.checked_add(1).ok_or(VaultError::Full)?;
        }
        Ok(())
    }

    /// Replaces an opened record by a new version.
    pub(super) fn replace(&mut self, old: &OpenedRow, record: &Record) -> Result<(), VaultError> {
        let revision = self.revision()?;
        let new = seal_row(
            &self.access.root,
            Binding { revision, ..self.access.binding(&old.row) },
            old.summary.handle,
            record,
        )?;
        self.writer.replace_record(&old.row, &new.row, new.sealed.as_bytes())?;
        self.state.total =
            self.state.total.minus(self.access.total_of_row(&old.row)).plus(self.access.total_of_row(&new.row));
        Ok(())
    }

    /// Deletes an opened record permanently.
    pub(super) fn delete(&mut self, old: &OpenedRow) -> Result<(), VaultError> {
        self.writer.delete_record(&old.row)?;
        self.state.total = self.state.total.minus(self.access.total_of_row(&old.row));
        self.state.count = self.state.count.checked_sub(1).ok_or(VaultError::Full)?;
        Ok(())
    }

    /// A record's row, even if this write has written it.
    pub(super) fn row_of(&self, handle: Handle) -> Result<Option<OpenedRow>, VaultError> {
        let Some(row) = self.writer.reader().row(handle.number())? else { return Ok(None) };
        let one = |fault| VaultError::Faults(vec![fault]);
        if row.revision > self.revision()? {
            return Err(one(Fault::of(handle, FaultKind::Revision)));
        }
        self.access.authenticate(row).map(Some).map_err(one)
    }

    /// The record with this handle, opened and unsealed.
    pub(super) fn take(&self, handle: Handle) -> Result<(OpenedRow, Record), VaultError> {
        let Some(opened) = self.row_of(handle)? else { return Err(self.absent(handle)) };
        let record =
            self.access.unseal(self.writer.reader(), &opened)?.map_err(|fault| VaultError::Faults(vec![fault]))?;
        Ok((opened, record))
    }

    /// The error for a handle without a row. Totals are compared only if this write has not changed them.
    fn absent(&self, handle: Handle) -> VaultError {
        if self
            .access
            .state
            .as_ref()
            .is_some_and(|before| before.total != self.state.total || before.count != self.state.count)
        {
            return VaultError::NoSuchRecord(handle);
        }
        self.access.absent_in(self.writer.reader(), handle)
    }

    /// Commits the write, and remembers it on this machine.
    pub(super) fn commit(mut self) -> Result<(), VaultError> {
        self.state.advance(WriteId::from_bytes(make_id()?)).ok_or(VaultError::Full)?;
        let sealed_state = self.access.root.seal_state(&self.state)?;
        self.writer.set_state(&sealed_state)?;
        self.writer.commit()?;
        let remembered = self.machine.remember(
            self.access.vault,
            self.access.root.fingerprint(),
            &self.state,
            Some(self.access.slot),
            &self.place,
        );
        self.access.memory = remembered.map_err(|error| error.kind());
        self.access.state = Some(self.state);
        self.access.sealed_state = sealed_state;
        Ok(())
    }
}

/// Seals a record and its summary for one place.
pub(super) fn seal_row(root: &Root, binding: Binding, handle: Handle, record: &Record) -> Result<SealedRow, SealError> {
    let sealed = SealedRecord::seal(root, binding, handle, record)?;
    let sealed_sha256 = sealed.sha256();
    let digits_token = root.key_token(record.details.kind, &record.secret);
    let tokens = row_tokens(&root.tokens(&record.details, digits_token));
    let summary = Summary { handle, digits_token, details: record.details.clone() };
    let summary = SealedSummary::seal(root, binding, &sealed_sha256, &summary)?;
    let row = RecordRow {
        handle: handle.number(),
        record: binding.record,
        revision: binding.revision,
        sealed_sha256,
        summary: summary.as_bytes().to_vec(),
        tokens,
    };
    Ok(SealedRow { row, sealed })
}
