//! A child that runs commands and waits at a question, and a search of all of its memory.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "each test uses a part; a helper that cannot go on fails the test"
)]

pub(crate) mod keys;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use drivekey::cli::{Clipboard, ClipboardError, KdfPolicy, Surroundings, Terminal, World, run};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::cli_house::{LIMITS, now};
use keys::VaultKeys;

/// Set in the child: the folder with its files.
const CHILD: &str = "DRIVEKEY_MEMORY_CHILD";
/// What the child says where it waits.
const WAITING: &str = "waiting";
/// In place of a command: the child waits with no vault open.
pub(crate) const SHUT: &str = "shut";

/// The child's work; nothing where this process is none.
pub(crate) fn child() {
    let Some(folder) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    std::env::set_current_dir(&folder).unwrap();
    let mut commands = String::new();
    read_line(&mut unbuffered(), &mut commands);
    if commands == "keep" {
        let kept: Vec<Vec<u8>> =
            fs::read_dir("keys").unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
        announce();
        read_line(&mut unbuffered(), &mut String::new());
        return drop(kept);
    }
    for command in commands.split(';') {
        if command == SHUT {
            announce();
            read_line(&mut unbuffered(), &mut String::new());
            continue;
        }
        let (command, may_fail) = command.strip_prefix('?').map_or((command, false), |command| (command, true));
        // Everything else comes through the pipe, too; the key for `whose` ends with its line.
        let mut key = OneLine(false);
        let mut world = World {
            terminal: &mut Pipe,
            clipboard: &mut NoClipboard,
            scans: &drivekey_flows::ReadHere,
            input: &mut key,
            out: &mut io::sink(),
            err: &mut io::sink(),
            surroundings: Surroundings {
                data_folder: Some(folder.clone()),
                state_folder: Some(folder.join("state")),
                ..Surroundings::default()
            },
            now,
            kdf: KdfPolicy { limits: LIMITS, target: Duration::ZERO },
        };
        let arguments = ["drivekey", "--passphrase-file", "passphrase.txt"].into_iter().chain(command.split(' '));
        let exit = run(arguments.map(Into::into), &mut world);
        assert!(exit == drivekey::cli::Exit::Done || may_fail || command.starts_with("remove"), "{command}: {exit:?}");
    }
}

fn announce() {
    println!("\n{WAITING}");
    io::stdout().flush().unwrap();
}

fn read_line(input: &mut impl Read, line: &mut String) {
    let mut byte = [0];
    while input.read(&mut byte).is_ok_and(|count| count == 1) && byte[0] != b'\n' {
        line.push(char::from(byte[0]));
    }
}

/// The child's terminal: answers come from the pipe.
struct Pipe;

impl Pipe {
    fn line() -> Zeroizing<String> {
        let mut line = Zeroizing::new(String::with_capacity(256));
        read_line(&mut unbuffered(), &mut line);
        line
    }
}

/// Standard input byte by byte: what is read ahead would stay in this test's own buffer.
fn unbuffered() -> File {
    File::open("/dev/stdin").unwrap()
}

impl Terminal for Pipe {
    fn is_present(&mut self) -> bool {
        true
    }

    fn ask_secret(&mut self, _: &str) -> io::Result<SecretString> {
        Ok(SecretString::from(std::mem::take(&mut *Self::line())))
    }

    fn ask_line(&mut self, prompt: &str) -> io::Result<Zeroizing<String>> {
        if prompt.starts_with("Put this key") {
            announce();
        }
        if prompt.starts_with("There is no vault") || prompt.contains("Make one?") {
            return Ok(Zeroizing::new("y".to_owned()));
        }
        if prompt.starts_with("Store ") || prompt.starts_with("If the passphrase is forgotten") {
            return Ok(Zeroizing::new(if prompt.starts_with("Store ") { "y" } else { "n" }.to_owned()));
        }
        if prompt.starts_with("The file or folder") {
            return Ok(Zeroizing::new("n".to_owned()));
        }
        if prompt.starts_with("Key ID") || prompt.starts_with("Which computer") {
            return Ok(Zeroizing::new(String::new()));
        }
        Ok(Self::line())
    }

    fn say(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One line of the pipe as standard input.
struct OneLine(bool);

impl Read for OneLine {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.0 || bytes.is_empty() {
            return Ok(0);
        }
        let count = unbuffered().read(&mut bytes[..1])?;
        self.0 = count == 0 || bytes[0] == b'\n';
        Ok(count)
    }
}

struct NoClipboard;

impl Clipboard for NoClipboard {
    fn put_for(&mut self, _: &str, _: Duration) -> Result<(), ClipboardError> {
        Err(ClipboardError)
    }

