//! Scanning all summaries on all cores, without an index, and checking count and running total. Rows are read in
//! batches: no writer waits for more than one batch, and at most two are in memory.

use std::sync::mpsc;

use super::entry::OpenedRow;
use super::{Entry, Fault, FaultKind, Unlocked, Vault, VaultError};
use crate::seal::Total;
use crate::store::{Reader, RecordRow, RowBatch, Store};
use drivekey_record::{Handle, LineText, VolumeType, normalise};

/// Rows read under one lock.
pub(super) const BATCH_ROWS: u32 = 8192;
/// Rows per task.
const CHUNK_ROWS: usize = 1024;
/// A list of up to this many records is collected before it is handed over, so that all of it is from one view.
const COLLECTED_RECORDS: u32 = 16 * 1024;
/// How often a scan is attempted if writes of other processes disturb it.
pub(super) const TRIES: u32 = 3;

/// A row as it stands, or the handle number of a malformed row.
pub(super) type FoundRow = Result<RecordRow, u32>;

/// Which records a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only records of this device, in any spelling.
    pub device: Option<LineText>,
    /// Only records of this volume type. `Data` includes fixed and removable drives.
    pub volume_type: Option<VolumeType>,
    /// Which records with regard to the trash.
    pub trash: TrashFilter,
}

/// Which records a list shows with regard to the trash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TrashFilter {
    /// Only records that are not in the trash.
    #[default]
    Without,
    /// Only records in the trash.
    Only,
    /// Both.
    With,
}

/// The records that were asked for, and all faults.
#[derive(Debug)]
pub struct Listing {
    /// The records, by handle.
    pub entries: Vec<Entry>,
    /// Faults of records and of the vault as a whole.
    pub faults: Vec<Fault>,
}

impl Filter {
    fn takes(&self, opened: &OpenedRow, device: Option<&str>) -> bool {
        let details = &opened.summary.details;
        let trash = match self.trash {
            TrashFilter::Without => details.removed.is_none(),
            TrashFilter::Only => details.removed.is_some(),
            TrashFilter::With => true,
        };
        let same_device =
            device.is_none_or(|wanted| details.device_name.as_ref().is_some_and(|name| name.normalised() == wanted));
        let same_type = self.volume_type.is_none_or(|wanted| {
            details.volume_type == wanted
                || wanted == VolumeType::Data
                    && matches!(details.volume_type, VolumeType::FixedData | VolumeType::RemovableData)
        });
        trash && same_device && same_type
    }
}

impl Vault<Unlocked> {
    /// Lists records. Checks their count and total against the state.
    ///
    /// # Errors
    /// [`VaultError::Store`] if the file cannot be read, [`VaultError::ChangedMeanwhile`] if other processes keep
    /// writing.
    pub fn list(&mut self, filter: &Filter) -> Result<Listing, VaultError> {
        let device = filter.device.as_ref().map(|name| normalise(name.as_str()));
        self.scan(|opened| filter.takes(opened, device.as_deref()))
    }

    /// Lists records without keeping them: passes them to `take` in parts, by handle, until it returns `false`. Returns
    /// the faults, or none if `take` ended the list early.
    ///
    /// # Errors
    /// As [`Vault::list`]; [`VaultError::ChangedMeanwhile`] at once if another process writes after `take` was called.
    pub fn list_each(
        &mut self,
        filter: &Filter,
        take: impl FnMut(Vec<Entry>) -> bool,
    ) -> Result<Vec<Fault>, VaultError> {
        let device = filter.device.as_ref().map(|name| normalise(name.as_str()));
        if self.access.state.as_ref().is_some_and(|state| state.count <= COLLECTED_RECORDS) {
            let listing = self.scan(|opened| filter.takes(opened, device.as_deref()))?;
            let mut take = take;
            take(listing.entries);
            return Ok(listing.faults);
        }
        let Self { store, access, .. } = self;
        let mut parts = PartSink { take, begun: false };
        let faults = access.scan_store(&mut **store, |opened| filter.takes(opened, device.as_deref()), &mut parts)?;
        Ok(access.unless_unknown(!parts.begun, faults))
    }

