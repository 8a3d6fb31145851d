//! A journal is hot, and the file opens without it, too: what undoing gives is judged against the file as it stands.
//! And a file that is exchanged while it is open.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use drivekey_testkit::house::{House, LIMITS, PASSPHRASE, everything, handle, known_digits, secret, text, unlock};
use drivekey_vault::reveal::reveal;
use drivekey_vault::store::{BesideProblem, StoreError};
use drivekey_vault::{CopyDoubt, Edit, Machine, Setting, Unlocked, Vault, VaultError};

const RECORDS: u32 = 4;
/// Where a file's first page counts its changes.
const COUNTERS: [usize; 2] = [24, 92];

/// The file after each of three writes.
fn states() -> [Vec<u8>; 3] {
    let house = House::with(RECORDS);
    let mut vault = house.open();
    ["eins", "zwei", "drei"].map(|note| {
        vault.edit(handle(1), Edit { note: Setting::To(text(note)), ..Edit::default() }).unwrap();
        house.bytes()
    })
}

/// A file as a stranger leaves it.
fn changed(bytes: &[u8], sql: &str) -> Vec<u8> {
    let house = House::empty();
    house.put(bytes);
    house.stranger().execute_batch(sql).unwrap();
    house.bytes()
}

/// A journal that takes `file` back to `before`, as the write that was broken off last would have left it.
fn journal(before: &[u8], file: &[u8]) -> Vec<u8> {
    let counter = u32::from_be_bytes(file[24..28].try_into().unwrap()) - 1;
    let mut before = before.to_vec();
    for place in COUNTERS {
        before[place..place + 4].copy_from_slice(&counter.to_be_bytes());
    }
    drivekey_testkit::planted::journal_from(&before, file)
}

fn put(house: &House, file: &[u8], journal: &[u8]) {
    house.put(file);
    std::fs::write(house.folder().join("vault.drivekey-journal"), journal).unwrap();
}

fn note(vault: &mut Vault<Unlocked>) -> String {
    vault.entry(handle(1)).unwrap().details.note.unwrap().as_str().to_owned()
}

/// The journal was refused: the file is as it was, and what stands in it is answered.
fn assert_refused(house: &House, file: &[u8], vault: &mut Vault<Unlocked>) {
    assert!(!vault.has_undone() && !vault.is_unfinished());
    assert!(matches!(vault.refused(), [one] if one.problem == BesideProblem::Disagrees), "{:?}", vault.refused());
    assert_eq!(note(vault), "drei");
    assert!(house.bytes() == file && house.folder().join("vault.drivekey-journal").exists());
}

/// The write was undone in the file.
fn assert_undone(house: &House, before: &[u8], vault: &mut Vault<Unlocked>) {
    assert!(vault.has_undone() && vault.refused().is_empty(), "{:?}", vault.refused());
    // The change counter is the one that was written into the journal here.
    let (mut bytes, mut before) = (house.bytes(), before.to_vec());
    for bytes in [&mut bytes, &mut before] {
        for place in COUNTERS {
            bytes[place..place + 4].fill(0);
        }
    }
    assert!(bytes == before);
    assert!(!house.folder().join("vault.drivekey-journal").exists());
    let entry = vault.entry(handle(1)).unwrap();
    assert_eq!(reveal(vault, &entry).unwrap().key.as_str(), known_digits(0));
}

/// What undoing gives is read, without one record, and the file is as it was; a repair undoes the write and names what is
/// damaged.
fn assert_undone_by_a_repair(house: &House) {
    let before = house.bytes();
    let mut vault = house.open();
    assert!(vault.is_undone_damaged() && !vault.has_undone() && vault.refused().is_empty());
    assert_eq!(vault.verify(|_, _| {}).unwrap().whole, RECORDS - 1);
    assert!(house.bytes() == before, "the file was changed");
    vault.repair().unwrap();
    drop(vault);
    assert!(!house.folder().join("vault.drivekey-journal").exists());
    let verified = house.open().verify(|_, _| {}).unwrap();
    assert_eq!((verified.whole, verified.faults.len()), (RECORDS - 1, 1), "{:?}", verified.faults);
}

