//! Exports of the real program, looked at by others: stock age, a reader of Windows' files in Python, file modes; and
//! trouble on the way: full, read-only and pulled sticks, a vault that cannot be written. Nothing that was there
//! changes.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails the test"
)]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::cli_house::terminal::Session;
use crate::cli_house::{House, ID_1, ID_2, KEY_1, KEY_2};
use drivekey_export::{Folder, Put, WriteError};

/// A house whose vault holds two keys, and as many more as are asked for.
fn house(more: u32) -> House {
    let mut house = House::with_vault();
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    house.key_file("~/keys/two.txt", ID_2, KEY_2);
    for at in 1..=more {
        let key = format!("{:06}-{:06}-000033-000044-000055-000066-000077-000088", at * 11, at * 22);
        house.key_file(&format!("~/keys/{at}.txt"), &format!("{at:08X}-1234-4ABC-9DEF-0123456789AB"), &key);
    }
    assert_eq!(house.given(&["import", "~/keys", "--device", "Büro-PC", "--yes"], &[]).exit, 0);
    fs::remove_dir_all(house.path("keys")).unwrap();
    house
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn run(house: &House, line: &str) -> Output {
    let root = house.root().display().to_string();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-ec", &line.replace("~/", &format!("{root}/"))]).stdin(Stdio::null()).output().unwrap()
}

/// Where a tool is missing on a person's machine; never in CI.
fn skip(why: &str) {
    assert!(std::env::var_os("DRIVEKEY_CI").is_none(), "{why}");
    println!("skipped: {why}");
}

/// A small disk of its own, mounted where only root may.
struct Disk(PathBuf);

impl Disk {
    fn under(folder: &Path, options: &str) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder).stderr(Stdio::null());
        if cfg!(target_os = "linux") && mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(folder.to_owned()));
        }
        println!("skipped: no disk of its own could be mounted");
        None
    }

    fn remount(&self, options: &str) {
        assert!(
            Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).status().unwrap().success()
        );
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).stderr(Stdio::null()).status();
    }
}

#[test]
fn stock_age_opens_a_bundle_and_makes_one() {
    let mut house = house(0);
    if !run(&house, "age --version && age-keygen -o ~/me.txt && age-keygen -y ~/me.txt >~/me.pub").status.success() {
        return skip("age is missing");
    }
    let recipient = fs::read_to_string(house.path("me.pub")).unwrap();
    let made =
        house.given(&["export", "bundle", "--all", "--to", "~/for-me.age", "--recipient", recipient.trim()], &[]);
    assert_eq!(made.exit, 0, "{}", made.err());
    assert!(run(&house, "age -d -i ~/me.txt -o ~/opened.txt ~/for-me.age").status.success());
    let opened = fs::read_to_string(house.path("opened.txt")).unwrap();
    for (id, key) in [(ID_1, KEY_1), (ID_2, KEY_2)] {
        assert!(opened.contains(&format!("  Key ID        {id}\r\n  Recovery key  {key}\r\n")), "{opened}");
    }
    assert!(opened.contains("  Computer      Büro-PC\r\n"));
    // Any JSON reader gets at the part for programs.
    let json = opened.split("-----BEGIN DRIVEKEY JSON-----").nth(1).unwrap().split("-----END").next().unwrap();
    let document: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!((&document["value"][0]["id"], &document["value"][1]["key"]), (&ID_1.into(), &KEY_2.into()));

    // What age opened, and what age made of Windows' own file, is taken in.
    let known = house.given(&["import", "~/opened.txt", "--yes"], &[]);
    assert!(known.exit == 0 && known.out().contains("2 already there"), "{}", known.out());
    house.key_file(
        "~/third.txt",
        "AAAAAAAA-0000-4ABC-9DEF-0123456789AB",
        "000011-000022-000033-000044-000055-000066-000077-000088",
    );
    assert!(run(&house, "age -R ~/me.pub -o ~/third.txt.age ~/third.txt && rm ~/third.txt").status.success());
    let taken = house.given(&["import", "~/third.txt.age", "--identity", "~/me.txt", "--yes"], &[]);
    assert_eq!((taken.exit, taken.out().contains("r3 AAAAAAAA")), (0, true), "{}", taken.out());
}

