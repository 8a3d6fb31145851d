//! Going through all summaries on all cores, without any index, with count and running total compared.

use std::sync::Mutex;

use super::entry::OpenedRow;
use super::{Entry, Fault, FaultKind, Unlocked, Vault, VaultError};
use crate::record::{Handle, LineText, VolumeType, normalise};
use crate::seal::Total;
use crate::store::{Reader, RecordRow, StoreError};

/// Rows handed to a core at a time.
const CHUNK_ROWS: usize = 1024;

/// Which records a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this device's, any spelling.
    pub device: Option<LineText>,
    /// Only this volume type's; `Data` also gives fixed and removable ones.
    pub volume_type: Option<VolumeType>,
    /// What of the trash.
    pub trash: TrashFilter,
}

/// What a list shows of the trash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TrashFilter {
    /// Nothing.
    #[default]
    Without,
    /// Nothing else.
    Only,
    /// Both.
    With,
}

/// All records that were asked for, and what is wrong with any.
#[derive(Debug)]
pub struct Listing {
    /// By handle.
    pub entries: Vec<Entry>,
    /// Faults of records and of the whole.
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
        let same_device = device.is_none_or(|wanted| details.device_name.as_ref().is_some_and(|name| name.normalised() == wanted));
        let same_type = self.volume_type.is_none_or(|wanted| {
            details.volume_type == wanted
                || wanted == VolumeType::Data && matches!(details.volume_type, VolumeType::FixedData | VolumeType::RemovableData)
        });
        trash && same_device && same_type
    }
}

impl Vault<Unlocked> {
    /// Lists records; compares their count and total with what was written.
    ///
    /// # Errors
    /// [`VaultError::Store`] when the file cannot be read.
    pub fn list(&mut self, filter: &Filter) -> Result<Listing, VaultError> {
        let device = filter.device.as_ref().map(|name| normalise(name.as_str()));
        let reader = self.store.read()?;
        Ok(self.access.scan(&reader, |opened| filter.takes(opened, device.as_deref()))?)
    }
}

/// How much of a row is compared.
type OpenRow = fn(&Unlocked, RecordRow) -> Result<OpenedRow, Fault>;

struct Part {
    at: usize,
    entries: Vec<Entry>,
    faults: Vec<Fault>,
    total: Total,
}

impl Unlocked {
    /// Opens every summary and compares count and total. Only where these differ, or are lost, every row's tokens are
    /// computed anew, to name the rows that were changed.
    pub(super) fn scan(&self, reader: &Reader<'_>, takes: impl Fn(&OpenedRow) -> bool + Sync) -> Result<Listing, StoreError> {
        let listing = self.scan_with(reader, &takes, Self::open_row_under_total)?;
        if listing.faults.is_empty() && self.state.is_some() {
            return Ok(listing);
        }
        self.scan_with(reader, &takes, Self::open_row)
    }

    /// One thread reads the file while the others open what was read.
    fn scan_with(&self, reader: &Reader<'_>, takes: &(impl Fn(&OpenedRow) -> bool + Sync), open: OpenRow) -> Result<Listing, StoreError> {
        let parts = Mutex::new(Vec::new());
        let mut count = 0_u32;
        rayon::in_place_scope(|scope| {
            let mut chunk = Vec::with_capacity(CHUNK_ROWS);
            let mut at = 0;
            let mut give = |chunk: Vec<Result<RecordRow, u32>>| {
                let parts = &parts;
                let place = at;
                at += 1;
                scope.spawn(move |_| {
                    let part = self.open_chunk(place, chunk, takes, open);
                    parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(part);
                });
            };
            let read = reader.for_each_row(|row| {
                count = count.saturating_add(1);
                chunk.push(row);
                if chunk.len() == CHUNK_ROWS {
                    give(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_ROWS)));
                }
            });
            give(chunk);
            read
        })?;
        let mut parts = parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        parts.sort_unstable_by_key(|part| part.at);
        let mut listing = Listing { entries: Vec::with_capacity(parts.iter().map(|part| part.entries.len()).sum()), faults: Vec::new() };
        let mut total = Total::default();
        for part in parts {
            listing.entries.extend(part.entries);
            listing.faults.extend(part.faults);
            total = total.plus(part.total);
        }
        if let Some(state) = &self.state {
            if state.count != count {
                listing.faults.push(Fault::whole(FaultKind::Count { expected: state.count, found: count }));
            } else if state.total != total {
                listing.faults.push(Fault::whole(FaultKind::Total));
            }
        }
        Ok(listing)
    }

    fn open_chunk(
        &self,
        at: usize,
        rows: Vec<Result<RecordRow, u32>>,
        takes: &(impl Fn(&OpenedRow) -> bool + Sync),
        open: OpenRow,
    ) -> Part {
        let mut part = Part { at, entries: Vec::new(), faults: Vec::new(), total: Total::default() };
        for row in rows {
            let row = match row {
                Ok(row) => row,
                Err(number) => {
                    part.faults.push(Fault { handle: Handle::new(number), kind: FaultKind::Row });
                    continue;
                }
            };
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
