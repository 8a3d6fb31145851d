//! The names that people type for drives: `E:`, `\\.\PhysicalDrive1`, `/dev/sdb1`, an image file.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The path to open for what was typed.
#[must_use]
pub fn drive_path(typed: &OsStr) -> PathBuf {
    if cfg!(windows) { windows_path(typed) } else { PathBuf::from(typed) }
}

/// Whether Windows opens a device under this path, not a file.
pub(super) fn is_windows_device(path: &Path) -> bool {
    path.to_str().is_some_and(|text| {
        text.starts_with(r"\\.\")
            || starts_with_ignoring_case(text, r"\\?\GLOBALROOT")
            || starts_with_ignoring_case(text, VOLUME_PREFIX)
    })
}

/// The beginning of a volume's name by GUID.
const VOLUME_PREFIX: &str = r"\\?\Volume{";
/// The name of a whole disk, before its number.
const DISK_PREFIX: &str = "PhysicalDrive";

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// A letter alone means the drive, not its current folder as elsewhere in Windows.
fn windows_path(typed: &OsStr) -> PathBuf {
    let Some(text) = typed.to_str() else { return PathBuf::from(typed) };
    let bare = text.trim_end_matches(['\\', '/']);
    if let [letter, b':'] = bare.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return PathBuf::from(format!(r"\\.\{}:", char::from(letter.to_ascii_uppercase())));
    }
    let number = bare.get(DISK_PREFIX.len()..).filter(|_| starts_with_ignoring_case(bare, DISK_PREFIX));
    if number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) {
        return PathBuf::from(format!(r"\\.\{bare}"));
    }
    // With a backslash behind it, the name of a device would mean its root folder.
    let is_volume = starts_with_ignoring_case(bare, VOLUME_PREFIX) && bare.ends_with('}');
    PathBuf::from(if bare.starts_with(r"\\.\") || is_volume { bare } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_numbers_become_devices() {
        for (typed, path) in [
            ("E:", r"\\.\E:"),
            ("e:\\", r"\\.\E:"),
            ("e:/", r"\\.\E:"),
            (r"\\.\E:", r"\\.\E:"),
            (r"\\.\E:\", r"\\.\E:"),
            ("PhysicalDrive1", r"\\.\PhysicalDrive1"),
            (r"\\.\PHYSICALDRIVE12", r"\\.\PHYSICALDRIVE12"),
            (r"E:\image.vhd", r"E:\image.vhd"),
            ("image.img", "image.img"),
            (r"\\?\volume{01}\", r"\\?\volume{01}"),
            (r"\\?\Volume{01}\image.img", r"\\?\Volume{01}\image.img"),
            ("PhysicalDriveX", "PhysicalDriveX"),
            ("é:", "é:"),
        ] {
            assert_eq!(windows_path(OsStr::new(typed)), Path::new(path), "{typed}");
        }
        assert!(is_windows_device(Path::new(r"\\.\E:")) && is_windows_device(Path::new(r"\\?\volume{01}")));
        assert!(!is_windows_device(Path::new(r"E:\image.vhd")));
    }
}
