//! The commands that read drives: on a made-up system with drives attached, on the real volumes beside the repository
//! where they are there, and never a master key or a digit in anything they print or leave behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails the test"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli_house::{House, KEY_1, Outcome, Stream, shows_digits, volumes};
#[cfg(target_os = "linux")]
use drivekey_testkit::fve_support::made::guid_of;
use drivekey_testkit::fve_support::made::{digits, key_of};
use drivekey_testkit::fve_support::sparse::Sparse;
use serde_json::Value;

/// A disk with Windows' partition on `sda2`, a stick `sdb`, and an unreadable card reader `sdc`.
#[cfg(target_os = "linux")]
fn attach(house: &House) {
    let file = |name: &str, content: &str| drop(house.write(&format!("~/system/{name}"), content.as_bytes()));
    for (name, number, sectors) in [
        ("sda", "8:0", 900),
        ("sda/sda1", "8:1", 300),
        ("sda/sda2", "8:2", 500),
        ("sdb", "8:16", 700),
        ("sdc", "8:32", 0),
    ] {
        file(&format!("sys/block/{name}/dev"), number);
        file(&format!("sys/block/{name}/size"), &sectors.to_string());
    }
    for part in ["sda1", "sda2"] {
        file(&format!("sys/block/sda/{part}/partition"), "1");
    }
    file("dev/sda1", "plain");
    volumes::save(&volumes::named("with-windows"), &house.path("~/system/dev/sda2"));
    volumes::save(&volumes::named("two-keys"), &house.path("~/system/dev/sdb"));
}

#[cfg(target_os = "linux")]
#[test]
fn attached_drives_are_named_with_nothing_typed() {
    let mut house = House::with_vault();
    attach(&house);
    house.stdin = digits(key_of(2));
    assert_eq!(house.given(&["add", "--key-stdin", "--id", "02030201"], &[]).exit, 0);
    let shown = house.given(&["identify"], &[]);
    assert_eq!(shown.exit, 0, "{:?}", shown.log);
    for text in [
        "system/dev/sda2",
        "Letter    C:",
        "its computer, recovery key",
        "system/dev/sdb",
        "02030201-0504-0706-0809-0A0B0C0D0E0F  in the vault: r1",
    ] {
        assert!(shown.out().contains(text), "{text}: {}", shown.out());
    }
    assert!(!shown.out().contains("sda1") && shown.err().contains("drivekey show r1"));
    let json = house.given(&["identify", "--json"], &[]).json();
    let drives: Vec<&str> =
        json["value"].as_array().unwrap().iter().map(|one| one["drive"].as_str().unwrap()).collect();
    assert!(drives.len() == 2 && drives[0].ends_with("sda2") && drives[1].ends_with("sdb"), "{drives:?}");
}

/// A stick with the drive "usual" on it, opened where the house keeps its vault.
#[cfg(target_os = "linux")]
pub(crate) fn lay_vault_on_stick(house: &House) {
    let file = |name: &str, content: &str| drop(house.write(&format!("~/system/{name}"), content.as_bytes()));
    for (name, number) in [("sda", "8:0"), ("sda/sda1", "8:1"), ("sdb", "8:16"), ("dm-0", "253:0")] {
        file(&format!("sys/block/{name}/dev"), number);
        file(&format!("sys/block/{name}/size"), "100");
    }
    file("sys/block/sda/sda1/partition", "1");
    file("sys/block/dm-0/dm/name", "stick");
    file("sys/block/dm-0/slaves/sdb/dev", "8:16");
    let root = house.root().canonicalize().unwrap().display().to_string();
    let line = |number: &str, device: &str, point: &str| {
        format!("1 1 {number} / {root}{point} rw - ext4 {root}/system/dev/{device} rw\n")
    };
    file("proc/self/mountinfo", &(line("8:1", "sda1", "") + &line("253:0", "mapper/stick", "/data")));
    for plain in ["dev/sda1", "dev/mapper/stick"] {
        file(plain, &"plain".repeat(1000));
    }
    volumes::save(&volumes::named("usual"), &house.path("~/system/dev/sdb"));
}

