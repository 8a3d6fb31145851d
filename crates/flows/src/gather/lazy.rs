//! Walks folders while their files are already being read, so that no list of all files is ever held.

use std::fs;
use std::path::{Path, PathBuf};

use super::{DEPTH_MAX, GatherError};
use crate::Watch;

/// What was met.
#[derive(Debug)]
pub enum Met {
    /// A regular file.
    File(PathBuf),
    /// A folder or a root that could not be read.
    Failure(GatherError),
    /// A link, a device, a pipe or a socket: left alone.
    Other,
}

/// Walks these roots, hidden files included, until the watch stops it or `take` says no more. A root that is a link is
/// followed, links below are not. What lies below two roots is met twice, unless one root is named within the other.
pub fn each(roots: &[PathBuf], watch: &dyn Watch, mut take: impl FnMut(Met) -> bool) {
    for (at, root) in roots.iter().enumerate() {
        if is_covered(roots, at) {
            continue;
        }
        let going_on = match fs::metadata(root) {
            Err(error) => take(Met::Failure(GatherError::unreadable(root, error))),
            Ok(data) if data.is_dir() => below(root, watch, &mut take),
            Ok(data) if data.is_file() => take(Met::File(root.clone())),
            Ok(_) => take(Met::Failure(GatherError::NotAFile { path: root.clone() })),
        };
        if !going_on || watch.is_cancelled() {
            return;
        }
    }
}

/// Whether it is met below another root, or was named before. A link is not met there, nor what does not exist.
fn is_covered(roots: &[PathBuf], at: usize) -> bool {
    let root = &roots[at];
    let real = root.symlink_metadata().is_ok_and(|data| data.is_dir() || data.is_file());
    roots.iter().enumerate().any(|(other_at, other)| {
        other_at != at
            && (if root == other { other_at < at } else { real && root.starts_with(other) && other.is_dir() })
    })
}

/// Without recursion: a deep tree must not exhaust the stack.
fn below(root: &Path, watch: &dyn Watch, take: &mut impl FnMut(Met) -> bool) -> bool {
    let mut open = vec![(root.to_owned(), 0_usize)];
    while let Some((folder, depth)) = open.pop() {
        let listing = match fs::read_dir(&folder) {
            Ok(listing) => listing,
            // A folder that went away meanwhile is no failure.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                if !take(Met::Failure(GatherError::unreadable(&folder, error))) {
                    return false;
                }
                continue;
            }
        };
        for item in listing {
            if watch.is_cancelled() {
                return false;
            }
            // The type of the link itself, never of what it points to; most systems give it without another call.
            let met = match item.and_then(|item| item.file_type().map(|kind| (item, kind))) {
                Ok((item, kind)) if kind.is_dir() && depth < DEPTH_MAX => {
                    open.push((item.path(), depth + 1));
                    continue;
                }
                Ok((item, kind)) if kind.is_file() => Met::File(item.path()),
                Ok(_) => Met::Other,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => Met::Failure(GatherError::unreadable(&folder, error)),
            };
            if !take(met) {
                return false;
            }
        }
    }
    true
}
