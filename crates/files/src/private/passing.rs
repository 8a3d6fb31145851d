//! Names that files have only while they are written. What ends the program in good order sweeps them away; what it
//! leaves in a crash is told by the next run. Must not know which signals there are.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempPath;

/// How such a name begins.
const BEGINNING: &str = ".drivekey-";
/// How it ends; a page that another program is to print must show what it is.
const ENDINGS: [&str; 2] = [".passing", ".passing.pdf"];
/// Beginnings of names that files have had while they were written, a vault that is made among them.
const OTHERS: [&str; 1] = [".drivekey-new-"];
/// Random letters: enough that no two runs meet.
const RANDOM_LETTERS: usize = 8;

/// Those of this process.
static NAMES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn names() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file under a passing name. Dropped, it is removed.
#[derive(Debug)]
pub struct Passing {
    // Removed before its name is struck off.
    path: TempPath,
    swept: Swept,
}

/// A name that [`sweep`] takes along.
#[derive(Debug)]
struct Swept(PathBuf);

impl Drop for Swept {
    fn drop(&mut self) {
        names().remove(&self.0);
    }
}

impl Passing {
    /// An empty file in this folder.
    ///
    /// # Errors
    /// What the system says.
    pub fn make(folder: &Path) -> io::Result<(File, Self)> {
        Self::ending(folder, ENDINGS[0])
    }

    /// An empty PDF file, which other programs know as one.
    ///
    /// # Errors
    /// What the system says.
    pub fn make_pdf(folder: &Path) -> io::Result<(File, Self)> {
        Self::ending(folder, ENDINGS[1])
    }

    fn ending(folder: &Path, ending: &str) -> io::Result<(File, Self)> {
        // Held until the name is noted: a sweep in between would miss it.
        let mut names = names();
        let made =
            tempfile::Builder::new().prefix(BEGINNING).suffix(ending).rand_bytes(RANDOM_LETTERS).tempfile_in(folder)?;
        let (file, path) = made.into_parts();
        let swept = Swept(path.to_path_buf());
        names.insert(path.to_path_buf());
        Ok((file, Self { path, swept }))
    }

    /// A name in this folder that `link` gives to a file that is there already.
    #[cfg(target_os = "linux")]
    pub(super) fn linked(folder: &Path, link: impl Fn(&Path) -> io::Result<()>) -> io::Result<Self> {
        let mut names = names();
        let linked = tempfile::Builder::new()
            .prefix(BEGINNING)
            .suffix(ENDINGS[0])
            .rand_bytes(RANDOM_LETTERS)
            .make_in(folder, link)?;
        let path = linked.into_temp_path();
        let swept = Swept(path.to_path_buf());
        names.insert(path.to_path_buf());
        Ok(Self { path, swept })
    }

    /// Its name.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it.
    ///
    /// # Errors
    /// What the system says; the file is there still.
    pub fn remove(self) -> io::Result<()> {
        self.path.close()
    }

    /// From now on what ends the program leaves it: something else relies on it.
    pub fn hold(&self) {
        names().remove(&self.swept.0);
    }

    /// Gives it its own name. Nothing is replaced.
    pub(super) fn place(self, path: &Path) -> io::Result<()> {
        let Self { path: passing, swept } = self;
        let placed = match passing.persist_noclobber(path) {
            Ok(()) => Ok(()),
            // Some systems do not say of what is there that it is.
            Err(_) if path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            // FAT and exFAT through FUSE know neither a rename that spares what is there nor hard links. Nothing was
            // there a moment ago.
            Err(refused) => refused.path.persist(path).map_err(|refused| refused.error),
        };
        drop(swept);
        placed
    }
}

/// Removes every file of this process that has only a passing name. For what ends the program: no further one can be
/// made after it.
pub fn sweep() {
    let names = names();
    for name in names.iter() {
        // A medium that is gone takes it along.
        let _ = fs::remove_file(name);
    }
    // Whoever would make another waits for the end.
    std::mem::forget(names);
}

/// Files in a folder that a run left there which was killed, by name. They may hold keys. Those of this process are
/// none.
#[must_use]
pub fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let Ok(items) = fs::read_dir(folder) else { return Vec::new() };
    let own = names();
    let mut left: Vec<PathBuf> = items
        .filter_map(|item| item.ok().map(|item| item.file_name()))
        .filter(|name| is_passing(&name.to_string_lossy()))
        .map(|name| folder.join(name))
        .filter(|path| !own.contains(path))
        .collect();
    left.sort();
    left
}

/// Sticks may change the case of letters.
fn is_passing(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(BEGINNING) && ENDINGS.iter().any(|ending| name.ends_with(ending))
        || OTHERS.iter().any(|other| name.starts_with(other))
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
            assert!(is_passing(ours), "{ours}");
        }
        for other in [
            "drivekey-a1b2c3d4.passing",
            ".drivekey-a1b2c3d4",
            ".drivekey",
            "vault.drivekey",
            ".passing",
            ".drivekey-vault.age",
        ] {
            assert!(!is_passing(other), "{other}");
        }
    }

    #[test]
    fn it_is_gone_when_it_is_given_up_and_not_told_while_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (file, passing) = Passing::make(folder.path()).unwrap();
        assert!(passing.path().exists());
        assert!(left_behind(folder.path()).is_empty());
        passing.hold();
        assert_eq!(left_behind(folder.path()), [passing.path()]);
        // Windows keeps the name of what is open until it is closed.
        drop(file);
        drop(passing);
        assert!(left_behind(folder.path()).is_empty() && fs::read_dir(folder.path()).unwrap().count() == 0);
    }
}