/// Whichever way the key of its own drive comes into the vault.
#[cfg(target_os = "linux")]
#[test]
fn a_vault_on_the_drive_whose_key_comes_in_is_warned_of() {
    const WARNING: &str =
        "the only key of that drive (r1) is in this vault. Keep a copy of the vault, or of that key, elsewhere.";
    let commands: [(&[&str], bool); 9] = [
        (&["import", "~/keys/own.txt", "--yes"], true),
        (&["import", "~/keys/own.txt", "--yes", "--json"], true),
        (&["import", "~/keys/own.txt", "--drive", "~/system/dev/sdb", "--yes"], true),
        (&["sweep", "~/keys/own.txt", "--import", "--yes"], true),
        (&["add", "--key-stdin", "--id", "01030201"], true),
        (&["repair", "--key-stdin", "--drive", "~/system/dev/sdb"], true),
        (&["import", "~/keys/own.txt", "--dry-run"], false),
        (&["sweep", "~/keys/own.txt", "--yes"], false),
        (&["import", "~/keys/other.txt", "--yes"], false),
    ];
    for (command, warns) in commands {
        let mut house = House::with_vault();
        lay_vault_on_stick(&house);
        for (name, number) in [("own", 1), ("other", 2)] {
            house.key_file(&format!("~/keys/{name}.txt"), &guid_of(number), &digits(key_of(number)));
        }
        house.stdin = match command[0] {
            "add" => digits(key_of(1)),
            "repair" => digits(key_of(1)).replacen('5', "?", 1),
            _ => String::new(),
        };
        let outcome = house.given(command, &[]);
        assert_eq!(
            (outcome.exit, outcome.err().matches(WARNING).count()),
            (0, usize::from(warns)),
            "{command:?}: {:?}",
            outcome.log
        );
        if command[0] == "repair" {
            let proved = house.given(&["prove", "r1", "--drive", "~/system/dev/sdb"], &[]);
            assert_eq!((proved.exit, proved.err().matches(WARNING).count()), (0, 1), "{:?}", proved.log);
        }
    }
}

/// As users other than the administrator meet it; the administrator may read everything.
#[cfg(target_os = "linux")]
#[test]
fn drives_that_may_not_be_read_are_named_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let mut house = House::new();
    attach(&house);
    for name in ["sda2", "sdb"] {
        fs::set_permissions(house.path(&format!("~/system/dev/{name}")), fs::Permissions::from_mode(0o0)).unwrap();
    }
    if fs::File::open(house.path("~/system/dev/sdb")).is_ok() {
        println!("skipped: the administrator may read everything");
        return;
    }
    let shown = house.run(&["identify"], &[]);
    assert_eq!(shown.exit, 3);
    assert!(shown.err().contains("You may not read") && shown.err().contains("sudo"), "{}", shown.err());
    let shown = house.run(&["identify", "~/system/dev/sdb"], &[]);
    assert!(shown.exit == 1 && shown.err().contains("may not be read by you"), "{}", shown.err());
}

/// Everything but the answers that the test itself typed.
fn printed(outcome: &Outcome) -> String {
    outcome.on(Stream::Out) + &outcome.on(Stream::Err) + &outcome.on(Stream::Said)
}

/// The generator's master key and volume key, in the shapes in which something may print or keep them.
fn markers() -> Vec<Vec<u8>> {
    let master = vec![0xA5_u8; 16];
    let volume: Vec<u8> = (0..16_u8).map(|at| at ^ 0x5A).collect();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let (master_hex, volume_hex) = (hex(&master), hex(&volume));
    vec![
        master,
        volume,
        master_hex.clone().into_bytes(),
        volume_hex.clone().into_bytes(),
        master_hex.to_uppercase().into_bytes(),
        volume_hex.to_uppercase().into_bytes(),
    ]
}

