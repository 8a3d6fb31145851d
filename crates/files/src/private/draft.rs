//! A new file that has no name until it is whole. Where the system cannot make such a file, it has a temporary name.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use super::{Passing, folder_of, sync_folder};

/// A file that is being written. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    file: File,
    folder: PathBuf,
    /// Its temporary name, if it has one.
    passing: Option<Passing>,
}

impl Draft {
    /// Begins an empty file in this folder.
    ///
    /// # Errors
    /// When the system cannot make a file there.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        let (file, passing) = match nameless(folder) {
            Some(file) => (file, None),
            None => Passing::make(folder).map(|(file, passing)| (file, Some(passing)))?,
        };
        Ok(Self { file, folder: folder.to_owned(), passing })
    }

    /// Writes these bytes to a file beside `path`, and waits until they have reached the medium.
    ///
    /// # Errors
    /// When the system cannot make, write or sync the file.
    pub fn with_bytes(bytes: &[u8], path: &Path) -> io::Result<Self> {
        let mut draft = Self::begin(folder_of(path))?;
        draft.fill(bytes)?;
        Ok(draft)
    }

    /// Writes the whole content, and waits until it has reached the medium.
    ///
    /// # Errors
    /// When writing or syncing fails.
    pub fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// Gives the file a temporary name that survives even a power cut, for callers that must not go on without the
    /// file. Until it is placed, only dropping it removes it.
    ///
    /// # Errors
    /// When the name cannot be made or synced.
    pub fn hold(&mut self) -> io::Result<()> {
        if self.passing.is_none() {
            self.passing = Some(self.link_temporarily()?);
        }
        sync_folder(&self.folder)?;
        self.passing.iter().for_each(Passing::hold);
        Ok(())
    }

    /// Gives the file its final name, without replacing anything.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when the name is taken, or what the system reports. Nothing is left behind.
    pub fn place(mut self, path: &Path) -> io::Result<()> {
        if let Some(passing) = self.passing.take() {
            return passing.place(path);
        }
        match link(&self.file, path) {
            Ok(()) => Ok(()),
            Err(_) if path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            // The file system has files without a name, but no hard links.
            Err(_) => self.copy()?.place(path),
        }
    }

    /// Gives a file without a name a temporary one.
    fn link_temporarily(&mut self) -> io::Result<Passing> {
        #[cfg(target_os = "linux")]
        if let Ok(passing) = Passing::linked(&self.folder, |path| link(&self.file, path)) {
            return Ok(passing);
        }
        self.copy()
    }

    fn copy(&mut self) -> io::Result<Passing> {
        let (mut file, passing) = Passing::make(&self.folder)?;
        self.file.rewind()?;
        io::copy(&mut self.file, &mut file)?;
        file.sync_all()?;
        Ok(passing)
    }
}

/// A file without a name; `None` where the system or the file system has no such files.
#[cfg(target_os = "linux")]
fn nameless(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    open(folder, flags, Mode::RUSR | Mode::WUSR).ok().map(File::from)
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path) -> Option<File> {
    None
}

/// Goes through `/proc`, because the direct call needs a capability that only root has.
#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    use rustix::fs::{AtFlags, CWD, linkat};
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, open, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
fn link(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// One as this system makes it, one as where files always have names, and one that is held.
    fn drafts(folder: &Path, bytes: &[u8]) -> [Draft; 3] {
        let plain = Draft::with_bytes(bytes, &folder.join("x")).unwrap();
        let (mut file, passing) = Passing::make(folder).unwrap();
        file.write_all(bytes).unwrap();
        let mut held = Draft::with_bytes(bytes, &folder.join("x")).unwrap();
        held.hold().unwrap();
        [plain, Draft { file, folder: folder.to_owned(), passing: Some(passing) }, held]
    }

    fn count(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_placed_file_is_whole_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for (at, draft) in drafts(folder.path(), b"whole").into_iter().enumerate() {
            let path = folder.path().join(at.to_string());
            draft.place(&path).unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"whole");
        }
        assert_eq!(count(folder.path()), 3);
        for draft in drafts(folder.path(), b"other") {
            assert_eq!(draft.place(&folder.path().join("0")).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!(fs::read(folder.path().join("0")).unwrap(), b"whole");
        assert_eq!(count(folder.path()), 3);
    }

    #[cfg(unix)]
    #[test]
    fn a_dangling_link_counts_as_existing() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
        for draft in drafts(folder.path(), b"other") {
            assert_eq!(draft.place(&link).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!(count(folder.path()), 1);
    }

    #[test]
    fn a_dropped_draft_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        drop(drafts(folder.path(), b"other"));
        assert_eq!(count(folder.path()), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_draft_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let Some(_) = nameless(folder.path()) else {
            return println!("skipped: this file system knows no file without a name");
        };
        let mut draft = Draft::with_bytes(b"whole", &folder.path().join("x")).unwrap();
        assert_eq!(count(folder.path()), 0);
        let mut copied = draft.copy().unwrap();
        assert_eq!(fs::read(copied.path()).unwrap(), b"whole", "as where it can get no second name");
        copied = draft.link_temporarily().unwrap();
        assert_eq!((fs::read(copied.path()).unwrap(), count(folder.path())), (b"whole".to_vec(), 1));
    }
}
