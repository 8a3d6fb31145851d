//! Makes files and folders that only their owner can read, whatever the umask. Nothing else in the program makes any.
//!
//! On Windows they inherit their permissions from the folder above, and the folders of a user are closed to others
//! already. Permissions of our own would only get in the way of backups and administrators.

mod draft;
mod passing;

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::path::Path;

pub use draft::Draft;
pub use passing::{Passing, left_behind, sweep};

/// Makes a folder, with those above it that are missing. Existing ones keep their permissions.
///
/// # Errors
/// When the system cannot make one.
pub fn make_folders(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Replaces a file, or makes it. Afterwards there is either the old file or the new one, never a part.
///
/// # Errors
/// When the system cannot write or rename; the old file is still there.
pub fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = tempfile::NamedTempFile::new_in(folder_of(file))?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_data()?;
    temporary.persist(file).map(drop).map_err(|refused| refused.error)
}

/// Syncs the names in a folder. Windows has no such call and does not need it for new names.
///
/// # Errors
/// When syncing fails. A system that cannot sync folders is no error.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    if !cfg!(unix) {
        return Ok(());
    }
    match std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), InvalidInput | Unsupported | PermissionDenied) => Ok(()),
        result => result,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}
