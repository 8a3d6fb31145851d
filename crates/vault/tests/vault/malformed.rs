//! Rows and pages that no vault has: one malformed row is a fault of that row alone, forged slots cost nobody a minute,
//! and pages that lead in a circle end.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::{Duration, Instant};

use drivekey_record::RecoveryPassword;
use drivekey_testkit::house::{
    House, PASSPHRASE, everything, handle, known_digits, known_incoming, known_key_id, now, take, text, unlock, words,
};
use drivekey_vault::reveal::reveal;
use drivekey_vault::{Edit, Fault, FaultKind, Machine, Setting, VaultError};

/// STRICT tables and their checks keep such rows out; a file made by hand has them all the same.
fn force(house: &House, sql: &str) {
    let stranger = house.stranger();
    stranger.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON").unwrap();
    let strict: Vec<(String, String)> = {
        let mut statement = stranger.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    // The tables without STRICT and NOT NULL for as long as the row is written.
    for (name, made) in &strict {
        let loose = made.replace(") STRICT", ")").replace(" NOT NULL", "");
        stranger.execute("UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1", [name, &loose]).unwrap();
    }
    drop(stranger);
    let loose = house.stranger();
    loose.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
    loose.execute_batch(sql).unwrap();
    drop(loose);
    let stranger = house.stranger();
    stranger.execute_batch("PRAGMA writable_schema = ON").unwrap();
    for (name, made) in &strict {
        stranger.execute("UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1", [name, made]).unwrap();
    }
}

#[test]
fn a_malformed_slot_shuts_out_no_other() {
    for sql in [
        "INSERT INTO slot SELECT randomblob(16), 2, -1, 0, 0, salt, check_value, wrapped, checksum FROM slot",
        "INSERT INTO slot SELECT randomblob(16), kind, memory_kib, passes, lanes, 'salt', check_value, wrapped, checksum FROM slot",
        "INSERT INTO slot SELECT randomblob(7), kind, memory_kib, passes, lanes, salt, check_value, wrapped, checksum FROM slot",
        "INSERT INTO slot SELECT randomblob(16), 9223372036854775807, memory_kib, passes, lanes, salt, check_value, NULL, checksum FROM slot",
    ] {
        let house = House::with(3);
        force(&house, sql);
        let mut vault =
            unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert!(
            matches!(vault.faults()[..], [ref fault] if matches!(fault.kind, FaultKind::SlotAdded(_))),
            "{sql}: {:?}",
            vault.faults()
        );
        let entry = vault.find(&words("r2")).unwrap().entries.remove(0);
        assert_eq!(reveal(&mut vault, &entry).unwrap().key.as_str(), known_digits(1));
        // Taken as it stands, it is a fault no more, and writing goes on.
        vault.repair().unwrap();
        drop(vault);
        let mut vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
        assert_eq!(vault.faults(), [], "{sql}");
        vault.edit(handle(1), Edit { note: Setting::To(text("weiter")), ..Edit::default() }).unwrap();
    }
}

#[test]
fn a_malformed_record_or_item_is_a_fault_of_that_row_alone() {
    for (sql, named) in [
        ("UPDATE record SET revision = 'x' WHERE handle = 2", Some(2)),
        ("UPDATE record SET digits_token = x'00' WHERE handle = 2", Some(2)),
        ("UPDATE record SET summary = NULL WHERE handle = 2", Some(2)),
        ("UPDATE item SET revision = -5 WHERE number = 1", None),
        ("UPDATE item SET summary = 7 WHERE number = 1", None),
    ] {
        let house = House::with(4);
        let mut vault = house.open();
        let intake = drivekey_vault::Intake { records: vec![known_incoming(20)], ..drivekey_vault::Intake::default() };
        vault.import(intake, now(), drivekey_vault::Taking::Keep, |_| {}).unwrap();
        drop(vault);
        force(&house, sql);
        let mut vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
        for number in [1, 3, 4, 5] {
            let entry = vault.find(&words(&format!("r{number}"))).unwrap().entries.remove(0);
            assert!(reveal(&mut vault, &entry).is_ok(), "{sql}: r{number}");
        }
        let verification = vault.verify(|_, _| {}).unwrap();
        assert!(!verification.faults.is_empty(), "{sql}");
        assert_eq!(verification.whole, if named.is_some() { 4 } else { 5 }, "{sql}: {:?}", verification.faults);
        if let Some(number) = named {
            assert!(
                verification
                    .faults
                    .iter()
                    .any(|fault| fault.handle == Some(handle(number)) && fault.kind == FaultKind::Row)
            );
        } else {
            assert!(
                verification.faults.iter().any(|fault| fault.kind == FaultKind::Item(1)),
                "{:?}",
                verification.faults
            );
        }
        vault.repair().unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let again = vault.verify(|_, _| {}).unwrap();
        let kinds: Vec<FaultKind> =
            again.faults.iter().map(|fault| fault.kind).filter(|kind| *kind != FaultKind::Structure).collect();
        assert_eq!(
            kinds,
            [if named.is_some() { FaultKind::Row } else { FaultKind::Item(1) }],
            "{sql}: it stays named, and nothing else"
        );
        take(&mut vault, vec![known_incoming(30)]);
    }
}

/// The index leads to it, and to the record whose tokens it carries.
#[test]
fn a_malformed_row_hides_no_good_one() {
    for (number, revision, named) in [(50_u64, "'x'", Some(50)), (5_000_000_000, "revision", None)] {
        let house = House::with(4);
        force(
            &house,
            &format!(
                "INSERT INTO record SELECT {number}, randomblob(16), {revision}, sealed_sha256, summary, device_token, device_type_token, key_id_token, prefix_token, folded_prefix_token, digits_token FROM record WHERE handle = 2"
            ),
        );
        let mut vault = house.open();
        let fault = Fault { handle: named.map(handle), kind: FaultKind::Row };
        for found in [vault.resolve(&known_key_id(1)), vault.whose(&RecoveryPassword::parse(&known_digits(1)).unwrap())]
        {
            let mut found = found.unwrap_or_else(|error| panic!("{number}: {error:?}"));
            assert_eq!((found.entries.len(), &found.faults[..]), (1, &[fault.clone()][..]));
            assert_eq!(reveal(&mut vault, &found.entries.remove(0)).unwrap().key.as_str(), known_digits(1));
        }
        let device = vault.find(&words("Station-00")).unwrap();
        assert_eq!((device.entries.len(), device.faults), (3, vec![fault]));
    }
}

#[test]
fn forged_slots_cost_nobody_a_minute() {
    let house = House::with(3);
    // Forty at the ceiling of the tests' limits, each with a checksum of its own making.
    let forge = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
        INSERT INTO slot SELECT randomblob(16), 1, 1024, 4, 4, randomblob(16), randomblob(16), wrapped, randomblob(32) FROM slot, n";
    house.stranger().execute_batch(forge).unwrap();
    let mut vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
    assert_eq!(vault.faults().len(), 40, "each is named");
    let entry = vault.find(&words("r1")).unwrap().entries.remove(0);
    assert_eq!(
        reveal(&mut vault, &entry).unwrap().key.as_str(),
        known_digits(0),
        "the cheap and the last used come first"
    );
    drop(vault);
    // A wrong passphrase is tried on no more than two of the dearest.
    assert!(matches!(
        unlock(&house.path(), Machine::new(None), "falsch"),
        Err(VaultError::SlotsNotTried { left_out: 39 })
    ));
    // Thousands are not even read.
    let many = forge.replace("i < 40", "i < 5000");
    house.stranger().execute_batch(&many).unwrap();
    let mut vault = unlock(&house.path(), house.machine(), PASSPHRASE).unwrap();
    assert!(vault.faults().iter().any(|fault| fault.kind == FaultKind::TooManySlots));
    assert!(vault.list(&everything()).unwrap().faults.is_empty());
}

/// An interior page whose children are all the same leaf, level upon level: walked by its pointers the table never
/// ends.
#[test]
fn pages_that_lead_in_a_circle_end() {
    for table in ["record", "sealed", "item", "slot", "sqlite_schema"] {
        let house = House::with(60);
        let bytes = house.bytes();
        let root: usize = house
            .stranger()
            .query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1 UNION ALL SELECT 1", [table], |row| {
                row.get::<_, i64>(0)
            })
            .map(|page| usize::try_from(page).unwrap())
            .unwrap();
        let mut crafted = bytes.clone();
        // A copy of the root's content becomes a page of its own; above it eight levels of pages with 400 pointers
        // each.
        let leaf = leftmost_leaf(&bytes, root);
        let mut below = leaf;
        for _ in 0..8 {
            let number = crafted.len() / 4096 + 1;
            crafted.extend(interior(below));
            below = number;
        }
        let at = (root - 1) * 4096;
        if root == 1 {
            // The file's own header stands before the page's; what was there moves on, whole.
            let mut content = vec![0; 4096];
            content[..3996].copy_from_slice(&bytes[100..4096]);
            crafted.extend(content);

            let top = interior(below);
            crafted[100..112].copy_from_slice(&top[..12]);
            crafted[112..912].copy_from_slice(&top[12..812]);
            crafted[4096 - 2400..4096].copy_from_slice(&top[4096 - 2400..]);
        } else {
            crafted[at..at + 4096].copy_from_slice(&interior(below));
        }
        let pages = u32::try_from(crafted.len() / 4096).unwrap();
        crafted[28..32].copy_from_slice(&pages.to_be_bytes());
        house.put(&crafted);
        let started = Instant::now();
        if let Ok(mut vault) = unlock(&house.path(), Machine::new(None), PASSPHRASE) {
            let _ = vault.list(&everything()).map(|listing| listing.entries.len());
            let _ = vault.find(&words("nowhere"));
            let _ = vault.verify(|_, _| {});
            let _ = vault.attachments();
            let _ = vault.copies();
        } else {
            assert!(["slot", "sqlite_schema"].contains(&table), "the doors are as they were");
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{table} took {:?}", started.elapsed());
        assert!(house.bytes() == crafted);
    }
}

