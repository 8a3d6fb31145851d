//! Making a new vault on a failing disk: afterwards it is there and whole, or nothing is.

use std::path::{Path, PathBuf};

use drivekey_vault::store::StoreError;
use drivekey_vault::{Locked, Machine, NewVault, Vault, VaultError};

use crate::cuts::{KINDS, lay, remove_journals};
use crate::disk::{Disk, Names, Survivors};
use crate::vfs::{self, Failing, Log, Plan};
use drivekey_testkit::house::{House, LIMITS, PASSPHRASE, secret, unlock};

const VAULT: &str = "vault.drivekey";

fn create(path: &Path) -> Result<(), VaultError> {
    let new = NewVault { passphrase: &secret(PASSPHRASE), cost: LIMITS.floor, limits: LIMITS };
    Vault::<Locked>::create(path, &new, &Machine::new(None))
}

fn create_with(house: &House, plan: Option<Plan>) -> (Log, Result<(), VaultError>) {
    vfs::watch(house.folder());
    vfs::plan(plan);
    let outcome = create(&house.path());
    (vfs::unwatch(), outcome)
}

fn is_empty_and_whole(path: &Path) {
    let mut vault = unlock(path, Machine::new(None), PASSPHRASE).unwrap();
    assert!(vault.list(&drivekey_testkit::house::everything()).unwrap().entries.is_empty());
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
}

#[test]
fn a_failing_disk_leaves_a_whole_vault_or_nothing() {
    for (failing, for_good) in KINDS {
        let mut refused = 0;
        for good in 0.. {
            let house = House::empty();
            let (log, outcome) = create_with(&house, Some(Plan { good, failing, for_good }));
            let left: Vec<&PathBuf> = log.left.keys().collect();
            match outcome {
                Ok(()) => {
                    assert_eq!(left, [Path::new(VAULT)]);
                    is_empty_and_whole(&house.path());
                }
                // A journal that the disk does not let go of is all that may stay.
                Err(error) => {
                    refused += 1;
                    assert!(
                        left.iter().all(|path| path.to_string_lossy().ends_with("-journal")),
                        "{good}: {error:?} left {left:?}"
                    );
                    create(&house.path()).unwrap();
                    is_empty_and_whole(&house.path());
                }
            }
            if log.failed_at.is_none() {
                break;
            }
        }
        assert!(refused > 3, "{failing:?}: the layer is not in place");
    }
}

#[test]
fn a_power_cut_leaves_a_whole_vault_or_none() {
    let house = House::empty();
    let (log, outcome) = create_with(&house, None);
    outcome.unwrap();
    let mut disk = Disk::new(&log.files, false);
    let mut points = 0;
    for op in log.ops.iter().map(Some).chain([None]) {
        for survivors in [Survivors::None, Survivors::All, Survivors::Lengths, Survivors::Lot(1), Survivors::Lot(2)] {
            let found = disk.after_a_cut(survivors, Names::All);
            assert!(!found.contains_key(Path::new(VAULT)), "in its place before it was whole: {op:?}");
            let house = House::empty();
            lay(&found, &house);
            assert!(matches!(
                Vault::open(&house.path(), LIMITS, Machine::new(None)),
                Err(VaultError::Store(StoreError::Missing))
            ));
            create(&house.path()).unwrap();
            is_empty_and_whole(&house.path());
            points += 1;
        }
        if let Some(op) = op {
            disk.step(op);
        }
    }
    // What was renamed was safe by then: with the name or without it, the vault is there whole or not at all.
    let built: Vec<_> = disk.after_a_cut(Survivors::None, Names::All).into_values().collect();
    assert!(built == [house.bytes()], "renamed before it was safe");
    crate::say(&format!("fault: {points} cut points while a new vault is made\n"));
}

/// Somebody else is quicker, at any moment: nothing of theirs is touched.
#[test]
fn what_appears_in_the_place_meanwhile_is_left_alone() {
    fn file(folder: &Path) {
        std::fs::write(folder.join(VAULT), b"somebody's").unwrap();
    }
    fn empty_folder(folder: &Path) {
        std::fs::create_dir(folder.join(VAULT)).unwrap();
    }
    fn link(folder: &Path) {
        std::os::unix::fs::symlink("nowhere", folder.join(VAULT)).unwrap();
    }
    for happens in [file, empty_folder, link] {
        for good in 0.. {
            let house = House::empty();
            let (log, outcome) =
                create_with(&house, Some(Plan { good, failing: Failing::Meanwhile(happens), for_good: false }));
            if log.failed_at.is_none() {
                outcome.unwrap();
                assert!(good > 10);
                break;
            }
            assert!(matches!(outcome, Err(VaultError::Store(StoreError::Exists))), "{good}: {outcome:?}");
            let names: Vec<_> =
                std::fs::read_dir(house.folder()).unwrap().map(|item| item.unwrap().file_name()).collect();
            assert_eq!(names, [VAULT]);
            let meta = house.path().symlink_metadata().unwrap();
            assert!(!meta.is_file() || house.bytes() == b"somebody's");
            remove_journals(house.folder());
        }
    }
}
