//! Trouble around the file: cut, lengthened, replaced by something else, killed writers, two writers, a full disk, a
//! medium that cannot be written, a journal left behind on one. Whatever happens, the file is not made worse.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says so when it is skipped"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use drivekey_testkit::house::{
    Class, House, Known, LIMITS, PASSPHRASE, ask_everything, class, handle, known_digits, known_incoming, now, report,
    secret, text, unlock, whole_digits,
};
use drivekey_vault::store::{Damage, StoreError};
use drivekey_vault::{Edit, Machine, Setting, Taking, Vault, VaultError};

fn refusal(path: &Path) -> VaultError {
    match unlock(path, Machine::new(None), PASSPHRASE) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[test]
fn a_cut_or_lengthened_file_is_damaged_at_once() {
    let house = House::with(6);
    let bytes = house.bytes();
    let pages = (0..bytes.len() / 4096).map(|page| page * 4096);
    for length in pages.chain([16, 17, 50, 99, 100, 101, 511, 4095, 4097, bytes.len() - 4097, bytes.len() - 1]) {
        house.put(&bytes[..length]);
        let error = refusal(&house.path());
        assert_eq!(class(&error), Class::Damage, "{length}: {error:?}");
        assert_eq!(house.bytes(), bytes[..length]);
    }
    // So little is left that nothing tells whose file it was.
    for length in [1, 14] {
        house.put(&bytes[..length]);
        assert_eq!(class(&refusal(&house.path())), Class::Foreign);
    }
    for more in [1, 100, 4096, 8192] {
        let longer = [bytes.clone(), vec![0; more]].concat();
        house.put(&longer);
        assert!(
            matches!(refusal(&house.path()), VaultError::Store(StoreError::Damaged(Damage::Length { .. }))),
            "{more}"
        );
        assert!(house.bytes() == longer);
    }
    house.put(&[]);
    assert!(matches!(refusal(&house.path()), VaultError::Store(StoreError::Damaged(Damage::Empty))));
    assert_eq!(house.bytes().len(), 0);
}

#[test]
fn a_journal_planted_beside_does_not_hide_a_cut() {
    let house = House::with(6);
    let bytes = house.bytes();
    for journal in [Vec::new(), vec![0; 512], vec![0xA5; 5000]] {
        for cut in [4096, 10_000, bytes.len() - 4096] {
            house.put(&bytes[..cut]);
            fs::write(house.folder().join("vault.drivekey-journal"), &journal).unwrap();
            assert_eq!(class(&refusal(&house.path())), Class::Damage);
            assert_eq!(house.bytes(), bytes[..cut]);
        }
        house.put(&bytes);
        drop(house.open());
        fs::remove_file(house.folder().join("vault.drivekey-journal")).unwrap_or_default();
    }
}

#[test]
fn what_is_no_file_is_no_vault() {
    let house = House::empty();
    assert!(matches!(refusal(&house.path()), VaultError::Store(StoreError::Missing)));
    assert!(!house.path().exists(), "never created");
    fs::create_dir(house.path()).unwrap();
    assert_eq!(class(&refusal(&house.path())), Class::Foreign);
    fs::remove_dir(house.path()).unwrap();
    // Opening a pipe would wait for its writer for ever.
    if Command::new("mkfifo").arg(house.path()).status().is_ok_and(|status| status.success()) {
        assert_eq!(class(&refusal(&house.path())), Class::Foreign);
        fs::remove_file(house.path()).unwrap();
    }
    for bytes in
        [b"PK\x03\x04".repeat(50), "BitLocker-Wiederherstellungsschlüssel".repeat(9).into_bytes(), vec![0; 8192]]
    {
        house.put(&bytes);
        assert_eq!(class(&refusal(&house.path())), Class::Foreign);
        assert_eq!(house.bytes(), bytes);
    }
}

// Children: this test binary again, with a task in its environment.

const TASK: &str = "DRIVEKEY_TEST_CHILD";

fn child(folder: &Path, first: u32, count: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "trouble::a_child_that_writes", "--ignored", "--nocapture"])
        .env(TASK, format!("{first} {count} {}", folder.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Takes in one known record after the other, and says of each that it is kept.
#[test]
#[ignore = "run as a child by the tests below"]
fn a_child_that_writes() {
    let Ok(task) = std::env::var(TASK) else { return };
    let mut parts = task.splitn(3, ' ');
    let mut number = || parts.next().unwrap().parse::<u32>().unwrap();
    let (first, count) = (number(), number());
    let folder = PathBuf::from(parts.next().unwrap());
    let mut vault =
        unlock(&folder.join("vault.drivekey"), Machine::new(Some(folder.join("state"))), PASSPHRASE).unwrap();
    for number in first..first + count {
        loop {
            match vault.take_in(vec![known_incoming(number)], now(), Taking::Keep, |_| {}) {
                Ok(_) => break,
                Err(VaultError::Store(StoreError::Busy)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        println!("\nkept {number}");
        vault
            .edit(handle(1), Edit { note: Setting::To(text(&format!("nach {number}"))), ..Edit::default() })
            .map(drop)
            .unwrap_or_default();
    }
}

fn kept(lines: impl BufRead) -> Vec<u32> {
    lines.lines().map_while(Result::ok).filter_map(|line| line.strip_prefix("kept ")?.trim().parse().ok()).collect()
}

#[test]
fn a_killed_writer_loses_nothing_it_had_kept() {
    kill_writers(12);
}

#[test]
#[ignore = "takes minutes"]
fn two_hundred_killed_writers_lose_nothing_they_had_kept() {
    kill_writers(200);
}

fn kill_writers(rounds: u64) {
    let mut kept_in_all = 0;
    let house = House::with(2);
    let mut first = 100;
    // On a busy machine a child needs longer to begin.
    let mut patience_ms = 120;
    for round in 0..rounds {
        let mut writer = child(house.folder(), first, 500);
        let output = BufReader::new(writer.stdout.take().unwrap());
        let reading = std::thread::spawn(move || kept(output));
        std::thread::sleep(std::time::Duration::from_millis(patience_ms + round * 37 % 90));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let all = reading.join().unwrap();
        let digits = whole_digits(&mut house.open());
        for number in &all {
            assert!(digits.contains(&known_digits(*number)), "record {number} was kept and is gone");
        }
        if all.is_empty() {
            patience_ms = (patience_ms * 2).min(4000);
        }
        kept_in_all += all.len();
        first += 500;
    }
    println!("trouble: {rounds} writers killed, {kept_in_all} records kept, none lost");
    assert!(whole_digits(&mut house.open()).len() > 4, "no child ever wrote");
}

#[test]
fn two_writers_lose_nothing() {
    let house = House::with(2);
    let children: Vec<_> = [100, 200].map(|first| child(house.folder(), first, 15)).into_iter().collect();
    for writer in children {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(kept(output.stdout.as_slice()).len(), 15);
    }
    let digits = whole_digits(&mut house.open());
    assert_eq!(digits.len(), 32);
    for number in (100..115).chain(200..215) {
        assert!(digits.contains(&known_digits(number)));
    }
}

#[test]
fn a_writer_that_is_held_up_is_busy_and_changes_nothing() {
    let house = House::with(2);
    let mut vault = house.open();
    let other = house.stranger();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let before = house.bytes();
    assert!(matches!(vault.remove(handle(1), now()), Err(VaultError::Store(StoreError::Busy))));
    assert!(vault.list(&drivekey_testkit::house::everything()).unwrap().faults.is_empty(), "reading goes on");
    assert!(house.bytes() == before);
    other.execute_batch("ROLLBACK").unwrap();
    vault.remove(handle(1), now()).unwrap();
}

/// A small disk of its own, mounted where only root may.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder.path()).stderr(Stdio::null());
        if cfg!(target_os = "linux") && mount.status().is_ok_and(|status| status.success()) {
            Some(Self { folder })
        } else {
            println!("skipped: no disk of its own could be mounted");
            None
        }
    }

    fn vault(&self) -> PathBuf {
        self.folder.path().join("vault.drivekey")
    }

    fn write_protect(&self) {
        assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(self.folder.path()).status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.folder.path()).status();
    }
}

#[test]
fn a_full_disk_keeps_the_state_before() {
    let Some(disk) = Disk::new("1m") else { return };
    drivekey_testkit::house::create(&disk.vault(), &Machine::new(None));
    let mut vault = unlock(&disk.vault(), Machine::new(None), PASSPHRASE).unwrap();
    let mut number = 0;
    let error = loop {
        match vault.take_in((number..number + 20).map(known_incoming).collect(), now(), Taking::Keep, |_| {}) {
            Ok(_) => number += 20,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, VaultError::Store(StoreError::DiskFull)), "{error:?}");
    assert!(number > 0);
    assert_eq!(whole_digits(&mut vault).len(), number as usize);
    drop(vault);
    let digits = whole_digits(&mut unlock(&disk.vault(), Machine::new(None), PASSPHRASE).unwrap());
    assert!((0..number).all(|number| digits.contains(&known_digits(number))));
    // No room for another vault either, and nothing of it is left.
    let before = fs::read_dir(disk.folder.path()).unwrap().count();
    fs::write(disk.folder.path().join("filler"), vec![0; 2 << 20]).unwrap_err();
    let new = drivekey_vault::NewVault { passphrase: &secret(PASSPHRASE), cost: LIMITS.floor, limits: LIMITS };
    let made = Vault::create(&disk.folder.path().join("second"), &new, &Machine::new(None));
    assert!(matches!(made, Err(VaultError::Store(StoreError::DiskFull | StoreError::Io(_)))), "{made:?}");
    assert_eq!(fs::read_dir(disk.folder.path()).unwrap().count(), before + 1);
}

#[test]
fn a_medium_that_cannot_be_written_is_read() {
    let Some(disk) = Disk::new("4m") else { return };
    let house = House::with(6);
    let known = Known::of(&mut house.open());
    fs::copy(house.path(), disk.vault()).unwrap();
    disk.write_protect();
    let answers = report(&ask_everything(&disk.vault(), Machine::new(None), PASSPHRASE, &known));
    assert_eq!((answers.calls.as_str(), answers.lies), ("", Vec::new()));
    let mut vault = unlock(&disk.vault(), Machine::new(None), PASSPHRASE).unwrap();
    let refused = vault.remove(handle(1), now());
    assert!(matches!(refused, Err(VaultError::Store(StoreError::ReadOnly))), "{refused:?}");
}

/// Half of a write on the disk, and the journal that can undo it.
fn broken_off(house: &House) -> (Vec<u8>, Vec<u8>) {
    let writer = house.stranger();
    writer.execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE; UPDATE sealed SET age = zeroblob(length(age)); UPDATE record SET summary = zeroblob(length(summary))").unwrap();
    let broken = (house.bytes(), fs::read(house.folder().join("vault.drivekey-journal")).unwrap());
    writer.execute_batch("ROLLBACK").unwrap();
    broken
}

#[test]
fn a_journal_left_behind_is_played_back_or_waits_for_a_medium_that_can_be_written() {
    let house = House::with(20);
    let known = Known::of(&mut house.open());
    let whole = house.bytes();
    let (file, journal) = broken_off(&house);
    assert!(file != whole, "nothing had reached the file");
    let put = |folder: &Path| {
        fs::write(folder.join("vault.drivekey"), &file).unwrap();
        fs::write(folder.join("vault.drivekey-journal"), &journal).unwrap();
    };
    let Some(disk) = Disk::new("4m") else { return };
    put(disk.folder.path());
    disk.write_protect();
    let answers = report(&ask_everything(&disk.vault(), Machine::new(None), PASSPHRASE, &known));
    assert_eq!((answers.calls.as_str(), answers.lies), ("", Vec::new()), "it is undone on a copy");
    let mut vault = unlock(&disk.vault(), Machine::new(None), PASSPHRASE).unwrap();
    assert!(vault.is_unfinished());
    let refused = vault.remove(handle(1), now());
    assert!(matches!(refused, Err(VaultError::Store(StoreError::UnfinishedOnReadOnly))), "{refused:?}");
    drop(vault);
    assert!(fs::read(disk.vault()).unwrap() == file);
    // Where it can be written, the broken-off write is undone.
    put(house.folder());
    drop(house.open());
    assert!(house.bytes() == whole);
    let answers = report(&ask_everything(&house.path(), house.machine(), PASSPHRASE, &known));
    assert_eq!((answers.calls.as_str(), answers.lies), ("", Vec::new()));
    // Without its journal the half is damage, and named.
    house.put(&file);
    let answers = report(&ask_everything(&house.path(), Machine::new(None), PASSPHRASE, &known));
    assert!(answers.calls.contains("verify") || answers.calls.contains("open"), "{answers:?}");
    assert_eq!(answers.lies, Vec::<String>::new());
}
