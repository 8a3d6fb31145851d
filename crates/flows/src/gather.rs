//! Walks folders and reads source files: the one place where an intake touches the file system. Reads only.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use drivekey_files::vault_file::is_open_here;

mod lazy;
mod pieces;

pub use lazy::{Met, each};
pub use pieces::{Begun, Piece, begin};

/// Larger files are not read whole; plain texts are read in pieces.
pub const FILE_CEILING_BYTES: u64 = 64 * 1024 * 1024;
/// Files met while walking that are larger than this are looked into before they are read whole.
const PEEK_ABOVE_BYTES: u64 = 1024 * 1024;
/// How much of such a file is looked at.
const PEEK_BYTES: usize = 64 * 1024;
/// One control character in so many bytes is no text.
const BINARY_SHARE: usize = 10;
/// First bytes of files that hold text without looking like it: archives, documents, packed files.
const READ_ALL_THE_SAME: [&[u8]; 4] = [b"PK", b"%PDF-", b"\xD0\xCF\x11\xE0", b"\x1F\x8B"];
/// Folders deeper than this are left alone; no link is followed, so that only real folders count.
const DEPTH_MAX: usize = 256;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub path: PathBuf,
    /// Whether the user named it, rather than a folder above it.
    pub named: bool,
    /// Its size when it was met.
    pub size_bytes: u64,
}

/// Why a file or a folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The file system says no.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Where.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// Nothing is there.
    #[error("{} does not exist", path.display())]
    Absent {
        /// Where.
        path: PathBuf,
    },
    /// Above [`FILE_CEILING_BYTES`].
    #[error("{} is too large", path.display())]
    TooLarge {
        /// Where.
        path: PathBuf,
        /// Its size; what was seen of it, where it grew while it was read.
        size_bytes: u64,
    },
    /// The vault that this process has open: closing a second handle of it would drop its locks.
    #[error("{} is the open vault", path.display())]
    OpenVault {
        /// Where.
        path: PathBuf,
    },
    /// A device, a pipe, a socket: opening it might wait for ever or change something.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// Where.
        path: PathBuf,
    },
}

/// What walking found.
#[derive(Debug, Default)]
pub struct Walk {
    /// The files, each once, sorted by path.
    pub entries: Vec<Entry>,
    /// What could not be read: everything the user named, and folders met on the way.
    pub failures: Vec<GatherError>,
    /// Links, devices, pipes and sockets met while walking, left alone.
    pub skipped: usize,
}

impl GatherError {
    /// Where it happened.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. }
            | Self::Absent { path }
            | Self::TooLarge { path, .. }
            | Self::OpenVault { path }
            | Self::NotAFile { path } => path,
        }
    }

    fn unreadable(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::NotFound { Self::Absent { path } } else { Self::Unreadable { path, source } }
    }
}

/// Lists the files below these roots, hidden ones included. A root that is a link is followed; links below are not, so
/// that nothing outside is read and no loop is possible. A file that is named twice or lies below two roots is listed
/// once, as named where it was named.
#[must_use]
pub fn walk(roots: &[PathBuf]) -> Walk {
    let mut walk = Walk::default();
    for root in roots {
        match fs::metadata(root) {
            Err(error) => walk.failures.push(GatherError::unreadable(root, error)),
            Ok(data) if data.is_dir() => walk.folder(root),
            Ok(data) => walk.named(root, &data),
        }
    }
    walk.entries.sort_by(|a, b| a.path.cmp(&b.path).then(b.named.cmp(&a.named)));
    walk.entries.dedup_by(|later, first| later.path == first.path);
    walk.failures.sort_by(|a, b| a.path().cmp(b.path()));
    walk
}

impl Walk {
    fn named(&mut self, path: &Path, data: &Metadata) {
        let path = path.to_owned();
        let size_bytes = data.len();
        if data.is_file() {
            self.entries.push(Entry { path, named: true, size_bytes });
        } else {
            self.failures.push(GatherError::NotAFile { path });
        }
    }

    /// Without recursion: a deep tree must not exhaust the stack.
    fn folder(&mut self, root: &Path) {
        let mut open = vec![(root.to_owned(), 0_usize)];
        while let Some((folder, depth)) = open.pop() {
            let listing = match fs::read_dir(&folder) {
                Ok(listing) => listing,
                Err(error) => {
                    self.failures.push(GatherError::unreadable(&folder, error));
                    continue;
                }
            };
            for item in listing {
                // The type and size of the link itself, never of what it points to.
                let met = item.and_then(|item| item.metadata().map(|data| (item.path(), data)));
                match met {
                    Ok((path, data)) if data.is_dir() && !is_link(&data) && depth < DEPTH_MAX => {
                        open.push((path, depth + 1));
                    }
                    Ok((path, data)) if data.is_file() && !is_link(&data) => self.met(path, data.len()),
                    Ok(_) => self.skipped += 1,
                    // A file that went away meanwhile is no failure.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => self.failures.push(GatherError::unreadable(&folder, error)),
                }
            }
        }
    }

