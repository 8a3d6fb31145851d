//! Upkeep: keyslots and passphrases, verifying, mending, and what is set aside.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::house::{House, Stopping};
use drivekey_flows::Unwatched;
use drivekey_flows::slots::{self, KdfPolicy, WhichSlot};
use drivekey_flows::verify;
use drivekey_testkit::house::{LIMITS, PASSPHRASE, secret, text, unlock};
use drivekey_vault::seal::{KdfLimits, KitIdentity, SlotKind};
use drivekey_vault::{FaultKind, SlotChangeError};

/// The cheapest there is.
const POLICY: KdfPolicy =
    KdfPolicy { limits: KdfLimits { floor: LIMITS.floor, ceiling: LIMITS.floor }, target: Duration::ZERO };

#[test]
fn a_new_passphrase_stands_in_place_of_the_one_that_opened() {
    let mut house = House::new();
    let changed = slots::change_passphrase(&mut house.vault, &secret("another"), POLICY).unwrap();
    assert!(changed.is_in_place && house.vault.slots().len() == 1);
    let open = |house: &House, passphrase: &str| unlock(&house.house.path(), house.house.machine(), passphrase).is_ok();
    assert!(open(&house, "another") && !open(&house, PASSPHRASE));
    slots::add_passphrase(&mut house.vault, &secret("a third"), Some(text("mine")), POLICY).unwrap();
    assert!(open(&house, "another") && open(&house, "a third"));
    // Which of two was forgotten, a kit does not know.
    let kit = KitIdentity::make();
    house.vault.add_kit(&kit, None).unwrap();
    let locked = drivekey_vault::Vault::open(&house.house.path(), LIMITS, house.house.machine()).unwrap();
    house.vault = locked.unlock_with_kit(&kit).map_err(|failure| failure.error).unwrap();
    let changed = slots::change_passphrase(&mut house.vault, &secret("a fourth"), POLICY).unwrap();
    assert!(!changed.is_in_place && open(&house, "another") && open(&house, "a fourth"));
}

#[test]
fn the_last_slot_stays() {
    let mut house = House::new();
    let only = house.vault.slots()[0].slot;
    assert!(matches!(slots::removal(&house.vault, only), Err(SlotChangeError::Last)));
    let kit = house.vault.add_kit(&KitIdentity::make(), None).unwrap();
    let removal = slots::removal(&house.vault, kit).unwrap();
    assert!(removal.kind == SlotKind::Kit && removal.slot == kit);
    assert_eq!(slots::removal(&house.vault, only).unwrap().kind, SlotKind::Passphrase);
    slots::remove(&mut house.vault, removal).unwrap();
    assert_eq!(house.vault.slots().len(), 1);
}

#[test]
fn a_slot_is_meant_by_its_beginning() {
    let house = House::new();
    let slot = house.vault.slots()[0].slot;
    let name = slot.to_string();
    assert_eq!(slots::one(&name[..3].to_uppercase(), [slot]), Ok(slot));
    assert_eq!(slots::one(&name, [slot, slot]), Err(WhichSlot::Ambiguous));
    assert_eq!(slots::one("", [slot]), Err(WhichSlot::NotFound));
    assert_eq!(slots::one("x", [slot]), Err(WhichSlot::NotFound));
}

#[test]
fn a_damaged_vault_is_mended_after_a_copy_was_kept() {
    let mut house = House::new();
    house.add(1);
    house.add(2);
    let watch = Stopping::default();
    assert!(verify::verify(&mut house.vault, &watch).unwrap().faults.is_empty());
    assert!(watch.told.into_inner() > 0);
    house
        .house
        .stranger()
        .execute_batch("DELETE FROM sealed WHERE handle = 2; DELETE FROM record WHERE handle = 2")
        .unwrap();
    house.vault = house.house.open();
    let found = verify::verify(&mut house.vault, &Unwatched).unwrap();
    assert!(found.faults.iter().any(|fault| matches!(fault.kind, FaultKind::Count { .. })), "{:?}", found.faults);
    let damaged = house.house.bytes();
    let copies = [verify::keep_copy(&mut house.vault).unwrap(), verify::keep_copy(&mut house.vault).unwrap()];
    assert!(copies[0] != copies[1] && copies.iter().all(|copy| fs::read(copy).unwrap() == damaged));
    assert!(verify::mend(&mut house.vault, &Unwatched).unwrap().faults.is_empty());
    assert!(!verify::is_doubtful(&house.vault));
}

#[test]
fn what_does_not_belong_to_the_vault_is_renamed_and_not_deleted() {
    let mut house = House::new();
    let mut beside = house.house.path().into_os_string();
    beside.push("-wal");
    fs::write(&beside, "nobody's").unwrap();
    house.vault = house.house.open();
    assert!(verify::is_doubtful(&house.vault));
    let mut renamed = Vec::new();
    verify::set_aside(&house.vault, |file, aside| renamed.push((file, aside))).unwrap();
    let [(file, aside)] = &renamed[..] else { panic!("{renamed:?}") };
    // The folder may be spelt otherwise once links are resolved.
    assert!(file.file_name() == Path::new(&beside).file_name() && !file.exists());
    assert_eq!(fs::read(aside).unwrap(), b"nobody's");
}

/// A write was broken off over a damaged vault: what a repair undoes is kept, as it stood and with its journal.
#[test]
fn what_a_repair_undoes_is_kept_with_its_journal() {
    let made = drivekey_testkit::house::House::with(4);
    let changed = |bytes: &[u8], sql: &str| {
        let house = drivekey_testkit::house::House::empty();
        house.put(bytes);
        house.stranger().execute_batch(sql).unwrap();
        house.bytes()
    };
    let mut damaged = changed(&made.bytes(), "UPDATE sealed SET age = zeroblob(length(age)) WHERE handle = 2");
    let torn = changed(&damaged, "UPDATE record SET summary = zeroblob(length(summary)) WHERE handle IN (1, 3)");
    // As the write that was broken off last would have left the count of changes.
    let counter = u32::from_be_bytes(torn[24..28].try_into().unwrap()) - 1;
    for place in [24, 92] {
        damaged[place..place + 4].copy_from_slice(&counter.to_be_bytes());
    }
    let journal = drivekey_testkit::planted::journal_from(&damaged, &torn);
    made.put(&torn);
    fs::write(made.folder().join("vault.drivekey-journal"), &journal).unwrap();
    let mut vault = made.open();
    assert!(vault.is_undone_damaged());
    let kept = verify::keep_copy(&mut vault).unwrap();
    verify::mend(&mut vault, &Unwatched).unwrap();
    assert!(fs::read(&kept).unwrap() == torn, "not as it stood");
    let mut beside = kept.into_os_string();
    beside.push("-journal");
    assert!(fs::read(beside).unwrap() == journal);
}
