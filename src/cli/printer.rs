//! Printing in words: what the system said, what stays behind, and why nothing was printed.

use super::exit::Exit;
use super::failure::Failure;
use super::outlet::printable;
use super::world::World;
use super::{interrupt, leftovers};
use drivekey_flows::printer::{self, PrintError, THROUGH_A_FILE};

/// What stays behind.
pub(super) const COPIES: &str = if cfg!(windows) {
    "Windows kept the page in its print queue (C:\\Windows\\System32\\spool\\PRINTERS) until it was printed, and the \
     printer may keep a copy."
} else {
    "The system keeps the page in its print queue (/var/spool/cups) until it is printed, maybe longer, and the printer \
     may keep a copy."
};

/// Hands a PDF to the printer, and returns what to say about it.
pub(super) fn print(world: &mut World<'_>, document: &[u8]) -> Result<String, Failure> {
    if THROUGH_A_FILE {
        if !world.terminal.is_present() {
            return Err(Failure::no_terminal(
                "printing needs somebody who says when the page is out",
                "write a file with --to FILE and print that",
            ));
        }
        interrupt::sweep_at_the_end();
        leftovers::tell(world, &std::env::temp_dir())?;
    }
    let terminal = &mut *world.terminal;
    let until_out = || terminal.ask_line("Press Enter when the page has come out of the printer. ").map(drop);
    let printed = printer::print(document, until_out)?;
    Ok(match printed.file {
        None => printed.said,
        Some((path, true)) => format!("The temporary file {} was removed.", printable(&path)),
        Some((path, false)) => format!(
            "The temporary file {} could NOT be removed: close the program that shows it, and delete it.",
            printable(&path)
        ),
    })
}

impl From<PrintError> for Failure {
    fn from(error: PrintError) -> Self {
        match error {
            PrintError::NoProgram if cfg!(windows) => Self::new(
                Exit::Failed,
                "Windows has no program that prints a PDF",
                "write a file with --to FILE and print that, or use --html and a browser",
            ),
            PrintError::NoProgram => Self::new(
                Exit::Failed,
                "this system has no program 'lp' to print with",
                "write a file with --to FILE and print that",
            ),
            PrintError::NotTaken => Self::new(
                Exit::Failed,
                "the system did not take the page for printing",
                "'lpstat -p' shows the printers; or write a file with --to FILE and print that",
            ),
            PrintError::Io(error) => error.into(),
        }
    }
}
