//! A new file that has no name before it is whole. Where the system cannot do that it has a passing one. Must not know
//! what is in it.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use super::{Passing, folder_of, sync_folder};

/// A file on its way. Dropped, nothing of it is left.
#[derive(Debug)]
pub struct Draft {
    file: File,
    folder: PathBuf,
    /// `None` while it has no name at all.
    passing: Option<Passing>,
}

impl Draft {
    /// An empty one, for this folder.
    ///
    /// # Errors
    /// What the system says of making a file there.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        let (file, passing) = match nameless(folder) {
            Some(file) => (file, None),
            None => Passing::make(folder).map(|(file, passing)| (file, Some(passing)))?,
        };
        Ok(Self { file, folder: folder.to_owned(), passing })
    }

    /// One that holds these bytes and has reached the medium, for the place where this path leads.
    ///
    /// # Errors
    /// What the system says.
    pub fn of(bytes: &[u8], path: &Path) -> io::Result<Self> {
        let mut draft = Self::begin(folder_of(path))?;
        draft.fill(bytes)?;
        Ok(draft)
    }

    /// Writes the bytes, which are all that will be in it, and waits until they have reached the medium.
    ///
    /// # Errors
    /// What the system says.
    pub fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// Gives it a passing name that even a power cut does not take, for what must not go on without the file. Until it
    /// is placed, nothing but dropping it removes it.
    ///
    /// # Errors
    /// What the system says.
    pub fn hold(&mut self) -> io::Result<()> {
        if self.passing.is_none() {
            self.passing = Some(self.named()?);
        }
        sync_folder(&self.folder)?;
        self.passing.iter().for_each(Passing::hold);
        Ok(())
    }

    /// Gives it its own name, for good. Nothing is replaced.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when anything is there; otherwise what the system says. Nothing is left behind.
    pub fn place(mut self, path: &Path) -> io::Result<()> {
        if let Some(passing) = self.passing.take() {
            return passing.place(path);
        }
        match link(&self.file, path) {
            Ok(()) => Ok(()),
            Err(_) if path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            // A medium that knows files without a name and no second names.
            Err(_) => self.copied()?.place(path),
        }
    }

    /// The file without a name under a passing one.
    fn named(&mut self) -> io::Result<Passing> {
        #[cfg(target_os = "linux")]
        if let Ok(passing) = Passing::linked(&self.folder, |path| link(&self.file, path)) {
            return Ok(passing);
        }
        self.copied()
    }

    fn copied(&mut self) -> io::Result<Passing> {
        let (mut file, passing) = Passing::make(&self.folder)?;
        self.file.rewind()?;
        io::copy(&mut self.file, &mut file)?;
        file.sync_all()?;
        Ok(passing)
    }
}

/// `None` where the file system or the system knows no such thing.
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

/// By way of `/proc`: the direct call wants a right that only root has.
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

    /// With whatever this system offers, and as where it offers nothing.
    fn drafts(folder: &Path, bytes: &[u8]) -> [Draft; 3] {
        let plain = Draft::of(bytes, &folder.join("x")).unwrap();
        let (mut file, passing) = Passing::make(folder).unwrap();
        file.write_all(bytes).unwrap();
        let mut held = Draft::of(bytes, &folder.join("x")).unwrap();
        held.hold().unwrap();
        [plain, Draft { file, folder: folder.to_owned(), passing: Some(passing) }, held]
    }

    fn count(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn it_comes_whole_under_its_name_and_replaces_nothing() {
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
    fn a_link_that_leads_nowhere_is_something_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
        for draft in drafts(folder.path(), b"other") {
            assert_eq!(draft.place(&link).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!(count(folder.path()), 1);
    }

    #[test]
    fn given_up_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        drop(drafts(folder.path(), b"other"));
        assert_eq!(count(folder.path()), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn until_then_it_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let Some(_) = nameless(folder.path()) else {
            return println!("skipped: this file system knows no file without a name");
        };
        let mut draft = Draft::of(b"whole", &folder.path().join("x")).unwrap();
        assert_eq!(count(folder.path()), 0);
        let mut copied = draft.copied().unwrap();
        assert_eq!(fs::read(copied.path()).unwrap(), b"whole", "as where it can get no second name");
        copied = draft.named().unwrap();
        assert_eq!((fs::read(copied.path()).unwrap(), count(folder.path())), (b"whole".to_vec(), 1));
    }
}
