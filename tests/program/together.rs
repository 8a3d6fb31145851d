//! Several processes at one vault: locks that nothing in this process drops, writers and readers that never take each
//! other's honest work for tampering, and a reader who is asked a question while another writes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says what it counted"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use drivekey_testkit::house::{
    House, PASSPHRASE, everything, handle, known_digits, known_incoming, now, text, unlock, whole_digits,
};
use drivekey_vault::reveal::reveal;
use drivekey_vault::{Edit, Machine, Setting, Taking};

const TASK: &str = "DRIVEKEY_TEST_TOGETHER";

/// This test binary again, with a task in its environment.
fn child(task: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "together::a_child", "--ignored", "--nocapture"])
        .env(TASK, task)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn said(child: Child) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    text.lines().map(str::to_owned).collect()
}

#[test]
#[ignore = "run as a child by the tests below"]
fn a_child() {
    let Ok(task) = std::env::var(TASK) else { return };
    let mut parts = task.splitn(4, ' ');
    let verb = parts.next().unwrap().to_owned();
    let mut number = || parts.next().unwrap().parse::<u32>().unwrap();
    let (first, milliseconds) = (number(), number());
    let folder = PathBuf::from(parts.next().unwrap());
    let until = Instant::now() + Duration::from_millis(milliseconds.into());
    match verb.as_str() {
        "reserve" => {
            let stranger = rusqlite::Connection::open(folder.join("vault.drivekey")).unwrap();
            stranger.busy_timeout(Duration::ZERO).unwrap();
            println!("\n{}", if stranger.execute_batch("BEGIN IMMEDIATE").is_ok() { "reserved" } else { "busy" });
        }
        "write" => write(&folder, first, until),
        "read" => read(&folder, until),
        other => panic!("{other}"),
    }
}

fn machine(folder: &Path) -> Machine {
    Machine::new(Some(folder.join("state")))
}

/// Takes in one record after the other, and edits the first; says of each that it is kept.
fn write(folder: &Path, first: u32, until: Instant) {
    let mut number = first;
    let mut vault = unlock(&folder.join("vault.drivekey"), machine(folder), PASSPHRASE).unwrap();
    while Instant::now() < until {
        vault.take_in(vec![known_incoming(number)], now(), Taking::Keep, |_| {}).unwrap();
        println!("\nkept {number}");
        vault.edit(handle(1), Edit { note: Setting::To(text(&format!("nach {number}"))), ..Edit::default() }).unwrap();
        number += 1;
        if number.is_multiple_of(5) {
            vault = unlock(&folder.join("vault.drivekey"), machine(folder), PASSPHRASE).unwrap();
        }
    }
}

/// Asks what can be asked; any fault is an alarm.
fn read(folder: &Path, until: Instant) {
    let path = folder.join("vault.drivekey");
    let mut rounds = 0;
    while Instant::now() < until {
        let mut vault = unlock(&path, machine(folder), PASSPHRASE).unwrap();
        for _ in 0..5 {
            assert_eq!((vault.faults(), vault.doubt()), ([].as_slice(), None));
            let listing = vault.list(&everything()).unwrap();
            assert!(listing.faults.is_empty(), "{:?}", listing.faults);
            let entry = vault.find(&["r1".to_owned()]).unwrap().entries.remove(0);
            assert_eq!(reveal(&mut vault, &entry).unwrap().key.as_str(), known_digits(0));
            assert!(vault.find(&["FFFFFFFF".to_owned()]).unwrap().entries.is_empty());
            let last = listing.entries.last().unwrap();
            reveal(&mut vault, last).unwrap();
            match vault.verify(|_, _| {}) {
                Ok(verification) => assert!(verification.faults.is_empty(), "{:?}", verification.faults),
                Err(error) => assert!(matches!(error, drivekey_vault::VaultError::ChangedMeanwhile), "{error:?}"),
            }
            rounds += 1;
        }
    }
    println!("\nread {rounds}");
}

fn together(writers: u32, readers: u32, milliseconds: u32) {
    let house = House::with(4);
    let task = |verb: &str, first: u32| child(&format!("{verb} {first} {milliseconds} {}", house.folder().display()));
    let writing: Vec<Child> = (0..writers).map(|number| task("write", 10_000 * (number + 1))).collect();
    let reading: Vec<Child> = (0..readers).map(|_| task("read", 0)).collect();
    let kept: Vec<u32> =
        writing.into_iter().flat_map(said).filter_map(|line| line.strip_prefix("kept ")?.trim().parse().ok()).collect();
    let rounds: u32 = reading
        .into_iter()
        .flat_map(said)
        .filter_map(|line| line.strip_prefix("read ")?.trim().parse::<u32>().ok())
        .sum();
    let digits = whole_digits(&mut house.open());
    let lost = kept.iter().filter(|number| !digits.contains(&known_digits(**number))).count();
    println!(
        "together: {writers} writers kept {}, {lost} lost; {readers} readers asked {rounds} times, no false alarm",
        kept.len()
    );
    assert_eq!((lost, digits.len()), (0, kept.len() + 4));
    assert!(kept.len() >= writers as usize && rounds > 0);
}

