//! Copies and replays: older, forked, moved and foreign vaults, and parts of an older file put into a newer one.
//! What a machine that remembers can tell, what the file alone can, and what `accept_copy` and `repair` then do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use drivekey_record::VaultId;
use drivekey_testkit::house::{
    House, Known, LIMITS, PASSPHRASE, ask_everything, everything, handle, known_incoming, now, report, secret,
    store_of, take, text, unlock, words,
};
use drivekey_vault::reveal::reveal;
use drivekey_vault::seal::{PassphraseSlot, Root, SlotBody, SlotOpening};
use drivekey_vault::store::{FirstRows, SlotRow, StoreError};
use drivekey_vault::{CopyDoubt, Edit, FaultKind, Locked, Machine, Setting, Unlocked, Vault, VaultError, sqlite};

pub(crate) const RECORDS: u32 = 6;

pub(crate) fn note(vault: &mut Vault<Unlocked>, number: u32, note: &str) {
    vault.edit(handle(number), Edit { note: Setting::To(text(note)), ..Edit::default() }).unwrap();
}

/// Runs SQL on the vault with an older copy of it at hand as `old`.
fn with_older(house: &House, older: &[u8], sql: &str) {
    let copy = house.folder().join("older");
    fs::write(&copy, older).unwrap();
    let stranger = house.stranger();
    stranger.execute("ATTACH ?1 AS old", [copy.to_str()]).unwrap();
    stranger.execute_batch(sql).unwrap();
}

/// A house whose record 2 was edited, and the file as it was before.
fn edited() -> (House, Vec<u8>, Known) {
    let house = House::with(RECORDS);
    let older = house.bytes();
    note(&mut house.open(), 2, "spaeter");
    let known = Known::of(&mut house.open());
    (house, older, known)
}

const OLD_ROW: &str = "REPLACE INTO record SELECT * FROM old.record WHERE handle = 2; REPLACE INTO sealed SELECT * FROM old.sealed WHERE handle = 2;";

const OLD_STATE: &str = "UPDATE vault SET state = (SELECT state FROM old.vault);";

#[test]
fn older_parts_are_named() {
    let all_rows = OLD_ROW.replace(" WHERE handle = 2", "");
    let both = format!("{OLD_ROW}{OLD_STATE}");
    // The calls that speak on a machine that has never seen the vault, and whether the older record is shown by calls
    // that do not compare the total: a sum names no row.
    for (name, sql, calls, shown) in [
        ("one row", OLD_ROW, "list find miss verify", true),
        ("the whole table", all_rows.as_str(), "list find miss verify", true),
        (
            "only the summary's half",
            "REPLACE INTO record SELECT * FROM old.record WHERE handle = 2",
            "list find miss reveal verify",
            true,
        ),
        (
            "only the sealed half",
            "REPLACE INTO sealed SELECT * FROM old.sealed WHERE handle = 2",
            "reveal verify",
            false,
        ),
        ("the state", OLD_STATE, "list find miss reveal whose verify", false),
        // The two together are the older copy itself.
        ("row and state", both.as_str(), "", true),
    ] {
        let (house, older, known) = edited();
        with_older(&house, &older, sql);
        let fresh = report(&ask_everything(&house.path(), Machine::new(None), PASSPHRASE, &known));
        assert_eq!((fresh.calls.as_str(), !fresh.lies.is_empty()), (calls, shown), "{name}: {fresh:#?}");
        // Whatever else was shown, the digits were right: they never change.
        assert!(
            fresh.lies.iter().all(|lie| !lie.contains("reveal") || lie.contains(&known.digits[1])),
            "{name}: {fresh:#?}"
        );
        if sql.contains("state") {
            let here = unlock(&house.path(), house.machine(), PASSPHRASE).unwrap();
            assert!(matches!(here.doubt(), Some(CopyDoubt::Older { .. })), "{name}");
        }
    }
}

#[test]
fn a_write_after_a_replay_keeps_the_replay_visible() {
    let (house, older, _) = edited();
    with_older(&house, &older, OLD_ROW);
    let mut vault = house.open();
    note(&mut vault, 2, "noch spaeter");
    take(&mut vault, vec![known_incoming(20)]);
    assert!(vault.list(&everything()).unwrap().faults.iter().any(|fault| fault.kind == FaultKind::Total));
    vault.repair().unwrap();
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
    assert_eq!(vault.list(&everything()).unwrap().entries.len(), 7);
}

