//! A broken-off write over engines whose connection is cut at any call: an accident decides nothing.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::sync::Arc;

use drivekey_testkit::house::{LIMITS, PASSPHRASE, known_incoming, secret, take};
use drivekey_testkit::memory_store::MemoryEngine;
use drivekey_vault::store::{Interrupted, Opened, Settlement, Store, StoreError};
use drivekey_vault::{Filter, Locked, Machine, NewVault, Unlocked, Vault, VaultError};

struct Settled(Arc<MemoryEngine>);

impl Settlement for Settled {
    fn settle(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(store(&self.0))
    }
}

fn store(engine: &Arc<MemoryEngine>) -> Box<dyn Store> {
    match engine.open().unwrap() {
        Opened::Store(store) => store,
        Opened::Interrupted(_) => panic!("nothing was broken off"),
    }
}

fn unlocked(opened: Opened) -> Result<Vault<Unlocked>, VaultError> {
    Vault::over(opened, LIMITS, Machine::new(None))?.unlock(&secret(PASSPHRASE), None).map_err(|failure| failure.error)
}

/// The engine after each of three writes of one record.
fn generations() -> [Arc<MemoryEngine>; 3] {
    let engine = MemoryEngine::new();
    let new = NewVault { passphrase: &secret(PASSPHRASE), cost: LIMITS.floor, limits: LIMITS };
    Vault::<Locked>::create_in(|first| engine.create(first), &new, &Machine::new(None)).unwrap();
    [1, 2, 3].map(|number| {
        take(&mut unlocked(engine.open().unwrap()).unwrap(), vec![known_incoming(number)]);
        engine.copy()
    })
}

/// How many records are there after unlocking and whether the write was undone, where the connection to one of the two
/// is cut after so many calls; and whether it was cut.
fn records(
    undone: &Arc<MemoryEngine>,
    standing: &Arc<MemoryEngine>,
    cut: &Arc<MemoryEngine>,
    calls: u32,
) -> (Result<(usize, bool), VaultError>, bool) {
    let interrupted = Interrupted {
        undone: store(undone),
        standing: Ok(store(standing)),
        settlement: Box::new(Settled(undone.copy())),
    };
    cut.cut_after(calls);
    let vault = unlocked(Opened::Interrupted(interrupted));
    let was_cut = !cut.mend();
    (vault.and_then(|mut vault| Ok((vault.list(&Filter::default())?.entries.len(), vault.has_undone()))), was_cut)
}

#[test]
fn an_accident_while_both_states_are_judged_decides_nothing() {
    let [first, second, third] = generations();
    // A write whose end alone is missing is undone; of what is two writes older nothing comes back.
    for (undone, standing, expected) in [(&first, &second, (1, true)), (&first, &third, (3, false))] {
        for cut in [undone, standing] {
            let mut cuts = 0;
            loop {
                let (found, was_cut) = records(undone, standing, cut, cuts);
                match found {
                    // The file as it stands was not seen at all: the copy is read, and nothing is undone.
                    Ok((1, false)) if std::ptr::eq(cut, standing) => assert!(was_cut && cuts < 3, "{cuts}"),
                    Ok(found) => assert_eq!(found, expected, "cut after {cuts} calls"),
                    Err(VaultError::Store(StoreError::Lost)) => assert!(was_cut),
                    Err(error) => panic!("cut after {cuts} calls: {error:?}"),
                }
                if !was_cut {
                    break;
                }
                cuts += 1;
            }
            assert!(cuts > 5, "{cuts}");
        }
    }
}

/// Without room for the copy that stands for the file nobody knows what would be taken back.
#[test]
fn where_the_file_as_it_stands_cannot_be_read_nothing_is_undone_in_it() {
    let [first, ..] = generations();
    for (error, is_settled) in [(StoreError::DiskFull, false), (StoreError::NotAVault, true)] {
        let interrupted =
            Interrupted { undone: store(&first), standing: Err(error), settlement: Box::new(Settled(first.copy())) };
        let mut vault = unlocked(Opened::Interrupted(interrupted)).unwrap();
        assert_eq!((vault.list(&Filter::default()).unwrap().entries.len(), vault.has_undone()), (1, is_settled));
    }
}
