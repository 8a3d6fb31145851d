//! A store without a file: tables in memory, snapshots for readers, one writer at a time, and a connection that can be
//! cut. It shows what a vault asks of any engine.

mod reading;
mod writing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use drivekey_record::{SlotId, VaultId};
use drivekey_vault::store::{
    Damage, FirstRows, ItemRow, Opened, Place, Reader, RecordRow, SlotRow, Store, StoreError, TokenColumn, Writer,
};
use reading::MemoryReader;
use writing::MemoryWriter;

const BUSY_AFTER: Duration = Duration::from_secs(30);

/// The engine: what is kept, and who is writing.
#[derive(Default)]
pub struct MemoryEngine {
    kept: Mutex<Kept>,
    freed: Condvar,
}

#[derive(Default)]
struct Kept {
    tables: Option<Arc<Tables>>,
    is_writing: bool,
    /// The connection is cut at the call after so many.
    calls_left: Option<u32>,
}

/// By column and token, the handles under it: apart from the rows, so that it can be wrong.
type Index = BTreeMap<(TokenColumn, [u8; 16]), BTreeSet<u32>>;

#[derive(Clone)]
struct Tables {
    vault: VaultId,
    state: Vec<u8>,
    slots: BTreeMap<[u8; 16], SlotRow>,
    records: BTreeMap<u32, RecordRow>,
    sealed: BTreeMap<u32, Vec<u8>>,
    items: BTreeMap<u32, ItemRow>,
    contents: BTreeMap<u32, Vec<u8>>,
    index: Index,
    /// Rows that are out of form: of records, of items, of slots.
    malformed: (BTreeSet<u32>, BTreeSet<u32>, BTreeSet<[u8; 16]>),
}

impl MemoryEngine {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn create(&self, first: &FirstRows<'_>) -> Result<Place, StoreError> {
        let mut kept = self.kept();
        if kept.tables.is_some() {
            return Err(StoreError::Exists);
        }
        kept.tables = Some(Arc::new(Tables {
            vault: first.vault,
            state: first.state.to_vec(),
            slots: first.slots.iter().map(|slot| (*slot.slot.as_bytes(), slot.clone())).collect(),
            records: BTreeMap::new(),
            sealed: BTreeMap::new(),
            items: BTreeMap::new(),
            contents: BTreeMap::new(),
            index: Index::new(),
            malformed: Default::default(),
        }));
        Ok(self.place())
    }

    pub fn open(self: &Arc<Self>) -> Result<Opened, StoreError> {
        let store = MemoryStore { engine: self.clone(), place: self.place(), held: None };
        self.latest().map(|_| Opened::Store(Box::new(store)))
    }

    /// Another engine with the same tables.
    pub fn copy(&self) -> Arc<Self> {
        let kept = Kept { tables: self.kept().tables.clone(), ..Kept::default() };
        Arc::new(Self { kept: Mutex::new(kept), freed: Condvar::new() })
    }

    /// Cuts the connection at the call after so many, once.
    pub fn cut_after(&self, calls: u32) {
        self.kept().calls_left = Some(calls);
    }

    /// Leaves the connection whole, where it was not cut yet.
    pub fn mend(&self) -> bool {
        self.kept().calls_left.take().is_some()
    }

    /// Brings rows out of form: of a record, an item or a slot.
    pub fn malform(&self, record: Option<u32>, item: Option<u32>, slot: Option<SlotId>) {
        self.change(|tables| {
            tables.malformed.0.extend(record);
            tables.malformed.1.extend(item);
            tables.malformed.2.extend(slot.map(|slot| *slot.as_bytes()));
        });
    }

    /// Takes a handle out of the index, as a torn page would.
    pub fn spoil_index(&self, handle: u32) {
        self.change(|tables| {
            for handles in tables.index.values_mut() {
                handles.remove(&handle);
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Tables)) {
        change(Arc::make_mut(self.kept().tables.as_mut().unwrap()));
    }

    fn place(&self) -> Place {
        Place::new(format!("memory://{:p}", std::ptr::from_ref(self)))
    }

    fn latest(&self) -> Result<Arc<Tables>, StoreError> {
        self.kept().tables.clone().ok_or(StoreError::Missing)
    }

    /// One call over the connection.
    fn call(&self) -> Result<(), StoreError> {
        let mut kept = self.kept();
        match kept.calls_left {
            Some(0) => {
                kept.calls_left = None;
                Err(StoreError::Lost)
            }
            Some(left) => {
                kept.calls_left = Some(left - 1);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

struct MemoryStore {
    engine: Arc<MemoryEngine>,
    place: Place,
    held: Option<Arc<Tables>>,
}

impl Store for MemoryStore {
    fn place(&self) -> &Place {
        &self.place
    }

    fn read(&mut self) -> Result<Box<dyn Reader + '_>, StoreError> {
        self.release();
        self.engine.call()?;
        Ok(Box::new(MemoryReader::over(&self.engine, self.engine.latest()?)))
    }

    fn read_held(&mut self) -> Result<Box<dyn Reader + '_>, StoreError> {
        self.engine.call()?;
        let tables = self.held.take().map_or_else(|| self.engine.latest(), Ok)?;
        self.held = Some(tables.clone());
        Ok(Box::new(MemoryReader::over(&self.engine, tables)))
    }

    fn release(&mut self) {
        self.held = None;
    }

    fn write(&mut self) -> Result<Box<dyn Writer + '_>, StoreError> {
        self.release();
        self.engine.call()?;
        let waiting = self.engine.freed.wait_timeout_while(self.engine.kept(), BUSY_AFTER, |kept| kept.is_writing);
        let (mut kept, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        if kept.is_writing {
            return Err(StoreError::Busy);
        }
        let tables = kept.tables.clone().ok_or(StoreError::Missing)?;
        kept.is_writing = true;
        Ok(Box::new(MemoryWriter::over(MemoryReader::over(&self.engine, tables))))
    }

    fn check_structure(&mut self) -> Result<(), StoreError> {
        let tables = self.engine.latest()?;
        let loose = tables.sealed.keys().any(|handle| !tables.records.contains_key(handle))
            || tables.contents.keys().any(|number| !tables.items.contains_key(number));
        if loose || tables.index != index_of(&tables.records) {
            return Err(StoreError::Damaged(Damage::Structure));
        }
        Ok(())
    }
}

/// The index that these rows make.
fn index_of(records: &BTreeMap<u32, RecordRow>) -> Index {
    let mut index = Index::new();
    for row in records.values() {
        add_to_index(&mut index, row);
    }
    index
}

fn add_to_index(index: &mut Index, row: &RecordRow) {
    for column in TokenColumn::ALL {
        if let Some(token) = row.tokens.in_column(column) {
            index.entry((column, *token)).or_default().insert(row.handle);
        }
    }
}

fn take_from_index(index: &mut Index, row: &RecordRow) {
    for column in TokenColumn::ALL {
        if let Some(token) = row.tokens.in_column(column)
            && let Some(handles) = index.get_mut(&(column, *token))
        {
            handles.remove(&row.handle);
            if handles.is_empty() {
                index.remove(&(column, *token));
            }
        }
    }
}
