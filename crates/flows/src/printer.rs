//! The system's printer. It gets the page through a pipe, or on Windows through a file that is then removed.

use std::io;
use std::path::PathBuf;

/// Why nothing was printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The system has no program that prints a PDF.
    #[error("no program prints here")]
    NoProgram,
    /// The system did not take the page.
    #[error("the page was not taken")]
    NotTaken,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What is known of a page that was handed over.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// What the system said of the order, on one line; may be empty.
    pub said: String,
    /// The temporary file, where one was needed, and whether it could be removed again.
    pub file: Option<(PathBuf, bool)>,
}

/// Whether the page goes through a temporary file, which [`print()`] keeps until the page has come out.
pub const THROUGH_A_FILE: bool = cfg!(windows);

/// Hands a PDF to the printer. Where [`THROUGH_A_FILE`] is set, `until_out` returns when the page has come out.
///
/// # Errors
/// [`PrintError`].
#[cfg(not(windows))]
pub fn print(document: &[u8], _: impl FnOnce() -> io::Result<()>) -> Result<Printed, PrintError> {
    use std::io::Write;
    use std::process::{Command, Stdio};

    // A name that tells nothing: it stands in the queue and on the printer's panel.
    let mut lp = Command::new("lp")
        .args(["-t", "drivekey", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| PrintError::NoProgram)?;
    let sent = lp.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(document));
    let done = lp.wait_with_output()?;
    if !done.status.success() || sent.is_err() {
        return Err(PrintError::NotTaken);
    }
    let answer = String::from_utf8_lossy(&done.stdout);
    let said = answer.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    Ok(Printed { said, file: None })
}

/// Hands a PDF to the printer. Windows prints only files, so there is one until `until_out` returns.
///
/// # Errors
/// [`PrintError`].
#[cfg(windows)]
pub fn print(document: &[u8], until_out: impl FnOnce() -> io::Result<()>) -> Result<Printed, PrintError> {
    use std::io::Write;
    use std::process::Command;

    use drivekey_files::private::Passing;

    let (mut file, page) = Passing::make_pdf(&std::env::temp_dir())?;
    file.write_all(document)?;
    file.sync_all()?;
    drop(file);
    let sent = Command::new("powershell")
        .args(["-NoProfile", "-NonInteractive", "-Command", "Start-Process -FilePath $env:DRIVEKEY_PAGE -Verb Print"])
        .env("DRIVEKEY_PAGE", page.path())
        .status();
    if !sent.is_ok_and(|status| status.success()) {
        page.remove()?;
        return Err(PrintError::NoProgram);
    }
    until_out()?;
    let path = page.path().to_owned();
    let is_removed = page.remove().is_ok();
    Ok(Printed { said: String::new(), file: Some((path, is_removed)) })
}
