//! After a failure the same process goes on, another connection has been reading, this machine remembers: nobody is
//! told anything wrong.

use drivekey_vault::reveal::reveal;
use drivekey_vault::store::StoreError;
use drivekey_vault::{Entry, Machine, Taking, Unlocked, Vault, VaultError};

use crate::acts::{ACTS, Act, model};
use crate::cuts::lay;
use crate::disk::{Disk, Names, Survivors};
use crate::sight::{reopen, sight, write_on};
use crate::vfs::{self, Failing, Plan};
use drivekey_testkit::house::{House, PASSPHRASE, everything, known_incoming, now, unlock};

const FAILURES: [(Failing, bool); 4] =
    [(Failing::Full, true), (Failing::Error, false), (Failing::Late, false), (Failing::Short(300), true)];
/// Of the calls that go well before the failure, each act meets each so many-th.
const STRIDE: u32 = 29;

fn each(mut case: impl FnMut(&'static Act, Plan)) {
    for (number, act) in (0_u32..).zip(ACTS.iter().filter(|act| !act.on_damage)) {
        for (kind, (failing, for_good)) in (0_u32..).zip(FAILURES) {
            for good in ((number * 5 + kind * 3) % STRIDE..90).step_by(STRIDE as usize) {
                case(act, Plan { good, failing, for_good });
            }
        }
    }
}

fn opened(house: &House, machine: &Machine) -> Vault<Unlocked> {
    unlock(&house.path(), machine.clone(), PASSPHRASE).unwrap()
}

fn house(act: &Act) -> House {
    let house = House::empty();
    house.put(model(act.on_damage));
    house
}

/// After a write that failed, the same open vault goes on: nothing it remembers is ahead of the file. And what is done
/// in the end stays, wherever the failed attempt had come to.
#[test]
fn the_next_attempt_succeeds_and_stays() {
    each(|act, plan| {
        let house = house(act);
        vfs::watch(house.folder());
        let mut vault = opened(&house, &Machine::new(None));
        vfs::plan(Some(plan));
        let first = (act.run)(&mut vault);
        vfs::plan(None);
        let mut again = if first.is_err() { (act.run)(&mut vault) } else { Ok(()) };
        drop(vault);
        // What the failed attempt left in the file is undone by a fresh opening only.
        if let Err(VaultError::Store(StoreError::UnfinishedWrite)) = again {
            again = reopen(&house.path(), &Machine::new(None)).and_then(|(_, mut vault)| (act.run)(&mut vault));
        }
        // A failure that struck after the last moment: done, though it was called failed.
        let log = vfs::unwatch();
        if let Err(error) = again {
            assert!(matches!(plan.failing, Failing::Late), "{} after {first:?}: {error:?}", act.what);
        }
        let mut disk = Disk::new(&log.files, false);
        log.ops.iter().for_each(|op| disk.step(op));
        let cut = disk.after_a_cut(Survivors::None, Names::None);
        let left = sight(&house.path(), &Machine::new(None));
        lay(&cut, &house);
        assert_eq!(
            sight(&house.path(), &Machine::new(None)),
            left,
            "{} {plan:?}: lost after it was said to be done",
            act.what
        );
    });
}

/// Somebody else has the vault open and reads it before and after: what a fresh opening sees.
#[test]
fn who_has_it_open_sees_what_a_fresh_opening_sees() {
    let (mut cases, mut answered) = (0, 0);
    each(|act, plan| {
        let house = house(act);
        vfs::watch(house.folder());
        let mut reader = opened(&house, &Machine::new(None));
        look(&mut reader);
        let mut vault = opened(&house, &Machine::new(None));
        vfs::plan(Some(plan));
        let outcome = (act.run)(&mut vault);
        vfs::plan(None);
        drop(vault);
        // What was left behind is undone by a fresh opening only; until then nothing is said.
        let read = match reader.list(&everything()) {
            Err(VaultError::Store(StoreError::UnfinishedWrite)) => None,
            _ => Some(look(&mut reader)),
        };
        drop(reader);
        vfs::unwatch();
        let fresh = look(&mut reopen(&house.path(), &Machine::new(None)).unwrap().1);
        assert!(read.is_none() || read.as_ref() == Some(&fresh), "{} {plan:?}: {outcome:?}", act.what);
        write_on(&house.path(), &Machine::new(None), &sight(&house.path(), &Machine::new(None)));
        cases += 1;
        answered += u32::from(read.is_some());
    });
    assert!(answered > cases / 2, "{answered} of {cases}");
}

/// What a list and the door for digits say.
fn look(vault: &mut Vault<Unlocked>) -> (Vec<Entry>, Vec<Option<String>>) {
    let entries = vault.list(&everything()).unwrap().entries;
    let digits = entries.iter().map(|entry| reveal(vault, entry).ok().map(|one| one.key.as_str().to_owned())).collect();
    (entries, digits)
}

#[test]
fn who_reads_while_records_are_taken_in_sees_none_of_them() {
    let house = house(&ACTS[0]);
    let mut reader = opened(&house, &Machine::new(None));
    let before = reader.list(&everything()).unwrap();
    let mut asked = 0;
    let mut vault = opened(&house, &Machine::new(None));
    let records = (10..400).map(known_incoming).collect();
    vault
        .take_in(records, now(), Taking::Keep, |_| {
            asked += 1;
            assert_eq!(reader.list(&everything()).unwrap().entries, before.entries);
        })
        .unwrap();
    assert!(asked > 0);
    assert_eq!(reader.list(&everything()).unwrap().entries.len(), before.entries.len() + 390);
}

/// With a memory of what it saw, this machine never takes its own vault for an older or a foreign one.
#[test]
fn what_this_machine_remembers_is_never_ahead_of_the_file() {
    each(|act, plan| {
        let house = house(act);
        let machine = house.machine();
        vfs::watch(house.folder());
        let mut vault = opened(&house, &machine);
        vfs::plan(Some(plan));
        let _ = (act.run)(&mut vault);
        drop(vault);
        let log = vfs::unwatch();
        let mut disk = Disk::new(&log.files, false);
        log.ops.iter().for_each(|op| disk.step(op));
        lay(&disk.after_a_cut(Survivors::None, Names::None), &house);
        write_on(&house.path(), &machine, &sight(&house.path(), &machine));
        sight(&house.path(), &machine);
    });
}
