//! The store in memory passes the suite of all stores.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use drivekey_testkit::house::{LIMITS, PASSPHRASE, known_digits, known_incoming, secret, take, whole_digits};
use drivekey_testkit::memory_store::MemoryEngine;
use drivekey_testkit::store_suite::{Premises, Row, Severed};
use drivekey_vault::store::{FirstRows, Opened, Place, StoreError};
use drivekey_vault::{FaultKind, Locked, Machine, NewVault, Unlocked, Vault, VaultError};

struct InMemory(Arc<MemoryEngine>);

impl Premises for InMemory {
    fn create(&self, first: &FirstRows<'_>) -> Result<Place, StoreError> {
        self.0.create(first)
    }

    fn open(&self) -> Result<Opened, StoreError> {
        self.0.open()
    }

    fn malform(&self, row: Row) {
        match row {
            Row::Record(handle) => self.0.malform(Some(handle), None, None),
            Row::Item(number) => self.0.malform(None, Some(number), None),
            Row::Slot(slot) => self.0.malform(None, None, Some(slot)),
        }
    }
}

impl Severed for InMemory {
    fn cut_after(&self, calls: u32) {
        self.0.cut_after(calls);
    }

    fn mend(&self) -> bool {
        self.0.mend()
    }
}

drivekey_testkit::store_suite!(InMemory(MemoryEngine::new()), severed);

fn vault_in(engine: &Arc<MemoryEngine>) -> Vault<Unlocked> {
    let locked = Vault::over(engine.open().unwrap(), LIMITS, Machine::new(None)).unwrap();
    locked.unlock(&secret(PASSPHRASE), None).map_err(|failure| failure.error).unwrap()
}

fn new_engine() -> Arc<MemoryEngine> {
    let engine = MemoryEngine::new();
    let new = NewVault { passphrase: &secret(PASSPHRASE), cost: LIMITS.floor, limits: LIMITS };
    Vault::<Locked>::create_in(|first| engine.create(first), &new, &Machine::new(None)).unwrap();
    engine
}

#[test]
fn an_index_that_lost_an_entry_is_named_and_built_anew() {
    let engine = new_engine();
    take(&mut vault_in(&engine), (0..4).map(known_incoming).collect());
    engine.spoil_index(2);
    let mut vault = vault_in(&engine);
    let faults = vault.verify(|_, _| {}).unwrap().faults;
    assert!(matches!(faults[..], [ref fault] if fault.kind == FaultKind::Structure), "{faults:?}");
    // Found all the same: without a hit, everything is looked through.
    let found = vault.find(&["r2".to_owned()]).unwrap();
    assert_eq!(found.entries.len(), 1);
    vault.repair().unwrap();
    assert_eq!(whole_digits(&mut vault_in(&engine)), [0, 1, 2, 3].map(known_digits));
}

#[test]
fn what_only_a_file_has_is_not_there() {
    let engine = new_engine();
    let mut vault = vault_in(&engine);
    assert_eq!((vault.path(), vault.names(), vault.refused().len(), vault.is_unfinished()), (None, 1, 0, false));
    let copied = vault.copy_into(&mut tempfile::tempfile().unwrap());
    assert!(matches!(copied, Err(VaultError::Store(StoreError::NoFile))), "{copied:?}");
}