fn leftmost_leaf(bytes: &[u8], mut page: usize) -> usize {
    loop {
        let content = &bytes[(page - 1) * 4096..][..4096];
        if content[0] != 5 {
            return page;
        }
        let cell = usize::from(u16::from_be_bytes([content[12], content[13]]));
        page = u32::from_be_bytes(content[cell..cell + 4].try_into().unwrap()) as usize;
    }
}

/// A table's interior page with 400 children, all of them one page.
fn interior(child: usize) -> Vec<u8> {
    const CELLS: usize = 400;
    let child = u32::try_from(child).unwrap().to_be_bytes();
    let mut page = vec![0; 4096];
    let start = 4096 - CELLS * 6;
    page[0] = 5;
    page[3..5].copy_from_slice(&u16::try_from(CELLS).unwrap().to_be_bytes());
    page[5..7].copy_from_slice(&u16::try_from(start).unwrap().to_be_bytes());
    page[8..12].copy_from_slice(&child);
    for number in 0..CELLS {
        let at = start + number * 6;
        page[12 + number * 2..14 + number * 2].copy_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
        page[at..at + 4].copy_from_slice(&child);
        // Row numbers of two bytes, ascending.
        let key = number + 128;
        page[at + 4] = 0x80 | u8::try_from(key >> 7).unwrap();
        page[at + 5] = u8::try_from(key & 0x7f).unwrap();
    }
    page
}

