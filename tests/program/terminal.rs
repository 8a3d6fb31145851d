//! The real program in a pseudo-terminal, against `tests/transcripts/terminal`: everything that appears on the screen,
//! to the letter. Few, since each unlocking takes a second.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails the test"
)]

use std::fs;
use std::time::Duration;

use crate::cli_house::terminal::Session;
use crate::cli_house::{House, ID_1, KEY_1};

/// The program prints its question and then turns the echo off.
const BEFORE_TYPING: Duration = Duration::from_millis(200);

#[test]
fn every_screen_is_as_written() {
    let folder = drivekey_testkit::repository().join("tests/transcripts/terminal");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    // One house for all: the first of them makes the vault.
    let house = House::new();
    house.key_file(&format!("~/PC-0042/BitLocker Recovery Key {ID_1}.TXT"), ID_1, KEY_1);
    for file in files {
        println!("{}", file.display());
        for scene in fs::read_to_string(&file).unwrap().split("\n$ ").skip(1) {
            let (command, screen) = scene.split_once('\n').unwrap();
            play(&house, command, screen.trim_end_matches('\n'));
        }
    }
}

/// `screen` is what appears; ‹text› is typed there and must not appear, «text» is typed and appears; `␛` is Escape.
/// Its last line is `=` and the exit code.
fn play(house: &House, command: &str, screen: &str) {
    let (screen, code) = screen.rsplit_once("= ").unwrap();
    let mut session = Session::start(house, command);
    let mut rest = screen;
    let mut expected = String::new();
    while let Some(at) = rest.find(['‹', '«']) {
        let visible = rest[at..].starts_with('«');
        expected.push_str(&rest[..at]);
        session.expect(&expected);
        std::thread::sleep(BEFORE_TYPING);
        let (typed, after) =
            rest[at..].trim_start_matches(['‹', '«']).split_once(if visible { '»' } else { '›' }).unwrap();
        session.type_line(typed);
        expected.push_str(if visible { typed } else { "" });
        rest = after;
    }
    expected.push_str(rest);
    let (shown, status) = session.end();
    assert_eq!(shown, expected, "drivekey {command}");
    assert_eq!(status.exit_code(), code.trim().parse::<u32>().unwrap(), "drivekey {command}: {shown}");
}

/// What a file, an argument or a stick can bring: an escape, C1, DEL, marks that turn the direction, what has no width.
const STEERING: &str = "a\u{1b}[2J\u{9b}31m\u{7f}\u{7}\u{8}b\u{202e}c\u{2066}d\u{200f}e\u{61c}f\u{200b}g\u{feff}h";
/// The same with a line of its own.
const FORGED: &str = "a\ndrivekey: all is well.\rb";

/// Whether everything of it can be seen, and nothing steers.
fn is_tame(shown: &str) -> bool {
    !shown.chars().any(|c| {
        c == '␛'
            || c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
            || matches!(c, '\u{61C}' | '\u{FEFF}')
    })
}

