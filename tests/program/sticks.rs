//! The file systems of sticks, mounted for real: exFAT and NTFS on loop devices, through FUSE. Filled to the last
//! block, made read-only, killed in the middle of an export. Asked for by `.ci/sticks`, which needs root.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::cli_house::House;
use crate::cli_house::volumes::{named, save};
use drivekey_testkit::fve_support::made::{digits, key_of};

/// A file system of sticks: how it is made and mounted.
#[derive(Debug, Clone, Copy)]
struct System {
    name: &'static str,
    make: &'static str,
    mount: &'static str,
}

const SYSTEMS: [System; 2] = [
    System { name: "exFAT", make: "mkfs.exfat", mount: "mount.exfat-fuse" },
    System { name: "NTFS", make: "mkfs.ntfs -Q -F", mount: "mount.ntfs-3g" },
];

/// A stick that is plugged in.
struct Stick {
    system: System,
    device: String,
    folder: PathBuf,
    mounted: bool,
}

impl Stick {
    fn new(house: &House, system: System, size: &str) -> Self {
        let image = house.path(&format!("{}.img", system.name));
        let folder = house.path("stick");
        fs::create_dir_all(&folder).unwrap();
        let device = shell(&format!("truncate -s {size} '{0}' && losetup -f --show '{0}'", image.display()));
        shell(&format!("{} {device}", system.make));
        let mut stick = Self { system, device, folder, mounted: false };
        stick.plug("rw");
        stick
    }

    fn plug(&mut self, options: &str) {
        shell(&format!("{} -o {options} {} '{}'", self.system.mount, self.device, self.folder.display()));
        self.mounted = true;
    }

    fn pull(&mut self) {
        if std::mem::take(&mut self.mounted) {
            shell(&format!("umount '{}'", self.folder.display()));
        }
    }

    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let items = fs::read_dir(&self.folder).unwrap().map(|item| item.unwrap().path());
        items.filter(|path| path.is_file()).map(|path| (name(&path), fs::read(&path).unwrap())).collect()
    }
}

impl Drop for Stick {
    fn drop(&mut self) {
        let lines = [format!("umount -l '{}'", self.folder.display()), format!("losetup -d {}", self.device)];
        for line in &lines[usize::from(!self.mounted)..] {
            let _ = Command::new("sh").args(["-c", line]).stderr(Stdio::null()).status();
        }
    }
}

/// A drive of our own making, plugged in.
struct Drive {
    device: String,
}

impl Drive {
    fn of(house: &House, name: &str) -> Self {
        let image = house.path(&format!("{name}.img"));
        save(&named(name), &image);
        Self { device: shell(&format!("losetup -r -f --show '{}'", image.display())) }
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        let _ = Command::new("losetup").args(["-d", &self.device]).status();
    }
}