    fn text(&mut self) -> Result<Zeroizing<String>, ClipboardError> {
        Err(ClipboardError)
    }
}

struct Watched {
    child: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Watched {
    fn start(folder: &Path, commands: &str, typed: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "memory::child", "--nocapture", "--test-threads=1"]).env(CHILD, folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{commands}").unwrap();
        if commands.contains("whose") || commands.contains("add") {
            writeln!(input, "{typed}").unwrap();
        }
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    fn until_it_waits(&mut self) {
        let mut said = String::new();
        while !said.ends_with(&format!("{WAITING}\n")) {
            assert_ne!(self.output.read_line(&mut said).unwrap(), 0, "it ended early: {said}");
        }
        // From saying so to reading.
        std::thread::sleep(Duration::from_millis(100));
    }

    fn memory(&self) -> io::Result<Memory> {
        Memory::of(self.child.id())
    }

    fn end(mut self) {
        let _ = writeln!(self.input, "n");
        drop(self.input);
        self.child.wait().unwrap();
    }
}

/// The memory of a child that ran these commands and waits at its question; `None` where it may not be read, which is
/// said.
pub(crate) fn memory_after(folder: &Path, commands: &str, typed: &str) -> Option<Memory> {
    let mut child = Watched::start(folder, commands, typed);
    child.until_it_waits();
    let memory = child.memory();
    child.end();
    match memory {
        Ok(memory) => Some(memory),
        Err(error) => {
            skip(&format!("another process's memory cannot be read ({error})"));
            None
        }
    }
}

/// Searches for these after the commands of each stage, in a child for each; `then` looks further after a stage.
pub(crate) fn nothing_remains(
    folder: &Path,
    needles: &BTreeMap<String, Vec<u8>>,
    typed: &str,
    stages: &[(&str, &str)],
    mut then: impl FnMut(&str),
) {
    for (stage, commands) in stages {
        let Some(memory) = memory_after(folder, commands, typed) else { return };
        assert!(memory.bytes > 1 << 20, "hardly any memory was read");
        let found = memory.search(needles);
        assert!(found.is_empty(), "after {stage}: {found:#?}");
        // The question is asked with the vault open.
        VaultKeys::beside(folder).once_in(&memory, stage);
        then(stage);
    }
}

pub(crate) struct Memory {
    pub(crate) regions: Vec<(String, Vec<u8>)>,
    pub(crate) bytes: usize,
}

impl Memory {
    /// All that a process can write to.
    pub(crate) fn of(process: u32) -> io::Result<Self> {
        let process = PathBuf::from(format!("/proc/{process}"));
        let mut all = File::open(process.join("mem"))?;
        let mut memory = Memory { regions: Vec::new(), bytes: 0 };
        for line in fs::read_to_string(process.join("maps"))?.lines() {
            let mut words = line.split_whitespace();
            let (range, access) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let name = words.nth(3).unwrap_or("anonymous").to_owned();
            let Some((from, to)) = range.split_once('-') else { continue };
            let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
            if !access.starts_with("rw") {
                continue;
            }
            let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
            all.seek(SeekFrom::Start(from))?;
            if all.read_exact(&mut bytes).is_ok() {
                memory.bytes += bytes.len();
                memory.regions.push((name, bytes));
            }
        }
        Ok(memory)
    }

    /// What was found, how often and where.
    pub(crate) fn search(&self, needles: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut begins = vec![false; 1 << 16];
        for needle in needles.values() {
            begins[two(needle)] = true;
        }
        for (region, bytes) in &self.regions {
            for at in 0..bytes.len().saturating_sub(1) {
                if !begins[two(&bytes[at..])] {
                    continue;
                }
                for (name, _) in needles.iter().filter(|(_, needle)| bytes[at..].starts_with(needle)) {
                    found.entry(name.clone()).or_default().push(format!("{region}+{at:#x}"));
                }
            }
        }
        found
    }
}

fn two(bytes: &[u8]) -> usize {
    usize::from(u16::from_le_bytes([bytes[0], bytes[1]]))
}

/// Where something is missing on a person's machine; never in CI.
fn skip(why: &str) {
    assert!(std::env::var_os("DRIVEKEY_CI").is_none(), "{why}");
    println!("skipped: {why}");
}
