//! Saves one exported file to a path or to standard output, and says why writing failed.

use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::world::World;
use crate::cli::{interrupt, leftovers};
use drivekey_export::{NameProblem, Put, Seen, WriteError, save};

/// Where a file went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saved {
    /// To a path, and was read back.
    File(Put, Seen),
    /// To standard output.
    Output,
}

/// Whether standard output is meant.
pub(super) fn is_output(to: &Path) -> bool {
    to.as_os_str() == "-"
}

/// Writes the bytes to where they should go.
pub(super) fn save_to(world: &mut World<'_>, to: &Path, bytes: &[u8]) -> Result<Saved, Failure> {
    if is_output(to) {
        world.out.write_all(bytes)?;
        world.out.flush()?;
        return Ok(Saved::Output);
    }
    interrupt::sweep_at_the_end();
    let (put, seen) = save(to, bytes).map_err(|error| failure(error, to))?;
    leftovers::tell(
        world,
        to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new(".")),
    )?;
    Ok(Saved::File(put, seen))
}

/// Why a file was not exported, and what to do.
pub(super) fn failure(error: WriteError, path: &Path) -> Failure {
    let exit = match error {
        WriteError::Name(_) => Exit::Usage,
        WriteError::Exists => Exit::Refused,
        _ => Exit::Failed,
    };
    let (sentence, hint) = words(error, path);
    Failure::new(exit, sentence, hint)
}

/// The same as a sentence and a hint. The path is the file's, or the folder's where that is what is wrong.
fn words(error: WriteError, path: &Path) -> (String, &'static str) {
    let shown = path.display();
    let folder =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new(".")).display();
    match error {
        WriteError::Name(problem) => {
            (format!("{shown} cannot be written: {}", name_words(problem)), "choose another name")
        }
        WriteError::NoFolder => (format!("there is no folder {folder}"), "check the path, or make the folder first"),
        WriteError::NotAFolder => (format!("{folder} is no folder"), "name a folder that exists"),
        WriteError::Exists => (
            format!("there is something else at {shown} already; it was not touched"),
            "choose another name or folder with --to PATH",
        ),
        WriteError::ReadOnly => (
            format!("{folder} cannot be written: it is read-only, or you may not write there"),
            "look for a write-protect switch on the stick, or choose another place with --to PATH",
        ),
        WriteError::Full => {
            (format!("there is no room left in {folder}"), "make room, or choose another place with --to PATH")
        }
        WriteError::TooManyNames => (
            format!("the folder {folder} cannot hold another file, though there is room"),
            "the top folder of some sticks holds few files: make a folder on the stick and name it with --to PATH",
        ),
        WriteError::TooLarge => {
            (format!("{shown} is larger than a file may be there"), "choose another place with --to PATH")
        }
        WriteError::Gone => (
            format!("{folder} does not answer any more: the stick was pulled out, or it is broken"),
            "plug it in again and repeat the command; the vault was not changed",
        ),
        WriteError::Differs => (
            format!("{shown} did not read back as it was written, and was removed again"),
            "the stick is failing: use another one",
        ),
        WriteError::Io(kind) => {
            (format!("{shown} could not be written: {kind}"), "check the stick or disk and try again")
        }
    }
}

/// What is wrong with one file among several.
pub(super) fn brief(error: WriteError) -> String {
    match error {
        WriteError::Name(problem) => name_words(problem),
        WriteError::NoFolder | WriteError::NotAFolder => "there is no such folder".to_owned(),
        WriteError::Exists => "something else has this name already; it was not touched".to_owned(),
        WriteError::ReadOnly => "read-only, or you may not write there".to_owned(),
        WriteError::Full => "no room left".to_owned(),
        WriteError::TooManyNames => "the folder cannot hold another file".to_owned(),
        WriteError::TooLarge => "too large for this stick".to_owned(),
        WriteError::Gone => "the stick does not answer any more".to_owned(),
        WriteError::Differs => "did not read back as it was written, and was removed again".to_owned(),
        WriteError::Io(kind) => kind.to_string(),
    }
}

fn name_words(problem: NameProblem) -> String {
    match problem {
        NameProblem::Empty => "this is no name for a file".to_owned(),
        NameProblem::TooLong => "the name is longer than a stick allows".to_owned(),
        NameProblem::Character(c) if c.is_control() || c == char::REPLACEMENT_CHARACTER => {
            "a character in the name is not allowed on sticks and under Windows".to_owned()
        }
        NameProblem::Character(c) => format!("'{c}' in a name is not allowed on sticks and under Windows"),
        NameProblem::End => "Windows drops a dot or blank at the end of a name".to_owned(),
        NameProblem::Device => "Windows takes this name for a device".to_owned(),
    }
}
