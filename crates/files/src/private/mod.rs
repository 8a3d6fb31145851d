//! Files and folders of the program's own, for their owner only and whatever the umask: the one place that makes them.
//! Must not know what is in them.
//!
//! On Windows they inherit who may read them from the folder above, and a user's own folders are shut to others
//! already: lists of rights of our own would only get in the way of backups and of the system's administrators.

mod draft;
mod passing;

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::path::Path;

pub use draft::Draft;
pub use passing::{Passing, left_behind, sweep};

/// Makes a folder, and those above it that are missing. What is there stays as it is.
///
/// # Errors
/// What the system says.
pub fn make_folders(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Puts bytes in place of a file that the program may replace: afterwards it is the old one or the new one, never a
/// part.
///
/// # Errors
/// What the system says; the old file is there still.
pub fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = tempfile::NamedTempFile::new_in(folder_of(file))?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_data()?;
    temporary.persist(file).map(drop).map_err(|refused| refused.error)
}

/// Makes the names in a folder last. Windows has no such call and needs none for a new name.
///
/// # Errors
/// What the system says, but where it syncs files only.
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
