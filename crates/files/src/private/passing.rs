//! Temporary names of files that are being written. An orderly end of the program removes the files; what a crash
//! leaves behind is reported by the next run.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempPath;

/// The prefix of temporary names.
const PREFIX: &str = ".drivekey-";
/// Their suffixes. A page that another program is to print needs that of its format.
const SUFFIXES: [&str; 2] = [".passing", ".passing.pdf"];
/// Prefixes of other temporary names, such as that of a vault that is being made.
const OTHER_PREFIXES: [&str; 1] = [".drivekey-new-"];
/// Enough random letters that no two runs collide.
const RANDOM_LETTERS: usize = 8;

/// The temporary files of this process.
static NAMES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn names() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file with a temporary name. Dropping it removes the file.
#[derive(Debug)]
pub struct Passing {
    // Declared first, so that the file is removed before its name is forgotten.
    path: TempPath,
    swept: Swept,
}

/// A name that [`sweep`] removes.
#[derive(Debug)]
struct Swept(PathBuf);

impl Drop for Swept {
    fn drop(&mut self) {
        names().remove(&self.0);
    }
}

impl Passing {
    /// Makes an empty file in this folder.
    ///
    /// # Errors
    /// When the system cannot make it.
    pub fn make(folder: &Path) -> io::Result<(File, Self)> {
        Self::make_with_suffix(folder, SUFFIXES[0])
    }

    /// Makes an empty file whose name tells other programs that it is a PDF.
    ///
    /// # Errors
    /// When the system cannot make it.
    pub fn make_pdf(folder: &Path) -> io::Result<(File, Self)> {
        Self::make_with_suffix(folder, SUFFIXES[1])
    }

    fn make_with_suffix(folder: &Path, suffix: &str) -> io::Result<(File, Self)> {
        // Locked until the name is recorded, so that no sweep in between misses the file.
        let mut names = names();
        let made =
            tempfile::Builder::new().prefix(PREFIX).suffix(suffix).rand_bytes(RANDOM_LETTERS).tempfile_in(folder)?;
        let (file, path) = made.into_parts();
        let swept = Swept(path.to_path_buf());
        names.insert(path.to_path_buf());
        Ok((file, Self { path, swept }))
    }

    /// Gives an existing file a temporary name in this folder, by calling `link`.
    #[cfg(target_os = "linux")]
    pub(super) fn linked(folder: &Path, link: impl Fn(&Path) -> io::Result<()>) -> io::Result<Self> {
        let mut names = names();
        let linked = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIXES[0])
            .rand_bytes(RANDOM_LETTERS)
            .make_in(folder, link)?;
        let path = linked.into_temp_path();
        let swept = Swept(path.to_path_buf());
        names.insert(path.to_path_buf());
        Ok(Self { path, swept })
    }

    /// Its temporary name.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the file.
    ///
    /// # Errors
    /// When the system cannot; the file is still there.
    pub fn remove(self) -> io::Result<()> {
        self.path.close()
    }

    /// Exempts the file from [`sweep`], because something else relies on it now.
    pub fn hold(&self) {
        names().remove(&self.swept.0);
    }

    /// Gives the file its final name, without replacing anything.
    pub(super) fn place(self, path: &Path) -> io::Result<()> {
        let Self { path: passing, swept } = self;
        let placed = match passing.persist_noclobber(path) {
            Ok(()) => Ok(()),
            // Some systems report another error when the name is taken.
            Err(_) if path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            // FAT and exFAT through FUSE have neither hard links nor a rename that replaces nothing. The name was free
            // a moment ago.
            Err(refused) => refused.path.persist(path).map_err(|refused| refused.error),
        };
        drop(swept);
        placed
    }
}

/// Removes every temporary file of this process. Call it at the end of the program only: afterwards none can be made.
pub fn sweep() {
    let names = names();
    for name in names.iter() {
        // If the medium is gone, so is the file.
        let _ = fs::remove_file(name);
    }
    // Never unlocked: a thread that would make another file waits for the end of the program.
    std::mem::forget(names);
}

/// The files in a folder that a killed run left behind, by name, without those of this process. They may hold keys.
#[must_use]
pub fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let Ok(items) = fs::read_dir(folder) else { return Vec::new() };
    let own = names();
    let mut left: Vec<PathBuf> = items
        .filter_map(|item| item.ok().map(|item| item.file_name()))
        .filter(|name| is_temporary(&name.to_string_lossy()))
        .map(|name| folder.join(name))
        .filter(|path| !own.contains(path))
        .collect();
    left.sort();
    left
}

/// Ignores case, because some file systems change it.
fn is_temporary(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(PREFIX) && SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
        || OTHER_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_files_are_not_ours() {
        for ours in [
            ".drivekey-a1b2c3d4.passing",
            ".DRIVEKEY-A1B2C3D4.PASSING",
            ".drivekey-a1b2c3d4.passing.pdf",
            ".drivekey-new-Y5jvbM",
        ] {
            assert!(is_temporary(ours), "{ours}");
        }
        for other in [
            "drivekey-a1b2c3d4.passing",
            ".drivekey-a1b2c3d4",
            ".drivekey",
            "vault.drivekey",
            ".passing",
            ".drivekey-vault.age",
        ] {
            assert!(!is_temporary(other), "{other}");
        }
    }

    #[test]
    fn a_temporary_file_is_not_reported_while_it_is_written_and_gone_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (file, passing) = Passing::make(folder.path()).unwrap();
        assert!(passing.path().exists());
        assert!(left_behind(folder.path()).is_empty());
        passing.hold();
        assert_eq!(left_behind(folder.path()), [passing.path()]);
        // Windows keeps the name of an open file until it is closed.
        drop(file);
        drop(passing);
        assert!(left_behind(folder.path()).is_empty() && fs::read_dir(folder.path()).unwrap().count() == 0);
    }
}
