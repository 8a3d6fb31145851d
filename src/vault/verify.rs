//! Opening every record and comparing every binding. Changes nothing.

use rayon::prelude::*;

use super::{Fault, FaultKind, Unlocked, Vault, VaultError};
use crate::store::StoreError;

/// Sealed records read at a time.
const BATCH: usize = 512;

/// What a verification found.
#[derive(Debug)]
pub struct Verification {
    /// Records opened and found whole.
    pub whole: u32,
    /// Everything that is not as it was written.
    pub faults: Vec<Fault>,
}

impl Vault<Unlocked> {
    /// Opens every record; compares summaries, blobs, index entries, count, total, slots and pages.
    /// `progress` is told how many records are done, of how many.
    ///
    /// # Errors
    /// [`VaultError::Store`] when the file cannot be read at all.
    pub fn verify(&mut self, mut progress: impl FnMut(usize, usize)) -> Result<Verification, VaultError> {
        let mut faults = self.access.faults.clone();
        let reader = self.store.read()?;
        match reader.check_pages() {
            Err(StoreError::Damaged(_)) => faults.push(Fault::whole(FaultKind::Pages)),
            other => other?,
        }
        let listing = self.access.scan(&reader, |_| true)?;
        faults.extend(listing.faults);
        let all = listing.entries.len();
        let mut whole = 0;
        let mut done = 0;
        for batch in listing.entries.chunks(BATCH) {
            let mut read = Vec::with_capacity(batch.len());
            for entry in batch {
                let number = entry.handle.number();
                match (reader.row(number), reader.sealed(number)) {
                    (Ok(Some(row)), Ok(sealed)) => read.push((row, sealed)),
                    (Ok(None), Ok(_)) => {}
                    (Err(StoreError::Damaged(_)), _) => faults.push(Fault::of(entry.handle, FaultKind::Row)),
                    // One torn record must not keep the others from being verified.
                    (_, Err(StoreError::Damaged(_))) => faults.push(Fault::of(entry.handle, FaultKind::SealedChanged)),
                    (Err(error), _) | (_, Err(error)) => return Err(error.into()),
                }
            }
            let access = &self.access;
            let outcomes: Vec<Option<Fault>> = read
                .into_par_iter()
                .map(|(row, sealed)| {
                    let opened = match access.open_row(row) {
                        Ok(opened) => opened,
                        Err(fault) => return Some(fault),
                    };
                    let handle = opened.summary.handle;
                    match sealed {
                        Some(bytes) => access.unseal_bytes(bytes, &opened).err(),
                        None => Some(Fault::of(handle, FaultKind::SealedMissing)),
                    }
                })
                .collect();
            whole += u32::try_from(outcomes.iter().filter(|outcome| outcome.is_none()).count()).unwrap_or(u32::MAX);
            faults.extend(outcomes.into_iter().flatten());
            done += batch.len();
            progress(done, all);
        }
        faults.extend(self.access.verify_items(&reader)?);
        let (records, sealed) = reader.counts()?;
        if records != sealed && !faults.iter().any(|fault| matches!(fault.kind, FaultKind::Count { .. } | FaultKind::SealedMissing)) {
            faults.push(Fault::whole(FaultKind::Count { expected: records, found: sealed }));
        }
        Ok(Verification { whole, faults })
    }
}
