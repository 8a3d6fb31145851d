//! Compares a file with what was written to it, on the medium instead of in the cache of the system.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// Direct I/O needs aligned memory and lengths. No medium has larger blocks than this.
const ALIGN_BYTES: usize = 4096;
/// How much is read at a time.
const CHUNK_BYTES: usize = 16 * ALIGN_BYTES;

/// Where a comparison read the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// Perhaps only in the cache: the system has no way to bypass it here.
    Memory,
    /// On the medium.
    Medium,
}

/// Whether the file has exactly this content, and where it was read.
pub(super) fn compare_file(path: &Path, expected: &[u8]) -> io::Result<(bool, Seen)> {
    match open_direct(path) {
        Ok(mut file) => match compare(&mut file, expected, true) {
            Ok(same) => return Ok((same, Seen::Medium)),
            // Some file systems open a file for direct I/O, but do not read it that way.
            Err(error) if is_unsupported(&error) => {}
            Err(error) => return Err(error),
        },
        Err(error) if is_unsupported(&error) => {}
        Err(error) => return Err(error),
    }
    let mut file = File::open(path)?;
    let seen = drop_cache(&file);
    Ok((compare(&mut file, expected, false)?, seen))
}

fn compare(file: &mut File, expected: &[u8], direct: bool) -> io::Result<bool> {
    let mut buffer = Zeroizing::new(vec![0_u8; CHUNK_BYTES + ALIGN_BYTES]);
    let start = buffer.as_ptr().align_offset(ALIGN_BYTES).min(ALIGN_BYTES);
    let chunk = &mut buffer[start..start + CHUNK_BYTES];
    let mut rest = expected;
    loop {
        let count = match file.read(chunk) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let Some((here, next)) = rest.split_at_checked(count) else { return Ok(false) };
        if *here != chunk[..count] {
            return Ok(false);
        }
        rest = next;
        // A direct read cannot go on after part of a block, so this is the end.
        if count == 0 || (direct && !count.is_multiple_of(ALIGN_BYTES)) {
            return Ok(rest.is_empty());
        }
    }
}

/// Opens a file for reads that bypass the cache.
#[cfg(target_os = "linux")]
fn open_direct(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = i32::try_from(rustix::fs::OFlags::DIRECT.bits()).map_err(|_| io::ErrorKind::Unsupported)?;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// `FILE_FLAG_NO_BUFFERING`.
#[cfg(windows)]
fn open_direct(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_FLAG_NO_BUFFERING: u32 = 0x2000_0000;
    OpenOptions::new().read(true).custom_flags(FILE_FLAG_NO_BUFFERING).open(path)
}

/// `F_NOCACHE`.
#[cfg(target_vendor = "apple")]
fn open_direct(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).open(path)?;
    rustix::fs::fcntl_nocache(&file, true)?;
    Ok(file)
}

#[cfg(not(any(target_os = "linux", windows, target_vendor = "apple")))]
fn open_direct(_: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether an error means that direct I/O is not supported; `ERROR_INVALID_PARAMETER` on Windows.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
        || (cfg!(windows) && error.raw_os_error() == Some(87))
}

/// Asks the system to drop a synced file from its cache.
#[cfg(target_os = "linux")]
fn drop_cache(file: &File) -> Seen {
    let asked = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    if asked.is_ok() { Seen::Medium } else { Seen::Memory }
}

#[cfg(not(target_os = "linux"))]
fn drop_cache(_: &File) -> Seen {
    Seen::Memory
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_the_same_content_compares_equal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for size in [0, 1, 4095, 4096, 4097, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES - 7] {
            let bytes: Vec<u8> = (0..=255).cycle().take(size).collect();
            fs::write(&path, &bytes).unwrap();
            OpenOptions::new().write(true).open(&path).unwrap().sync_all().unwrap();
            assert!(compare_file(&path, &bytes).unwrap().0, "{size}");
            let longer = [&bytes[..], b"x"].concat();
            assert!(!compare_file(&path, &longer).unwrap().0, "{size}");
            if let Some((last, shorter)) = bytes.split_last() {
                assert!(!compare_file(&path, shorter).unwrap().0, "{size}");
                assert!(!compare_file(&path, &[shorter, &[last ^ 1]].concat()).unwrap().0, "{size}");
            }
        }
    }
}
