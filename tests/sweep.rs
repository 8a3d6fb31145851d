//! Sweeping and erasing, where files vanish, change, and refuse: what is destroyed is safe in the vault, all else is left
//! as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

mod cli_house;

use std::fs;

use cli_house::{House, ID_1, ID_2, KEY_1, KEY_2, Stream, shows_digits, windows_txt};

/// A vault with the first key, and files with both in a folder.
fn house() -> House {
    let mut house = House::with_vault();
    house.key_file("~/stick/one.txt", ID_1, KEY_1);
    house.key_file("~/stick/deep/.two.txt", ID_2, KEY_2);
    let imported = house.given(&["import", "~/stick/one.txt", "--yes"], &[]);
    assert_eq!(imported.exit, 0, "{:?}", imported.log);
    house
}

#[test]
fn only_files_whose_keys_are_safe_are_erased() {
    let mut house = house();
    let outcome = house.given(&["sweep", "~/stick", "--erase", "--yes"], &["ERASE"]);
    assert_eq!(outcome.exit, 8, "{:?}", outcome.log);
    assert!(!house.path("~/stick/one.txt").exists());
    assert_eq!(fs::read(house.path("~/stick/deep/.two.txt")).unwrap(), windows_txt(ID_2, KEY_2));
    let outcome = house.given(&["sweep", "~/stick", "--import", "--erase", "--yes"], &["ERASE"]);
    assert_eq!((outcome.exit, house.path("~/stick/deep/.two.txt").exists()), (0, false), "{:?}", outcome.log);
    for stream in [Stream::Out, Stream::Err, Stream::Said, Stream::AskedLine] {
        assert!(!shows_digits(&outcome.on(stream)), "{:?}", outcome.log);
    }
    let listed = house.given(&["list", "--json"], &[]);
    assert_eq!(listed.json()["value"].as_array().unwrap().len(), 2);
}

#[test]
fn a_file_with_more_than_its_known_keys_is_left() {
    let mut house = house();
    // A second key that is wrong, another Key ID for the same digits, a key that is in the trash.
    let more = format!("{ID_1} {KEY_1}\n{ID_2} 471207-278498-422126-177177-561902-537405-468006-693451\n");
    house.write("~/odd/damaged.txt", more.as_bytes());
    house.write("~/odd/other.txt", format!("{ID_2} {KEY_1}\n").as_bytes());
    let mut large = format!("{ID_1} {KEY_1}\n").into_bytes();
    large.resize(2 << 20, b'\n');
    house.write("~/odd/large.txt", &large);
    let before = house.others();
    let outcome = house.given(&["sweep", "~/odd", "--erase", "--yes"], &[]);
    assert_eq!(outcome.exit, 8, "{:?}", outcome.log);
    assert_eq!(house.others(), before);
    house.given(&["remove", "r1", "--yes"], &[]);
    let outcome = house.given(&["sweep", "~/stick/one.txt", "--erase", "--yes"], &[]);
    assert!(house.path("~/stick/one.txt").exists(), "{:?}", outcome.log);
}

#[test]
fn without_the_typed_word_or_a_terminal_nothing_is_erased() {
    let mut house = house();
    let before = house.others();
    assert_eq!(house.given(&["sweep", "~/stick", "--erase", "--yes"], &["erase"]).exit, 7);
    assert_eq!(house.given(&["sweep", "~/stick", "--erase", "--yes", "--json"], &["no"]).exit, 7);
    house.terminal = false;
    assert_eq!(house.given(&["sweep", "~/stick", "--erase", "--yes"], &[]).exit, 7);
    assert_eq!(house.others(), before);
}

#[test]
fn a_damaged_vault_erases_nothing() {
    let mut house = house();
    let database = rusqlite::Connection::open(house.vault()).unwrap();
    assert_eq!(database.execute("UPDATE sealed SET age = zeroblob(length(age))", []).unwrap(), 1);
    drop(database);
    let outcome = house.given(&["sweep", "~/stick/one.txt", "--erase", "--yes"], &["ERASE"]);
    assert_eq!(outcome.exit, 6, "{:?}", outcome.log);
    assert!(house.path("~/stick/one.txt").exists());
}

#[cfg(unix)]
#[test]
fn links_second_names_and_shut_folders_are_left() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let mut house = house();
    fs::hard_link(house.path("~/stick/one.txt"), house.path("~/stick/again.txt")).unwrap();
    house.key_file("~/shut/three.txt", ID_1, KEY_1);
    fs::create_dir(house.path("~/linked")).unwrap();
    symlink(house.path("~/stick"), house.path("~/linked/folder")).unwrap();
    symlink(house.path("~/stick/one.txt"), house.path("~/linked/file.txt")).unwrap();
    let nothing = house.given(&["sweep", "~/linked"], &[]);
    assert_eq!(nothing.exit, 3, "{:?}", nothing.log);
    let named = house.given(&["sweep", "~/linked/file.txt", "--erase", "--yes"], &[]);
    assert!(named.out().contains("it is a link"), "{:?}", named.log);
    let twice = house.given(&["sweep", "~/stick/one.txt", "--erase", "--yes"], &["ERASE"]);
    assert!(twice.out().contains("the same file has 2 names"), "{:?}", twice.log);
    assert_eq!(fs::read(house.path("~/stick/one.txt")).unwrap(), windows_txt(ID_1, KEY_1));
    let shut = house.path("~/shut");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o500)).unwrap();
    let allowed_anyway = tempfile::tempfile_in(&shut).is_ok();
    let refused = house.given(&["sweep", "~/shut", "--erase", "--yes"], &["ERASE"]);
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o700)).unwrap();
    if !allowed_anyway {
        assert!(refused.out().contains("may not be changed or removed"), "{:?}", refused.log);
        assert_eq!(fs::read(shut.join("three.txt")).unwrap(), windows_txt(ID_1, KEY_1));
    }
}

#[test]
fn many_files_are_searched_whole() {
    let mut house = House::with_vault();
    for at in 0..700 {
        house.write(&format!("~/many/{}/{at}.txt", at % 7), b"nothing of worth, 2026\n");
    }
    house.key_file("~/many/3/key.txt", ID_1, KEY_1);
    let mut long = "a line of a log, 12:34:56\n".repeat(100_000).into_bytes();
    long.extend(format!("{ID_2} {KEY_2}\n").bytes());
    house.write("~/many/log", &long);
    let swept = house.given(&["sweep", "~/many", "~/many/3", "--json"], &[]);
    let json = swept.json();
    assert_eq!((json["sweep"]["files"].as_u64(), json["files"].as_array().unwrap().len()), (Some(702), 2), "{json}");
}

/// The real program, stopped by its user in the middle of a file that has no end in sight.
#[cfg(unix)]
#[test]
fn stopped_by_ctrl_c_it_says_how_far_it_came() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let house = House::new();
    house.key_file("~/drive/one.txt", ID_1, KEY_1);
    let endless = house.path("~/drive/endless.txt");
    fs::File::create(&endless).unwrap().set_len(1 << 37).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_drivekey"));
    command.arg("--vault").arg(house.path("~/none.drivekey")).arg("sweep").arg(house.path("~/drive"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_secs(4));
    let pressed = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let (said, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(8), "{said}{told}");
    assert!(said.contains("You stopped the search: what lies beyond these files is not known."), "{said}{told}");
    assert!(said.contains("one.txt") && said.contains(&ID_1[..8]), "{said}{told}");
    // A bound for a program that hangs, not a measurement.
    assert!(pressed.elapsed() < Duration::from_secs(30), "{:?}", pressed.elapsed());
}