#[test]
fn writers_and_readers_neither_lose_nor_cry_wolf() {
    together(4, 2, 4_000);
}

#[test]
#[ignore = "takes a minute"]
fn eight_writers_and_two_readers_for_a_minute() {
    together(8, 2, 60_000);
}

/// POSIX drops every lock of a process on a file when any descriptor of it is closed.
#[cfg(unix)]
#[test]
fn nothing_in_this_process_drops_the_lock_of_a_write() {
    use drivekey_flows::gather;
    use drivekey_testkit::house::{LIMITS, store_of};
    use drivekey_vault::Vault;

    let house = House::with(3);
    let ask = || {
        let answer = said(child(&format!("reserve 0 0 {}", house.folder().display())));
        answer.into_iter().find(|line| ["reserved", "busy"].contains(&line.as_str())).unwrap()
    };
    assert_eq!(ask(), "reserved");
    let mut store = store_of(&house.path());
    let writer = store.write().unwrap();
    assert_eq!(ask(), "busy");
    // Everything that this program does with files while it writes.
    assert!(matches!(gather::read_file(&house.path()), Err(gather::GatherError::OpenVault { .. })));
    assert!(matches!(gather::begin(&house.path(), &mut [0; 64]), Err(gather::GatherError::OpenVault { .. })));
    assert!(drivekey_drives::Drive::open(&house.path()).is_err());
    let mut second = store_of(&house.path());
    let copy = house.folder().join("copy");
    second.file_mut().unwrap().copy_into(&mut std::fs::File::create(&copy).unwrap()).unwrap();
    drop(second);
    drop(unlock(&house.path(), house.machine(), PASSPHRASE).unwrap());
    drop(Vault::open(&house.path(), LIMITS, house.machine()).unwrap());
    assert!(
        drivekey_flows::erase::erase(&house.path(), &drivekey_testkit::house::known_digits(0).into_bytes()).is_err()
    );
    assert_eq!(ask(), "busy", "the lock of the write was lost");
    drop(writer);
    drop(store);
    assert_eq!(ask(), "reserved");
    assert_eq!(std::fs::read(copy).unwrap(), std::fs::read(house.path()).unwrap());
}

/// Between a question and its answer another process writes.
#[test]
fn what_changed_while_a_question_was_open_is_newer_and_not_tampering() {
    let house = House::with(4);
    let mut asking = house.open();
    let found = asking.list(&everything()).unwrap().entries;
    let mut other = house.open();
    other.edit(handle(2), Edit { note: Setting::To(text("inzwischen")), ..Edit::default() }).unwrap();
    other.remove(handle(4), now()).unwrap();
    for entry in &found {
        let revealed = reveal(&mut asking, entry).unwrap();
        assert_eq!(revealed.key.as_str(), known_digits(entry.handle.number() - 1));
    }
    let edited = asking.edit(handle(2), Edit { device_name: Setting::To(text("Zebra")), ..Edit::default() }).unwrap();
    assert_eq!(edited.details.note, Some(text("inzwischen")), "the other's edit is not lost");
    assert!(asking.verify(|_, _| {}).unwrap().faults.is_empty());
    assert!(other.list(&everything()).unwrap().faults.is_empty());
}

/// A writer waits for another, and does not lose.
#[test]
fn a_writer_waits_for_another() {
    let house = House::with(2);
    let mut vault = house.open();
    let holding = house.stranger();
    holding.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(1_500));
            holding.execute_batch("ROLLBACK").unwrap();
        });
        let started = Instant::now();
        vault.remove(handle(1), now()).unwrap();
        assert!(started.elapsed() >= Duration::from_secs(1));
    });
}

/// More records than are kept at once: they are handed over in parts, and nobody waits meanwhile.
#[test]
fn a_long_list_keeps_no_writer_waiting() {
    const RECORDS: u32 = 17_000;
    let house = House::with(2);
    house.open().take_in((2..RECORDS).map(known_incoming).collect(), now(), Taking::Keep, |_| {}).unwrap();
    let mut vault = house.open();
    let (mut parts, mut next) = (0, 1);
    let faults = vault
        .list_each(&everything(), |entries| {
            parts += 1;
            for entry in entries {
                assert_eq!(entry.handle, handle(next));
                next += 1;
            }
            true
        })
        .unwrap();
    assert_eq!((faults, next - 1), (Vec::new(), RECORDS));
    assert!(parts > 1);
    // Another writes while the first part is looked at: that goes at once, and the rest would be of another state.
    let mut other = house.open();
    let started = Instant::now();
    let outcome = vault.list_each(&everything(), |_| {
        other.edit(handle(1), Edit { note: Setting::To(text("dazwischen")), ..Edit::default() }).unwrap();
        true
    });
    assert!(matches!(outcome, Err(drivekey_vault::VaultError::ChangedMeanwhile)), "{outcome:?}");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(vault.list(&everything()).unwrap().entries.len(), RECORDS as usize);
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
}
