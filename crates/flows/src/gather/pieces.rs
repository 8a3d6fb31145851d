//! A file read piece by piece into a buffer that is used again and again.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{GatherError, fill};
use drivekey_files::vault_file::is_open_here;

/// A file of which the beginning was read.
#[derive(Debug)]
pub struct Begun {
    path: PathBuf,
    file: File,
    /// How far it was read.
    at: u64,
    /// How much of the buffer the beginning fills.
    pub filled: usize,
    /// Whether that was all.
    pub whole: bool,
}

/// What stands next in a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As much as the buffer holds; of a file's end, less.
    Bytes(&'a [u8]),
    /// So many zeros that nobody ever wrote.
    Hole(u64),
    /// Nothing.
    End,
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
    Ok(Begun { path: path.to_owned(), file, at: filled as u64, filled, whole: filled < buffer.len() })
}

impl Begun {
    /// How long it is now.
    ///
    /// # Errors
    /// [`GatherError`]: not readable.
    pub fn size_bytes(&self) -> Result<u64, GatherError> {
        self.file.metadata().map(|data| data.len()).map_err(|error| GatherError::unreadable(&self.path, error))
    }

    /// Reads on, as much as the buffer holds, or passes over a hole where the file system knows of it.
    ///
    /// # Errors
    /// [`GatherError`]: not readable.
    pub fn next<'a>(&mut self, buffer: &'a mut [u8]) -> Result<Piece<'a>, GatherError> {
        let data = match data_from(&self.file, self.at) {
            Data::NotTold => self.at,
            Data::At(data) => data,
            Data::None => self.size_bytes()?,
        };
        if data > self.at {
            let hole = data - self.at;
            self.at = data;
            // Where there is no more data the file was left where it was.
            self.file.seek(SeekFrom::Start(data)).map_err(|error| GatherError::unreadable(&self.path, error))?;
            return Ok(Piece::Hole(hole));
        }
        let filled = fill(&mut self.file, buffer).map_err(|error| GatherError::unreadable(&self.path, error))?;
        self.at += filled as u64;
        Ok(if filled == 0 { Piece::End } else { Piece::Bytes(&buffer[..filled]) })
    }
}

/// Where in a file the next bytes are that somebody wrote.
#[cfg_attr(not(any(target_os = "linux", target_os = "macos")), allow(dead_code, reason = "other systems never say"))]
enum Data {
    At(u64),
    /// Nowhere behind that place.
    None,
    /// The system or the file system does not say.
    NotTold,
}

/// Leaves the file at that place where there is one, and else where it was.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn data_from(file: &File, at: u64) -> Data {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(at)) {
        Ok(data) => Data::At(data),
        Err(rustix::io::Errno::NXIO) => Data::None,
        Err(_) => Data::NotTold,
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const fn data_from(_: &File, _: u64) -> Data {
    Data::NotTold
}
