//! The real program in a pseudo-terminal, against `tests/transcripts/terminal`: everything that appears on the screen,
//! to the letter. Few, since each unlocking takes a second.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a helper that cannot go on fails the test")]

mod cli_house;

use std::fs;
use std::path::Path;
use std::time::Duration;

use cli_house::terminal::Session;
use cli_house::{House, ID_1, KEY_1};

/// The program prints its question and then turns the echo off.
const BEFORE_TYPING: Duration = Duration::from_millis(200);

#[test]
fn every_screen_is_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts/terminal");
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
        let (typed, after) = rest[at..].trim_start_matches(['‹', '«']).split_once(if visible { '»' } else { '›' }).unwrap();
        session.type_line(typed);
        expected.push_str(if visible { typed } else { "" });
        rest = after;
    }
    expected.push_str(rest);
    let (shown, status) = session.end();
    assert_eq!(shown, expected, "drivekey {command}");
    assert_eq!(status.exit_code(), code.trim().parse::<u32>().unwrap(), "drivekey {command}: {shown}");
}
