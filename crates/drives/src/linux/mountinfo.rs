//! Parses `/proc/self/mountinfo`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::Roots;

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// Major and minor number, as `8:17`.
    pub(super) device: String,
    pub(super) point: PathBuf,
    pub(super) file_system: String,
    pub(super) source: PathBuf,
    options: Vec<OsString>,
}

impl Mount {
    /// The value of a mount option.
    pub(super) fn option(&self, name: &str) -> Option<&OsStr> {
        let prefix = [name.as_bytes(), b"="].concat();
        self.options.iter().find_map(|option| option.as_bytes().strip_prefix(prefix.as_slice())).map(OsStr::from_bytes)
    }
}

/// All mounts, the oldest first.
pub(super) fn read(roots: &Roots) -> Vec<Mount> {
    let bytes = fs::read(roots.proc.join("self").join("mountinfo")).unwrap_or_default();
    bytes.split(|byte| *byte == b'\n').filter_map(parse_line).collect()
}

/// The mount that holds a path: the deepest, and among equals the last. A mount with the device of the path is
/// preferred, because a deeper one may be hidden under another.
pub(super) fn holding<'a>(mounts: &'a [Mount], path: &Path, device: Option<&str>) -> Option<&'a Mount> {
    let over = mounts.iter().filter(|mount| path.starts_with(&mount.point));
    over.max_by_key(|mount| (device == Some(&mount.device), mount.point.components().count()))
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn parse_line(line: &[u8]) -> Option<Mount> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let dash = fields.iter().position(|field| *field == b"-")?;
    let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    Some(Mount {
        device: text(fields.get(2)?),
        point: PathBuf::from(unescape(fields.get(4).filter(|_| dash > 4)?)),
        file_system: text(fields.get(dash + 1)?),
        source: PathBuf::from(unescape(fields.get(dash + 2)?)),
        options: fields.get(dash + 3)?.split(|byte| *byte == b',').map(unescape).collect(),
    })
}

/// The kernel writes space, tab, line feed and backslash as `\040` and the like.
fn unescape(field: &[u8]) -> OsString {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let octal =
            after.get(..3).filter(|digits| *first == b'\\' && digits.iter().all(|digit| (b'0'..=b'7').contains(digit)));
        if let Some(digits) = octal {
            bytes.push(digits.iter().fold(0_u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')));
            rest = &after[3..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_taken_apart() {
        let line =
            br"36 35 8:17 /sub /media/My\040Stick rw,noatime shared:1 - fuse.x a\134b rw,user_id=0,upperdir=/a\054b";
        let mount = parse_line(line).unwrap();
        assert_eq!((mount.device.as_str(), mount.point.as_path()), ("8:17", Path::new("/media/My Stick")));
        assert_eq!((mount.file_system.as_str(), mount.source.as_path()), ("fuse.x", Path::new(r"a\b")));
        assert_eq!(mount.option("upperdir"), Some(OsStr::new("/a,b")));
        assert_eq!(mount.option("user"), None);
    }

    #[test]
    fn the_deepest_and_last_mount_holds_a_path() {
        let line = |device: &str, point: &str| format!("1 1 {device} / {point} rw - ext4 /dev/x rw");
        let mounts: Vec<Mount> = [line("8:1", "/"), line("8:2", "/mnt"), line("8:3", "/mnt")]
            .iter()
            .filter_map(|line| parse_line(line.as_bytes()))
            .collect();
        let held = |path: &str, device| holding(&mounts, Path::new(path), device).map(|mount| mount.device.as_str());
        assert_eq!((held("/mnt/a", None), held("/mnta", None)), (Some("8:3"), Some("8:1")));
        // A mount with the path's device goes first, if there is one.
        assert_eq!((held("/mnt/a", Some("8:1")), held("/mnt/a", Some("0:99"))), (Some("8:1"), Some("8:3")));
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(
            line in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b' '), Just(b'\\'), Just(b'-')], 0..80),
        ) {
            let _ = parse_line(&line);
        }
    }
}