#[test]
fn a_slot_put_back_is_named() {
    let house = House::with(RECORDS);
    let older = house.bytes();
    house.open().change_passphrase(&secret("neu"), LIMITS.floor).unwrap();
    let newer = house.bytes();
    let kinds = |passphrase: &str| {
        let vault = unlock(&house.path(), Machine::new(None), passphrase)?;
        let mut vault = vault;
        assert!(
            matches!(vault.edit(handle(1), Edit::default()), Err(VaultError::Faults(_))),
            "writing over a changed slot"
        );
        assert!(!vault.verify(|_, _| {}).unwrap().faults.is_empty());
        Ok::<_, VaultError>(
            vault.faults().iter().map(|fault| format!("{:?}", fault.kind)[..8].to_owned()).collect::<Vec<_>>(),
        )
    };
    with_older(&house, &older, "INSERT INTO slot SELECT * FROM old.slot");
    assert_eq!(kinds("neu").unwrap(), ["SlotAdde"]);
    assert_eq!(kinds(PASSPHRASE).unwrap(), ["SlotAdde"]);
    house.put(&newer);
    with_older(&house, &older, "DELETE FROM slot; INSERT INTO slot SELECT * FROM old.slot");
    assert_eq!(kinds(PASSPHRASE).unwrap(), ["SlotAdde", "SlotMiss"]);
    // The documented case: the slot that would know better is gone.
    assert!(matches!(kinds("neu"), Err(VaultError::WrongPassphrase)));
    house.put(&newer);
    with_older(&house, &older, &format!("DELETE FROM slot; INSERT INTO slot SELECT * FROM old.slot; {OLD_STATE}"));
    let vault = unlock(&house.path(), house.machine(), PASSPHRASE).unwrap();
    assert!(matches!(vault.doubt(), Some(CopyDoubt::Older { .. })));
}

fn root_of(house: &House) -> (Root, VaultId, SlotRow) {
    let mut store = store_of(&house.path());
    let reader = store.read().unwrap();
    let (vault, row) = (reader.vault().unwrap().0, reader.slots().unwrap().rows.remove(0));
    let cost = drivekey_vault::seal::KdfCost { memory_kib: row.memory_kib, passes: row.passes, lanes: row.lanes };
    let body = SlotBody { cost, salt: row.salt, check_value: row.check_value, wrapped: row.wrapped.clone() };
    let slot = PassphraseSlot { id: row.slot, body };
    let Ok(SlotOpening::Opened(root)) = slot.open(vault, &secret(PASSPHRASE), &row.checksum, LIMITS) else {
        panic!("does not open")
    };
    (*root, vault, row)
}

fn slot_for(root: &Root, vault: VaultId, passphrase: &str) -> SlotRow {
    let made = PassphraseSlot::make(root, &secret(passphrase), LIMITS.floor, LIMITS).unwrap().slot;
    let checksum = made.checksum(vault);
    let PassphraseSlot { id, body } = made;
    let cost = body.cost;
    let (memory_kib, passes, lanes) = (cost.memory_kib, cost.passes, cost.lanes);
    SlotRow {
        slot: id,
        kind: 1,
        memory_kib,
        passes,
        lanes,
        salt: body.salt,
        check_value: body.check_value,
        wrapped: body.wrapped,
        checksum,
    }
}

#[test]
fn a_slot_wrapped_by_someone_with_an_older_root_is_named() {
    let house = House::with(RECORDS);
    let (root, vault, _) = root_of(&house);
    let mut store = store_of(&house.path());
    let mut writer = store.write().unwrap();
    writer.insert_slot(&slot_for(&root, vault, "eingeschlichen")).unwrap();
    writer.commit().unwrap();
    for passphrase in [PASSPHRASE, "eingeschlichen"] {
        let vault = unlock(&house.path(), house.machine(), passphrase).unwrap();
        assert!(matches!(vault.faults()[0].kind, FaultKind::SlotAdded(_)), "{:?}", vault.faults());
    }
}