#[test]
fn no_master_key_and_no_digit_leaves() {
    let mut house = House::with_vault();
    for name in ["two-keys", "suspended", "startup-key", "renamed"] {
        volumes::save(&volumes::named(name), &house.path(&format!("~/{name}.img")));
    }
    volumes::save(&volumes::named("startup-key-file"), &house.path("~/key.BEK"));
    let commands: [&[&str]; 10] = [
        &["harvest", "~/suspended.img", "--dry-run"],
        &["harvest", "~/startup-key.img", "--bek", "~/key.BEK"],
        &["prove", "r1", "--drive", "~/two-keys.img"],
        &["prove", "--all", "--drive", "~/two-keys.img", "--json"],
        &["prove", "r1", "--drive", "~/renamed.img"],
        &["header", "save", "~/suspended.img"],
        &["repair", "--key-stdin", "--drive", "~/two-keys.img"],
        &["add", "--key-stdin", "--drive", "~/two-keys.img", "--json"],
        &["identify", "~/suspended.img", "--json"],
        &["list"],
    ];
    let mut all = String::new();
    for command in commands {
        house.stdin = match command[0] {
            "repair" => digits(key_of(2)).replacen('3', "?", 1),
            "add" => digits(key_of(2)),
            _ => String::new(),
        };
        let outcome = house.given(command, &[]);
        assert_eq!(outcome.exit, 0, "{command:?}: {:?}", outcome.log);
        all += &printed(&outcome);
    }
    assert!(!shows_digits(&all), "{all}");
    let mut looked_at = 0;
    let mut open: Vec<PathBuf> = vec![house.path("~/data"), house.path("~/state")];
    let mut contents = vec![all.into_bytes()];
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                contents.push(fs::read(path).unwrap());
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 1);
    for content in contents {
        for marker in markers() {
            assert!(!content.windows(marker.len()).any(|part| part == marker), "{marker:?}");
        }
    }
    assert!(shows_digits(&digits(key_of(1))), "nothing would be seen");
}

/// The arithmetic is said, and only a typed yes starts it all the same.
#[test]
fn what_would_take_years_is_refused() {
    let mut house = House::with_vault();
    volumes::save(&volumes::named("usual"), &house.path("~/usual.img"));
    let torn = format!("? ? ? {}", &digits(key_of(1))[21..]);
    let repair = ["repair", "--key-stdin", "--drive", "~/usual.img"];
    for (terminal, answers) in [(false, &[][..]), (true, &["no"][..])] {
        house.terminal = terminal;
        house.stdin.clone_from(&torn);
        let refused = house.given(&repair, answers);
        assert_eq!(refused.exit, 7, "{:?}", refused.log);
        assert!(
            refused.err().contains("281,474,976,710,656 keys × ") && refused.err().contains(" years"),
            "{}",
            refused.err()
        );
    }
    house.terminal = false;
    house.stdin = format!("? {}", digits(key_of(1)).replace('-', " "));
    assert_eq!(house.given(&repair, &[]).exit, 1);
}

fn shared() -> PathBuf {
    drivekey_testkit::repository().join("../shared/volumes")
}

