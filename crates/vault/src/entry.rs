//! A record as lists and searches see it, opened from its row and checked against the row. It never holds digits.

use super::{Fault, FaultKind, Unlocked};
use crate::seal::{Binding, SealedRecord, SealedSummary, Summary, Token, Tokens, Total, TotalItem, sha256};
use crate::store::{Reader, RecordRow, RowTokens, StoreError};
use drivekey_record::{Details, Handle, Record, RecordId, Revision};

/// A record without its digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its permanent handle.
    pub handle: Handle,
    /// Everything known but the digits.
    pub details: Details,
    /// Its random ID in the file.
    pub record: RecordId,
    /// The revision in which it was written.
    pub revision: Revision,
}

/// A row with its opened summary.
pub(super) struct OpenedRow {
    pub(super) row: RecordRow,
    pub(super) summary: Summary,
}

impl OpenedRow {
    pub(super) fn entry(self) -> Entry {
        Entry {
            handle: self.summary.handle,
            details: self.summary.details,
            record: self.row.record,
            revision: self.row.revision,
        }
    }
}

impl Unlocked {
    pub(super) const fn binding(&self, row: &RecordRow) -> Binding {
        Binding { vault: self.vault, record: row.record, revision: row.revision }
    }

    /// Opens a row's summary, checks everything in the row against it, and checks the row against the state.
    pub(super) fn open_row(&self, row: RecordRow) -> Result<OpenedRow, Fault> {
        self.within_state(self.authenticate(row)?)
    }

    /// As [`Unlocked::open_row`], but without recomputing the tokens. This is enough if the caller checks the running
    /// total, which covers the tokens.
    pub(super) fn open_row_under_total(&self, row: RecordRow) -> Result<OpenedRow, Fault> {
        self.within_state(self.open_summary(row)?)
    }

    fn within_state(&self, opened: OpenedRow) -> Result<OpenedRow, Fault> {
        if self.state.as_ref().is_some_and(|state| opened.row.revision > state.revision()) {
            return Err(Fault::of(opened.summary.handle, FaultKind::Revision));
        }
        Ok(opened)
    }

    /// Opens a row's summary and checks everything in the row against it.
    pub(super) fn authenticate(&self, row: RecordRow) -> Result<OpenedRow, Fault> {
        let opened = self.open_summary(row)?;
        if row_tokens(&self.root.tokens(&opened.summary.details, opened.summary.digits_token)) != opened.row.tokens {
            return Err(Fault::of(opened.summary.handle, FaultKind::Tokens));
        }
        Ok(opened)
    }

    fn open_summary(&self, mut row: RecordRow) -> Result<OpenedRow, Fault> {
        let Some(handle) = Handle::new(row.handle) else { return Err(Fault::whole(FaultKind::Handle)) };
        let sealed = SealedSummary::from_bytes(std::mem::take(&mut row.summary));
        let summary = sealed
            .unseal(&self.root, self.binding(&row), &row.sealed_sha256)
            .map_err(|_| Fault::of(handle, FaultKind::Summary))?;
        row.summary = sealed.into_bytes();
        if summary.handle != handle {
            return Err(Fault::of(handle, FaultKind::Handle));
        }
        Ok(OpenedRow { row, summary })
    }

    /// Unseals the record of a row that was opened.
    pub(super) fn unseal(&self, reader: &dyn Reader, opened: &OpenedRow) -> Result<Result<Record, Fault>, StoreError> {
        let handle = opened.summary.handle;
        let fault = |kind| Ok(Err(Fault::of(handle, kind)));
        match reader.sealed(handle.number()) {
            Ok(Some(bytes)) => Ok(self.unseal_bytes(bytes, opened)),
            Ok(None) => fault(FaultKind::SealedMissing),
            // A torn page or a malformed row. The handle is known here, so the fault can name it.
            Err(StoreError::Damaged(_)) => fault(FaultKind::SealedChanged),
            Err(error) => Err(error),
        }
    }

    pub(super) fn unseal_bytes(&self, bytes: Vec<u8>, opened: &OpenedRow) -> Result<Record, Fault> {
        let handle = opened.summary.handle;
        let fault = |kind| Fault::of(handle, kind);
        let sealed = SealedRecord::from_bytes(bytes);
        if sealed.sha256() != opened.row.sealed_sha256 {
            return Err(fault(FaultKind::SealedChanged));
        }
        let record =
            sealed.unseal(&self.root, self.binding(&opened.row), handle).map_err(|_| fault(FaultKind::Sealed))?;
        if record.details != opened.summary.details
            || self.root.key_token(record.details.kind, &record.secret) != opened.summary.digits_token
        {
            return Err(fault(FaultKind::DetailsDiffer));
        }
        Ok(record)
    }

    /// The row's contribution to the running total, from the row as it stands.
    pub(super) fn total_of_row(&self, row: &RecordRow) -> Total {
        let tokens = seal_tokens(&row.tokens);
        self.root.total_of(TotalItem {
            record: row.record,
            revision: row.revision,
            sealed_sha256: &row.sealed_sha256,
            summary_sha256: &sha256(&row.summary),
            tokens: &tokens,
        })
    }
}

pub(super) fn row_tokens(tokens: &Tokens) -> RowTokens {
    let bytes = |token: Option<Token>| token.map(|token| *token.as_bytes());
    RowTokens {
        device: bytes(tokens.device),
        device_type: bytes(tokens.device_type),
        key_id: bytes(tokens.key_id),
        prefix: bytes(tokens.prefix),
        folded_prefix: bytes(tokens.folded_prefix),
        digits: *tokens.digits.as_bytes(),
    }
}

fn seal_tokens(tokens: &RowTokens) -> Tokens {
    let token = |bytes: Option<[u8; 16]>| bytes.map(Token::from_bytes);
    Tokens {
        device: token(tokens.device),
        device_type: token(tokens.device_type),
        key_id: token(tokens.key_id),
        prefix: token(tokens.prefix),
        folded_prefix: token(tokens.folded_prefix),
        digits: Token::from_bytes(tokens.digits),
    }
}