#[test]
fn numbers_that_are_no_handles_are_a_fault_of_their_rows() {
    for (sql, is_item) in [
        (
            "INSERT INTO record SELECT 5000000000, randomblob(16), revision, sealed_sha256, summary, NULL, device_type_token, NULL, NULL, NULL, randomblob(16) FROM record WHERE handle = 2",
            false,
        ),
        (
            "INSERT INTO item SELECT -7, randomblob(16), revision, content_sha256, summary FROM item WHERE number = 1",
            true,
        ),
    ] {
        let house = House::with(4);
        let intake = drivekey_vault::Intake { records: vec![known_incoming(20)], ..drivekey_vault::Intake::default() };
        house.open().import(intake, now(), drivekey_vault::Taking::Keep, |_| {}).unwrap();
        force(&house, sql);
        let mut vault = house.open();
        let entry = vault.find(&words("r1")).unwrap().entries.remove(0);
        assert_eq!(reveal(&mut vault, &entry).unwrap().key.as_str(), known_digits(0));
        let listing = vault.list(&everything()).unwrap();
        assert_eq!(listing.entries.len(), 5, "{sql}");
        let verification = vault.verify(|_, _| {}).unwrap();
        let expected = if is_item { FaultKind::Item(0) } else { FaultKind::Row };
        assert!(verification.faults.iter().any(|fault| fault.kind == expected), "{sql}: {:?}", verification.faults);
        vault.repair().unwrap();
        take(&mut vault, vec![known_incoming(30)]);
    }
}

/// The state is lost after writes that changed no record: what is repaired is newer than all that this machine saw.
#[test]
fn a_repaired_state_is_no_older_copy() {
    let house = House::with(3);
    let mut vault = house.open();
    for name in ["eins", "zwei"] {
        vault
            .add_passphrase(&drivekey_testkit::house::secret(name), drivekey_testkit::house::LIMITS.floor, None)
            .unwrap();
    }
    drop(vault);
    house.stranger().execute_batch("UPDATE vault SET state = x'00'").unwrap();
    house.open().repair().unwrap();
    let mut vault = house.open();
    assert_eq!((vault.doubt(), vault.faults()), (None, [].as_slice()));
    take(&mut vault, vec![known_incoming(30)]);
}