/// All of a write had reached the file but its end: both are sound, and the one before is the vault.
#[test]
fn a_write_that_lacks_only_its_end_is_taken_back() {
    let [_, before, now] = states();
    let house = House::empty();
    put(&house, &now, &journal(&before, &now));
    let mut vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
    assert_undone(&house, &before, &mut vault);
    assert_eq!(note(&mut vault), "zwei");
}

/// The machine that saw the write finished knows better.
#[test]
fn nor_is_it_where_the_write_was_seen() {
    let [_, before, now] = states();
    let house = House::empty();
    house.put(&now);
    drop(house.open());
    put(&house, &now, &journal(&before, &now));
    assert_refused(&house, &now, &mut house.open());
}

/// Not even where the file was spoilt meanwhile, and what the journal leads to is whole.
#[test]
fn a_spoilt_file_does_not_become_an_older_one() {
    let [_, before, now] = states();
    let house = House::empty();
    house.put(&now);
    drop(house.open());
    let file = changed(&now, "UPDATE sealed SET age = zeroblob(length(age)) WHERE handle = 2");
    put(&house, &file, &journal(&before, &file));
    assert_refused(&house, &file, &mut house.open());
}

#[test]
fn two_writes_are_not_taken_back() {
    let [older, _, now] = states();
    let house = House::empty();
    put(&house, &now, &journal(&older, &now));
    assert_refused(&house, &now, &mut house.open());
}

/// A record without a row: not one record less is whole, and what undoing gives is damaged all the same.
#[test]
fn a_sound_file_is_not_made_a_damaged_one() {
    let [_, before, now] = states();
    let damaged = changed(&before, "INSERT INTO sealed SELECT 50, age FROM sealed WHERE handle = 1");
    let house = House::empty();
    put(&house, &now, &journal(&damaged, &now));
    let mut vault = house.open();
    assert_refused(&house, &now, &mut vault);
    assert_eq!(vault.verify(|_, _| {}).unwrap().faults, []);
}

/// A vault that was damaged already is damaged after undoing a write, too: it is read so, and undone by a repair.
#[test]
fn a_write_to_a_damaged_vault_is_undone_by_a_repair() {
    let [_, _, now] = states();
    let damaged = changed(&now, "UPDATE sealed SET age = zeroblob(length(age)) WHERE handle = 2");
    let file = changed(&damaged, "UPDATE record SET summary = zeroblob(length(summary)) WHERE handle IN (1, 3)");
    let house = House::empty();
    put(&house, &file, &journal(&damaged, &file));
    assert_undone_by_a_repair(&house);
}

/// The same where the file as it stands has more records that are whole.
#[test]
fn a_damaged_file_is_not_made_a_worse_one() {
    let [_, before, now] = states();
    let worse = changed(&before, "UPDATE sealed SET age = zeroblob(length(age)) WHERE handle IN (2, 3)");
    let file = changed(&now, "UPDATE sealed SET age = zeroblob(length(age)) WHERE handle = 2");
    let house = House::empty();
    put(&house, &file, &journal(&worse, &file));
    let mut vault = house.open();
    assert_refused(&house, &file, &mut vault);
    assert_eq!(vault.verify(|_, _| {}).unwrap().whole, RECORDS - 1);
}

/// Torn so that it does not open without its journal, which leads to a vault that was damaged before.
#[test]
fn where_the_file_does_not_open_a_damaged_vault_is_better() {
    let [_, _, now] = states();
    let damaged = changed(&now, "UPDATE sealed SET age = zeroblob(length(age)) WHERE handle = 2");
    let mut file = damaged.clone();
    file[..512].fill(0xA7);
    let house = House::empty();
    put(&house, &file, &drivekey_testkit::planted::journal_from(&damaged, &file));
    assert_undone_by_a_repair(&house);
    assert_eq!(note(&mut house.open()), "drei");
}

/// The same with an older vault than this machine saw: it is answered from a copy, with what speaks against it, and the
/// file stays.
#[test]
fn where_the_file_does_not_open_an_older_vault_is_only_read() {
    let [older, _, now] = states();
    let house = House::empty();
    house.put(&now);
    drop(house.open());
    let mut file = now.clone();
    file[..512].fill(0xA7);
    put(&house, &file, &drivekey_testkit::planted::journal_from(&older, &file));
    let mut vault = house.open();
    assert!(matches!(vault.doubt(), Some(CopyDoubt::Older { .. })), "{:?}", vault.doubt());
    assert!(!vault.has_undone() && vault.refused().len() == 1);
    assert_eq!(
        (note(&mut vault).as_str(), vault.list(&everything()).unwrap().entries.len()),
        ("eins", RECORDS as usize)
    );
    assert!(house.bytes() == file);
}

