//! What a person may call a drive: `E:`, `\\.\PhysicalDrive1`, `/dev/sdb1`, an image file. Opens nothing.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The path to open for what was typed.
#[must_use]
pub fn drive_path(typed: &OsStr) -> PathBuf {
    if cfg!(windows) { windows_path(typed) } else { PathBuf::from(typed) }
}

/// Whether Windows opens a device there, not a file.
pub(super) fn is_windows_device(path: &Path) -> bool {
    path.to_str()
        .is_some_and(|text| text.starts_with(r"\\.\") || begins(text, r"\\?\GLOBALROOT") || begins(text, VOLUME))
}

/// How Windows names a volume by its GUID.
const VOLUME: &str = r"\\?\Volume{";

fn begins(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// A letter alone means the drive, not its current folder.
fn windows_path(typed: &OsStr) -> PathBuf {
    let Some(text) = typed.to_str() else { return PathBuf::from(typed) };
    let bare = text.trim_end_matches(['\\', '/']);
    if let [letter, b':'] = bare.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return PathBuf::from(format!(r"\\.\{}:", char::from(letter.to_ascii_uppercase())));
    }
    let numbered = bare.get(..13).is_some_and(|head| head.eq_ignore_ascii_case("PhysicalDrive"));
    if numbered && bare.len() > 13 && bare[13..].bytes().all(|byte| byte.is_ascii_digit()) {
        return PathBuf::from(format!(r"\\.\{bare}"));
    }
    // A device with a backslash behind it would be its root folder.
    PathBuf::from(if bare.starts_with(r"\\.\") || begins(bare, VOLUME) && bare.ends_with('}') { bare } else { text })
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
