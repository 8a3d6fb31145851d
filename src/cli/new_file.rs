//! Writes a new file with secrets in it, says why it could not, and names what earlier runs left beside it.

use std::io;
use std::path::Path;

use super::exit::Exit;
use super::failure::Failure;
use super::world::World;
use super::{interrupt, leftovers};
use drivekey_flows::new_file::{self, NewFileError};

pub(super) use drivekey_flows::new_file::free;

/// Writes the file. Whatever fails or ends the program, nothing is left behind.
pub(super) fn write(world: &mut World<'_>, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    interrupt::sweep_at_the_end();
    new_file::write(path, bytes)?;
    tell_of_leftovers(world, path)
}

/// What earlier runs left beside it.
pub(super) fn tell_of_leftovers(world: &mut World<'_>, path: &Path) -> Result<(), Failure> {
    leftovers::tell(world, path.parent().unwrap_or(Path::new(".")))
}

impl From<NewFileError> for Failure {
    fn from(error: NewFileError) -> Self {
        match error {
            NewFileError::Exists(path) => Self::refused(
                format!("there is a file at {} already; it was not touched", path.display()),
                "choose another name with --to FILE",
            ),
            NewFileError::NoFolder(path) => Self::new(
                Exit::Failed,
                format!("there is no folder for {}", path.display()),
                "make it first, or choose another place",
            ),
            NewFileError::NotWritten { path, source } => not_written(&path, &source),
            NewFileError::Differs(path) => Self::new(
                Exit::Failed,
                format!("what was written to {} does not read back as it was", path.display()),
                "the medium is failing; choose another",
            ),
        }
    }
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    let (why, hint) = match error.kind() {
        io::ErrorKind::StorageFull => ("the disk is full".to_owned(), "make room, or choose another place"),
        io::ErrorKind::PermissionDenied => ("you may not write there".to_owned(), "choose another place"),
        io::ErrorKind::ReadOnlyFilesystem => ("the medium is read-only".to_owned(), "choose another place"),
        kind => (kind.to_string(), "check the medium, or choose another place"),
    };
    Failure::new(Exit::Failed, format!("{} was not written: {why}", path.display()), hint)
}
