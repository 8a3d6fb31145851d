//! The real program, stopped in the middle of writing what anybody can read: at each signal, nothing of it stays; a
//! kill that nothing can answer is told by the next run. And whatever the program makes is for its owner only.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says so when it is skipped"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use crate::cli_house::terminal::Session;
use crate::cli_house::{House, ID_1, ID_2, KEY_1, KEY_2, PASSPHRASE, volumes};
use drivekey_vault::seal::KdfLimits;
use drivekey_vault::{Locked, NewVault, Vault};
use secrecy::SecretString;

const PATIENCE: Duration = Duration::from_secs(30);
/// How long the page's way to the medium is held up: longer than sending a signal takes.
const HELD_UP_MICROSECONDS: u32 = 3_000_000;
const ALL: &[&str] = &["-INT", "-TERM", "-HUP", "-KILL"];
/// Ways to write what anybody can read, and the signals that are tried in each.
const WAYS: [(&str, &[&str]); 4] = [
    ("sheet r1 --to ~/out/page.pdf", ALL),
    ("export bundle --all --bundle-passphrase-file ~/passphrase.txt --to ~/out/keys.age", &["-INT"]),
    ("export usb --all --to ~/out", &["-TERM", "-KILL"]),
    ("kit make --to ~/out/kit.pdf", &["-HUP"]),
];

/// A vault of the real program at its least cost, with two keys, and an empty folder `out`.
fn house() -> House {
    let house = House::new();
    let vault = house.vault_of_program();
    fs::create_dir_all(vault.parent().unwrap()).unwrap();
    fs::create_dir(house.path("out")).unwrap();
    let limits = KdfLimits::PRODUCT;
    let new = NewVault { passphrase: &SecretString::from(PASSPHRASE), cost: limits.floor, limits };
    Vault::<Locked>::create(&vault, &new, &house.machine()).unwrap();
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    house.key_file("~/keys/two.txt", ID_2, KEY_2);
    let done = run(&house, "import ~/keys --yes");
    assert!(done.status.success(), "{done:?}");
    house
}

fn words(house: &House, line: &str) -> Vec<PathBuf> {
    let place = |word: &str| word.strip_prefix("~/").map_or_else(|| PathBuf::from(word), |rest| house.path(rest));
    let given = ["--passphrase-file".into(), house.path("passphrase.txt")];
    line.split(' ').map(place).chain(given).collect()
}

fn at_home<'a>(house: &House, command: &'a mut Command) -> &'a mut Command {
    let root = house.root();
    command
        .env_clear()
        .env("HOME", root)
        .env("XDG_DATA_HOME", root.join("data"))
        .env("XDG_STATE_HOME", root.join("state"));
    command
        .env("PATH", "/usr/bin:/bin")
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
}

fn run(house: &House, line: &str) -> Output {
    at_home(house, Command::new(env!("CARGO_BIN_EXE_drivekey")).args(words(house, line))).output().unwrap()
}

/// `strace`, with the signals as a terminal leaves them: a shell that starts its jobs in the background has them ignore
/// Ctrl-C, and what is ignored stays so. `None` where it is missing.
fn strace() -> Option<Command> {
    let there = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("DRIVEKEY_CI").is_none(), "strace is missing");
        println!("skipped: strace is missing");
        return None;
    }
    let mut command = Command::new("env");
    command.args(["--default-signal", "strace"]);
    Some(command)
}

