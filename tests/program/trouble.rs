//! Trouble around the program: no terminal, outputs that are shut or full, full and read-only disks, unreadable files,
//! a tracer. Each gives a sentence, a hint and an exit code, and nothing is lost.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails the test"
)]

use crate::cli_house::{House, ID_1, ID_2, KEY_1, KEY_2};
use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_drivekey");

/// The real program in a shell, without a terminal; `~/` is the house.
pub(crate) fn shell(house: &House, line: &str) -> Output {
    let root = house.root().display().to_string();
    // A session of its own has no terminal.
    let mut command = Command::new("setsid");
    command.args(["-w", "/bin/sh", "-c", &line.replace("drivekey", PROGRAM).replace("~/", &format!("{root}/"))]);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", &root);
    command.env("XDG_DATA_HOME", house.path("data")).env("XDG_STATE_HOME", house.path("state"));
    command.stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn ends(house: &House, line: &str, code: i32, err: &str) {
    let output = shell(house, line);
    let said = String::from_utf8_lossy(&output.stderr).replace(&house.root().display().to_string(), "~");
    assert_eq!(
        (output.status.code(), said.as_ref()),
        (Some(code), err),
        "{line}: {}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn without_a_terminal_nothing_waits() {
    let house = House::new();
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    let no_vault = "drivekey: there is no vault yet, and there is no terminal to ask on.\n  Make one with 'drivekey \
                    init', or say --yes and give a new passphrase with --passphrase-file FILE.\n";
    ends(&house, "drivekey import ~/keys", 7, no_vault);
    let no_passphrase = "drivekey: a new passphrase is needed, and there is no terminal to ask on.\n  Give it with \
                         --passphrase-file FILE or --passphrase-fd N.\n";
    ends(&house, "drivekey init", 7, no_passphrase);
    assert!(
        fs::read_dir(house.path("data")).map_or(true, |mut folder| folder.all(|item| item.unwrap().path().is_dir()))
    );
    assert!(!house.path("data/drivekey/vault.drivekey").exists());
}

#[test]
fn outputs_that_are_shut_or_full() {
    let house = House::new();
    // Whoever closed the pipe has read enough.
    ends(&house, "{ drivekey completions bash; echo $? >~/code; } | head -c 1 >/dev/null", 0, "");
    assert_eq!(fs::read_to_string(house.path("code")).unwrap(), "0\n");
    ends(&house, "{ drivekey --help; echo $? >~/code; } | true", 0, "");
    ends(&house, "drivekey --version >&-", 0, "");
    if Path::new("/dev/full").exists() {
        let full = "drivekey: the disk is full.\n  Make room and try again.\n";
        for command in ["", "--help", "--version", "completions fish", "man"] {
            ends(&house, &format!("drivekey {command} >/dev/full"), 1, full);
        }
        // Nowhere left to complain.
        ends(&house, "drivekey frobnicate 2>/dev/full", 2, "");
        ends(&house, "drivekey list --vault ~/nowhere 2>/dev/full", 1, "");
    }
}

/// Nobody reads on: that is no answer to what was asked.
#[test]
fn a_shut_output_does_not_change_the_answer() {
    let house = House::new();
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    house.key_file("~/keys/two.txt", ID_2, KEY_2);
    let opened = "--passphrase-file ~/passphrase.txt";
    assert_eq!(shell(&house, &format!("drivekey import ~/keys --yes --vault ~/sound {opened}")).status.code(), Some(0));
    fs::copy(house.path("sound"), house.path("damaged")).unwrap();
    let statement = "UPDATE record SET summary = zeroblob(length(summary)) WHERE handle = 1";
    rusqlite::Connection::open(house.path("damaged")).unwrap().execute_batch(statement).unwrap();
    let shut = |command: &str, streams: &str| {
        // The pipe is shut before anything is written.
        let line = format!("{{ sleep 0.1; drivekey {command} {opened} {streams}; echo $? >~/code; }} | true");
        let said = String::from_utf8_lossy(&shell(&house, &line).stderr).into_owned();
        (fs::read_to_string(house.path("code")).unwrap().trim().to_owned(), said)
    };
    for (vault, answer) in [("sound", "0"), ("damaged", "6")] {
        for command in ["verify", "verify --json", "list"] {
            // Standard output, and both.
            for streams in ["", "2>&1"] {
                let (code, said) = shut(&format!("{command} --vault ~/{vault}"), streams);
                assert_eq!(code, answer, "{command} {vault} {streams}: {said}");
                assert!(
                    !said.contains("pipe") && (said.is_empty() || answer != "0" && streams.is_empty()),
                    "{command} {vault}: {said}"
                );
            }
        }
    }
    assert_eq!(shut("find Nobody --vault ~/sound", "").0, "3");
    // What nobody took was not given out, and is not noted as a copy.
    assert_eq!(shut("sheet r1 --to - --vault ~/sound", ""), ("0".to_owned(), String::new()));
    assert!(shell(&house, &format!("drivekey copies --vault ~/sound {opened}")).stdout.is_empty());
}

/// A disk's image, say, of which little was ever written.
#[cfg(target_os = "linux")]
#[test]
fn holes_of_a_file_are_not_read() {
    const SIZE: u64 = 1 << 40;
    let house = House::new();
    let path = house.write("~/in/disk.img", format!("Key ID {ID_1} {KEY_1}\n").as_bytes());
    let mut file = fs::File::options().write(true).open(path).unwrap();
    if file.set_len(SIZE).is_err() {
        return skip("no file of this size can be made here");
    }
    let mut put = |at: u64, text: &str| {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    put(SIZE / 2 + 12_345, "one line\n");
    put(SIZE - 4_000, &format!("another\nKey ID {ID_2} {KEY_2}\n"));
    for command in [
        "sweep ~/in --vault ~/none --json",
        "import ~/in --vault ~/none --dry-run --json",
        "import ~/in/disk.img --vault ~/none --dry-run --json",
    ] {
        // A bound for a program that reads it all, which takes minutes.
        let output = shell(&house, &format!("timeout 20 drivekey {command}"));
        assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let found: Vec<_> =
            document["files"][0]["records"].as_array().unwrap().iter().map(|record| record["id"].as_str()).collect();
        assert_eq!(found, [Some(ID_1), Some(ID_2)], "{command}: {document}");
    }
}

#[test]
fn a_passphrase_through_a_descriptor() {
    let house = House::new();
    ends(
        &house,
        "drivekey init --vault ~/v --passphrase-fd 3 3<~/passphrase.txt >/dev/null",
        0,
        "Without its passphrase nobody can open it, not even we: keep a copy of the passphrase on paper.\nNext: \
         'drivekey import PATH' takes in the key files of a folder or stick.\n",
    );
    ends(
        &house,
        "drivekey list --vault ~/v --passphrase-fd 0 <~/passphrase.txt",
        0,
        "No keys to list. 'drivekey import PATH' takes in key files.\n",
    );
    ends(
        &house,
        "drivekey list --vault ~/v --passphrase-fd 9",
        2,
        "drivekey: descriptor 9 cannot be read.\n  Open it before the program starts.\n",
    );
    // The file is for its owner only, and so is what this machine remembers of it.
    assert_eq!(fs::metadata(house.path("v")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn under_a_tracer_it_warns_and_works() {
    let house = House::new();
    let traced = shell(&house, "strace -f -o ~/trace drivekey --version");
    if traced.status.code() == Some(127) {
        return skip("strace is missing");
    }
    assert_eq!(
        (traced.status.code(), String::from_utf8_lossy(&traced.stdout).as_ref()),
        (Some(0), "drivekey 0.1.0-dev\n")
    );
    let said = String::from_utf8_lossy(&traced.stderr);
    assert!(
        said.starts_with("Warning: this system did not let the program shut out debuggers (")
            && said.lines().count() == 1,
        "{said}"
    );
    let trace = fs::read_to_string(house.path("trace")).unwrap();
    let dumps = trace.find("prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0").unwrap();
    let core = trace.find("RLIMIT_CORE, {rlim_cur=0, rlim_max=0}").unwrap();
    let first = trace.find("write(").unwrap();
    assert!(dumps < first && core < first, "hardened only after the first output");
}

#[test]
fn files_that_may_not_be_read() {
    let mut house = House::with_vault();
    let shut = house.key_file("~/keys/shut.txt", ID_1, KEY_1);
    house.key_file("~/keys/open.txt", ID_2, KEY_2);
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&shut).is_ok() {
        return println!("skipped: this user may read everything");
    }
    let outcome = house.given(&["import", "~/keys", "--yes"], &[]);
    assert_eq!(outcome.exit, 8);
    assert!(outcome.out().contains("shut.txt: it may not be read; check its permissions\n"), "{}", outcome.out());
    assert_eq!(house.given(&["import", "~/keys/shut.txt", "--yes"], &[]).exit, 1);
}

#[test]
fn a_full_disk_loses_nothing() {
    let mut house = House::new();
    let Some(disk) = Disk::under(&house.path("data"), "512k") else { return };
    let filler = disk.0.join("filler");
    // No room at all: no vault, and nothing of one.
    fs::write(&filler, vec![0; 2 << 20]).unwrap_err();
    let outcome = house.given(&["init"], &[]);
    assert_eq!(
        (outcome.exit, outcome.err().as_str()),
        (1, "drivekey: the disk is full; no vault was made.\n  Make room and try again.\n")
    );
    assert_eq!(names(&disk.0), ["filler"]);
    fs::remove_file(&filler).unwrap();
    assert_eq!(house.given(&["init"], &[]).exit, 0);
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    assert_eq!(house.given(&["import", "~/keys", "--yes"], &[]).exit, 0);
    // Room for some of it: all or nothing.
    for at in 1..400_u32 {
        let key = format!("{:06}-{:06}-000033-000044-000055-000066-000077-000088", at * 11, at * 22);
        house.key_file(&format!("~/many/{at}.txt"), &format!("{at:08X}-1234-4ABC-9DEF-0123456789AB"), &key);
    }
    let before = fs::read(house.vault()).unwrap();
    let outcome = house.given(&["import", "~/many", "--yes"], &[]);
    assert_eq!(
        (outcome.exit, outcome.err().as_str()),
        (1, "drivekey: the disk is full; the vault is as it was before.\n  Make room and try again.\n")
    );
    assert_eq!(fs::read(house.vault()).unwrap(), before);
    assert_eq!(names(&disk.0), ["vault.drivekey"]);
    assert_eq!(house.given(&["show", "7EDB30ED"], &[]).exit, 0);
}

#[test]
fn a_read_only_medium_can_be_read() {
    let mut house = House::new();
    let Some(disk) = Disk::under(&house.path("data"), "2m") else { return };
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    assert_eq!(house.given(&["init"], &[]).exit, 0);
    assert_eq!(house.given(&["import", "~/keys", "--yes"], &[]).exit, 0);
    assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(&disk.0).status().unwrap().success());
    for reading in [["show", "7EDB30ED"].as_slice(), &["list"], &["find", "7EDB"], &["verify"]] {
        assert_eq!(house.given(reading, &[]).exit, 0, "{reading:?}");
    }
    let refused = "drivekey: the vault cannot be written: the file, its folder or the medium is read-only; nothing \
                   was changed.\n  Reading works; copy the vault to a place that can be written to change it.\n";
    house.key_file("~/more/two.txt", ID_2, KEY_2);
    for changing in [
        ["edit", "r1", "--note", "x"].as_slice(),
        &["import", "~/more", "--yes"],
        &["keyslot", "add", "--new-passphrase-file", "~/passphrase.txt"],
    ] {
        let outcome = house.given(changing, &[]);
        assert_eq!((outcome.exit, outcome.err().as_str()), (1, refused), "{changing:?}");
    }
    let outcome = house.given(&["init", "--vault", "~/data/new.drivekey"], &[]);
    let refused =
        "drivekey: the folder or medium is read-only; no vault was made.\n  Choose another place with --vault FILE.\n";
    assert_eq!((outcome.exit, outcome.err().as_str()), (1, refused));
}

/// What a change that was broken off has left is read past there, and whoever wants to change something is told both.
#[test]
fn a_broken_off_change_on_a_read_only_medium_is_read_past() {
    let mut house = House::new();
    let Some(disk) = Disk::under(&house.path("data"), "2m") else { return };
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    assert_eq!(house.given(&["init"], &[]).exit, 0);
    assert_eq!(house.given(&["import", "~/keys", "--yes"], &[]).exit, 0);
    // So large that a part of it had reached the file.
    let change = "UPDATE record SET summary = zeroblob(length(summary));
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
        INSERT INTO sealed SELECT i + 1000, zeroblob(3000) FROM n";
    let whole = fs::read(house.vault()).unwrap();
    let (torn, journal) = drivekey_testkit::planted::broken_off(&whole, change);
    assert!(torn != whole);
    fs::write(house.vault(), &torn).unwrap();
    fs::write(disk.0.join("vault.drivekey-journal"), journal).unwrap();
    assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(&disk.0).status().unwrap().success());
    let warning = "Warning: a change was broken off here, and cannot be undone where the vault lies. Reading goes on \
                   without it, changes are refused.\n";
    let shown = house.given(&["show", "7EDB30ED", "--json"], &[]);
    assert_eq!((shown.exit, shown.err().as_str()), (10, warning));
    assert!(shown.out().contains(KEY_1));
    let refused = "drivekey: nothing was changed: an earlier change was broken off here, and it cannot be undone \
                   where the vault lies.\n  Reading works; to change the vault, copy it and the '-journal' file \
                   beside it to a place that can be written.\n";
    let edited = house.given(&["edit", "r1", "--note", "x"], &[]);
    assert_eq!((edited.exit, edited.err()), (1, format!("{warning}{refused}")));
    assert_eq!(fs::read(house.vault()).unwrap(), torn);
    // There it can.
    fs::create_dir(house.path("copy")).unwrap();
    for name in names(&disk.0) {
        fs::copy(disk.0.join(&name), house.path("copy").join(&name)).unwrap();
    }
    let edited = house.given(&["edit", "r1", "--note", "x", "--vault", "~/copy/vault.drivekey"], &[]);
    assert_eq!(edited.exit, 0, "{:?}", edited.log);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A small disk of its own, mounted where only root may.
struct Disk(PathBuf);

impl Disk {
    fn under(folder: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder).stderr(Stdio::null());
        if cfg!(target_os = "linux") && mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(folder.to_owned()));
        }
        println!("skipped: no disk of its own could be mounted");
        None
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// Where a tool is missing on a person's machine; never in CI.
fn skip(why: &str) {
    assert!(std::env::var_os("DRIVEKEY_CI").is_none(), "{why}");
    println!("skipped: {why}");
}
