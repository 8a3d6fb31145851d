//! Verification: opens every record and checks every binding. It changes nothing and does not block writers for long.

use rayon::prelude::*;

use super::scan::{FoundRow, TRIES, handle_of};
use super::state::hex;
use super::{Fault, FaultKind, Unlocked, Vault, VaultError};
use crate::seal::{Total, sha256};
use crate::store::{Reader, RecordRow, Store, StoreError};
use drivekey_record::{Handle, Item};

/// Records read under one lock, with their sealed blobs.
const BATCH_RECORDS: u32 = 512;
/// Handles of sealed records read under one lock.
const BATCH_HANDLES: u32 = 100_000;

/// The result of a verification.
#[derive(Debug)]
pub struct Verification {
    /// The number of sound records.
    pub whole: u32,
    /// Everything that is not as it was written.
    pub faults: Vec<Fault>,
}

/// A row with its sealed record.
type FoundRecord = (RecordRow, Result<Option<Vec<u8>>, FaultKind>);

impl Vault<Unlocked> {
    /// Opens every record; checks summaries, blobs, tokens, count, total, slots and pages. `progress` gets the number
    /// of records that are done, and the number of all.
    ///
    /// # Errors
    /// [`VaultError::Store`] if the file cannot be read at all, [`VaultError::ChangedMeanwhile`] if other processes
    /// keep writing.
    pub fn verify(&mut self, mut progress: impl FnMut(usize, usize)) -> Result<Verification, VaultError> {
        for _ in 0..TRIES {
            drop(self.view()?);
            let verified = self.access.verify_once(&mut *self.store, &mut progress);
            self.store.release();
            match verified {
                Err(VaultError::ChangedMeanwhile) => {}
                other => return other,
            }
        }
        Err(VaultError::ChangedMeanwhile)
    }
}

impl Unlocked {
    /// One verification under the state that was last read.
    pub(super) fn verify_once(
        &self,
        store: &mut dyn Store,
        progress: &mut impl FnMut(usize, usize),
    ) -> Result<Verification, VaultError> {
        let mut found = Verification { whole: 0, faults: self.faults.clone() };
        drop(self.same_view(store)?);
        match store.check_structure() {
            Err(StoreError::Damaged(_)) => found.faults.push(Fault::whole(FaultKind::Structure)),
            other => other?,
        }
        let (count, named) = self.verify_records(store, &mut found, progress)?;
        found.faults.extend(self.verify_items(store)?);
        let sealed = self.count_sealed(store)?;
        if count != sealed && !named {
            found.faults.push(Fault::whole(FaultKind::Count { expected: count, found: sealed }));
        }
        Ok(found)
    }

    /// The view in which the verification began, or after two seconds a newer one with the same writes.
    pub(super) fn same_view<'a>(&self, store: &'a mut dyn Store) -> Result<Box<dyn Reader + 'a>, VaultError> {
        let reader = store.read_held()?;
        if self.is_unchanged(&*reader)? { Ok(reader) } else { Err(VaultError::ChangedMeanwhile) }
    }

    /// Returns the number of rows, and whether a fault names a missing row or blob.
    fn verify_records(
        &self,
        store: &mut dyn Store,
        found: &mut Verification,
        progress: &mut impl FnMut(usize, usize),
    ) -> Result<(u32, bool), VaultError> {
        let all = self.state.as_ref().map_or(0, |state| state.count as usize);
        let (mut total, mut count, mut rows, mut last) = (Total::default(), 0_u32, 0_u32, 0);
        loop {
            let reader = self.same_view(store)?;
            let batch = reader.rows_after(last, BATCH_RECORDS)?;
            let is_last = batch.is_last;
            last = batch.rows.last().map_or(last, handle_of);
            let read = read_sealed(&*reader, batch.rows, &mut found.faults)?;
            drop(reader);
            let outcomes: Vec<(Total, Option<Fault>)> = read
                .into_par_iter()
                .map(|(row, sealed)| (self.total_of_row(&row), self.verify_record(row, sealed)))
                .collect();
            for (share, fault) in outcomes {
                total = total.plus(share);
                count = count.saturating_add(1);
                found.whole += u32::from(fault.is_none());
                found.faults.extend(fault);
            }
            rows = rows.saturating_add(BATCH_RECORDS);
            progress((count as usize).min(rows as usize), all.max(count as usize));
            if is_last {
                break;
            }
        }
        let fault = self.total_fault(count, total);
        let named =
            |fault: &Fault| matches!(fault.kind, FaultKind::Count { .. } | FaultKind::SealedMissing | FaultKind::Row);
        found.faults.extend(fault);
        Ok((count, found.faults.iter().any(named)))
    }

    fn verify_record(&self, row: RecordRow, sealed: Result<Option<Vec<u8>>, FaultKind>) -> Option<Fault> {
        let opened = match self.open_row(row) {
            Ok(opened) => opened,
            Err(fault) => return Some(fault),
        };
        let handle = opened.summary.handle;
        match sealed {
            Ok(Some(bytes)) => self.unseal_bytes(bytes, &opened).err(),
            Ok(None) => Some(Fault::of(handle, FaultKind::SealedMissing)),
            Err(kind) => Some(Fault::of(handle, kind)),
        }
    }

    fn count_sealed(&self, store: &mut dyn Store) -> Result<u32, VaultError> {
        let (mut count, mut last) = (0_u32, 0);
        loop {
            let handles = match self.same_view(store)?.sealed_after(last, BATCH_HANDLES) {
                // The damaged pages of the sealed records are among the faults already.
                Err(StoreError::Damaged(_)) => return Ok(count),
                other => other?,
            };
            let Some(&end) = handles.last() else { return Ok(count) };
            last = end;
            count = count.saturating_add(u32::try_from(handles.len()).unwrap_or(u32::MAX));
        }
    }

    /// Opens every attachment and checks it against its metadata.
    fn verify_items(&self, store: &mut dyn Store) -> Result<Vec<Fault>, VaultError> {
        let mut contents = Vec::new();
        let mut faults = self.walk_items(store, |reader, items| {
            for opened in items {
                let Item::Attachment(info) = &opened.item else { continue };
                let whole = match self.content(reader, &opened) {
                    Ok(bytes) => hex(&sha256(&bytes)) == info.sha256,
                    Err(VaultError::Faults(_)) => false,
                    Err(error) => return Err(error),
                };
                if !whole {
                    contents.push(Fault::whole(FaultKind::Content(opened.row.number)));
                }
            }
            Ok(())
        })?;
        faults.append(&mut contents);
        Ok(faults)
    }
}

/// Reads the sealed blobs of a batch. A torn blob must not prevent verifying the others.
fn read_sealed(
    reader: &dyn Reader,
    batch: Vec<FoundRow>,
    faults: &mut Vec<Fault>,
) -> Result<Vec<FoundRecord>, VaultError> {
    let mut read = Vec::with_capacity(batch.len());
    for row in batch {
        match row {
            Err(number) => faults.push(Fault { handle: Handle::new(number), kind: FaultKind::Row }),
            Ok(row) => {
                let sealed = match reader.sealed(row.handle) {
                    Ok(sealed) => Ok(sealed),
                    Err(StoreError::Damaged(_)) => Err(FaultKind::SealedChanged),
                    Err(error) => return Err(error.into()),
                };
                read.push((row, sealed));
            }
        }
    }
    Ok(read)
}