/// The program under `strace`, which is asked to meddle; `None` without `strace`. The program itself is the child.
fn meddled(house: &House, meddling: &[&str], line: &str) -> Option<Child> {
    let mut command = strace()?;
    command.args(["-D", "-f", "-qq", "-o"]).arg(house.path("trace")).args(meddling).arg(env!("CARGO_BIN_EXE_drivekey"));
    Some(at_home(house, command.args(words(house, line))).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
}

fn await_that(what: &str, mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn ended(child: &mut Child) -> ExitStatus {
    let mut status = None;
    await_that("it ends", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}

/// Whether the process holds a file in this folder, with a name or without.
fn writes_into(process: u32, folder: &Path) -> bool {
    let Ok(open) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    let mut targets = open.filter_map(|link| fs::read_link(link.ok()?.path()).ok());
    targets.any(|target| target.starts_with(folder) && target != folder)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn traced(house: &House) -> String {
    fs::read_to_string(house.path("trace")).unwrap_or_default()
}

/// Runs it, with its first sync held up, until it holds the page; then sends the signal.
fn stopped(house: &House, extra: &[&str], line: &str, signal: &str) -> Option<ExitStatus> {
    let hold_up = format!("inject=fsync:delay_enter={HELD_UP_MICROSECONDS}:when=1");
    let mut child = meddled(house, &[&["-e", &hold_up], extra].concat(), line)?;
    let out = house.path("out");
    await_that("it writes", || writes_into(child.id(), &out));
    // From having the file to having written it.
    std::thread::sleep(Duration::from_millis(100));
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    Some(ended(&mut child))
}

#[test]
fn nothing_stays_of_a_page_that_was_stopped() {
    let house = house();
    for (line, signals) in WAYS {
        for signal in signals {
            let Some(status) = stopped(&house, &[], line, signal) else { return };
            assert!(!status.success(), "{line} {signal}");
            assert_eq!(names(&house.path("out")), [""; 0], "{line} {signal}");
        }
    }
}

/// Where the file system knows no file without a name.
#[test]
fn nor_under_a_passing_name() {
    let house = house();
    for (line, signals) in WAYS {
        // Which of the program's own openings is the one without a name.
        let Some(mut child) = meddled(&house, &["-e", "trace=open,openat"], line) else { return };
        assert!(ended(&mut child).success());
        await_that("the tracer has written it down", || traced(&house).contains("O_TMPFILE"));
        for name in names(&house.path("out")) {
            fs::remove_file(house.path("out").join(name)).unwrap();
        }
        let trace = traced(&house);
        // Each call is counted by itself, in each thread.
        let called = |line: &str| {
            line.split_once(' ')
                .map(|(thread, call)| (thread.to_owned(), call.trim().split('(').next().unwrap().to_owned()))
        };
        let calls: Vec<(&str, (String, String))> =
            trace.lines().filter_map(|line| Some((line, called(line)?))).collect();
        let (_, wanted) = calls.iter().find(|(line, _)| line.contains("O_TMPFILE")).unwrap();
        let at =
            calls.iter().filter(|(_, call)| call == wanted).position(|(line, _)| line.contains("O_TMPFILE")).unwrap()
                + 1;
        let refuse = format!("inject={}:error=EOPNOTSUPP:when={at}", wanted.1);
        for signal in signals {
            let Some(status) = stopped(&house, &["-e", &refuse], line, signal) else { return };
            await_that("the tracer has refused it", || {
                traced(&house).contains("EOPNOTSUPP (Operation not supported) (INJECTED)")
            });
            assert!(!status.success(), "{line} {signal}");
            let left = names(&house.path("out"));
            if *signal != "-KILL" {
                assert_eq!(left, [""; 0], "{line} {signal}");
                continue;
            }
            assert_eq!(status.signal(), Some(9));
            let [left] = &left[..] else { panic!("{line}: {left:?}") };
            // Whichever way writes there next tells of it, once, and takes nothing away.
            let next = run(&house, "export usb --id r2 --to ~/out");
            assert!(next.status.success(), "{next:?}");
            let said = String::from_utf8(next.stderr).unwrap();
            assert_eq!(said.matches(left.as_str()).count(), 1, "{said}");
            assert!(house.path("out").join(left).exists());
            for name in names(&house.path("out")) {
                fs::remove_file(house.path("out").join(name)).unwrap();
            }
        }
    }
}

/// Killed at each call that makes something last, there is no keyslot of a kit, or a page that opens it.
#[test]
fn a_kit_is_made_with_its_page_or_not_at_all() {
    let house = house();
    let vault = house.vault_of_program();
    let before = fs::read(&vault).unwrap();
    let (mut killed, mut with_slot) = (0, 0);
    for call in ["fsync", "fdatasync", "unlink", "linkat", "renameat2"] {
        for when in 1.. {
            fs::write(&vault, &before).unwrap();
            let _ = fs::remove_file(vault.with_extension("drivekey-journal"));
            let _ = fs::remove_dir_all(house.path("state"));
            fs::remove_dir_all(house.path("out")).unwrap();
            fs::create_dir(house.path("out")).unwrap();
            let kill = format!("inject={call}:signal=KILL:when={when}");
            let Some(mut child) = meddled(&house, &["-e", &kill], "kit make --to ~/out/kit.pdf") else { return };
            let status = ended(&mut child);
            if status.success() {
                break;
            }
            assert_eq!(status.signal(), Some(9), "{call} {when}");
            killed += 1;
            let listed = run(&house, "keyslot list --json");
            assert!(listed.status.success(), "{call} {when}: {listed:?}");
            let slots: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
            if slots["value"].as_array().unwrap().iter().all(|slot| slot["kind"] != "kit") {
                continue;
            }
            with_slot += 1;
            let pages = names(&house.path("out"));
            let opens = |page: &String| run(&house, &format!("kit check ~/out/{page}")).status.success();
            assert!(pages.iter().any(opens), "{call} {when}: a keyslot without its page: {pages:?}");
        }
    }
    println!("{killed} killed, {with_slot} of them with a keyslot and a page");
    assert!(killed > 8 && with_slot > 3, "{killed} killed, {with_slot} with a keyslot");
}

/// The page was whole, the keyslot there, and then the page got no name.
#[test]
fn a_kit_whose_page_gets_no_name_takes_its_keyslot_along() {
    let house = house();
    let Some(mut command) = strace() else { return };
    command.args(["-f", "-qq", "-o"]).arg(house.path("trace"));
    // Every way to rename; two calls that cannot succeed ask beforehand what `/proc` is. What this machine remembers
    // fails, too, which is no more than a warning.
    for every in ["inject=rename,renameat2:error=ENOSPC", "inject=renameat:error=ENOSPC:when=3+"] {
        command.args(["-e", every]);
    }
    command.arg(env!("CARGO_BIN_EXE_drivekey"));
    let done = at_home(&house, command.args(words(&house, "kit make --to ~/out/kit.pdf"))).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap().replace(house.root().to_str().unwrap(), "~");
    assert_eq!(done.status.code(), Some(1), "{said}");
    let told = "drivekey: ~/out/kit.pdf was not written: the disk is full.\n  Make room, or choose another place; the \
                kit's keyslot was removed again.\n";
    assert!(said.ends_with(told), "{said}");
    assert_eq!(names(&house.path("out")), [""; 0]);
    let listed = String::from_utf8(run(&house, "keyslot list").stdout).unwrap();
    assert!(listed.contains("passphrase") && !listed.contains("kit"), "{listed}");
}

/// Everything that is made, under a umask that takes nothing away.
#[test]
fn what_is_made_is_for_its_owner_only() {
    let house = House::new();
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    house.key_file("~/keys/two.txt", ID_2, KEY_2);
    volumes::save(&volumes::named("startup-key-file"), &house.path("~/keys/startup.BEK"));
    fs::create_dir(house.path("out")).unwrap();
    let modes = |house: &House| -> BTreeMap<PathBuf, u32> {
        let mut found = BTreeMap::new();
        let mut open = vec![house.root().to_owned()];
        while let Some(folder) = open.pop() {
            for path in fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()) {
                let data = path.symlink_metadata().unwrap();
                found.insert(path.clone(), data.permissions().mode() & 0o777);
                if data.is_dir() {
                    open.push(path);
                }
            }
        }
        found
    };
    let before = modes(&house);
    let passphrase = "--passphrase-file ~/passphrase.txt";
    for (line, answer) in [
        ("init --vault ~/new/folder/vault.drivekey", None),
        ("import ~/keys --yes", None),
        ("sheet --all --to ~/out/page.pdf", None),
        ("sheet --all --html --to ~/out/page.html", None),
        ("kit make --to ~/out/kit.pdf", None),
        ("export bundle --all --bundle-passphrase-file ~/passphrase.txt --to ~/out/keys.age", None),
        ("export csv --all --to ~/out/keys.csv", Some("EXPORT")),
        ("export json --all --to ~/out/keys.json", Some("EXPORT")),
        ("export usb --all --to ~/out", None),
        ("attachment save a1 --to ~/out/startup.bek", None),
    ] {
        let mut session = Session::start(&house, &format!("umask 000; exec drivekey {line} {passphrase}"));
        if let Some(answer) = answer {
            session.await_end(&format!("Type {answer} to go on: "));
            session.type_line(answer);
        }
        let (shown, status) = session.end();
        assert!(status.success(), "{line}: {shown}");
    }
    let made: BTreeMap<PathBuf, u32> =
        modes(&house).into_iter().filter(|(path, _)| !before.contains_key(path)).collect();
    assert!(made.len() > 14, "{made:?}");
    for (path, mode) in &made {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(*mode, expected, "{}: {mode:o}", path.display());
    }
}
