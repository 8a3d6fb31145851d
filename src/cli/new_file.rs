//! A new file with secrets in it: without its name until it is whole and has reached the medium, in nobody's place,
//! read back and compared. Must not know what is in it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::exit::Exit;
use super::failure::Failure;
use super::world::World;
use super::{interrupt, leftovers};
use drivekey_files::private::{Draft, sync_folder};

/// Nothing may be at the path, and its folder must be there.
pub(super) fn free(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    match path.parent() {
        Some(folder) if folder.is_dir() => Ok(()),
        _ => Err(Failure::new(
            Exit::Failed,
            format!("there is no folder for {}", path.display()),
            "make it first, or choose another place",
        )),
    }
}

/// Writes the file. Whatever fails or ends the program, nothing is left behind.
pub(super) fn write(world: &mut World<'_>, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    Unplaced::write(path, bytes)?.place()?;
    tell_of_leftovers(world, path)
}

/// What earlier runs left beside it.
pub(super) fn tell_of_leftovers(world: &mut World<'_>, path: &Path) -> Result<(), Failure> {
    leftovers::tell(world, path.parent().unwrap_or(Path::new(".")))
}

/// A file that is whole and has not its name yet.
pub(super) struct Unplaced<'a> {
    draft: Draft,
    path: &'a Path,
    bytes: &'a [u8],
}

impl<'a> Unplaced<'a> {
    pub(super) fn write(path: &'a Path, bytes: &'a [u8]) -> Result<Self, Failure> {
        interrupt::sweep_at_the_end();
        let draft = Draft::with_bytes(bytes, path).map_err(|error| not_written(path, &error))?;
        Ok(Self { draft, path, bytes })
    }

    /// For what must not go on without the file: from here on not even a kill takes it.
    pub(super) fn hold(&mut self) -> Result<(), Failure> {
        self.draft.hold().map_err(|error| not_written(self.path, &error))
    }

    /// Where it fails there is no file.
    pub(super) fn place(self) -> Result<(), Failure> {
        let Self { draft, path, bytes } = self;
        draft.place(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(path),
            _ => not_written(path, &error),
        })?;
        // The name is there, whether or not it has reached the medium.
        let _ = sync_folder(path.parent().unwrap_or(Path::new(".")));
        read_back(path, bytes).inspect_err(|_| {
            // Ours, and of no use.
            let _ = std::fs::remove_file(path);
        })
    }
}

fn read_back(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut back = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
    let read = File::open(path).and_then(|file| file.take(bytes.len() as u64 + 1).read_to_end(&mut back));
    read.map_err(|error| not_written(path, &error))?;
    if *back != bytes {
        return Err(Failure::new(
            Exit::Failed,
            format!("what was written to {} does not read back as it was", path.display()),
            "the medium is failing; choose another",
        ));
    }
    Ok(())
}

fn exists(path: &Path) -> Failure {
    Failure::refused(
        format!("there is a file at {} already; it was not touched", path.display()),
        "choose another name with --to FILE",
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_there_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.pdf");
        assert!(free(&path).is_ok());
        std::fs::write(&path, b"one").unwrap();
        assert_eq!(free(&path).unwrap_err().exit, Exit::Refused);
        assert_eq!(free(&folder.path().join("none/page.pdf")).unwrap_err().exit, Exit::Failed);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_something_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link.pdf");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
        assert_eq!(free(&link).unwrap_err().exit, Exit::Refused);
    }

    #[test]
    fn what_reads_back_otherwise_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.pdf");
        for other in [b"two".as_slice(), b"on", b"ones", b""] {
            let mut page = Unplaced::write(&path, other).unwrap();
            page.bytes = b"one";
            assert!(page.place().is_err() && std::fs::read_dir(folder.path()).unwrap().count() == 0);
        }
        Unplaced::write(&path, b"one").unwrap().place().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(Unplaced::write(&path, b"two").unwrap().place().unwrap_err().exit, Exit::Refused);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
    }
}
