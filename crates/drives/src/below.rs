//! What a path's files lie on, down to the last device: through links, bind mounts, mapped devices and images.
//! Reads no content of any of them.

use std::path::{Path, PathBuf};

use super::Roots;
use drivekey_record::Guid;

/// Everything under a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Below {
    /// From the top downwards.
    pub layers: Vec<Layer>,
    /// Whether all of it could be seen. A network share, an unlocked volume on Windows and some file systems in user
    /// space hide what is under them.
    pub all_seen: bool,
}

/// One device or image under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What to open for its raw content.
    pub path: PathBuf,
    /// The system has noted that it is a BitLocker volume.
    pub noted_encrypted: bool,
    /// The system has noted that it is something else, or has mounted it as it stands.
    pub noted_plain: bool,
    /// The name of the BitLocker volume, where the system has noted it.
    pub volume: Option<Guid>,
}

/// What lies under a path. One that does not exist yet lies where its nearest folder does.
#[must_use]
pub fn below(roots: &Roots, path: &Path) -> Below {
    match nearest(path) {
        Some(path) => system(roots, &path),
        None => Below::default(),
    }
}

/// The nearest part of a path that exists, without links.
fn nearest(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().find_map(|part| part.canonicalize().ok())
}

#[cfg(target_os = "linux")]
fn system(roots: &Roots, path: &Path) -> Below {
    super::linux::below(roots, path)
}

/// The volume itself; what Windows hides of it stays hidden.
#[cfg(windows)]
fn system(_: &Roots, path: &Path) -> Below {
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

/// macOS tells no device without a call of its own; a BitLocker volume there is opened by other programs only.
#[cfg(not(any(target_os = "linux", windows)))]
fn system(_: &Roots, _: &Path) -> Below {
    Below::default()
}