#[test]
fn stock_age_takes_the_passphrase() {
    let mut house = house(0);
    if !run(&house, "age --version").status.success() {
        return skip("age is missing");
    }
    house.write("~/bundle.txt", b"seven herons over quiet water\n");
    let made = house.given(
        &["export", "bundle", "--id", "r2", "--to", "~/one.age", "--bundle-passphrase-file", "~/bundle.txt"],
        &[],
    );
    assert_eq!(made.exit, 0, "{}", made.err());
    let mut session = Session::start(&house, "age -d -o ~/opened.txt ~/one.age");
    session.type_line("seven herons over quiet water");
    let (shown, status) = session.end();
    assert!(status.success(), "{shown}");
    assert!(fs::read_to_string(house.path("opened.txt")).unwrap().contains(KEY_2));
    // The program itself, at its own cost of the passphrase, on a bundle that age made.
    let mut session = Session::start(&house, "age -p -o ~/theirs.age ~/opened.txt");
    session.type_line("five otters beside the weir");
    session.type_line("five otters beside the weir");
    let (shown, status) = session.end();
    assert!(status.success(), "{shown}");
    house.write("~/theirs.txt", b"five otters beside the weir\n");
    let read = run(
        &house,
        &format!(
            "{} import ~/theirs.age --bundle-passphrase-file ~/theirs.txt --dry-run --vault ~/none.drivekey",
            env!("CARGO_BIN_EXE_drivekey")
        ),
    );
    let shown = String::from_utf8_lossy(&read.stdout).into_owned();
    assert!(read.status.success() && shown.contains("1 key found"), "{shown}{}", String::from_utf8_lossy(&read.stderr));
}

/// Finds recovery keys as tools that look for Windows' files do: by name, encoding and the two labels.
const FINDER: &str = r#"
import re, sys
from pathlib import Path
for path in sorted(Path(sys.argv[1]).iterdir()):
    name = re.fullmatch(r"BitLocker Recovery Key ([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\.TXT", path.name)
    if not name:
        continue
    data = path.read_bytes()
    assert data[:2] == b"\xff\xfe", "no mark"
    text = data[2:].decode("utf-16-le")
    assert "\0" not in text and re.search(r"(?<!\r)\n", text) is None, "zeros or bare line ends"
    identifier = re.search(r"^Identifier:\r\n\r\n\t([0-9A-F-]{36})\r$", text, re.M).group(1)
    key = re.search(r"^Recovery Key:\r\n\r\n\t(\d{6}(?:-\d{6}){7})\r$", text, re.M).group(1)
    assert identifier == name.group(1)
    print(identifier, key)
"#;