    fn met(&mut self, path: PathBuf, size_bytes: u64) {
        self.entries.push(Entry { path, named: false, size_bytes });
    }
}

/// A symbolic link, or on Windows any reparse point that names another place (junctions, mount points); files that
/// only lie in a cloud are reparse points too and stay files.
fn is_link(data: &Metadata) -> bool {
    data.file_type().is_symlink()
}

/// Reads one of the listed files whole; `None` where it was only met while walking, is large, and plainly holds no
/// text.
///
/// # Errors
/// [`GatherError`], with the path.
pub fn read_entry(entry: &Entry) -> Result<Option<Zeroizing<Vec<u8>>>, GatherError> {
    let is_passed_over = || Ok(!entry.named && entry.size_bytes > PEEK_ABOVE_BYTES && is_binary(&entry.path)?);
    let read =
        is_passed_over().and_then(|passed_over| if passed_over { Ok(None) } else { read_file(&entry.path).map(Some) });
    match read {
        Err(GatherError::OpenVault { .. }) if !entry.named => Ok(None),
        other => other,
    }
}

/// Reads a whole file into a buffer that is wiped when dropped and was never moved while it was filled.
///
/// # Errors
/// [`GatherError`]: not there, no regular file, above [`FILE_CEILING_BYTES`], or not readable.
pub fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, GatherError> {
    let (mut file, size_bytes) = open(path)?;
    let fail = |error| GatherError::unreadable(path, error);
    let mut capacity = usize::try_from(size_bytes).unwrap_or(usize::MAX).saturating_add(1);
    loop {
        let mut buffer = Zeroizing::new(vec![0_u8; capacity]);
        let filled = fill(&mut file, &mut buffer).map_err(fail)?;
        if filled < capacity {
            buffer.truncate(filled);
            return Ok(buffer);
        }
        // It grew since its size was asked: begin again with more room, rather than grow a buffer that holds digits.
        let size_bytes = file.metadata().map_err(fail)?.len().max(capacity as u64);
        if size_bytes > FILE_CEILING_BYTES {
            return Err(GatherError::TooLarge { path: path.to_owned(), size_bytes });
        }
        capacity = usize::try_from(size_bytes).unwrap_or(usize::MAX).saturating_mul(2);
        io::Seek::rewind(&mut file).map_err(fail)?;
    }
}

/// Opens a regular file below the ceiling. Its kind is asked before it is opened: opening a pipe would wait.
fn open(path: &Path) -> Result<(File, u64), GatherError> {
    let fail = |error| GatherError::unreadable(path, error);
    let check = |data: &Metadata| match (data.is_file(), data.len()) {
        _ if is_open_here(data) => Err(GatherError::OpenVault { path: path.to_owned() }),
        (false, _) => Err(GatherError::NotAFile { path: path.to_owned() }),
        (true, size_bytes) if size_bytes > FILE_CEILING_BYTES => {
            Err(GatherError::TooLarge { path: path.to_owned(), size_bytes })
        }
        (true, size_bytes) => Ok(size_bytes),
    };
    check(&fs::metadata(path).map_err(fail)?)?;
    let file = File::open(path).map_err(fail)?;
    let size_bytes = check(&file.metadata().map_err(fail)?)?;
    Ok((file, size_bytes))
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Whether the beginning of the file cannot be text in any encoding.
fn is_binary(path: &Path) -> Result<bool, GatherError> {
    let (mut file, _) = open(path)?;
    let mut beginning = Zeroizing::new(vec![0_u8; PEEK_BYTES]);
    let filled = fill(&mut file, &mut beginning).map_err(|error| GatherError::unreadable(path, error))?;
    let beginning = &beginning[..filled];
    Ok(looks_binary(beginning) && !READ_ALL_THE_SAME.iter().any(|mark| beginning.starts_with(mark)))
}

/// Whether the beginning of a file cannot be text in any encoding: many control characters other than zeros, since
/// UTF-16 has zeros only.
#[must_use]
pub fn looks_binary(bytes: &[u8]) -> bool {
    let controls = bytes.iter().filter(|byte| matches!(byte, 1..=8 | 14..=26 | 28..=31 | 127)).count();
    // A text that a crash left full of zeros may still hold a key behind them.
    controls * BINARY_SHARE > bytes.len()
}

/// The file's name alone, as text; what is not Unicode in it is replaced.
#[must_use]
pub fn file_name(path: &Path) -> Option<String> {
    path.file_name().map(OsString::from).map(|name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
