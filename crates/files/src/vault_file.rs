//! The one descriptor through which this process reads a vault file by plain I/O. It is opened before the first
//! database connection and closed after the last, because POSIX drops all locks of a process on a file as soon as it
//! closes any descriptor of that file.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A vault file, open for reading. All openings of one file in this process share one descriptor.
#[derive(Debug)]
pub struct Descriptor {
    #[cfg(unix)]
    shared: shared::Share,
    #[cfg(not(unix))]
    file: Arc<File>,
}

impl Descriptor {
    /// Opens the file for reading, or shares the descriptor that this process already has.
    ///
    /// # Errors
    /// When the system cannot open it.
    pub fn open(path: &Path) -> io::Result<Self> {
        #[cfg(unix)]
        return Ok(Self { shared: shared::Share::open(path)? });
        // Elsewhere locks belong to a handle, and closing another one does not drop them.
        #[cfg(not(unix))]
        return Ok(Self { file: Arc::new(File::open(path)?) });
    }

    fn file(&self) -> io::Result<Arc<File>> {
        #[cfg(unix)]
        return self.shared.file();
        #[cfg(not(unix))]
        return Ok(self.file.clone());
    }

    /// The metadata of the open file.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn metadata(&self) -> io::Result<Metadata> {
        self.file()?.metadata()
    }

    /// Whether the path leads to this file.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        #[cfg(unix)]
        return path.metadata().is_ok_and(|there| self.shared.is_file(&there));
        #[cfg(not(unix))]
        return path.is_file();
    }

    /// How many hard links the file has; 1 if the system cannot tell.
    #[must_use]
    pub fn names(&self) -> u64 {
        #[cfg(unix)]
        return self.metadata().map_or(1, |meta| std::os::unix::fs::MetadataExt::nlink(&meta));
        #[cfg(windows)]
        return winapi_util::file::information(&*self.file).map_or(1, |info| info.number_of_links());
        #[cfg(not(any(unix, windows)))]
        return 1;
    }

    /// Fills the buffer from this offset, in bytes.
    ///
    /// # Errors
    /// When reading fails, and [`io::ErrorKind::UnexpectedEof`] when the file ends too early.
    pub fn read_exact_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match self.read_at(buffer, offset) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    buffer = &mut buffer[read..];
                    offset += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads at an offset, in bytes, independent of any file position. Returns how many bytes were read.
    ///
    /// # Errors
    /// When reading fails.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        #[cfg(unix)]
        return std::os::unix::fs::FileExt::read_at(&*self.file()?, buffer, offset);
        #[cfg(windows)]
        return std::os::windows::fs::FileExt::seek_read(&*self.file()?, buffer, offset);
        #[cfg(not(any(unix, windows)))]
        {
            let _ = (buffer, offset);
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}

/// Whether this process has the file open as a vault. If so, nothing else may open it, since closing it would drop the
/// locks.
#[must_use]
pub fn is_open_here(file: &Metadata) -> bool {
    #[cfg(unix)]
    return shared::is_open(file);
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

#[cfg(unix)]
mod shared {
    use std::collections::HashMap;
    use std::collections::hash_map::Entry;
    use std::fs::{File, Metadata};
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

    /// Device and inode, which identify a file whatever its names.
    type FileId = (u64, u64);

    struct Held {
        file: Arc<File>,
        users: usize,
    }

    static OPEN: Mutex<Option<HashMap<FileId, Held>>> = Mutex::new(None);

    /// Held while opening and while closing, so that no opening shares a descriptor that is about to close.
    fn open_files() -> MutexGuard<'static, Option<HashMap<FileId, Held>>> {
        OPEN.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file_id(meta: &Metadata) -> FileId {
        (meta.dev(), meta.ino())
    }

    pub(super) fn is_open(meta: &Metadata) -> bool {
        open_files().as_ref().is_some_and(|files| files.contains_key(&file_id(meta)))
    }

    /// One use of an open file. The table holds the only strong reference, so that the file is closed under the lock.
    #[derive(Debug)]
    pub(super) struct Share {
        file: Weak<File>,
        id: FileId,
    }

    impl Share {
        pub(super) fn open(path: &Path) -> io::Result<Self> {
            let mut guard = open_files();
            let files = guard.get_or_insert_default();
            let mut id = file_id(&path.metadata()?);
            if !files.contains_key(&id) {
                let file = File::open(path)?;
                // The file may have been replaced in between.
                id = file_id(&file.metadata()?);
                match files.entry(id) {
                    // The same file is open already, and closing this descriptor would drop its locks.
                    Entry::Occupied(_) => std::mem::forget(file),
                    Entry::Vacant(place) => drop(place.insert(Held { file: Arc::new(file), users: 0 })),
                }
            }
            let held = files.get_mut(&id).ok_or(io::ErrorKind::NotFound)?;
            held.users += 1;
            Ok(Self { file: Arc::downgrade(&held.file), id })
        }

        pub(super) fn file(&self) -> io::Result<Arc<File>> {
            self.file.upgrade().ok_or_else(|| io::ErrorKind::NotFound.into())
        }

        pub(super) fn is_file(&self, there: &Metadata) -> bool {
            file_id(there) == self.id
        }
    }

    impl Drop for Share {
        fn drop(&mut self) {
            let mut guard = open_files();
            let Some(files) = guard.as_mut() else { return };
            let last = files.get_mut(&self.id).is_some_and(|held| {
                held.users -= 1;
                held.users == 0
            });
            if last {
                files.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn openings_of_one_file_share_a_descriptor_until_the_last_is_closed() {
        use super::*;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&path, b"0123456789").unwrap();
        std::fs::hard_link(&path, &link).unwrap();
        let meta = path.metadata().unwrap();
        let first = Descriptor::open(&path).unwrap();
        let second = Descriptor::open(&link).unwrap();
        assert!(Arc::ptr_eq(&first.file().unwrap(), &second.file().unwrap()));
        assert_eq!((first.names(), first.is_at(&link)), (2, true));
        drop(first);
        assert!(is_open_here(&meta));
        let mut two = [0; 2];
        second.read_exact_at(&mut two, 4).unwrap();
        assert_eq!(&two, b"45");
        drop(second);
        assert!(!is_open_here(&meta));
    }
}