#[test]
fn nothing_that_comes_from_outside_steers_the_terminal() {
    let house = House::new();
    house.key_file(&format!("~/there/{STEERING}.txt"), ID_1, KEY_1);
    house.key_file("~/there/forged.txt", ID_1, KEY_1);
    fs::rename(house.path("~/there/forged.txt"), house.path("~/there").join(FORGED)).unwrap();
    house.write(&format!("~/{STEERING}.img"), &[0; 4096]);
    let init = Session::start(&house, "drivekey init --passphrase-file ~/passphrase.txt");
    assert_eq!(init.end().1.exit_code(), 0);
    let opened = "--passphrase-file ~/passphrase.txt";
    for name in [STEERING, FORGED] {
        let commands = [
            format!("sheet check '{name}'"),
            format!("sheet check '{name}' --json"),
            format!("identify '{name}'"),
            format!("identify '{name}' --json"),
            format!("identify '~/{STEERING}.img'"),
            format!("prove --all --drive '{name}' {opened}"),
            format!("harvest '{name}' {opened}"),
            format!("repair --drive '{name}'"),
            format!("header save '{name}' {opened}"),
            format!("export usb --to '~/none{name}/{name}' --all {opened}"),
            format!("export bundle --all --to '~/none{name}/{name}' --bundle-passphrase-file '{name}' {opened}"),
            format!("show '{name}' {opened}"),
            format!("find '{name}' {opened}"),
            format!("list --device '{name}' {opened}"),
            format!("list --vault '{name}'"),
            format!("list --passphrase-file '{name}'"),
            format!("list --kit-file '{name}'"),
            format!("init --vault '~/none{name}/{name}' {opened}"),
            format!("import '{name}' --vault '{name}'"),
            "import ~/there --dry-run".to_owned() + " " + opened,
            "import ~/there --dry-run --vault ~/none".to_owned(),
            "import ~/there --dry-run --json --vault ~/none".to_owned(),
            "sweep ~/there --vault ~/none".to_owned(),
            "sweep ~/there --json --vault ~/none".to_owned(),
            format!("kit check --file '{name}' {opened}"),
            format!("sheet r1 --to '~/none{name}/{name}' {opened}"),
            format!("attachment save '{name}' --to '{name}' {opened}"),
            format!("man '{name}'"),
            format!("'{name}'"),
            format!("list '--{name}'"),
            format!("list --state '{name}'"),
            format!("list '--volume-type={name}'"),
            format!("keyslot '{name}'"),
        ];
        for command in commands {
            let (shown, _) = Session::start(&house, &format!("drivekey {command}")).end();
            // How a search goes on is drawn over itself; no name is in it.
            let shown = shown.replace("\r␛[2K", "");
            assert!(is_tame(&shown), "{command:?}:\n{shown:?}");
            assert!(
                !shown.is_empty() && !shown.lines().any(|line| line.starts_with("drivekey: all is well")),
                "{command:?}:\n{shown}"
            );
        }
    }
    // A question repeats a path; what is asked on the terminal goes the same way.
    let mut session = Session::start(&house, &format!("drivekey import ~/there --vault '~/{STEERING}'"));
    session.await_end("Make one? [y/N] ");
    session.type_line("n");
    let (shown, _) = session.end();
    assert!(
        is_tame(&shown)
            && shown
                .contains("\\u001b[2J\\u009b31m\\u007f\\u0007\\u0008b\\u202ec\\u2066d\\u200fe\\u061cf\\u200bg\\ufeffh"),
        "{shown:?}"
    );
    // To a pipe names go as they are: programs read them.
    let piped = Session::start(
        &house,
        "drivekey import ~/there --dry-run --json --vault ~/none >~/piped.json; wc -c <~/piped.json",
    )
    .end()
    .0;
    assert_ne!(piped.trim(), "0");
    let document: serde_json::Value = serde_json::from_slice(&fs::read(house.path("piped.json")).unwrap()).unwrap();
    let paths: Vec<&str> =
        document["files"].as_array().unwrap().iter().filter_map(|file| file["path"].as_str()).collect();
    assert!(
        paths.iter().any(|path| path.ends_with(&format!("{STEERING}.txt")))
            && paths.iter().any(|path| path.ends_with(FORGED)),
        "{paths:?}"
    );
}

/// Somebody puts another copy in the vault's place while the question is open.
#[test]
fn a_vault_that_was_exchanged_behind_a_question_is_not_changed() {
    let house = House::new();
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    for command in ["init", "import ~/keys --yes"] {
        let (shown, status) =
            Session::start(&house, &format!("drivekey {command} --passphrase-file ~/passphrase.txt")).end();
        assert_eq!(status.exit_code(), 0, "{shown}");
    }
    let (vault, copy) = (house.vault_of_program(), house.path("copy"));
    fs::copy(&vault, &copy).unwrap();
    let mut session = Session::start(&house, "drivekey remove r1 --passphrase-file ~/passphrase.txt");
    session.await_end("Put this key into the trash? [y/N] ");
    fs::rename(&vault, house.path("aside")).unwrap();
    fs::rename(&copy, &vault).unwrap();
    session.type_line("y");
    let (shown, status) = session.end();
    let refused = "drivekey: another file was put in the vault's place meanwhile; nothing was changed.\n  Run the \
                   command again.\n";
    assert!(shown.ends_with(refused), "{shown}");
    assert_eq!(status.exit_code(), 1);
    assert_eq!(fs::read(vault).unwrap(), fs::read(house.path("aside")).unwrap());
}
