//! Which devices and images a path is on, down to the last: through links, bind mounts, mapped devices and loop
//! devices.

use std::path::{Path, PathBuf};

use super::Roots;
use drivekey_record::Guid;

/// The devices and images under a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Below {
    /// The one that holds the files first.
    pub layers: Vec<Layer>,
    /// Whether nothing is hidden. Network shares, unlocked volumes on Windows and some user-space file systems do not
    /// tell what is under them.
    pub all_seen: bool,
}

/// One device or image under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The path to open for its raw content.
    pub path: PathBuf,
    /// Whether the system knows it as a BitLocker volume.
    pub noted_encrypted: bool,
    /// Whether the system knows it as something else, or has mounted it as it is.
    pub noted_plain: bool,
    /// The GUID of the BitLocker volume, if the system knows it.
    pub volume: Option<Guid>,
}

/// Finds what is under a path. For a path that does not exist yet, that is what is under its nearest existing folder.
#[must_use]
pub fn below(roots: &Roots, path: &Path) -> Below {
    match nearest_existing(path) {
        Some(path) => resolve(roots, &path),
        None => Below::default(),
    }
}

/// The longest part of a path that exists, with links resolved.
fn nearest_existing(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().find_map(|part| part.canonicalize().ok())
}

#[cfg(target_os = "linux")]
fn resolve(roots: &Roots, path: &Path) -> Below {
    super::linux::below(roots, path)
}

/// The volume itself. Windows does not tell what is under it.
#[cfg(windows)]
fn resolve(_: &Roots, path: &Path) -> Below {
    use std::path::{Component, Prefix};
    let letter = match path.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => Some(letter),
            _ => None,
        },
        _ => None,
    };
    let layer = |letter: u8| Layer {
        path: format!(r"\\.\{}:", char::from(letter)).into(),
        noted_encrypted: false,
        noted_plain: false,
        volume: None,
    };
    Below { layers: letter.map(layer).into_iter().collect(), all_seen: false }
}

/// The standard library cannot ask macOS for the device. BitLocker volumes there are opened by other programs only.
#[cfg(not(any(target_os = "linux", windows)))]
fn resolve(_: &Roots, _: &Path) -> Below {
    Below::default()
}
