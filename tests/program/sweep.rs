//! Sweeping and erasing, where files vanish, change, and refuse: what is destroyed is safe in the vault, all else is
//! left as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::fs;
use std::io::Write as _;

use crate::cli_house::{House, ID_1, ID_2, KEY_1, KEY_2, Stream, shows_digits, volumes, windows_txt};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

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

/// A startup key's file of our making.
fn startup_key(house: &House, name: &str) -> Vec<u8> {
    volumes::save(&volumes::named("startup-key-file"), &house.path(name));
    fs::read(house.path(name)).unwrap()
}

/// The last byte is one of the key's own: all else about the file stays as it is.
fn with_another_last_byte(mut bytes: Vec<u8>) -> Vec<u8> {
    *bytes.last_mut().unwrap() ^= 1;
    bytes
}

#[test]
fn a_startup_key_is_erased_where_the_vault_has_it_byte_for_byte() {
    let mut house = house();
    let bytes = startup_key(&house, "~/keys/09030201.BEK");
    // Not in the vault; one byte is another; put away with the import that brought it.
    let sweep = ["sweep", "~/keys", "~/other", "--erase", "--yes"];
    let left = |house: &mut House, names: &[&str]| {
        let before = house.others();
        let outcome = house.given(&sweep, &[]);
        assert_eq!((outcome.exit, house.others()), (8, before), "{:?}", outcome.log);
        let why = outcome
            .out()
            .matches(": not all that is in it is safe in the vault; take it in with --import first\n")
            .count();
        assert_eq!(why, names.len(), "{:?}", outcome.log);
    };
    fs::create_dir(house.path("~/other")).unwrap();
    left(&mut house, &["09030201.BEK"]);
    assert_eq!(house.given(&["import", "~/keys", "--yes"], &[]).exit, 0);
    assert_eq!(house.given(&["undo", "--yes"], &[]).exit, 0);
    left(&mut house, &["09030201.BEK"]);
    let imported = house.given(&["import", "~/keys", "--yes"], &[]);
    assert!(imported.out().contains(": a2 (no digits to type)"), "{:?}", imported.log);
    house.write("~/other/09030201.BEK", &with_another_last_byte(bytes.clone()));
    fs::rename(house.path("~/keys/09030201.BEK"), house.path("~/kept.BEK")).unwrap();
    left(&mut house, &["09030201.BEK"]);
    fs::rename(house.path("~/kept.BEK"), house.path("~/keys/09030201.BEK")).unwrap();
    let outcome = house.given(&sweep, &["ERASE"]);
    assert_eq!((outcome.exit, house.path("~/keys/09030201.BEK").exists()), (8, false), "{:?}", outcome.log);
    assert_eq!(fs::read(house.path("~/other/09030201.BEK")).unwrap(), with_another_last_byte(bytes.clone()));
    // It was said what that means, and it can be had again.
    assert!(
        outcome.on(Stream::Said).contains("a startup key among them (a2) then asks for its recovery key"),
        "{:?}",
        outcome.log
    );
    assert_eq!(house.given(&["attachment", "save", "a2", "--to", "~/again.BEK"], &[]).exit, 0);
    assert_eq!(fs::read(house.path("~/again.BEK")).unwrap(), bytes);
}

/// As a directory gives it: a recovery key with its key package.
fn directory_file(package: &[u8]) -> String {
    format!(
        "dn: CN=2026-09-21T14:13:20-00:00{{{ID_1}}},CN=PC-0017,DC=example,DC=org\nobjectClass: \
         msFVE-RecoveryInformation\nmsFVE-RecoveryPassword: {KEY_1}\nmsFVE-KeyPackage:: {}\n",
        STANDARD.encode(package)
    )
}