#[test]
fn a_finder_of_windows_files_finds_them() {
    let mut house = house(3);
    fs::create_dir(house.path("stick")).unwrap();
    assert_eq!(house.given(&["export", "usb", "--all", "--to", "~/stick"], &[]).exit, 0);
    let found = Command::new("python3").args(["-c", FINDER]).arg(house.path("stick")).output();
    let Ok(found) = found else { return skip("python3 is missing") };
    let shown = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
    assert_eq!(shown.lines().count(), 5);
    assert!(shown.contains(&format!("{ID_1} {KEY_1}\n")) && shown.contains(&format!("{ID_2} {KEY_2}\n")), "{shown}");
    // What is for everybody to read is for its owner only, where there are modes.
    for name in names(&house.path("stick")) {
        assert_eq!(
            fs::metadata(house.path("stick").join(&name)).unwrap().permissions().mode() & 0o777,
            0o600,
            "{name}"
        );
    }
    // And our own import reads a folder of them without a complaint.
    let back = house.given(&["import", "~/stick", "--yes", "--dry-run"], &[]);
    assert!(back.exit == 0 && back.out().contains("1 file without a key"), "{}", back.out());
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_chooses_among_the_sticks_that_are_plugged_in() {
    let mut house = house(0);
    let none = house.given(&["export", "usb", "--all"], &[]);
    assert_eq!((none.exit, none.err().contains("no stick is plugged in")), (3, true), "{}", none.err());
    // The system's own account of a disk and two sticks, one of them locked.
    let mut mounts = String::new();
    for (name, number, removable, mounted) in
        [("sda", "8:0", 0, "disk"), ("sdb", "8:16", 1, "stick"), ("sdc", "8:32", 1, "")]
    {
        house.write(&format!("~/system/sys/block/{name}/dev"), format!("{number}\n").as_bytes());
        house.write(&format!("~/system/sys/block/{name}/size"), b"31129600\n");
        house.write(&format!("~/system/sys/block/{name}/removable"), format!("{removable}\n").as_bytes());
        let device = house.write(&format!("~/system/dev/{name}"), b"");
        if !mounted.is_empty() {
            let place = house.path(mounted);
            fs::create_dir(&place).unwrap();
            writeln!(mounts, "1 1 {number} / {} rw - vfat {} rw", place.display(), device.display()).unwrap();
        }
    }
    house.write("~/system/proc/self/mountinfo", mounts.as_bytes());
    let declined = house.given(&["export", "usb", "--all"], &["2", "x", ""]);
    assert_eq!((declined.exit, names(&house.path("stick"))), (7, vec![]), "{:?}", declined.log);
    let chosen = house.given(&["export", "usb", "--all"], &["1"]);
    let said = chosen.on(crate::cli_house::Stream::Said).replace(&house.root().display().to_string(), "~");
    assert_eq!(said, "Plugged in:\n  1  ~/stick  (15.9 GB, vfat)\n");
    assert_eq!((chosen.exit, names(&house.path("stick")).len()), (0, 3), "{}", chosen.err());
    house.terminal = false;
    assert_eq!(house.given(&["export", "usb", "--all"], &[]).exit, 2);
}

#[test]
fn a_full_stick_keeps_what_fits_and_nothing_in_halves() {
    let mut house = house(30);
    let Some(stick) = Disk::under(&house.path("stick"), "size=80k") else { return };
    fs::write(stick.0.join("holiday.jpg"), [7; 9000]).unwrap();
    let before = fs::read(stick.0.join("holiday.jpg")).unwrap();
    let some = house.given(&["export", "usb", "--all", "--to", "~/stick"], &[]);
    assert_eq!(some.exit, 8, "{}", some.err());
    assert!(some.err().contains("not written: there is no room left in "), "{}", some.err());
    let there = names(&stick.0);
    let keys = there.iter().filter(|name| name.starts_with("BitLocker")).count();
    assert!(keys > 3 && keys < 32 && there.len() == keys + 1, "{there:?}");
    assert_eq!(house.given(&["import", "~/stick", "--yes", "--dry-run"], &[]).exit, 0);
    // To the last block.
    let filler = fs::write(stick.0.join("filler"), vec![0; 1 << 20]);
    filler.unwrap_err();
    fs::create_dir(house.path("stick/sub")).unwrap();
    let none = house.given(&["export", "usb", "--id", "r1", "--to", "~/stick/sub"], &[]);
    assert_eq!(none.exit, 1, "{}", none.err());
    assert!(none.err().contains("there is no room left in ") && none.out().is_empty(), "{}", none.err());
    assert_eq!(names(&stick.0.join("sub")), Vec::<String>::new());
    assert_eq!(fs::read(stick.0.join("holiday.jpg")).unwrap(), before);
    assert_eq!(house.given(&["verify"], &[]).exit, 0);
}

#[test]
fn a_folder_that_can_hold_no_more_names() {
    let mut house = house(10);
    let Some(stick) = Disk::under(&house.path("stick"), "size=1m,nr_inodes=6") else { return };
    let some = house.given(&["export", "usb", "--all", "--to", "~/stick"], &[]);
    assert_eq!(some.exit, 8, "{}", some.err());
    assert!(
        some.err().contains("cannot hold another file, though there is room.\n  The top folder of some sticks"),
        "{}",
        some.err()
    );
    assert!(names(&stick.0).iter().all(|name| name.starts_with("BitLocker")));
}

#[test]
fn a_thousand_keys_to_a_memory_disk() {
    let mut house = house(998);
    let Some(stick) = Disk::under(&house.path("stick"), "size=16m") else { return };
    let begun = std::time::Instant::now();
    assert_eq!(house.given(&["export", "usb", "--all", "--to", "~/stick", "--dry-run"], &[]).exit, 0);
    println!("1,000 keys unsealed, unlocking included: {} ms", begun.elapsed().as_millis());
    let begun = std::time::Instant::now();
    let exported = house.given(&["export", "usb", "--all", "--to", "~/stick"], &[]);
    println!("1,000 keys written and read back, unlocking and noting included: {} ms", begun.elapsed().as_millis());
    assert_eq!((exported.exit, names(&stick.0).len()), (0, 1001), "{}", exported.err());
}

#[test]
fn a_read_only_stick() {
    let mut house = house(0);
    let Some(stick) = Disk::under(&house.path("stick"), "size=1m") else { return };
    assert_eq!(house.given(&["export", "usb", "--id", "r1", "--to", "~/stick"], &[]).exit, 0);
    stick.remount("ro");
    let refused = house.given(&["export", "usb", "--id", "r2", "--to", "~/stick"], &[]);
    assert_eq!(refused.exit, 1);
    assert!(
        refused.err().contains("cannot be written: it is read-only, or you may not write there.\n"),
        "{}",
        refused.err()
    );
    // What is there is still compared.
    let seen = house.given(&["export", "usb", "--id", "r1", "--to", "~/stick"], &[]);
    assert!(seen.exit == 0 && seen.out().contains("there already"), "{}{}", seen.out(), seen.err());
}

#[test]
fn a_vault_that_cannot_be_written_still_exports() {
    let mut house = House::new();
    let Some(disk) = Disk::under(&house.path("data"), "size=2m") else { return };
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    assert_eq!(house.given(&["init"], &[]).exit, 0);
    assert_eq!(house.given(&["import", "~/keys", "--yes"], &[]).exit, 0);
    disk.remount("ro");
    fs::create_dir(house.path("stick")).unwrap();
    let exported = house.given(&["export", "usb", "--all", "--to", "~/stick"], &[]);
    assert_eq!(exported.exit, 8, "{}", exported.err());
    assert!(exported.err().contains("Warning: this copy could not be noted in the vault: "), "{}", exported.err());
    assert_eq!(names(&house.path("stick")).len(), 2);
}

#[test]
fn a_stick_that_is_pulled_out_between_two_steps() {
    let house = tempfile::tempdir().unwrap();
    let stick = house.path().join("stick");
    let begin = || {
        fs::create_dir_all(&stick).unwrap();
        let mut folder = Folder::open(&stick).unwrap();
        assert_eq!(folder.put("one.TXT", b"one"), Ok(Put::Written));
        fs::remove_dir_all(&stick).unwrap();
        folder
    };
    assert_eq!(begin().put("two.TXT", b"two"), Err(WriteError::Gone));
    assert_eq!(begin().sync(), Err(WriteError::Gone));
    assert_eq!(begin().check("one.TXT", b"one"), Err(WriteError::Gone));
    // An empty folder in the place where the stick was mounted gets no key.
    let mut folder = begin();
    let other = house.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::rename(&other, &stick).unwrap();
    assert_eq!(folder.put("two.TXT", b"two"), Err(WriteError::Gone));
    assert_eq!(folder.check("one.TXT", b"one"), Err(WriteError::Gone));
    assert_eq!(names(&stick), Vec::<String>::new());
}

#[test]
fn what_stands_in_the_way_is_never_touched() {
    let house = tempfile::tempdir().unwrap();
    let path = |name: &str| house.path().join(name);
    fs::write(path("file.txt"), b"mine").unwrap();
    fs::write(path("target"), b"ours").unwrap();
    fs::create_dir(path("folder.txt")).unwrap();
    std::os::unix::fs::symlink("target", path("link.txt")).unwrap();
    std::os::unix::fs::symlink("nowhere", path("dangling.txt")).unwrap();
    let mut folder = Folder::open(house.path()).unwrap();
    for name in ["file.txt", "FILE.TXT", "folder.txt", "link.txt", "Dangling.txt"] {
        assert_eq!(folder.put(name, b"ours"), Err(WriteError::Exists), "{name}");
    }
    // Somebody else was quicker than the look at the folder.
    fs::write(path("late.txt"), b"late").unwrap();
    assert_eq!(folder.put("late.txt", b"ours"), Err(WriteError::Exists));
    assert_eq!(folder.put("FILE.txt", b"mine"), Ok(Put::AlreadyThere));
    assert_eq!(names(house.path()), ["dangling.txt", "file.txt", "folder.txt", "late.txt", "link.txt", "target"]);
    assert_eq!(fs::read(path("file.txt")).unwrap(), b"mine");
    assert_eq!(fs::read(path("late.txt")).unwrap(), b"late");
    // A medium that changes what it was given.
    assert_eq!(folder.put("new.txt", b"ours"), Ok(Put::Written));
    fs::write(path("new.txt"), b"hers").unwrap();
    assert_eq!(folder.check("new.txt", b"ours"), Err(WriteError::Differs));
    folder.remove("new.txt");
    assert!(!path("new.txt").exists());
}
