//! Decodes pictures and draws the pages of PDFs in a child process, because the libraries for that have no ceilings of
//! their own. The child has no secret, no path and no environment; it gets bytes and returns texts, which are judged
//! here. If it dies, the file counts as not looked into.

mod child;
mod limits;
mod wire;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

pub(super) use child::serve;

use drivekey_flows::ScanReader;
use drivekey_sheet::{SCAN_BYTES, ScanError, Scanned, sort_payloads};

/// The word that makes this program the child. Not a command: people would find it among the completions.
const WORD: &str = "scan-reader";
/// Children at once. Each may take the memory of [`limits`], so that a machine with many cores does not give all it
/// has.
const CHILDREN: usize = 4;
/// How long a person waits at most for one file: twice what the child may compute, for machines that are busy.
const PATIENCE: Duration = Duration::from_secs(2 * limits::CPU_SECONDS);

/// How often a child that works is looked after.
const LOOK_AFTER: Duration = Duration::from_millis(50);

/// Whether the command line asks for the child.
pub(super) fn is_asked(mut arguments: impl Iterator<Item = OsString>) -> bool {
    arguments.nth(1).is_some_and(|word| word == WORD) && arguments.next().is_none()
}

/// Reads scans in children.
#[derive(Debug)]
pub(super) struct ChildReader {
    program: io::Result<PathBuf>,
    arguments: Vec<OsString>,
    patience: Duration,
    /// Those that wait for another file.
    children: [Mutex<Option<Worker>>; CHILDREN],
}

impl ChildReader {
    /// Children that run this same program.
    pub(super) fn of_this_program() -> Self {
        // The program that runs, even where another version took its place meanwhile.
        let itself = PathBuf::from("/proc/self/exe");
        let program = if cfg!(target_os = "linux") && itself.exists() { Ok(itself) } else { std::env::current_exe() };
        Self::new(program, vec![WORD.into()], PATIENCE)
    }

    fn new(program: io::Result<PathBuf>, arguments: Vec<OsString>, patience: Duration) -> Self {
        Self { program, arguments, patience, children: std::array::from_fn(|_| Mutex::default()) }
    }

    /// A child that nobody else uses.
    fn one(&self) -> MutexGuard<'_, Option<Worker>> {
        let free = self.children.iter().find_map(|child| child.try_lock().ok());
        free.unwrap_or_else(|| self.children[0].lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn start(&self) -> io::Result<Worker> {
        let program = self.program.as_ref().map_err(|error| io::Error::from(error.kind()))?;
        Worker::start(Command::new(program).args(&self.arguments))
    }

    fn payloads(&self, bytes: &[u8]) -> wire::Answer {
        let mut place = self.one();
        // What an earlier file left behind in a child must not spoil this one.
        let used = place.take().and_then(|worker| worker.ask(bytes, self.patience));
        let (worker, answer) = match used {
            Some(answered) => answered,
            None => self.start().ok().and_then(|worker| worker.ask(bytes, self.patience)).ok_or(ScanError::GaveUp)?,
        };
        *place = Some(worker);
        answer
    }
}

impl ScanReader for ChildReader {
    fn read(&self, bytes: &[u8]) -> Result<Vec<Scanned>, ScanError> {
        if bytes.len() > SCAN_BYTES {
            return Err(ScanError::TooLarge);
        }
        self.payloads(bytes).map(sort_payloads)
    }
}

/// One child that runs.
#[derive(Debug)]
struct Worker {
    process: Child,
    input: Option<ChildStdin>,
    output: Option<ChildStdout>,
    /// How many files it was given.
    files: u32,
}

impl Worker {
    fn start(command: &mut Command) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // The child inherits no variable of this process but the one by which Windows finds its own libraries.
        command.env_clear();
        let system = std::env::var_os("SystemRoot").filter(|_| cfg!(windows));
        command.envs(system.as_ref().map(|root| ("SystemRoot", root)));
        // No folder of the person's is kept from being unplugged.
        command.current_dir(system.map_or_else(|| PathBuf::from("/"), PathBuf::from));
        limits::without_window(command);
        let mut process = command.spawn()?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        Ok(Self { process, input, output, files: 0 })
    }

    /// Gives it a file and waits. A child that died, took too long or answered nonsense is gone.
    fn ask(mut self, bytes: &[u8], patience: Duration) -> Option<(Self, wire::Answer)> {
        self.files = self.files.checked_add(1)?;
        let (mut input, mut output) = (self.input.take()?, self.output.take()?);
        let files = self.files;
        let bytes = Zeroizing::new(bytes.to_vec());
        let (done, waiting) = mpsc::sync_channel(1);
        // In a thread of its own, because a pipe may block for as long as anything holds its other end.
        std::thread::spawn(move || {
            let answer = wire::send(&mut input, &bytes).and_then(|()| wire::receive(&mut output, files));
            let _ = done.send(answer.map(|answer| (input, output, answer)));
        });
        let began = Instant::now();
        let answered = loop {
            match waiting.recv_timeout(LOOK_AFTER.min(patience)) {
                Err(RecvTimeoutError::Timeout)
                    if began.elapsed() < patience && !limits::is_beyond(self.process.id()) => {}
                answered => break answered,
            }
        };
        let (input, output, answer) = answered.ok()?.ok()?;
        (self.input, self.output) = (Some(input), Some(output));
        Some((self, answer))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It has nothing to finish.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
#[path = "scan_reader/tests.rs"]
mod tests;