#[test]
fn a_record_forged_to_another_root_is_named() {
    let house = House::with(RECORDS);
    let known = Known::of(&mut house.open());
    let other = House::with(RECORDS);
    with_older(&house, &other.bytes(), OLD_ROW);
    let answers = report(&ask_everything(&house.path(), house.machine(), PASSPHRASE, &known));
    assert_eq!((answers.calls.as_str(), answers.lies), ("list find miss reveal whose verify", Vec::new()));
    // Only the age file, with its hash put right.
    let house = House::with(RECORDS);
    let known = Known::of(&mut house.open());
    with_older(
        &house,
        &other.bytes(),
        "UPDATE sealed SET age = (SELECT age FROM old.sealed AS o WHERE o.handle = 2) WHERE handle = 2;
         UPDATE record SET sealed_sha256 = (SELECT sealed_sha256 FROM old.record AS o WHERE o.handle = 2) WHERE handle = 2",
    );
    let answers = report(&ask_everything(&house.path(), house.machine(), PASSPHRASE, &known));
    assert_eq!((answers.calls.as_str(), answers.lies), ("list find miss reveal whose verify", Vec::new()));
}

#[test]
fn another_root_under_the_same_name_stops_everything() {
    let house = House::with(RECORDS);
    let (_, vault, _) = root_of(&house);
    let root = Root::make(vault).unwrap();
    let forged = house.folder().join("forged");
    let state = serde_json::json!({"schemaVersion": 1, "revision": 9, "writes": [], "count": 0, "handles": 0, "total": [0, 0, 0, 0], "recipient": "", "slots": []});
    let (state, slots) = (root.seal_state(&state).unwrap(), [slot_for(&root, vault, PASSPHRASE)]);
    sqlite::create(&forged, &FirstRows { vault, state: &state, slots: &slots }).unwrap();
    fs::copy(&forged, house.path()).unwrap();
    let before = house.bytes();
    let stopped = unlock(&house.path(), house.machine(), PASSPHRASE);
    assert!(matches!(stopped, Err(VaultError::Copy(CopyDoubt::ForeignRoot))));
    // Not even accepted: its state does not name its slot.
    let locked = Vault::open(&house.path(), LIMITS, house.machine()).unwrap();
    assert!(matches!(locked.accept_copy(&secret(PASSPHRASE)), Err(VaultError::Faults(_))));
    assert!(house.bytes() == before);
    // Another vault's file with this vault's id edited in: its slots are bound to their own id.
    let other = House::with(RECORDS);
    house.put(&other.bytes());
    house.stranger().execute("UPDATE vault SET vault_id = ?1", [vault.as_bytes().as_slice()]).unwrap();
    assert!(matches!(unlock(&house.path(), house.machine(), PASSPHRASE), Err(VaultError::SlotDamaged)));
}

#[test]
fn another_vault_in_its_place_is_doubted_until_accepted() {
    let (house, other) = (House::with(RECORDS), House::with(2));
    drop(house.open());
    house.put(&other.bytes());
    let mut vault = house.open();
    assert_eq!(vault.doubt(), Some(CopyDoubt::OtherVault));
    assert_eq!(vault.list(&everything()).unwrap().entries.len(), 2);
    assert!(matches!(vault.remove(handle(1), now()), Err(VaultError::Copy(CopyDoubt::OtherVault))));
    drop(vault);
    assert_eq!(house.open().doubt(), Some(CopyDoubt::OtherVault), "it stays doubted");
    Vault::open(&house.path(), LIMITS, house.machine()).unwrap().accept_copy(&secret(PASSPHRASE)).unwrap();
    assert_eq!(house.open().doubt(), None);
    note(&mut house.open(), 1, "angenommen");
}

