//! Everything outside that a command touches: terminal, clipboard, streams, clock, places, cost of the key derivation.
//! `main` or a test hands it in, and no command reaches past it.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use zeroize::Zeroizing;

use drivekey_drives::Roots;
use drivekey_flows::ScanReader;
pub use drivekey_flows::slots::KdfPolicy;

/// A person at a terminal, whatever the standard streams are connected to.
pub trait Terminal {
    /// Whether there is one.
    fn is_present(&mut self) -> bool;

    /// Asks for one line that must not appear on the screen.
    ///
    /// # Errors
    /// When the terminal fails or ends.
    fn ask_secret(&mut self, prompt: &str) -> io::Result<SecretString>;

    /// Asks for one line; it comes without its line end.
    ///
    /// # Errors
    /// When the terminal fails or ends.
    fn ask_line(&mut self, prompt: &str) -> io::Result<Zeroizing<String>>;

    /// Shows a text.
    ///
    /// # Errors
    /// When the terminal fails.
    fn say(&mut self, text: &str) -> io::Result<()>;

    /// Clears the screen and what was scrolled off it.
    ///
    /// # Errors
    /// When the terminal fails.
    fn clear(&mut self) -> io::Result<()>;
}

/// The system's clipboard.
pub trait Clipboard {
    /// Puts a secret there, out of its history, and sees to it that it is gone again after `keep`.
    ///
    /// # Errors
    /// [`ClipboardError`] when there is no clipboard.
    fn put_for(&mut self, secret: &str, keep: Duration) -> Result<(), ClipboardError>;

    /// What is there now, as text.
    ///
    /// # Errors
    /// [`ClipboardError`] when there is no clipboard, or no text in it.
    fn text(&mut self) -> Result<Zeroizing<String>, ClipboardError>;
}

/// The clipboard cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no clipboard")]
pub struct ClipboardError;

/// The file that standard output goes into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OutFile {
    /// It goes into none: a terminal, a pipe, a printer.
    #[default]
    None,
    /// This one.
    At(PathBuf),
    /// One whose path this system does not tell.
    Somewhere,
}

/// Where things lie and what the streams are.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The value of `DRIVEKEY_VAULT`.
    pub vault_variable: Option<PathBuf>,
    /// The user's folder for data.
    pub data_folder: Option<PathBuf>,
    /// The folder for what this machine remembers.
    pub state_folder: Option<PathBuf>,
    /// Standard output is a terminal.
    pub out_is_terminal: bool,
    /// Where standard output ends up.
    pub out_file: OutFile,
    /// Standard error is a terminal.
    pub err_is_terminal: bool,
    /// Where the system keeps its account of drives.
    pub drives: Roots,
    /// The program has a console window of its own, which closes when it ends.
    pub own_window: bool,
}

/// All of it.
pub struct World<'a> {
    /// The person.
    pub terminal: &'a mut dyn Terminal,
    /// The clipboard.
    pub clipboard: &'a mut dyn Clipboard,
    /// The reader of scans.
    pub scans: &'a dyn ScanReader,
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Places and streams.
    pub surroundings: Surroundings,
    /// The clock.
    pub now: fn() -> DateTime<Utc>,
    /// The cost of new passphrases.
    pub kdf: KdfPolicy,
}

impl World<'_> {
    /// What was printed so far stands before what follows on another stream. That nobody reads it stops nothing.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        match self.out.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