fn shell(line: &str) -> String {
    let output = Command::new("sh").args(["-ec", line]).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// A vault with this many keys.
fn house(keys: u32) -> House {
    let mut house = House::with_vault();
    if keys == 0 {
        return house;
    }
    key_files(&house, keys);
    assert_eq!(house.given(&["import", "~/keys", "--device", "Büro-PC", "--yes"], &[]).exit, 0);
    fs::remove_dir_all(house.path("keys")).unwrap();
    house
}

/// So many key files to import.
fn key_files(house: &House, keys: u32) {
    for at in 1..=keys {
        let key = format!("{:06}-{:06}-000033-000044-000055-000066-000077-000088", at * 11, at * 22);
        house.key_file(&format!("~/keys/{at}.txt"), &format!("{at:08X}-1234-4ABC-9DEF-0123456789AB"), &key);
    }
}

/// Runs a test on each file system, where it was asked for.
fn on_each(keys: u32, size: &str, test: impl Fn(&mut House, &mut Stick)) {
    if std::env::var_os("DRIVEKEY_STICKS").is_none() {
        return println!("skipped: asked for by .ci/sticks");
    }
    for system in SYSTEMS {
        let mut house = house(keys);
        let mut stick = Stick::new(&house, system, size);
        test(&mut house, &mut stick);
        stick.pull();
    }
}

/// Of a drive itself, and only by a state of it that is later than the key.
#[test]
fn a_key_is_retired_by_a_later_state_of_its_drive() {
    if std::env::var_os("DRIVEKEY_STICKS").is_none() {
        return println!("skipped: asked for by .ci/sticks");
    }
    let state = |house: &mut House, record: &str| house.given(&["show", record, "--json"], &[]).json()["state"].clone();
    let prove = |house: &mut House, drive: &Drive, record: &str| {
        let outcome = house.given(&["prove", record, "--drive", &drive.device], &[]);
        assert_eq!(outcome.exit, 0, "{}", outcome.err());
        outcome.err()
    };
    let mut house = house(0);
    let (before, later) = (Drive::of(&house, "usual"), Drive::of(&house, "usual-later"));
    for (drive, number) in [(&before, 1), (&later, 2)] {
        house.stdin = digits(key_of(number));
        let read = house.given(&["harvest", &drive.device, "--key-stdin"], &[]);
        assert_eq!(read.exit, 0, "{}", read.err());
    }
    prove(&mut house, &later, "r2");
    // The older state does not know the key yet.
    let said = prove(&mut house, &before, "r1");
    assert!(said.contains("This copy of the drive does not list r2"), "{said}");
    assert_eq!(state(&mut house, "r2"), "current");
    let said = prove(&mut house, &later, "r2");
    assert!(said.contains("they are marked as superseded: r1"), "{said}");
    assert_eq!((state(&mut house, "r1"), state(&mut house, "r2")), ("superseded".into(), "current".into()));
}

#[test]
fn what_is_exported_is_there_after_the_stick_was_pulled() {
    on_each(20, "16M", |house, stick| {
        fs::write(stick.folder.join("Schulaufsatz 日本.txt"), b"mine").unwrap();
        let done = house.given(&["export", "usb", "--all", "--to", "~/stick", "--json"], &[]);
        assert_eq!(done.exit, 0, "{:?}: {}", stick.system, done.err());
        assert_eq!(done.json()["readBack"], "medium", "{:?}", stick.system);
        let before = stick.files();
        assert_eq!(before.len(), 22);
        stick.pull();
        stick.plug("rw");
        assert_eq!(stick.files(), before, "{:?}", stick.system);
        let again = house.given(&["export", "usb", "--all", "--to", "~/stick"], &[]);
        assert!(
            again.exit == 0 && again.out().contains("20 keys there already"),
            "{:?}: {}",
            stick.system,
            again.out()
        );
        let back = house.given(&["import", "~/stick", "--yes", "--dry-run"], &[]);
        assert!(back.exit == 0 && back.out().contains("2 files without a key"), "{:?}: {}", stick.system, back.out());
        // A name that differs in letter case only is the same file there.
        let bundle = ["export", "bundle", "--id", "r1", "--bundle-passphrase-file", "~/passphrase.txt", "--to"];
        assert_eq!(house.given(&[&bundle[..], &["~/stick/Keys.age"]].concat(), &[]).exit, 0, "{:?}", stick.system);
        let clash = house.given(&[&bundle[..], &["~/stick/KEYS.AGE"]].concat(), &[]);
        assert_eq!(clash.exit, 7, "{:?}: {}", stick.system, clash.err());
    });
}

#[test]
fn a_stick_that_is_full_to_the_last_block() {
    on_each(60, "8M", |house, stick| {
        fs::write(stick.folder.join("notes.txt"), b"mine").unwrap();
        // Large blocks first, then whatever still goes in.
        for (at, size) in [1 << 20, 1 << 16, 1 << 12, 1].into_iter().enumerate() {
            let mut number = 0;
            while fs::write(stick.folder.join(format!("filler-{at}-{number}")), vec![7; size]).is_ok() && number < 3000
            {
                number += 1;
            }
        }
        // The last one may be there in part.
        let before = stick.files();
        let none = house.given(&["export", "usb", "--all", "--to", "~/stick"], &[]);
        assert_eq!(none.exit, 1, "{:?}: {}", stick.system, none.err());
        assert!(none.err().contains("there is no room left in "), "{:?}: {}", stick.system, none.err());
        assert_eq!(stick.files(), before, "{:?}", stick.system);
        // Room for some of them.
        let whole = |size: usize| before.iter().find(|(name, bytes)| name.starts_with("filler") && bytes.len() == size);
        let (large, _) = whole(1 << 16).or_else(|| whole(1 << 20)).unwrap();
        fs::remove_file(stick.folder.join(large)).unwrap();
        let before = stick.files();
        let some = house.given(&["export", "usb", "--all", "--to", "~/stick"], &[]);
        assert!(matches!(some.exit, 0 | 8), "{:?}: {}", stick.system, some.err());
        let after = stick.files();
        assert!(
            after.len() > before.len() && before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)),
            "{:?}",
            stick.system
        );
        assert!(after.keys().all(|name| !name.ends_with(".passing")), "{:?}", stick.system);
        assert_eq!(house.given(&["import", "~/stick", "--yes", "--dry-run"], &[]).exit, 0, "{:?}", stick.system);
        assert_eq!(house.given(&["verify"], &[]).exit, 0);
    });
}

