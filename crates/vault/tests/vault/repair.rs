//! Repair: what is there counts as the truth, nothing is removed, and indexes are made anew.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::copies::{RECORDS, note};
use drivekey_record::RecoveryPassword;
use drivekey_testkit::house::{
    House, Known, LIMITS, PASSPHRASE, ask_everything, handle, known_incoming, report, secret, take, unlock,
};
use drivekey_vault::Machine;

#[test]
fn repair_takes_what_is_there_for_the_truth_and_removes_nothing() {
    for (name, sql, left) in [
        ("a dropped record", "DELETE FROM sealed WHERE handle = 4; DELETE FROM record WHERE handle = 4", 5),
        ("another checksum", "UPDATE slot SET checksum = randomblob(32)", 6),
        ("another check value", "UPDATE slot SET check_value = randomblob(16)", 6),
        ("another kind", "UPDATE slot SET kind = 7", 6),
        (
            "a slot more",
            "INSERT INTO slot SELECT randomblob(16), kind, memory_kib, passes, lanes, salt, check_value, wrapped, checksum FROM slot",
            6,
        ),
        ("no state", "UPDATE vault SET state = x'00'", 6),
    ] {
        let house = House::with(RECORDS);
        house.stranger().execute_batch(sql).unwrap();
        let mut vault = house.open();
        assert!(!vault.verify(|_, _| {}).unwrap().faults.is_empty(), "{name}");
        let slots = vault.slots().len();
        vault.repair().unwrap();
        assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty(), "{name}");
        drop(vault);
        let mut vault = house.open();
        assert_eq!((vault.faults(), vault.doubt(), vault.slots().len()), ([].as_slice(), None, slots), "{name}");
        assert_eq!(vault.verify(|_, _| {}).unwrap().faults, [], "{name}");
        assert_eq!(Known::of(&mut vault).entries.len(), left, "{name}");
        note(&mut vault, 1, "weiter");
        vault.change_passphrase(&secret(PASSPHRASE), LIMITS.floor).unwrap();
    }
}

#[test]
fn repair_keeps_naming_a_record_that_does_not_open() {
    for sql in [
        "UPDATE sealed SET age = randomblob(500) WHERE handle = 4",
        "UPDATE record SET summary = randomblob(500) WHERE handle = 4",
    ] {
        let house = House::with(RECORDS);
        house.stranger().execute_batch(sql).unwrap();
        let mut vault = house.open();
        vault.repair().unwrap();
        let verification = vault.verify(|_, _| {}).unwrap();
        assert_eq!(
            (verification.whole, verification.faults.len(), verification.faults[0].handle),
            (5, 1, Some(handle(4)))
        );
        let rows: u32 = house
            .stranger()
            .query_one("SELECT count(*) FROM record JOIN sealed USING (handle)", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 6);
        // Nothing was lost to the others, and new ones come in beside it.
        take(&mut vault, vec![known_incoming(30)]);
        assert_eq!(
            vault
                .whose(&RecoveryPassword::parse(&drivekey_testkit::house::known_digits(30)).unwrap())
                .unwrap()
                .entries
                .len(),
            1
        );
    }
}

#[test]
fn an_index_that_omits_or_misleads_is_mended() {
    let house = House::with(RECORDS);
    let known = Known::of(&mut house.open());
    let bytes = house.bytes();
    let schema = "UPDATE sqlite_schema SET sql = 'CREATE INDEX record_by_prefix ON record (prefix_token)' WHERE name = 'record_by_prefix'";
    for (name, make, calls) in [
        ("omits", "CREATE INDEX record_by_prefix ON record (prefix_token) WHERE handle <> 2", "verify"),
        // Each entry leads to the record whose device it is.
        ("misleads", "CREATE INDEX record_by_prefix ON record (device_token)", "verify"),
    ] {
        house.put(&bytes);
        let stranger = house.stranger();
        stranger
            .execute_batch(&format!("DROP INDEX record_by_prefix; {make}; PRAGMA writable_schema = ON; {schema}"))
            .unwrap();
        drop(stranger);
        let answers = report(&ask_everything(&house.path(), Machine::new(None), PASSPHRASE, &known));
        assert_eq!((answers.calls.as_str(), answers.lies), (calls, Vec::new()), "{name}");
        // Each copy starts from the same bytes: a machine that remembers would take the next for an older one.
        unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap().repair().unwrap();
        assert_eq!(
            unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap().verify(|_, _| {}).unwrap().faults,
            [],
            "{name}"
        );
    }
    // Two indexes under each other's name: a token of one kind is none of the other.
    house.put(&bytes);
    house
        .stranger()
        .execute_batch(
            "PRAGMA writable_schema = ON;
             CREATE TEMP TABLE kept AS SELECT name, rootpage FROM sqlite_schema;
             UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM kept WHERE kept.name = 'record_by_digits') WHERE name = 'record_by_key_id';
             UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM kept WHERE kept.name = 'record_by_key_id') WHERE name = 'record_by_digits'",
        )
        .unwrap();
    let answers = report(&ask_everything(&house.path(), Machine::new(None), PASSPHRASE, &known));
    assert_eq!((answers.calls.as_str(), answers.lies), ("verify", Vec::new()));
}

#[test]
fn a_slot_index_that_omits_does_not_shut_the_vault() {
    let house = House::with(RECORDS);
    let known = Known::of(&mut house.open());
    let (page, mut bytes): (usize, _) = {
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_slot_1'";
        (house.stranger().query_one(sql, [], |row| row.get::<_, u32>(0)).unwrap() as usize, house.bytes())
    };
    // The last byte of the page is within the index's only entry.
    bytes[page * 4096 - 3] ^= 0x40;
    house.put(&bytes);
    let answers = report(&ask_everything(&house.path(), Machine::new(None), PASSPHRASE, &known));
    assert_eq!((answers.calls.as_str(), answers.lies), ("verify", Vec::new()));
    house.open().repair().unwrap();
    assert_eq!(house.open().verify(|_, _| {}).unwrap().faults, []);
}