/// The real volumes, each unpacked into a house of its own.
fn for_each_image(mut act: impl FnMut(&Value, &mut House)) {
    let expected = fs::read(shared().join("expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    for image in expected["images"].as_array().unwrap() {
        let mut house = House::with_vault();
        unpack(image, &house.path("~/drive.img"));
        println!("{}", image["file"]);
        act(image, &mut house);
    }
}

fn unpack(image: &Value, to: &Path) {
    let mut sparse = Sparse::default();
    let packed = fs::File::open(shared().join(image["file"].as_str().unwrap())).unwrap();
    std::io::copy(&mut xz4rust::XzReader::new(packed), &mut sparse).unwrap();
    volumes::save(&sparse, to);
}

fn upper(value: &Value) -> String {
    value.as_str().unwrap().to_uppercase()
}

#[test]
#[cfg_attr(not(shared_data), ignore = "the data beside the repository is absent")]
fn real_volumes_are_named_proved_and_harvested() {
    for_each_image(|image, house| {
        let named = house.given(&["identify", "~/drive.img", "--json"], &[]);
        if image["is_bitlocker"] != true {
            assert!(matches!(named.exit, 0 | 1 | 6), "{:?}", named.log);
            assert!(image["is_bitlocker"] != false || named.exit == 1, "{:?}", named.log);
            return;
        }
        assert_eq!(named.exit, 0, "{:?}", named.log);
        let volume = named.json()["value"][0].clone();
        assert_eq!(volume["volumeId"], upper(&image["volume"]["volume_guid"]));
        assert_eq!(volume["cipher"], image["volume"]["encryption"]);
        let ids: Vec<String> = volume["protectors"].as_array().unwrap().iter().map(|one| upper(&one["id"])).collect();
        let expected: Vec<String> =
            image["protectors"].as_array().unwrap().iter().map(|one| upper(&one["guid"])).collect();
        assert_eq!(ids, expected);
        let readable = image["recovery_passwords_readable_once_open"].as_object().cloned().unwrap_or_default();
        for recovery in image["recovery"].as_array().into_iter().flatten() {
            house.stdin = recovery["password"].as_str().unwrap().to_owned();
            let added = house.given(&["add", "--key-stdin", "--drive", "~/drive.img", "--json"], &[]);
            assert_eq!(added.exit, 0, "{:?}", added.log);
            assert_eq!(added.err().contains("CHANGED"), recovery["metadata_integrity"] == false, "{}", added.err());
            assert!(
                added.json()["proof"]["level"]
                    .as_str()
                    .is_some_and(|level| level != "keyIdFits" && level != "doesNotOpen")
            );
        }
        if let Some(wrong) = image["wrong_recovery"].as_array().and_then(|all| all.first()) {
            house.stdin = wrong["password"].as_str().unwrap().to_owned();
            let refused = house.given(&["add", "--key-stdin", "--drive", "~/drive.img"], &[]);
            assert_eq!(refused.exit, 9, "{:?}", refused.log);
        }
        if image["recovery"].as_array().is_some_and(|all| !all.is_empty()) {
            let harvested = house.given(&["harvest", "~/drive.img", "--json"], &[]);
            assert_eq!(harvested.exit, 0, "{:?}", harvested.log);
            let mut got: Vec<String> =
                harvested.json()["records"].as_array().unwrap().iter().map(|one| upper(&one["id"])).collect();
            let mut want: Vec<String> = readable.keys().map(|id| id.to_uppercase()).collect();
            got.sort();
            want.sort();
            assert_eq!(got, want);
        } else if image.get("clear_key").is_some() {
            // Suspended, and it holds no recovery key.
            let harvested = house.given(&["harvest", "~/drive.img"], &[]);
            assert!(harvested.exit == 3 && harvested.err().contains("SUSPENDED"), "{:?}", harvested.log);
        }
        if let Some(bek) = image["bek"].as_str() {
            fs::copy(shared().join(bek), house.path("~/key.BEK")).unwrap();
            assert_eq!(house.given(&["harvest", "~/drive.img", "--bek", "~/key.BEK"], &[]).exit, 0);
        }
    });
}

/// Damaged, cut and hostile ones among them: at once, and never more than a sentence.
#[test]
fn a_key_of_another_drive_is_no_key_of_this_one() {
    let mut house = House::with_vault();
    volumes::save(&volumes::named("usual"), &house.path("~/usual.img"));
    house.stdin = KEY_1.to_owned();
    assert_eq!(house.given(&["add", "--key-stdin", "--drive", "~/usual.img"], &[]).exit, 9);
    let listed = house.given(&["list", "--json"], &[]).json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 0, "a key that does not open was kept");
    let mut file = fs::File::options().append(true).open(house.path("~/usual.img")).unwrap();
    file.write_all(b"more").unwrap();
    assert_eq!(house.given(&["identify", "~/usual.img"], &[]).exit, 0);
}
