//! A house of its own for tests of the command line: folders, a clock, a clipboard and a person at a terminal who
//! answers from a script. Commands run in this process, with a cheap key derivation.
#![allow(dead_code, reason = "each test program uses another part of the house")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

#[cfg(unix)]
pub(crate) mod terminal;
pub(crate) mod transcript;
pub(crate) mod volumes;

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use drivekey::cli::{Clipboard, ClipboardError, KdfPolicy, OutFile, Surroundings, Terminal, World, run};
use drivekey_vault::seal::{KdfCost, KdfLimits};
use drivekey_vault::{Locked, Machine, Vault};
use secrecy::SecretString;
use zeroize::Zeroizing;

/// The cheap key derivation of all tests.
pub(crate) const LIMITS: KdfLimits = KdfLimits {
    floor: KdfCost { memory_kib: 1024, passes: 1, lanes: 1 },
    ceiling: KdfCost { memory_kib: 4096, passes: 4, lanes: 4 },
};
/// Strong enough to be taken without a question.
pub(crate) const PASSPHRASE: &str = "violet tractor hums quietly";
/// Made-up keys that are formally valid.
pub(crate) const KEY_1: &str = "471207-278498-422125-177177-561902-537405-468006-693451";
pub(crate) const ID_1: &str = "7EDB30ED-1234-4ABC-9DEF-0123456789AB";
pub(crate) const KEY_2: &str = "599907-126192-034078-378543-435050-262383-683309-100661";
pub(crate) const ID_2: &str = "9C1F44B2-52D3-4E0A-8F6B-00AA11BB22CC";

/// Where a text went or came from, in the order in which it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
    Said,
    AskedLine,
    AskedSecret,
    Cleared,
}

/// What happened, merged where neighbours went to the same place. Questions carry their answer.
pub(crate) type Log = Rc<RefCell<Vec<(Stream, String)>>>;

/// A person whose answers are known beforehand.
pub(crate) struct Person {
    pub(crate) present: bool,
    pub(crate) answers: VecDeque<String>,
    pub(crate) log: Log,
}

impl Person {
    fn answer(&mut self, stream: Stream, prompt: &str) -> io::Result<String> {
        let Some(answer) = self.answers.pop_front() else {
            self.log.borrow_mut().push((stream, format!("{prompt}‹nobody answers›")));
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        self.log.borrow_mut().push((stream, format!("{prompt}‹{answer}›")));
        Ok(answer)
    }
}

impl Terminal for Person {
    fn is_present(&mut self) -> bool {
        self.present
    }

    fn ask_secret(&mut self, prompt: &str) -> io::Result<SecretString> {
        self.answer(Stream::AskedSecret, prompt).map(SecretString::from)
    }

    fn ask_line(&mut self, prompt: &str) -> io::Result<Zeroizing<String>> {
        self.answer(Stream::AskedLine, prompt).map(Zeroizing::new)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        note(&self.log, Stream::Said, text);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        note(&self.log, Stream::Cleared, "");
        Ok(())
    }
}

/// A clipboard that remembers what it was given.
#[derive(Default)]
pub(crate) struct FakeClipboard {
    /// `None`: there is no clipboard.
    pub(crate) content: Option<String>,
    pub(crate) put: Vec<(String, Duration)>,
}

impl Clipboard for FakeClipboard {
    fn put_for(&mut self, secret: &str, keep: Duration) -> Result<(), ClipboardError> {
        secret.clone_into(self.content.as_mut().ok_or(ClipboardError)?);
        self.put.push((secret.to_owned(), keep));
        Ok(())
    }

    fn text(&mut self) -> Result<Zeroizing<String>, ClipboardError> {
        self.content.clone().map(Zeroizing::new).ok_or(ClipboardError)
    }
}

struct Recorded {
    stream: Stream,
    log: Log,
}

impl Write for Recorded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        note(&self.log, self.stream, std::str::from_utf8(bytes).expect("text"));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn note(log: &Log, stream: Stream, text: &str) {
    let mut log = log.borrow_mut();
    match log.last_mut() {
        Some((last, so_far)) if *last == stream => so_far.push_str(text),
        _ => log.push((stream, text.to_owned())),
    }
}

/// What a command did.
pub(crate) struct Outcome {
    pub(crate) exit: u8,
    pub(crate) log: Vec<(Stream, String)>,
    pub(crate) unused_answers: usize,
}

impl Outcome {
    pub(crate) fn on(&self, stream: Stream) -> String {
        self.log.iter().filter(|(on, _)| *on == stream).map(|(_, text)| text.as_str()).collect()
    }

    pub(crate) fn out(&self) -> String {
        self.on(Stream::Out)
    }

    pub(crate) fn err(&self) -> String {
        self.on(Stream::Err)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out()).unwrap_or_else(|error| panic!("{error}: {:?}", self.log))
    }
}

/// The house.
pub(crate) struct House {
    folder: tempfile::TempDir,
    pub(crate) clipboard: FakeClipboard,
    pub(crate) terminal: bool,
    pub(crate) out_is_terminal: bool,
    pub(crate) out_file: OutFile,
    pub(crate) stdin: String,
    pub(crate) scans: &'static dyn drivekey_flows::ScanReader,
}

