//! A new file with secrets in it: written beside its place, synced, renamed without replacing anything, read back and
//! compared. Must not know what is in it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use super::exit::Exit;
use super::failure::Failure;

/// Nothing may be at the path, and its folder must be there.
pub(super) fn free(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    match path.parent() {
        Some(folder) if folder.is_dir() => Ok(()),
        _ => {
            Err(Failure::new(Exit::Failed, format!("there is no folder for {}", path.display()), "make it first, or choose another place"))
        }
    }
}

/// Writes the file. Whatever fails, nothing is left behind.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = |error: io::Error| not_written(path, &error);
    let mut file = tempfile::Builder::new().prefix(".drivekey-new-").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => return Err(exists(path)),
        // FAT and exFAT know neither a rename that spares what is there nor hard links. Nothing was there a moment ago.
        Err(refused) if path.symlink_metadata().is_err() => drop(refused.file.persist(path).map_err(|refused| failed(refused.error))?),
        Err(refused) => return Err(failed(refused.error)),
    }
    if cfg!(unix) {
        // Some file systems sync files only.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    let mut back = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
    File::open(path).and_then(|file| file.take(bytes.len() as u64 + 1).read_to_end(&mut back)).map_err(failed)?;
    if *back != bytes {
        // Ours, and of no use.
        let _ = std::fs::remove_file(path);
        return Err(Failure::new(
            Exit::Failed,
            format!("what was written to {} does not read back as it was", path.display()),
            "the medium is failing; choose another",
        ));
    }
    Ok(())
}

fn exists(path: &Path) -> Failure {
    Failure::refused(format!("there is a file at {} already; it was not touched", path.display()), "choose another name with --to FILE")
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
    fn nothing_is_replaced_and_nothing_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.pdf");
        assert!(free(&path).is_ok());
        write(&path, b"one").unwrap();
        assert_eq!(free(&path).unwrap_err().exit, Exit::Refused);
        assert_eq!(write(&path, b"two").unwrap_err().exit, Exit::Refused);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(free(&folder.path().join("none/page.pdf")).unwrap_err().exit, Exit::Failed);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.pdf");
        write(&path, b"one").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        // A link that leads nowhere is something that is there.
        let link = folder.path().join("link.pdf");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
        assert_eq!(free(&link).unwrap_err().exit, Exit::Refused);
        assert!(write(&link, b"two").is_err());
    }
}
