//! The system's printer. It gets the page through a pipe, or on Windows through a file that is then removed.

use super::exit::Exit;
use super::failure::Failure;
use super::world::World;

/// What stays behind.
pub(super) const COPIES: &str = if cfg!(windows) {
    "Windows kept the page in its print queue (C:\\Windows\\System32\\spool\\PRINTERS) until it was printed, and the printer may keep a copy."
} else {
    "The system keeps the page in its print queue (/var/spool/cups) until it is printed, maybe longer, and the printer may keep a copy."
};

/// Hands a PDF to the printer. Gives back what the system said of it.
#[cfg(not(windows))]
pub(super) fn print(_: &mut World<'_>, document: &[u8]) -> Result<String, Failure> {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let none = || {
        Failure::new(
            Exit::Failed,
            "this system has no program 'lp' to print with",
            "write a file with --to FILE and print that",
        )
    };
    // A name that tells nothing: it stands in the queue and on the printer's panel.
    let mut lp = Command::new("lp")
        .args(["-t", "drivekey", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| none())?;
    let sent = lp.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(document));
    let done = lp.wait_with_output()?;
    if !done.status.success() || sent.is_err() {
        return Err(Failure::new(
            Exit::Failed,
            "the system did not take the page for printing",
            "'lpstat -p' shows the printers; or write a file with --to FILE and print that",
        ));
    }
    let said: String = String::from_utf8_lossy(&done.stdout)
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    Ok(said)
}

/// Hands a PDF to the printer: through a temporary file, since Windows prints only files.
#[cfg(windows)]
pub(super) fn print(world: &mut World<'_>, document: &[u8]) -> Result<String, Failure> {
    use std::io::Write;
    use std::process::Command;

    use super::{interrupt, leftovers};
    use drivekey_files::private::Passing;

    if !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "printing needs somebody who says when the page is out",
            "write a file with --to FILE and print that",
        ));
    }
    interrupt::sweep_at_the_end();
    let folder = std::env::temp_dir();
    leftovers::tell(world, &folder)?;
    let (mut file, page) = Passing::make_pdf(&folder)?;
    file.write_all(document)?;
    file.sync_all()?;
    drop(file);
    let sent = Command::new("powershell")
        .args(["-NoProfile", "-NonInteractive", "-Command", "Start-Process -FilePath $env:DRIVEKEY_PAGE -Verb Print"])
        .env("DRIVEKEY_PAGE", page.path())
        .status();
    if sent.is_ok_and(|status| status.success()) {
        let _ = world.terminal.ask_line("Press Enter when the page has come out of the printer. ")?;
    } else {
        page.remove()?;
        return Err(Failure::new(
            Exit::Failed,
            "Windows has no program that prints a PDF",
            "write a file with --to FILE and print that, or use --html and a browser",
        ));
    }
    let name = super::outlet::printable(page.path());
    match page.remove() {
        Ok(()) => Ok(format!("The temporary file {name} was removed.")),
        Err(_) => Ok(format!(
            "The temporary file {name} could NOT be removed: close the program that shows it, and delete it."
        )),
    }
}
