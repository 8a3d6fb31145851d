//! A file read piece by piece into a buffer that is used again and again. Must not know what is in it.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::{GatherError, fill};
use crate::vault_file::is_open_here;

/// A file of which the beginning was read.
#[derive(Debug)]
pub struct Begun {
    path: PathBuf,
    file: File,
    /// How much of the buffer the beginning fills.
    pub filled: usize,
    /// Whether that was all.
    pub whole: bool,
}

/// Opens a regular file and reads as much of it as the buffer holds.
///
/// # Errors
/// [`GatherError`]: not there, no regular file, not readable.
pub fn begin(path: &Path, buffer: &mut [u8]) -> Result<Begun, GatherError> {
    let fail = |error| GatherError::unreadable(path, error);
    if is_open_here(&path.metadata().map_err(fail)?) {
        return Err(GatherError::OpenVault { path: path.to_owned() });
    }
    let mut file = File::open(path).map_err(fail)?;
    if !file.metadata().map_err(fail)?.is_file() {
        return Err(GatherError::NotAFile { path: path.to_owned() });
    }
    let filled = fill(&mut file, buffer).map_err(fail)?;
    Ok(Begun { path: path.to_owned(), file, filled, whole: filled < buffer.len() })
}

impl Begun {
    /// How long it is now.
    ///
    /// # Errors
    /// [`GatherError`]: not readable.
    pub fn size_bytes(&self) -> Result<u64, GatherError> {
        self.file.metadata().map(|data| data.len()).map_err(|error| GatherError::unreadable(&self.path, error))
    }

    /// Reads on, as much as the buffer holds; nothing at the end.
    ///
    /// # Errors
    /// [`GatherError`]: not readable.
    pub fn next<'a>(&mut self, buffer: &'a mut [u8]) -> Result<&'a [u8], GatherError> {
        let filled = fill(&mut self.file, buffer).map_err(|error| GatherError::unreadable(&self.path, error))?;
        Ok(&buffer[..filled])
    }
}
