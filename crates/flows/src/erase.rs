//! Destroys files whose keys are safe elsewhere: nothing else deletes what is not its own. Each file is looked at again
//! before it is touched.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use zeroize::Zeroizing;

use drivekey_files::vault_file::is_open_here;

/// Written at a time.
const STEP_BYTES: usize = 64 * 1024;

/// Why a file was left as it was, or is not gone.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// A link: what it points to may be anything.
    #[error("a link")]
    Link,
    /// No regular file, or none any more.
    #[error("no file")]
    NotAFile,
    /// The same file has other names; it would not be gone.
    #[error("{names} names")]
    OtherNames {
        /// How many names it has.
        names: u64,
    },
    /// It is not what was read.
    #[error("changed")]
    Changed,
    /// The system refused before anything was written: the file is as it was.
    #[error("not writable: {0}")]
    NotWritable(io::Error),
    /// The system refused when its content was written over already.
    #[error("not removed: {0}")]
    NotRemoved(io::Error),
}

/// Overwrites a file in place, cuts it to nothing and removes it, if it still holds exactly these bytes, has one name
/// and is no link.
///
/// # Errors
/// [`EraseError`]; all but [`EraseError::NotRemoved`] leave the file as it was.
pub fn erase(path: &Path, expected: &[u8]) -> Result<(), EraseError> {
    let seen = fs::symlink_metadata(path).map_err(EraseError::NotWritable)?;
    check(&seen)?;
    if is_open_here(&seen) {
        return Err(EraseError::Changed);
    }
    let mut file = File::options().read(true).write(true).open(path).map_err(EraseError::NotWritable)?;
    let opened = file.metadata().map_err(EraseError::NotWritable)?;
    check(&opened)?;
    // What was opened is what was looked at: no link came in between.
    if !same_file(&seen, &opened) || !holds(&mut file, expected).map_err(EraseError::NotWritable)? {
        return Err(EraseError::Changed);
    }
    removable(path)?;
    overwrite(&mut file, expected.len()).map_err(EraseError::NotRemoved)?;
    drop(file);
    fs::remove_file(path).map_err(EraseError::NotRemoved)?;
    sync_folder(path);
    Ok(())
}

fn check(data: &Metadata) -> Result<(), EraseError> {
    if data.file_type().is_symlink() {
        return Err(EraseError::Link);
    }
    if !data.is_file() {
        return Err(EraseError::NotAFile);
    }
    match names(data) {
        0 | 1 => Ok(()),
        names => Err(EraseError::OtherNames { names }),
    }
}

#[cfg(unix)]
fn names(data: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(data)
}

/// Windows tells it only through calls that are not safe.
#[cfg(not(unix))]
fn names(_: &Metadata) -> u64 {
    1
}

#[cfg(unix)]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    a.len() == b.len() && a.modified().ok() == b.modified().ok() && a.created().ok() == b.created().ok()
}

fn holds(file: &mut File, expected: &[u8]) -> io::Result<bool> {
    let mut bytes = Zeroizing::new(vec![0; expected.len() + 1]);
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes[..filled] == *expected)
}

/// Whether the folder lets files be removed, asked before the content is destroyed: a new file is made in it.
fn removable(path: &Path) -> Result<(), EraseError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".drivekey-").tempfile_in(folder).map(drop).map_err(EraseError::NotWritable)
}

fn overwrite(file: &mut File, mut left: usize) -> io::Result<()> {
    file.rewind()?;
    let zeros = vec![0; STEP_BYTES];
    while left > 0 {
        let step = left.min(STEP_BYTES);
        file.write_all(&zeros[..step])?;
        left -= step;
    }
    file.sync_all()?;
    file.set_len(0)?;
    file.sync_all()
}

/// So that the name does not come back after a power cut. Windows keeps folders in order by itself.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix)
        && let Ok(folder) = File::open(folder)
    {
        // The file is gone either way.
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.txt");
        fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn a_file_that_is_as_it_was_read_is_gone() {
        let (folder, path) = file(b"some bytes");
        erase(&path, b"some bytes").unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_changed_file_is_left() {
        for now in [b"some byteS".as_slice(), b"some bytes and more", b"some", b""] {
            let (_folder, path) = file(now);
            assert!(matches!(erase(&path, b"some bytes"), Err(EraseError::Changed)));
            assert_eq!(fs::read(&path).unwrap(), now);
        }
        let (folder, _) = file(b"x");
        assert!(matches!(erase(folder.path(), b"x"), Err(EraseError::NotAFile)));
        assert!(matches!(erase(&folder.path().join("none"), b"x"), Err(EraseError::NotWritable(_))));
    }

    #[cfg(unix)]
    #[test]
    fn links_and_second_names_are_left() {
        let (folder, path) = file(b"some bytes");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(erase(&link, b"some bytes"), Err(EraseError::Link)));
        fs::hard_link(&path, folder.path().join("second")).unwrap();
        assert!(matches!(erase(&path, b"some bytes"), Err(EraseError::OtherNames { names: 2 })));
        assert_eq!(fs::read(&path).unwrap(), b"some bytes");
    }

    #[cfg(unix)]
    #[test]
    fn what_may_not_be_written_is_left() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, path) = file(b"some bytes");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
        let allowed_anyway = tempfile::tempfile_in(folder.path()).is_ok();
        let outcome = erase(&path, b"some bytes");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(allowed_anyway || matches!(outcome, Err(EraseError::NotWritable(_))));
        assert!(allowed_anyway || fs::read(&path).unwrap() == b"some bytes");
    }
}
