//! Someone with a database tool and time changes a closed vault. Each attack stands beside the calls that name it;
//! every other call must give the known answer, and no call may blame the passphrase.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use drivekey_record::RecoveryPassword;
use drivekey_testkit::house::{
    House, Known, LIMITS, PASSPHRASE, ask_everything, everything, handle, known_digits, known_incoming, known_key_id,
    now, report, secret, take, unlock, words,
};
use drivekey_vault::reveal::reveal;
use drivekey_vault::seal::KitIdentity;
use drivekey_vault::{Fault, FaultKind, Found, Incoming, Machine, ReadAs, Taking, Vault, VaultError};

/// So many known records: with and without device, with a whole Key ID, its beginning, and none.
const RECORDS: u32 = 12;

struct Attack {
    name: &'static str,
    act: &'static str,
    /// The calls that report it, in the order in which a user would meet them.
    caught: &'static str,
}

const ROWS: &[Attack] = &[
    Attack {
        name: "two sealed records swapped",
        act: "UPDATE sealed SET age = (SELECT age FROM sealed AS other WHERE other.handle = 3 - sealed.handle) WHERE handle IN (1, 2)",
        caught: "reveal verify",
    },
    Attack {
        name: "two sealed records swapped together with their hashes",
        act: "UPDATE sealed SET age = (SELECT age FROM sealed AS other WHERE other.handle = 3 - sealed.handle) WHERE handle IN (1, 2);
              UPDATE record SET sealed_sha256 = (SELECT sealed_sha256 FROM record AS other WHERE other.handle = 3 - record.handle) WHERE handle IN (1, 2)",
        caught: "list find miss reveal whose verify",
    },
    Attack {
        name: "two summaries swapped",
        act: "UPDATE record SET summary = (SELECT summary FROM record AS other WHERE other.handle = 3 - record.handle) WHERE handle IN (1, 2)",
        caught: "list find miss reveal whose verify",
    },
    Attack {
        name: "two whole records swapped",
        act: "UPDATE record SET handle = 100 WHERE handle = 1; UPDATE record SET handle = 1 WHERE handle = 2; UPDATE record SET handle = 2 WHERE handle = 100;
              UPDATE sealed SET handle = 100 WHERE handle = 1; UPDATE sealed SET handle = 1 WHERE handle = 2; UPDATE sealed SET handle = 2 WHERE handle = 100",
        caught: "list find miss reveal whose verify",
    },
    Attack {
        name: "two record ids swapped",
        act: "UPDATE record SET record_id = zeroblob(16) WHERE handle = 1;
              CREATE TEMP TABLE kept AS SELECT record_id FROM record WHERE handle = 2;
              UPDATE record SET record_id = x'00000000000000000000000000000001' WHERE handle = 2;
              UPDATE record SET record_id = (SELECT record_id FROM kept) WHERE handle = 1",
        caught: "list find miss reveal whose verify",
    },
    Attack { name: "a revision raised", act: "UPDATE record SET revision = revision + 1 WHERE handle = 4", caught: "list find miss reveal whose verify" },
    Attack { name: "all revisions raised", act: "UPDATE record SET revision = revision + 1", caught: "list find miss reveal whose verify" },
    Attack {
        name: "a record gone with its sealed one",
        act: "DELETE FROM sealed WHERE handle = 5; DELETE FROM record WHERE handle = 5",
        caught: "list find miss reveal whose verify",
    },
    Attack { name: "all records gone", act: "DELETE FROM sealed; DELETE FROM record", caught: "list find miss reveal whose verify" },
    Attack { name: "only the sealed record gone", act: "DELETE FROM sealed WHERE handle = 5", caught: "reveal verify" },
    Attack { name: "only the record gone", act: "DELETE FROM record WHERE handle = 5", caught: "list find miss reveal whose verify" },
    Attack {
        name: "a record moved under another handle",
        act: "UPDATE record SET handle = 50 WHERE handle = 5; UPDATE sealed SET handle = 50 WHERE handle = 5",
        caught: "list find miss reveal whose verify",
    },
    Attack {
        name: "a record copied under another handle and name",
        act: "INSERT INTO record SELECT 50, randomblob(16), revision, sealed_sha256, summary, device_token, device_type_token, key_id_token, prefix_token, folded_prefix_token, digits_token FROM record WHERE handle = 5;
              INSERT INTO sealed SELECT 50, age FROM sealed WHERE handle = 5",
        caught: "list find miss whose verify",
    },
    Attack {
        name: "a sealed record without a record",
        act: "INSERT INTO sealed SELECT 50, age FROM sealed WHERE handle = 5",
        caught: "verify",
    },
    Attack { name: "a device's token taken away", act: "UPDATE record SET device_token = NULL WHERE handle = 1", caught: "list find miss reveal whose verify" },
    Attack { name: "a device's token given to a record without one", act: "UPDATE record SET device_token = (SELECT device_token FROM record WHERE handle = 1) WHERE handle = 3", caught: "list find miss reveal whose verify" },
    Attack { name: "a huge sealed record", act: "UPDATE sealed SET age = zeroblob(16777216) WHERE handle = 5", caught: "reveal verify" },
    Attack { name: "a huge summary", act: "UPDATE record SET summary = zeroblob(16777216) WHERE handle = 5", caught: "list find miss reveal whose verify" },
    Attack { name: "an empty summary", act: "UPDATE record SET summary = x'' WHERE handle = 5", caught: "list find miss reveal whose verify" },
    Attack { name: "an empty sealed record", act: "UPDATE sealed SET age = x'' WHERE handle = 5", caught: "reveal verify" },
    Attack { name: "no state", act: "UPDATE vault SET state = x''", caught: "unlock miss verify" },
    Attack { name: "a random state", act: "UPDATE vault SET state = randomblob(length(state))", caught: "unlock miss verify" },
    Attack { name: "no vault row", act: "DELETE FROM vault", caught: "open" },
    Attack { name: "another vault id", act: "UPDATE vault SET vault_id = randomblob(16)", caught: "unlock" },
    Attack { name: "no slot", act: "DELETE FROM slot", caught: "unlock" },
    Attack { name: "a slot of another kind", act: "UPDATE slot SET kind = 2", caught: "unlock verify" },
    Attack { name: "a slot of a negative kind", act: "UPDATE slot SET kind = -1", caught: "unlock" },
    Attack { name: "a slot with another checksum", act: "UPDATE slot SET checksum = randomblob(32)", caught: "unlock verify" },
    Attack { name: "a slot with another check value", act: "UPDATE slot SET check_value = randomblob(16)", caught: "unlock verify" },
    Attack { name: "a slot with another salt", act: "UPDATE slot SET salt = randomblob(16)", caught: "unlock" },
    Attack { name: "a slot with another wrapped root", act: "UPDATE slot SET wrapped = randomblob(length(wrapped))", caught: "unlock" },
    Attack { name: "a slot with another name", act: "UPDATE slot SET slot_id = randomblob(16)", caught: "unlock" },
    Attack { name: "a slot that asks for all memory", act: "UPDATE slot SET memory_kib = 4294967295", caught: "unlock" },
    Attack { name: "a slot that asks for no memory", act: "UPDATE slot SET memory_kib = 0", caught: "unlock" },
    Attack { name: "a slot that asks for other work", act: "UPDATE slot SET passes = 3", caught: "unlock" },
    Attack { name: "a slot beside", act: "INSERT INTO slot SELECT randomblob(16), kind, memory_kib, passes, lanes, salt, check_value, wrapped, checksum FROM slot", caught: "unlock verify" },
    Attack { name: "a trigger", act: "CREATE TRIGGER planted BEFORE INSERT ON record BEGIN SELECT RAISE(IGNORE); END", caught: "open" },
    Attack { name: "a view", act: "CREATE VIEW planted AS SELECT * FROM record", caught: "open" },
    Attack { name: "a table", act: "CREATE TABLE planted (a)", caught: "open" },
    Attack { name: "an index", act: "CREATE INDEX planted ON record (revision)", caught: "open" },
    Attack { name: "statistics", act: "ANALYZE", caught: "open" },
    Attack { name: "an index gone", act: "DROP INDEX record_by_device", caught: "open" },
    Attack { name: "a table gone", act: "DROP TABLE sealed", caught: "open" },
    Attack { name: "a column", act: "ALTER TABLE record ADD COLUMN planted BLOB", caught: "open" },
    Attack { name: "a comment in the schema", act: "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = sql || '-- planted' WHERE name = 'sealed'", caught: "open" },
    Attack { name: "another program's file", act: "PRAGMA application_id = 1", caught: "open" },
    Attack { name: "a newer version", act: "PRAGMA user_version = 2", caught: "open" },
    Attack { name: "an older version than any", act: "PRAGMA user_version = 0", caught: "open" },
    Attack { name: "a negative version", act: "PRAGMA user_version = -1", caught: "open" },
    Attack { name: "an incremental vacuum", act: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM", caught: "open" },
    Attack { name: "smaller pages", act: "PRAGMA page_size = 1024; VACUUM", caught: "" },
];

/// The searches that show fewer records than there were, without a word: by a token that several records share. What
/// `drivekey_testkit::house::Outcome::Fewer` says of this gap holds.
const FEWER: &[(&str, &str)] = &[
    ("a record gone with its sealed one", "Station-01"),
    ("only the record gone", "Station-01"),
    ("a device's token taken away", "Station-00"),
    ("device_token of two records swapped", "Station-00"),
];

#[test]
fn every_change_by_a_stranger_is_named_by_these_calls() {
    let model = House::with(RECORDS);
    let known = Known::of(&mut model.open());
    let (bytes, mut wrong) = (model.bytes(), Vec::new());
    let columns = [
        "device_token",
        "device_type_token",
        "key_id_token",
        "prefix_token",
        "folded_prefix_token",
        "digits_token",
        "sealed_sha256",
        "summary",
    ];
    let swaps = columns.map(|column| {
        let act = format!("UPDATE record SET {column} = (SELECT {column} FROM record AS other WHERE other.handle = 7 - record.handle) WHERE handle IN (1, 6)");
        (format!("{column} of two records swapped"), act, "list find miss reveal whose verify")
    });
    let rows = ROWS.iter().map(|attack| (attack.name.to_owned(), attack.act.to_owned(), attack.caught));
    for (name, act, caught) in rows.chain(swaps) {
        let house = House::empty();
        house.put(&bytes);
        house.stranger().execute_batch(&act).unwrap();
        assert!(house.bytes() != bytes, "{name}: nothing was changed");
        let report = report(&ask_everything(&house.path(), Machine::new(None), PASSPHRASE, &known));
        let fewer = FEWER.iter().find(|(attack, _)| *attack == name).map_or("", |(_, fewer)| fewer);
        if report.calls != caught || report.fewer.join(" ") != fewer || !report.lies.is_empty() {
            wrong.push(format!("{name}: expected {caught:?} and {fewer:?}: {report:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A second row with all tokens of the fifth record.
const FORGED: &str = "INSERT INTO record SELECT 50, randomblob(16), revision, sealed_sha256, summary, device_token, device_type_token, key_id_token, prefix_token, folded_prefix_token, digits_token FROM record WHERE handle = 5";
/// The beginning of the fifth record's Key ID, and the same with an S for its last 5.
const FIFTH: (&str, &str) = ("17156075", "1715607S");

fn with_key_id(number: u32, key_id: &str) -> Incoming {
    let mut one = known_incoming(number);
    one.details.key_id = key_id.parse().unwrap();
    one
}

fn refused<T: std::fmt::Debug>(answer: Result<T, VaultError>) -> Vec<Fault> {
    match answer {
        Err(VaultError::Faults(faults)) => faults,
        other => panic!("{other:?}"),
    }
}

/// A row that is not what was written is a fault of its own: the record that it imitates is found, and the row is
/// named.
#[test]
fn a_forged_row_hides_no_good_one() {
    let house = House::with(RECORDS);
    let known = house.open().list(&everything()).unwrap().entries;
    let fifth = &known[4];
    assert!(known_key_id(4).starts_with(FIFTH.0));
    house.stranger().execute_batch(FORGED).unwrap();
    let mut vault = house.open();
    let named = [Fault { handle: Some(handle(50)), kind: FaultKind::Summary }];
    let alone = Found { entries: vec![fifth.clone()], read_as: ReadAs::Typed, faults: named.to_vec() };
    for query in [FIFTH.0.to_owned(), known_key_id(4)] {
        assert_eq!(vault.find(&words(&query)).unwrap(), alone, "{query}");
        assert_eq!(vault.resolve(&query).unwrap(), alone, "{query}");
    }
    assert_eq!(vault.whose(&RecoveryPassword::parse(&known_digits(4)).unwrap()).unwrap(), alone);
    assert_eq!(reveal(&mut vault, fifth).unwrap().key.as_str(), known_digits(4));
    // Its computer has other records, too.
    let found = vault.find(&words("Station-01")).unwrap();
    assert!(found.entries.len() > 1 && found.entries.contains(fifth) && found.faults == named, "{found:?}");
    // By a part that no index knows, over all that is wrong.
    for query in [&FIFTH.0[2..], "Bemerkung-4"] {
        let found = vault.find(&words(query)).unwrap();
        assert_eq!(found.entries, std::slice::from_ref(fifth), "{query}");
        assert!(found.faults.contains(&named[0]) && found.faults.len() == 2, "{query}: {found:?}");
    }
    // What only looks like it is not offered where the faulty row may be the one.
    assert_eq!(refused(vault.resolve(FIFTH.1)), named);
    assert!(refused(vault.resolve(&FIFTH.1[2..])).contains(&named[0]));
    // And no write is decided over it.
    assert!(refused(vault.find(&words(drivekey_testkit::house::NOBODYS))).contains(&named[0]));
    assert_eq!(refused(vault.take_in(vec![known_incoming(4)], now(), Taking::Keep, |_| {})), named);
    assert_eq!(refused(vault.expect(&[known_incoming(4)])), named);
    assert_eq!(refused(vault.are_known(&[&RecoveryPassword::parse(&known_digits(4)).unwrap()])), named);
    take(&mut vault, vec![known_incoming(50)]);
}

/// Where the only hits are faulty, that is said: never "not found", and nothing else in their place.
#[test]
fn where_all_hits_are_faulty_the_fault_is_the_answer() {
    for (act, kind) in [
        ("UPDATE record SET summary = zeroblob(length(summary)) WHERE handle = 5", FaultKind::Summary),
        ("UPDATE record SET revision = revision + 1 WHERE handle = 5", FaultKind::Summary),
        ("UPDATE record SET device_token = randomblob(16) WHERE handle = 5", FaultKind::Tokens),
    ] {
        let house = House::with(RECORDS);
        // One that looks like it: D for 0.
        take(&mut house.open(), vec![with_key_id(50, "17156D75-1234-4ABC-9DEF-0123456789AB")]);
        house.stranger().execute_batch(act).unwrap();
        let mut vault = house.open();
        let named = [Fault { handle: Some(handle(5)), kind }];
        for query in [FIFTH.0.to_owned(), known_key_id(4), FIFTH.1.to_owned()] {
            assert_eq!(refused(vault.find(&words(&query))), named, "{act}: {query}");
            assert_eq!(refused(vault.resolve(&query)), named, "{act}: {query}");
        }
        assert_eq!(refused(vault.whose(&RecoveryPassword::parse(&known_digits(4)).unwrap())), named, "{act}");
        assert!(refused(vault.find(&words("Bemerkung-4"))).contains(&named[0]), "{act}");
    }
}

/// A record that knows only the beginning of its Key ID stands for a longer one only where nothing is wrong.
#[test]
fn a_beginning_is_no_hit_for_a_faulty_whole() {
    let house = House::with(RECORDS);
    let mut vault = house.open();
    take(&mut vault, vec![with_key_id(50, FIFTH.0)]);
    assert_eq!(vault.resolve(&known_key_id(4)).unwrap().entries.len(), 2);
    house.stranger().execute_batch("UPDATE record SET summary = zeroblob(length(summary)) WHERE handle = 5").unwrap();
    let named = [Fault { handle: Some(handle(5)), kind: FaultKind::Summary }];
    assert_eq!(refused(vault.resolve(&known_key_id(4))), named);
    let found = vault.resolve(FIFTH.0).unwrap();
    assert_eq!((found.entries.len(), found.faults), (1, named.to_vec()));
}

/// What `docs/THREATS.md`, `passphrase`, `keyslot remove` and `kit` say of doors that were taken away.
#[test]
fn an_old_door_put_back_opens_the_file_and_is_named() {
    let house = House::with(1);
    let mut vault = house.open();
    let kit = KitIdentity::make();
    let slot = vault.add_kit(&kit, None).unwrap();
    let old = house.folder().join("old.drivekey");
    std::fs::write(&old, house.bytes()).unwrap();
    vault.remove_slot(slot).unwrap();
    vault.change_passphrase(&secret("another"), LIMITS.floor).unwrap();
    drop(vault);
    let by_kit = || Vault::open(&house.path(), LIMITS, house.machine()).unwrap().unlock_with_kit(&kit);
    assert!(unlock(&house.path(), house.machine(), PASSPHRASE).is_err() && by_kit().is_err());
    // The older copy opens, whatever was changed here.
    assert!(unlock(&old, Machine::new(None), PASSPHRASE).is_ok());
    let act = format!("ATTACH '{}' AS old; INSERT INTO slot SELECT * FROM old.slot; DETACH old", old.display());
    house.stranger().execute_batch(&act).unwrap();
    let opened = [
        unlock(&house.path(), house.machine(), PASSPHRASE).unwrap(),
        by_kit().unwrap_or_else(|failure| panic!("{:?}", failure.error)),
    ];
    for vault in opened {
        assert!(
            vault.faults().iter().any(|fault| matches!(fault.kind, FaultKind::SlotAdded(_))),
            "{:?}",
            vault.faults()
        );
    }
}

/// The state's row and a record are gone: nobody knows that there was one, so that nothing is found is no answer.
#[test]
fn without_the_state_nothing_found_is_a_fault() {
    let house = House::with(3);
    let act = "UPDATE vault SET state = randomblob(1064); DELETE FROM sealed WHERE handle = 2; DELETE FROM record WHERE handle = 2";
    house.stranger().execute_batch(act).unwrap();
    let mut vault = house.open();
    let lost = [Fault { handle: None, kind: FaultKind::State }];
    assert_eq!(refused(vault.find(&words("r2"))), lost);
    assert_eq!(refused(vault.find(&words(&known_key_id(1)))), lost);
    assert_eq!(refused(vault.resolve(&known_key_id(1))), lost);
    assert_eq!(refused(vault.whose(&RecoveryPassword::parse(&known_digits(1)).unwrap())), lost);
    assert_eq!(refused(vault.entry(handle(2))), lost);
    assert_eq!(vault.attachments().unwrap().faults, lost);
    // What is there is found all the same.
    assert_eq!(vault.find(&words(&known_key_id(0))).unwrap().entries.len(), 1);
}