#[test]
fn a_stick_that_is_write_protected() {
    on_each(2, "16M", |house, stick| {
        assert_eq!(house.given(&["export", "usb", "--id", "r1", "--to", "~/stick"], &[]).exit, 0);
        stick.pull();
        stick.plug("ro");
        let before = stick.files();
        let refused = house.given(&["export", "usb", "--id", "r2", "--to", "~/stick"], &[]);
        assert_eq!(refused.exit, 1, "{:?}: {}", stick.system, refused.err());
        assert!(refused.err().contains("it is read-only"), "{:?}: {}", stick.system, refused.err());
        assert_eq!(stick.files(), before);
        assert_eq!(house.given(&["export", "usb", "--id", "r1", "--to", "~/stick"], &[]).exit, 0, "{:?}", stick.system);
    });
}

#[test]
fn an_export_that_is_killed_in_its_middle() {
    on_each(0, "32M", |house, stick| {
        fs::write(stick.folder.join("notes.txt"), b"mine").unwrap();
        key_files(house, 150);
        assert!(program(house, "init --yes").wait().unwrap().success());
        assert!(program(house, "import ~/keys --yes").wait().unwrap().success());
        let keys = |stick: &Stick| {
            stick.files().into_iter().filter(|(name, _)| name.starts_with("BitLocker")).collect::<Vec<_>>()
        };
        let mut interrupted = 0;
        for enough in [1, 7, 20, 45, 80, 120, 149] {
            let mut child = program(house, "export usb --all --to ~/stick");
            let count = || fs::read_dir(&stick.folder).unwrap().count();
            while count() < enough + 1 && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(300));
            }
            child.kill().unwrap();
            interrupted += u32::from(child.wait().unwrap().signal().is_some());
            // Every key file that has its name is whole.
            for (name, bytes) in keys(stick) {
                let reading = drivekey_import::read(Some(&name), &bytes);
                assert_eq!(reading.records.len(), 1, "{:?}: {name} is in halves", stick.system);
            }
            assert_eq!(stick.files().get("notes.txt").map(Vec::as_slice), Some(&b"mine"[..]));
            assert!(program(house, "verify").wait().unwrap().success());
        }
        assert!(interrupted > 3, "only {interrupted} were killed in time");
        let mut done = program(house, "export usb --all --to ~/stick");
        let mut said = String::new();
        done.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(done.wait().unwrap().success(), "{:?}: {said}", stick.system);
        assert_eq!(keys(stick).len(), 150);
        let left: Vec<String> = stick.files().into_keys().filter(|name| name.ends_with(".passing")).collect();
        assert!(left.iter().all(|name| said.contains(name.as_str())), "{left:?} are not named: {said}");
        println!("{}: {interrupted} of 7 killed, {} left behind and named", stick.system.name, left.len());
    });
}

/// The real program with a vault of its own, at its own cost of the passphrase.
fn program(house: &House, line: &str) -> Child {
    let place =
        |argument: &str| argument.strip_prefix("~/").map_or_else(|| PathBuf::from(argument), |rest| house.path(rest));
    let mut command = Command::new(env!("CARGO_BIN_EXE_drivekey"));
    command.args(line.split(' ').map(place)).arg("--passphrase-file").arg(house.path("passphrase.txt"));
    command.arg("--vault").arg(house.path("real.drivekey")).env("XDG_STATE_HOME", house.path("real"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}
