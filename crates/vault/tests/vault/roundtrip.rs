//! The vault end to end through the library, with a cheap key derivation passed in as an argument.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use drivekey_record::{LineText, RecoveryPassword};
use drivekey_testkit::house::{House, LIMITS, incoming, now, secret, take, words};
use drivekey_vault::reveal::reveal;
use drivekey_vault::{Filter, ReadAs, TakenIn, Vault, VaultError};

const FIRST: &str = "471207-278498-422125-177177-561902-537405-468006-693451";
const SECOND: &str = "599907-126192-034078-378543-435050-262383-683309-100661";
const GUID: &str = "7EDB30ED-1234-4ABC-9DEF-0123456789AB";

#[test]
fn a_key_goes_in_is_found_and_comes_out() {
    let house = House::new();
    let mut vault = house.open();
    let taken =
        take(&mut vault, vec![incoming(FIRST, GUID, "Annas Laptop", "a.txt"), incoming(SECOND, "", "", "b.txt")]);
    assert!(matches!(taken[..], [TakenIn::New(_), TakenIn::New(_)]));
    drop(vault);
    let mut vault = house.open();
    for typed in ["7EDB30ED", "7edb 30ed", GUID, "7EDB30ED-1234", "4ABC", "annas laptop", "ANNAS", "r1", "a.txt"] {
        let found = vault.find(&words(typed)).unwrap();
        assert_eq!((found.entries.len(), found.read_as), (1, ReadAs::Typed), "{typed}");
        let revealed = reveal(&mut vault, &found.entries[0]).unwrap();
        assert_eq!(revealed.key.as_str(), FIRST);
    }
    for typed in ["7EDB3OED", "7ED83OED"] {
        let found = vault.find(&words(typed)).unwrap();
        assert_eq!((found.entries.len(), found.read_as), (1, ReadAs::LookAlike), "{typed}");
    }
    assert!(vault.find(&words("nothing")).unwrap().entries.is_empty());
    assert_eq!(vault.whose(&RecoveryPassword::parse(SECOND).unwrap()).unwrap().entries[0].handle.number(), 2);
    let verification = vault.verify(|_, _| {}).unwrap();
    assert_eq!((verification.whole, verification.faults.len()), (2, 0));
}

#[test]
fn importing_twice_changes_nothing() {
    let house = House::new();
    let mut vault = house.open();
    take(&mut vault, vec![incoming(FIRST, GUID, "PC", "a.txt")]);
    let before = std::fs::read(house.path()).unwrap();
    let again = take(&mut vault, vec![incoming(FIRST, GUID, "PC", "a.txt")]);
    assert!(matches!(again[..], [TakenIn::Known(_)]));
    assert_eq!(std::fs::read(house.path()).unwrap(), before);
    let elsewhere = take(&mut vault, vec![incoming(FIRST, "7EDB30ED", "Other PC", "copy.txt")]);
    assert!(matches!(elsewhere[..], [TakenIn::Noted(_)]));
    let entries = vault.list(&Filter::default()).unwrap().entries;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].details.sources.len(), 2);
    assert_eq!(entries[0].details.sources[1].device_name.as_ref().map(LineText::as_str), Some("Other PC"));
    assert_eq!(entries[0].details.device_name.as_ref().map(LineText::as_str), Some("PC"));
    let once_more = take(&mut vault, vec![incoming(FIRST, "7EDB30ED", "Other PC", "copy.txt")]);
    assert!(matches!(once_more[..], [TakenIn::Known(_)]), "{once_more:?}");
}

#[test]
fn conflicts_keep_both_and_name_each_other() {
    let house = House::new();
    let mut vault = house.open();
    take(&mut vault, vec![incoming(FIRST, GUID, "PC", "a.txt")]);
    let taken = take(&mut vault, vec![incoming(SECOND, GUID, "PC", "b.txt")]);
    assert!(matches!(&taken[..], [TakenIn::Conflict(_, with)] if with.len() == 1), "{taken:?}");
    let entries = vault.list(&Filter::default()).unwrap().entries;
    assert_eq!(entries[0].details.conflicts_with, vec![entries[1].handle]);
    assert_eq!(entries[1].details.conflicts_with, vec![entries[0].handle]);
    let other_id = take(&mut vault, vec![incoming(FIRST, "00000000-1234-4ABC-9DEF-0123456789AB", "PC", "c.txt")]);
    assert!(matches!(&other_id[..], [TakenIn::Conflict(_, _)]), "{other_id:?}");
    let listing = vault.list(&Filter::default()).unwrap();
    assert_eq!((listing.entries.len(), listing.faults.len()), (3, 0));
}

#[test]
fn a_wrong_passphrase_is_only_that() {
    let house = House::new();
    let locked = Vault::open(&house.path(), LIMITS, house.machine()).unwrap();
    let failure = locked.unlock(&secret("Demopass"), None).err().unwrap();
    assert!(matches!(failure.error, VaultError::WrongPassphrase));
    assert!(failure.vault.unlock(&secret("demopass"), None).is_ok());
}

#[test]
fn slots_come_and_go_and_the_trash_holds() {
    let house = House::new();
    let mut vault = house.open();
    take(&mut vault, vec![incoming(FIRST, GUID, "PC", "a.txt")]);
    let handle = vault.list(&Filter::default()).unwrap().entries[0].handle;
    let second = vault.add_passphrase(&secret("second"), LIMITS.floor, "Anna".parse().ok()).unwrap();
    vault.change_passphrase(&secret("third"), LIMITS.floor).unwrap();
    drop(vault);
    let open = |text: &str| Vault::open(&house.path(), LIMITS, house.machine()).unwrap().unlock(&secret(text), None);
    assert!(open("demopass").is_err());
    assert!(open("second").is_ok());
    let mut vault = open("third").map_err(|failure| failure.error).unwrap();
    assert_eq!(vault.slots().len(), 2);
    vault.remove_slot(second).unwrap();
    assert!(vault.purge(&[handle]).is_err(), "not in the trash");
    vault.remove(handle, now()).unwrap();
    assert!(vault.list(&Filter::default()).unwrap().entries.is_empty());
    assert_eq!(vault.find(&words("7EDB30ED")).unwrap().entries.len(), 1, "still found");
    vault.restore(handle).unwrap();
    vault.remove(handle, now()).unwrap();
    vault.purge(&[handle]).unwrap();
    assert!(vault.find(&words("7EDB30ED")).unwrap().entries.is_empty());
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
    assert!(open("second").is_err());
}
