//! The system's clipboard. A keeper process holds the secret for a while and then removes it, so that the command
//! itself can end at once.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use zeroize::Zeroizing;

use super::world::{Clipboard, ClipboardError};

/// The word that makes this program the keeper. Not a command: people would find it among the completions.
const KEEPER: &str = "clipboard-keeper";
/// The word by which the keeper says that the secret is in place.
const READY: &[u8; 3] = b"ok\n";
const SECRET_BYTES: u64 = 4096;

/// The clipboard of this desktop.
#[derive(Debug, Default)]
pub(super) struct SystemClipboard;

impl Clipboard for SystemClipboard {
    fn put_for(&mut self, secret: &str, keep: Duration) -> Result<(), ClipboardError> {
        let program = std::env::current_exe().map_err(|_| ClipboardError)?;
        let mut command = Command::new(program);
        command.arg(KEEPER).arg(keep.as_secs().to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        detach(&mut command);
        let mut keeper = command.spawn().map_err(|_| ClipboardError)?;
        let mut input = keeper.stdin.take().ok_or(ClipboardError)?;
        input.write_all(secret.as_bytes()).map_err(|_| ClipboardError)?;
        drop(input);
        let mut answer = [0; READY.len()];
        let read = keeper.stdout.take().ok_or(ClipboardError)?.read_exact(&mut answer);
        if read.is_ok() && answer == *READY { Ok(()) } else { Err(ClipboardError) }
    }

    fn text(&mut self) -> Result<Zeroizing<String>, ClipboardError> {
        let mut clipboard = arboard::Clipboard::new().map_err(|_| ClipboardError)?;
        clipboard.get_text().map(Zeroizing::new).map_err(|_| ClipboardError)
    }
}

/// The keeper must outlive the terminal's line and not receive its Ctrl-C.
#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// The same for a console: `DETACHED_PROCESS`.
#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const DETACHED_PROCESS: u32 = 0x0000_0008;
    command.creation_flags(DETACHED_PROCESS);
}

/// For how long, when the command line calls the keeper.
pub(super) fn keeper(arguments: &[OsString]) -> Option<Duration> {
    match arguments {
        [_, word, seconds] if word == KEEPER => seconds.to_str()?.parse().ok().map(Duration::from_secs),
        _ => None,
    }
}

/// The keeper: takes the secret from `input`, says so on `out`, waits, and clears the clipboard if nothing else was
/// put there meanwhile.
///
/// # Errors
/// [`ClipboardError`] when there is no clipboard.
pub(super) fn keep(input: &mut dyn Read, out: &mut dyn Write, keep: Duration) -> Result<(), ClipboardError> {
    let mut secret = Zeroizing::new(String::with_capacity(4096));
    input.take(SECRET_BYTES).read_to_string(&mut secret).map_err(|_| ClipboardError)?;
    let mut clipboard = arboard::Clipboard::new().map_err(|_| ClipboardError)?;
    put(&mut clipboard, &secret)?;
    out.write_all(READY).and_then(|()| out.flush()).map_err(|_| ClipboardError)?;
    std::thread::sleep(keep);
    let ours = clipboard.get_text().map(Zeroizing::new).is_ok_and(|now| *now == *secret);
    if ours {
        clipboard.clear().map_err(|_| ClipboardError)?;
    }
    Ok(())
}

#[cfg(all(unix, not(target_os = "macos")))]
fn put(clipboard: &mut arboard::Clipboard, secret: &str) -> Result<(), ClipboardError> {
    use arboard::SetExtLinux;
    clipboard.set().exclude_from_history().text(secret).map_err(|_| ClipboardError)
}

#[cfg(windows)]
fn put(clipboard: &mut arboard::Clipboard, secret: &str) -> Result<(), ClipboardError> {
    use arboard::SetExtWindows;
    clipboard
        .set()
        .exclude_from_monitoring()
        .exclude_from_cloud()
        .exclude_from_history()
        .text(secret)
        .map_err(|_| ClipboardError)
}

#[cfg(target_os = "macos")]
fn put(clipboard: &mut arboard::Clipboard, secret: &str) -> Result<(), ClipboardError> {
    use arboard::SetExtApple;
    clipboard.set().exclude_from_history().text(secret).map_err(|_| ClipboardError)
}
