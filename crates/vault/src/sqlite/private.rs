//! Private copies of a vault, which are used to try or ignore the files beside it while the vault itself stays
//! unchanged. They contain only sealed bytes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::StoreError;
use super::header;
use drivekey_files::private;
use drivekey_files::vault_file::Descriptor;

/// The name of the copy in its folder.
const NAME: &str = "vault";
const PREFIX: &str = ".drivekey-copy-";
/// A copy older than this was left behind by a killed process.
const LEFT_BEHIND: Duration = Duration::from_hours(24);
const TRIES: u32 = 3;
const CHUNK_BYTES: usize = 1024 * 1024;

/// Where private copies are made: the user's state folder, or the system's temporary folder if there is none.
#[derive(Debug, Clone, Default)]
pub struct PrivateFolder {
    base: Option<PathBuf>,
}

/// A folder with a copy in it. It is deleted with the last use.
#[derive(Debug, Clone)]
pub(super) struct PrivateCopy {
    folder: Arc<TempDir>,
}

impl PrivateFolder {
    /// Makes copies in this folder, which is created when it is first needed.
    #[must_use]
    pub const fn new(base: Option<PathBuf>) -> Self {
        Self { base }
    }

    /// Copies a vault and, if given, its journal up to a number of bytes.
    pub(super) fn copy(&self, file: &Descriptor, journal: Option<(&Path, u64)>) -> Result<PrivateCopy, StoreError> {
        for _ in 0..TRIES {
            let before = stamp(file)?;
            let copy = PrivateCopy { folder: Arc::new(self.folder()?) };
            copy_bytes(file, &mut new_file(&copy.path())?)?;
            if let Some((journal, most_bytes)) = journal {
                io::copy(&mut File::open(journal)?.take(most_bytes), &mut new_file(&copy.journal())?)?;
            }
            if stamp(file)? == before {
                return Ok(copy);
            }
        }
        Err(StoreError::Busy)
    }

    fn folder(&self) -> io::Result<TempDir> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        if let Some(base) = &self.base
            && private::make_folders(base).is_ok()
        {
            sweep(base);
            if let Ok(folder) = builder.tempdir_in(base) {
                return Ok(folder);
            }
        }
        builder.tempdir()
    }
}

impl PrivateCopy {
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(NAME)
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.folder.path().join(format!("{NAME}-journal"))
    }
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Copies all bytes of a vault's file.
pub(super) fn copy_bytes(file: &Descriptor, to: &mut File) -> Result<(), StoreError> {
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut offset = 0;
    loop {
        match file.read_at(&mut buffer, offset) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                to.write_all(&buffer[..read])?;
                offset += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Values that change when another process writes.
fn stamp(file: &Descriptor) -> Result<(u64, Option<SystemTime>, Option<u32>), StoreError> {
    let meta = file.metadata()?;
    Ok((meta.len(), meta.modified().ok(), header::change_counter(file)))
}

/// Deletes copies that killed processes left behind. Failures are tried again the next time.
fn sweep(base: &Path) {
    for entry in std::fs::read_dir(base).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let age = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
        if ours && age.is_some_and(|age| age > LEFT_BEHIND) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
