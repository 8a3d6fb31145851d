//! The real program in a pseudo-terminal, against `tests/transcripts/terminal`: everything that appears on the screen,
//! to the letter. Few, since each unlocking takes a second.
#![cfg(unix)]

mod cli_house;

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cli_house::{House, ID_1, KEY_1};
use portable_pty::{CommandBuilder, ExitStatus, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(30);
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

struct Session {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: std::thread::JoinHandle<()>,
    house: String,
}

impl Session {
    fn start(house: &House, command: &str) -> Self {
        let root = house.root().display().to_string();
        let size = PtySize { rows: 50, cols: 200, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let program = env!("CARGO_BIN_EXE_drivekey");
        let mut builder = CommandBuilder::new("/bin/sh");
        builder.args(["-c", &command.replace("drivekey ", &format!("'{program}' ")).replace("~/", &format!("{root}/"))]);
        builder.env_clear();
        builder.env("HOME", &root);
        builder.env("XDG_DATA_HOME", format!("{root}/data"));
        builder.env("XDG_STATE_HOME", format!("{root}/state"));
        builder.env("PATH", "/usr/bin:/bin");
        builder.env("TERM", "xterm");
        let child = pair.slave.spawn_command(builder).unwrap();
        drop(pair.slave);
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (mut screen, so_far) = (pair.master.try_clone_reader().unwrap(), shown.clone());
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // At the end a terminal gives an error in place of nothing.
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                so_far.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self { child, keyboard: pair.master.take_writer().unwrap(), shown, reader, house: root }
    }

    fn text(&self) -> String {
        readable(&self.shown.lock().unwrap(), &self.house)
    }

    fn expect(&self, expected: &str) {
        let start = Instant::now();
        while self.text() != expected {
            assert!(start.elapsed() < PATIENCE, "expected:\n{expected}\nshown:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn type_line(&mut self, text: &str) {
        self.keyboard.write_all(format!("{text}\r").as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn end(mut self) -> (String, ExitStatus) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                panic!("it does not end:\n{}", self.text());
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let (shown, house) = (self.shown.clone(), self.house.clone());
        self.reader.join().unwrap();
        let text = readable(&shown.lock().unwrap(), &house);
        (text, status)
    }
}

/// Without what is different each time: the house's name and the day.
fn readable(shown: &[u8], house: &str) -> String {
    let today = chrono::Utc::now().format("%Y-%m-%d").to_string();
    String::from_utf8_lossy(shown).replace("\r\n", "\n").replace('\u{1b}', "␛").replace(house, "~").replace(&today, "(today)")
}