impl House {
    /// Without a vault.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passphrase.txt"), format!("{PASSPHRASE}\n")).unwrap();
        // A system without drives, all of it in memory.
        fs::create_dir_all(folder.path().join("system/proc/self")).unwrap();
        fs::write(folder.path().join("system/proc/self/mountinfo"), "1 1 0:1 / / rw - tmpfs tmpfs rw\n").unwrap();
        Self {
            folder,
            clipboard: FakeClipboard { content: Some(String::new()), put: Vec::new() },
            terminal: true,
            out_is_terminal: false,
            out_file: OutFile::None,
            stdin: String::new(),
            scans: &drivekey_flows::ReadHere,
        }
    }

    /// With an empty vault.
    pub(crate) fn with_vault() -> Self {
        let mut house = Self::new();
        let made = house.given(&["init"], &[]);
        assert_eq!(made.exit, 0, "{:?}", made.log);
        house
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// `~/a/b` in the house.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        name.strip_prefix("~/").unwrap_or(name).split('/').fold(self.root().to_owned(), |path, part| path.join(part))
    }

    pub(crate) fn vault(&self) -> PathBuf {
        self.path("data/vault.drivekey")
    }

    /// Where the real program keeps its own, in a terminal session.
    pub(crate) fn vault_of_program(&self) -> PathBuf {
        self.path("data/drivekey/vault.drivekey")
    }

    pub(crate) fn machine(&self) -> Machine {
        Machine::new(Some(self.path("state")))
    }

    /// Writes a file with the folders above it.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A file as Windows 10 writes it.
    pub(crate) fn key_file(&self, name: &str, id: &str, key: &str) -> PathBuf {
        self.write(name, &windows_txt(id, key))
    }

    /// Runs a command with these answers; `~/` in an argument is the house.
    pub(crate) fn run(&mut self, arguments: &[&str], answers: &[&str]) -> Outcome {
        let log = Log::default();
        let mut person = Person {
            present: self.terminal,
            answers: answers.iter().map(ToString::to_string).collect(),
            log: log.clone(),
        };
        let mut world = World {
            terminal: &mut person,
            clipboard: &mut self.clipboard,
            scans: self.scans,
            input: &mut io::Cursor::new(std::mem::take(&mut self.stdin).into_bytes()),
            out: &mut Recorded { stream: Stream::Out, log: log.clone() },
            err: &mut Recorded { stream: Stream::Err, log: log.clone() },
            surroundings: Surroundings {
                vault_variable: None,
                data_folder: Some(self.folder.path().join("data")),
                state_folder: Some(self.folder.path().join("state")),
                out_is_terminal: self.out_is_terminal,
                out_file: self.out_file.clone(),
                err_is_terminal: false,
                drives: drivekey_drives::Roots::below(&self.folder.path().join("system")),
                own_window: false,
            },
            now,
            kdf: KdfPolicy { limits: LIMITS, target: Duration::ZERO },
        };
        let folder = self.folder.path();
        let in_house = |argument: &&str| match argument.strip_prefix("~/") {
            Some(rest) => rest.split('/').fold(folder.to_owned(), |path, part| path.join(part)).into_os_string(),
            None => argument.into(),
        };
        let exit = run(std::iter::once("drivekey".into()).chain(arguments.iter().map(in_house)), &mut world).code();
        let unused_answers = person.answers.len();
        drop(person);
        Outcome { exit, log: log.take(), unused_answers }
    }

    /// Runs a command that gets the passphrase from a file.
    pub(crate) fn given(&mut self, arguments: &[&str], answers: &[&str]) -> Outcome {
        let mut all = arguments.to_vec();
        all.extend(["--passphrase-file", "~/passphrase.txt"]);
        self.run(&all, answers)
    }

    /// The names of the vault's keyslots, in the file's order.
    pub(crate) fn slots(&self) -> Vec<String> {
        let vault: Result<Vault<Locked>, _> = Vault::open(&self.vault(), LIMITS, self.machine());
        vault.map(|vault| vault.slot_ids().map(|slot| slot.to_string()).collect()).unwrap_or_default()
    }

    /// Content and time of all files but those in folders of this program's own.
    pub(crate) fn others(&self) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.root().to_owned()];
        while let Some(folder) = open.pop() {
            for item in fs::read_dir(folder).unwrap() {
                let path = item.unwrap().path();
                let data = path.symlink_metadata().unwrap();
                if data.is_dir() && !["data", "state"].iter().any(|own| path == self.root().join(own)) {
                    open.push(path);
                } else if data.is_file() && data.len() < 1 << 20 {
                    found.insert(path.clone(), (fs::read(&path).unwrap_or_default(), data.modified().unwrap()));
                }
            }
        }
        found
    }
}

/// The clock of all tests.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

/// The English text of Windows 10 in UTF-16.
pub(crate) fn windows_txt(id: &str, key: &str) -> Vec<u8> {
    let text = format!(
        "BitLocker Drive Encryption recovery key \r\n\r\nTo verify that this is the correct recovery key, compare the \
         start of the following identifier with the identifier value displayed on your \
         PC.\r\n\r\nIdentifier:\r\n\r\n\t{id}\r\n\r\nIf the above identifier matches the one displayed by your PC, \
         then use the following key to unlock your drive.\r\n\r\nRecovery Key:\r\n\r\n\t{key}\r\n\r\nIf the above \
         identifier doesn't match the one displayed by your PC, then this isn't the right key to unlock your \
         drive.\r\nTry another recovery key, or refer to https://go.microsoft.com/fwlink/?LinkID=260589 for \
         additional assistance.\r\n"
    );
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Two groups of six digits next to each other, or a long row of digits: those of a key.
pub(crate) fn shows_digits(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let digits = |word: &str, fewest: usize| word.len() >= fewest && word.bytes().all(|byte| byte.is_ascii_digit());
    let group = |word: &str| word.len() == 6 && digits(word, 6);
    words.windows(2).any(|pair| group(pair[0]) && group(pair[1])) || words.iter().any(|word| digits(word, 18))
}