#[test]
fn older_and_forked_copies_are_read_but_not_written() {
    let (house, older, known) = edited();
    let newer = house.bytes();
    house.put(&older);
    let mut vault = house.open();
    assert!(matches!(vault.doubt(), Some(CopyDoubt::Older { found: 2, known: 3 })), "{:?}", vault.doubt());
    let entry = vault.find(&words("r2")).unwrap().entries.remove(0);
    assert_eq!(reveal(&mut vault, &entry).unwrap().key.as_str(), known.digits[1]);
    assert!(matches!(vault.remove(handle(1), now()), Err(VaultError::Copy(_))));
    assert!(matches!(vault.repair(), Err(VaultError::Copy(_))));
    assert!(matches!(vault.take_in(Vec::new(), now(), drivekey_vault::Taking::Keep, |_| {}), Err(VaultError::Copy(_))));
    drop(vault);
    assert!(house.bytes() == older);
    // The older copy goes its own way on another machine, as far and farther.
    for writes in 1..4 {
        let elsewhere = Machine::new(Some(house.folder().join(format!("elsewhere-{writes}"))));
        note(&mut unlock(&house.path(), elsewhere, PASSPHRASE).unwrap(), 3, &format!("anderswo {writes}"));
        let vault = house.open();
        assert!(matches!(vault.doubt(), Some(CopyDoubt::Forked { known: 3, .. })), "{:?}", vault.doubt());
    }
    house.put(&newer);
    assert_eq!(house.open().doubt(), None);
    house.put(&older);
    Vault::open(&house.path(), LIMITS, house.machine()).unwrap().accept_copy(&secret(PASSPHRASE)).unwrap();
    note(&mut house.open(), 1, "angenommen");
    house.put(&newer);
    assert!(matches!(house.open().doubt(), Some(CopyDoubt::Forked { .. })));
}

#[test]
fn a_wrong_passphrase_accepts_nothing() {
    let (house, older, _) = edited();
    house.put(&older);
    let locked = Vault::open(&house.path(), LIMITS, house.machine()).unwrap();
    assert!(matches!(locked.accept_copy(&secret("falsch")), Err(VaultError::WrongPassphrase)));
    assert!(house.open().doubt().is_some());
}

#[test]
fn a_moved_copy_and_a_fresh_machine_are_fine() {
    let (house, _, known) = edited();
    let moved = house.folder().join("anders.drivekey");
    fs::rename(house.path(), &moved).unwrap();
    for machine in [house.machine(), Machine::new(None), Machine::new(Some(house.folder().join("frisch")))] {
        let answers = report(&ask_everything(&moved, machine, PASSPHRASE, &known));
        assert_eq!((answers.calls.as_str(), answers.lies), ("", Vec::new()));
    }
    // What one machine wrote, another that knew the vault before takes for newer, no more.
    note(&mut unlock(&moved, Machine::new(Some(house.folder().join("frisch"))), PASSPHRASE).unwrap(), 1, "dort");
    assert_eq!(unlock(&moved, house.machine(), PASSPHRASE).unwrap().doubt(), None);
}

#[test]
fn a_machine_that_cannot_remember_only_warns() {
    let house = House::with(RECORDS);
    let file = house.folder().join("a file, not a folder");
    fs::write(&file, "").unwrap();
    let mut vault = unlock(&house.path(), Machine::new(Some(file.join("state"))), PASSPHRASE).unwrap();
    assert!(vault.memory().is_err());
    assert_eq!(vault.doubt(), None);
    note(&mut vault, 1, "geht");
    assert!(vault.memory().is_err());
    // A torn memory is none; it raises no alarm.
    drop(house.open());
    for file in fs::read_dir(house.folder().join("state")).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|ext| ext == "json") {
            fs::write(file, "{").unwrap();
        }
    }
    assert_eq!(house.open().doubt(), None);
}

/// Unix only: under wine, with which the Windows tests run, threads of one process do not keep each other out by the
/// file's locks; two processes do (tests/trouble.rs).
#[cfg(unix)]
#[test]
fn unlocking_while_others_write_raises_no_alarm() {
    let house = House::with(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..40 {
                note(&mut house.open(), 1, &format!("Runde {round}"));
            }
        });
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..80 {
                    let vault = house.open();
                    assert_eq!((vault.doubt(), vault.faults()), (None, [].as_slice()));
                }
            });
        }
    });
}

#[test]
fn nothing_is_made_over_what_is_there() {
    let house = House::with(1);
    let before = house.bytes();
    let new = drivekey_vault::NewVault { passphrase: &secret(PASSPHRASE), cost: LIMITS.floor, limits: LIMITS };
    let again = Vault::<Locked>::create(&house.path(), &new, &house.machine());
    assert!(matches!(again, Err(VaultError::Store(StoreError::Exists))));
    assert!(house.bytes() == before);
}
