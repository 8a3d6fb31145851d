//! The real program in a pseudo-terminal: what it shows, and what is typed.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, PtySize, native_pty_system};

use super::House;

const PATIENCE: Duration = Duration::from_secs(30);

/// One command, running.
pub(crate) struct Session {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: std::thread::JoinHandle<()>,
    house: String,
}

impl Session {
    /// Starts a line of a shell; `~/` is the house.
    pub(crate) fn start(house: &House, command: &str) -> Self {
        let root = house.root().display().to_string();
        let size = PtySize { rows: 50, cols: 200, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let program = env!("CARGO_BIN_EXE_drivekey");
        let mut builder = CommandBuilder::new("/bin/sh");
        builder
            .args(["-c", &command.replace("drivekey ", &format!("'{program}' ")).replace("~/", &format!("{root}/"))]);
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

    pub(crate) fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    fn text(&self) -> String {
        readable(&self.shown.lock().unwrap(), &self.house)
    }

    /// Waits until this, and nothing else, stands on the screen.
    pub(crate) fn expect(&self, expected: &str) {
        let start = Instant::now();
        while self.text() != expected {
            assert!(start.elapsed() < PATIENCE, "expected:\n{expected}\nshown:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until what stands on the screen ends so.
    pub(crate) fn await_end(&self, end: &str) {
        let start = Instant::now();
        while !self.text().ends_with(end) {
            assert!(start.elapsed() < PATIENCE, "expected at the end:\n{end}\nshown:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn type_line(&mut self, text: &str) {
        self.keyboard.write_all(format!("{text}\r").as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits for its end; gives everything that was shown.
    pub(crate) fn end(mut self) -> (String, ExitStatus) {
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
    String::from_utf8_lossy(shown)
        .replace("\r\n", "\n")
        .replace('\u{1b}', "␛")
        .replace(house, "~")
        .replace(&today, "(today)")
}
