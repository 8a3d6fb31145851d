//! A file that is handed over by standard input, named as `-`.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::exit::Exit;
use super::failure::Failure;
use super::world::World;
use drivekey_flows::gather::FILE_CEILING_BYTES;

/// What the first buffer holds: most texts, so that they are not copied.
const FIRST_BYTES: usize = 256 * 1024;

/// Whether a path that was typed means standard input. A file of that name is reached as `./-`.
pub(super) fn is_meant(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What was named.
pub(super) struct Sorted {
    /// The paths without `-`.
    pub(super) paths: Vec<PathBuf>,
    /// What standard input holds, where `-` is among them.
    pub(super) input: Option<Zeroizing<Vec<u8>>>,
}

/// Reads standard input where it is named among these paths.
pub(super) fn sort(world: &mut World<'_>, named: &[PathBuf]) -> Result<Sorted, Failure> {
    let paths: Vec<PathBuf> = named.iter().filter(|path| !is_meant(path)).cloned().collect();
    let input = if paths.len() < named.len() { Some(read(world)?) } else { None };
    Ok(Sorted { paths, input })
}

/// Each buffer that became too small is wiped.
fn read(world: &mut World<'_>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let most = usize::try_from(FILE_CEILING_BYTES).unwrap_or(usize::MAX);
    let mut buffer = Zeroizing::new(vec![0; FIRST_BYTES]);
    let mut filled = 0;
    loop {
        match world.input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
        if filled > most {
            return Err(Failure::new(
                Exit::Failed,
                "standard input holds more than 64 MiB",
                "save it as a file, and import the file",
            ));
        }
        if filled == buffer.len() {
            let mut larger = Zeroizing::new(vec![0; filled * 2]);
            larger[..filled].copy_from_slice(&buffer);
            buffer = larger;
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}
