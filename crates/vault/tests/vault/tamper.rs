//! Someone with a database tool and time changes a closed vault. Each attack stands beside the calls that name it;
//! every other call must give the known answer, and no call may blame the passphrase.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use drivekey_testkit::house::{House, Known, LIMITS, PASSPHRASE, ask_everything, report, secret, unlock};
use drivekey_vault::seal::KitIdentity;
use drivekey_vault::{FaultKind, Machine, Vault};

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
    Attack { name: "no state", act: "UPDATE vault SET state = x''", caught: "unlock verify" },
    Attack { name: "a random state", act: "UPDATE vault SET state = randomblob(length(state))", caught: "unlock verify" },
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