#[test]
fn a_file_with_a_key_and_a_package_is_erased_where_the_vault_has_both() {
    let mut house = house();
    let package: Vec<u8> = (0..=255).cycle().take(700).collect();
    house.write("~/ad/both.ldf", directory_file(&package).as_bytes());
    let sweep = ["sweep", "~/ad", "--erase", "--yes"];
    let refused = |house: &mut House, why: &str| {
        let before = house.others();
        let outcome = house.given(&sweep, &[]);
        assert_eq!((outcome.exit, house.others()), (8, before), "{:?}", outcome.log);
        assert!(outcome.out().contains(why), "{:?}", outcome.log);
    };
    // The key is known, the package is not.
    refused(&mut house, "not all that is in it is safe in the vault");
    assert_eq!(house.given(&["import", "~/ad", "--yes"], &[]).exit, 0);
    house.write("~/ad/both.ldf", directory_file(&with_another_last_byte(package.clone())).as_bytes());
    refused(&mut house, "not all that is in it is safe in the vault");
    // The package is known, the key lies in the trash.
    house.write("~/ad/both.ldf", directory_file(&package).as_bytes());
    assert_eq!(house.given(&["remove", "r1", "--yes"], &[]).exit, 0);
    refused(&mut house, "not all that is in it is safe in the vault");
    assert_eq!(house.given(&["restore", "r1"], &[]).exit, 0);
    // Beside a known package, a key of which a digit is wrong.
    house.write("~/ad/both.ldf", directory_file(&package).replace("278498", "278499").as_bytes());
    refused(&mut house, "not all that is in it is safe in the vault");
    house.write("~/ad/both.ldf", directory_file(&package).as_bytes());
    let outcome = house.given(&sweep, &["ERASE"]);
    assert_eq!((outcome.exit, house.path("~/ad/both.ldf").exists()), (0, false), "{:?}", outcome.log);
    assert!(!outcome.on(Stream::Said).contains("startup key"), "{:?}", outcome.log);
}

#[test]
fn a_package_that_no_import_takes_in_keeps_its_file() {
    let mut house = house();
    let encoded = STANDARD.encode([7; 90]);
    // As numbers, as text, without a Key ID, and in a broken file.
    house.write(
        "~/ad/numbers.json",
        format!(
            r#"[{{"msFVE-RecoveryGuid": "{ID_1}",
                  "msFVE-RecoveryPassword": "{KEY_1}", "msFVE-KeyPackage": [1, 2, 250]}}]"#
        )
        .as_bytes(),
    );
    house.write(
        "~/ad/text.csv",
        format!("msFVE-RecoveryGuid,msFVE-RecoveryPassword,msFVE-KeyPackage\n{ID_1},{KEY_1},{encoded}\n").as_bytes(),
    );
    house.write(
        "~/ad/nameless.ldf",
        format!("dn: CN=PC-0017,DC=example,DC=org\nmsFVE-RecoveryPassword: {KEY_1}\nmsFVE-KeyPackage:: {encoded}\n")
            .as_bytes(),
    );
    house.write(
        "~/ad/broken.json",
        format!(r#"[{{"keyId": "{ID_1}", "recoveryPassword": "{KEY_1}"}}, {{"keyId": "#).as_bytes(),
    );
    let before = house.others();
    let outcome = house.given(&["sweep", "~/ad", "--erase", "--yes"], &[]);
    assert_eq!((outcome.exit, house.others()), (8, before), "{:?}", outcome.log);
    assert_eq!(outcome.out().matches("it holds more than keys").count(), 3, "{:?}", outcome.log);
    assert!(outcome.out().contains("0 files erased, 4 files left."), "{:?}", outcome.log);
}