    /// The records that `takes` selects, and all faults.
    pub(super) fn scan(&mut self, takes: impl Fn(&OpenedRow) -> bool + Sync) -> Result<Listing, VaultError> {
        let Self { store, access, .. } = self;
        let mut entries = Vec::new();
        let faults = access.scan_store(&mut **store, takes, &mut entries)?;
        let faults = access.unless_unknown(entries.is_empty(), faults);
        Ok(Listing { entries, faults })
    }

    /// The error for a handle without a row: no such record, unless a scan finds faults or finds the record itself.
    pub(super) fn absent(&mut self, handle: Handle) -> VaultError {
        match self.scan(|opened| opened.summary.handle == handle) {
            Ok(listing) => absent_after(handle, !listing.entries.is_empty(), listing.faults),
            Err(error) => error,
        }
    }
}

/// The error after a scan for a handle without a row. `is_seen` tells whether the scan found the record.
fn absent_after(handle: Handle, is_seen: bool, mut faults: Vec<Fault>) -> VaultError {
    if is_seen {
        faults.push(Fault::whole(FaultKind::Structure));
    }
    if faults.is_empty() { VaultError::NoSuchRecord(handle) } else { VaultError::Faults(faults) }
}

/// Receives the records of a scan.
pub(super) trait Sink {
    /// Takes the next records. Returns `false` to end the scan.
    fn take(&mut self, entries: Vec<Entry>) -> bool;
    /// Discards what it received, before the scan starts again. Returns `false` if that is not possible.
    fn restart(&mut self) -> bool;
    /// Whether `take` may block. No lock is held while it runs.
    fn may_block(&self) -> bool;
}

impl Sink for Vec<Entry> {
    fn take(&mut self, mut entries: Vec<Entry>) -> bool {
        self.append(&mut entries);
        true
    }

    fn restart(&mut self) -> bool {
        self.clear();
        true
    }

    fn may_block(&self) -> bool {
        false
    }
}

struct PartSink<F> {
    take: F,
    begun: bool,
}

impl<F: FnMut(Vec<Entry>) -> bool> Sink for PartSink<F> {
    fn take(&mut self, entries: Vec<Entry>) -> bool {
        if entries.is_empty() {
            return true;
        }
        self.begun = true;
        (self.take)(entries)
    }

    fn restart(&mut self) -> bool {
        !self.begun
    }

    fn may_block(&self) -> bool {
        true
    }
}

/// Opens a row, with more or fewer checks.
type OpenRow = fn(&Unlocked, RecordRow) -> Result<OpenedRow, Fault>;

/// The outcome of some rows.
#[derive(Default)]
struct ScanPart {
    entries: Vec<Entry>,
    faults: Vec<Fault>,
    total: Total,
    count: u32,
}

impl Unlocked {
    /// Scans the whole vault batch by batch. Starts again if another process wrote between two batches.
    pub(super) fn scan_store(
        &mut self,
        store: &mut dyn Store,
        takes: impl Fn(&OpenedRow) -> bool + Sync,
        sink: &mut impl Sink,
    ) -> Result<Vec<Fault>, VaultError> {
        for _ in 0..TRIES {
            self.refresh(&*store.read_held()?)?;
            let may_block = sink.may_block();
            let rows = |after: u32| {
                let reader = store.read_held()?;
                let found = if self.is_unchanged(&*reader)? {
                    Ok(reader.rows_after(after, BATCH_ROWS)?)
                } else {
                    Err(VaultError::ChangedMeanwhile)
                };
                drop(reader);
                if may_block {
                    store.release();
                }
                found
            };
            let scanned = self.scan_rows(rows, &takes, sink);
            store.release();
            match scanned {
                Err(VaultError::ChangedMeanwhile) if sink.restart() => {}
                other => return other,
            }
        }
        Err(VaultError::ChangedMeanwhile)
    }

    /// Without the state, the number of records is unknown, so an empty result must not pass as an answer.
    pub(super) fn unless_unknown(&self, is_empty: bool, mut faults: Vec<Fault>) -> Vec<Fault> {
        if is_empty && self.state.is_none() {
            faults.push(Fault::whole(FaultKind::State));
        }
        faults
    }

    /// The error for a handle without a row, within one view.
    pub(super) fn absent_in(&self, reader: &dyn Reader, handle: Handle) -> VaultError {
        let mut found = Vec::new();
        let is_meant = |opened: &OpenedRow| opened.summary.handle == handle;
        match self.scan_rows(|after| Ok(reader.rows_after(after, BATCH_ROWS)?), &is_meant, &mut found) {
            Ok(faults) => absent_after(handle, !found.is_empty(), faults),
            Err(error) => error,
        }
    }