/// The passphrase is that of the file as it stands, and the journal would bring the old one back.
#[test]
fn a_journal_that_changes_the_slots_shuts_nobody_out() {
    let house = House::with(RECORDS);
    let mut vault = house.open();
    vault.edit(handle(1), Edit { note: Setting::To(text("drei")), ..Edit::default() }).unwrap();
    let before = house.bytes();
    vault.change_passphrase(&secret("another"), LIMITS.floor).unwrap();
    drop(vault);
    let now = house.bytes();
    let house = House::empty();
    put(&house, &now, &journal(&before, &now));
    assert_refused(&house, &now, &mut unlock(&house.path(), Machine::new(None), "another").unwrap());
}

/// Whoever saves or restores a file while a question is open must not have that change written into another one.
#[cfg(unix)]
#[test]
fn what_was_put_in_the_vaults_place_is_not_written() {
    use drivekey_vault::VaultError;
    use drivekey_vault::store::StoreError;

    let other_vault = House::with(2).bytes();
    let [older, _, now] = states();
    // Also one that is the same to the byte: what the session holds is not that file.
    for put in [&older, &now, &other_vault] {
        let house = House::empty();
        house.put(&now);
        let mut vault = house.open();
        let (aside, new) = (house.folder().join("aside"), house.folder().join("new"));
        std::fs::write(&new, put).unwrap();
        std::fs::rename(house.path(), &aside).unwrap();
        std::fs::rename(&new, house.path()).unwrap();
        let refused = vault.edit(handle(1), Edit { note: Setting::To(text("vier")), ..Edit::default() });
        assert!(matches!(refused, Err(VaultError::Store(StoreError::Replaced))), "{refused:?}");
        assert!(house.bytes() == *put && std::fs::read(&aside).unwrap() == now);
        // What was opened is still answered.
        assert_eq!(note(&mut vault), "drei");
        // Back in its place, it is written.
        std::fs::rename(&aside, house.path()).unwrap();
        vault.edit(handle(1), Edit { note: Setting::To(text("vier")), ..Edit::default() }).unwrap();
    }
}

/// The journal of a broken-off write, changed where SQLite's own sums do not look: undoing it would put a damaged vault
/// in the place of one that a better journal could still bring back.
#[test]
fn a_damaged_journal_is_not_undone_in_the_file() {
    let [_, before, after] = states();
    let torn = changed(&after, "DELETE FROM record WHERE handle = 2");
    let mut bytes = journal(&before, &torn);
    let summary: Vec<u8> = {
        let house = House::empty();
        house.put(&before);
        house.stranger().query_row("SELECT summary FROM record WHERE handle = 4", [], |row| row.get(0)).unwrap()
    };
    let at = bytes.windows(16).position(|window| window == &summary[..16]).unwrap();
    let page = usize::from(u16::from_be_bytes([before[16], before[17]]));
    // Behind a sector's head, each page has its number before it and its sum behind; the sum takes every 200th byte.
    let is_summed = |at: usize| ((at - 512) % (page + 8)).wrapping_sub(4) % 200 == page % 200;
    let unseen = (at..at + 16).find(|at| !is_summed(*at)).unwrap();
    bytes[unseen] ^= 1;

    let house = House::empty();
    put(&house, &torn, &bytes);
    let mut vault = house.open();
    assert!(vault.is_undone_damaged() && vault.is_unfinished() && !vault.has_undone());
    assert_eq!(vault.verify(|_, _| {}).unwrap().whole, RECORDS - 1);
    let refused = vault.edit(handle(1), Edit { note: Setting::Clear, ..Edit::default() });
    assert!(matches!(refused, Err(VaultError::Store(StoreError::UnfinishedDamaged))), "{refused:?}");
    drop(vault);
    assert!(std::fs::read(house.folder().join("vault.drivekey-journal")).unwrap() == bytes);
    assert_undone_by_a_repair(&house);
}