/// The real program: while it waits for the word, one of two startup keys becomes another.
#[cfg(unix)]
#[test]
fn a_startup_key_that_changes_during_the_question_is_left() {
    use crate::cli_house::terminal::Session;

    let house = House::new();
    let bytes = startup_key(&house, "~/keys/09030201.BEK");
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    for command in ["init", "import ~/keys"] {
        let (shown, status) =
            Session::start(&house, &format!("drivekey {command} --yes --passphrase-file ~/passphrase.txt")).end();
        assert!(status.success(), "{shown}");
    }
    let mut session = Session::start(&house, "drivekey sweep ~/keys --erase --yes --passphrase-file ~/passphrase.txt");
    session.await_end("Type ERASE to go on: ");
    fs::write(house.path("~/keys/09030201.BEK"), with_another_last_byte(bytes.clone())).unwrap();
    session.type_line("ERASE");
    let (shown, status) = session.end();
    assert_eq!(status.exit_code(), 8, "{shown}");
    assert!(shown.contains("erased         ~/keys/one.txt\n"), "{shown}");
    assert!(
        shown.contains("left           ~/keys/09030201.BEK: not all that is in it is safe in the vault"),
        "{shown}"
    );
    assert_eq!(fs::read(house.path("~/keys/09030201.BEK")).unwrap(), with_another_last_byte(bytes.clone()));
    fs::write(house.path("~/keys/09030201.BEK"), bytes).unwrap();
    let mut session = Session::start(&house, "drivekey sweep ~/keys --erase --yes --passphrase-file ~/passphrase.txt");
    session.await_end("Type ERASE to go on: ");
    session.type_line("ERASE");
    let (shown, status) = session.end();
    assert!(status.success() && !house.path("~/keys/09030201.BEK").exists(), "{shown}");
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

/// A small archive that unpacks to one key a million times.
#[test]
fn what_one_container_holds_is_summed_up() {
    let mut house = House::with_vault();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["a.txt", "b.txt"] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(format!("{ID_1} {KEY_1}\n").repeat(20_000).as_bytes()).unwrap();
    }
    // Keys that conflict with each other, and some whose Key ID is open.
    archive.start_file("c.txt", zip::write::SimpleFileOptions::default()).unwrap();
    for at in 1..200_u32 {
        let key = format!("{:06}-{:06}-000033-000044-000055-000066-000077-000088", at * 11, at * 22);
        archive.write_all(format!("{ID_2} {key}\n").as_bytes()).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 40_000, "{}", bytes.len());
    house.write("~/in/keys.zip", &bytes);
    for command in
        [["sweep", "~/in", "--yes"].as_slice(), &["import", "~/in", "--yes", "--dry-run"], &["import", "~/in", "--yes"]]
    {
        let outcome = house.given(command, &[]);
        let lines: Vec<String> = outcome.out().lines().map(str::to_owned).collect();
        assert!(
            lines.len() < 40 && lines[0].ends_with("keys.zip: 200 keys"),
            "{}: {:?}",
            lines.len(),
            &lines[..lines.len().min(60)]
        );
        // How many, of which kind, the first of them by name.
        assert!(
            lines.iter().any(|line| line.trim() == "a.txt: line 2: the same key stands in it more than once"),
            "{lines:#?}"
        );
        assert!(
            lines.iter().any(|line| line.trim() == "and 39994 more: the same key stands in it more than once"),
            "{lines:#?}"
        );
    }
    // For programs the same, with all counts.
    let json = house.given(&["import", "~/in", "--yes", "--dry-run", "--json"], &[]).json();
    let file = &json["files"][0];
    assert!(file["remarks"].as_array().unwrap().len() < 2_000, "{}", file["remarks"].as_array().unwrap().len());
    assert_eq!(file["remarkCounts"]["duplicate_record"], 39_999, "{}", file["remarkCounts"]);
}

/// The real program, stopped by its user in the middle of a file that has no end in sight.
#[cfg(unix)]
#[test]
fn stopped_by_ctrl_c_it_says_how_far_it_came() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let house = House::new();
    house.key_file("~/drive/one.txt", ID_1, KEY_1);
    // One file of 80 MiB under many names: hours of reading.
    let endless = house.write("~/drive/endless/0.txt", &b"a line of a log, 12:34:56\n".repeat(80 << 20 >> 5));
    (1..2_000).for_each(|name| fs::hard_link(&endless, house.path(&format!("~/drive/endless/{name}.txt"))).unwrap());
    let program = env!("CARGO_BIN_EXE_drivekey");
    // A shell that starts its jobs in the background has them ignore Ctrl-C, and what is ignored stays so.
    let mut command = if cfg!(target_os = "linux") { Command::new("env") } else { Command::new(program) };
    if cfg!(target_os = "linux") {
        command.args(["--default-signal", program]);
    }
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