    /// Opens every summary and checks count and total. The tokens of all rows are recomputed only if a check fails or
    /// the state is lost, to name the rows that were changed.
    fn scan_rows(
        &self,
        mut rows: impl FnMut(u32) -> Result<RowBatch<RecordRow>, VaultError>,
        takes: &(impl Fn(&OpenedRow) -> bool + Sync),
        sink: &mut impl Sink,
    ) -> Result<Vec<Fault>, VaultError> {
        let faults = self.scan_with(&mut rows, takes, sink, Self::open_row_under_total)?;
        if faults.is_empty() && self.state.is_some() {
            return Ok(faults);
        }
        if sink.restart() {
            return self.scan_with(&mut rows, takes, sink, Self::open_row);
        }
        self.scan_with(&mut rows, &|_: &OpenedRow| false, &mut Vec::new(), Self::open_row)
    }

    /// Reads the next batch while the cores open the current one.
    fn scan_with(
        &self,
        rows: &mut impl FnMut(u32) -> Result<RowBatch<RecordRow>, VaultError>,
        takes: &(impl Fn(&OpenedRow) -> bool + Sync),
        sink: &mut impl Sink,
        open: OpenRow,
    ) -> Result<Vec<Fault>, VaultError> {
        let mut all = ScanPart::default();
        let mut last = 0;
        let mut next = rows(last)?;
        while !next.rows.is_empty() {
            let is_last = next.is_last;
            last = next.rows.last().map_or(last, handle_of);
            let mut batch = next.rows.into_iter();
            let chunks: Vec<Vec<FoundRow>> = std::iter::from_fn(|| {
                let chunk: Vec<FoundRow> = batch.by_ref().take(CHUNK_ROWS).collect();
                (!chunk.is_empty()).then_some(chunk)
            })
            .collect();
            let (send, receive) = mpsc::channel();
            let read = rayon::in_place_scope(|scope| {
                for (place, chunk) in chunks.into_iter().enumerate() {
                    let send = send.clone();
                    scope.spawn(move |_| {
                        // The receiver outlives the scope.
                        let _ = send.send((place, self.open_chunk(chunk, takes, open)));
                    });
                }
                if is_last { Ok(RowBatch { rows: Vec::new(), is_last }) } else { rows(last) }
            });
            drop(send);
            let mut parts: Vec<(usize, ScanPart)> = receive.iter().collect();
            parts.sort_unstable_by_key(|(place, _)| *place);
            for (_, part) in parts {
                all.faults.extend(part.faults);
                all.total = all.total.plus(part.total);
                all.count = all.count.saturating_add(part.count);
                if !sink.take(part.entries) {
                    return Ok(Vec::new());
                }
            }
            next = read?;
        }
        all.faults.extend(self.total_fault(all.count, all.total));
        Ok(all.faults)
    }

    /// The fault, if any, in the count and total of all rows.
    pub(super) fn total_fault(&self, count: u32, total: Total) -> Option<Fault> {
        let state = self.state.as_ref()?;
        if state.count != count {
            return Some(Fault::whole(FaultKind::Count { expected: state.count, found: count }));
        }
        (state.total != total).then(|| Fault::whole(FaultKind::Total))
    }

    fn open_chunk(&self, rows: Vec<FoundRow>, takes: &(impl Fn(&OpenedRow) -> bool + Sync), open: OpenRow) -> ScanPart {
        let mut part = ScanPart::default();
        for row in rows {
            let row = match row {
                Ok(row) => row,
                Err(number) => {
                    part.faults.push(Fault { handle: Handle::new(number), kind: FaultKind::Row });
                    continue;
                }
            };
            part.count += 1;
            part.total = part.total.plus(self.total_of_row(&row));
            match open(self, row) {
                Ok(opened) if takes(&opened) => part.entries.push(opened.entry()),
                Ok(_) => {}
                Err(fault) => part.faults.push(fault),
            }
        }
        part
    }
}

/// The handle number of a row, even of a malformed one.
pub(super) fn handle_of(row: &FoundRow) -> u32 {
    match row {
        Ok(row) => row.handle,
        Err(number) => *number,
    }
}
