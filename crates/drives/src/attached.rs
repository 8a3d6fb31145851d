//! The volumes that are attached now: where they are, how large, whether they can be pulled. Reads none of them.

use std::path::PathBuf;

use super::Roots;
use drivekey_record::LineText;

/// One attached volume: a partition, or a drive without partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedVolume {
    /// What to open for its raw content; not known for what macOS has mounted.
    pub device: Option<PathBuf>,
    /// Where its files appear; empty when it is locked or not mounted.
    pub mount_points: Vec<PathBuf>,
    /// Its label.
    pub label: Option<LineText>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// The file system's name, as the system calls it.
    pub file_system: Option<LineText>,
    /// A stick, a card, or a drive on a cable. Windows calls some USB disks not removable; then this is false.
    pub removable: bool,
}

/// All of them, in the order of their devices. A system that tells nothing gives none.
#[must_use]
pub fn attached(roots: &Roots) -> Vec<AttachedVolume> {
    system(roots)
}

#[cfg(target_os = "linux")]
fn system(roots: &Roots) -> Vec<AttachedVolume> {
    super::linux::attached(roots)
}

#[cfg(any(windows, target_os = "macos"))]
fn mounted() -> Vec<AttachedVolume> {
    let Ok(disks) = sysinfo::Disks::new_with_refreshed_list() else { return Vec::new() };
    let volume = |disk: &sysinfo::Disk| AttachedVolume {
        device: None,
        mount_points: vec![disk.mount_point().to_owned()],
        label: disk.name().to_str().and_then(|name| name.parse().ok()),
        size: (disk.total_space() > 0).then(|| disk.total_space()),
        file_system: disk.file_system().to_str().and_then(|name| name.parse().ok()),
        removable: disk.is_removable(),
    };
    disks.iter().map(volume).collect()
}

/// Every letter that is in use: a locked drive has one, and the system's list leaves it out.
#[cfg(windows)]
fn system(_: &Roots) -> Vec<AttachedVolume> {
    use std::fs::File;
    use std::io::ErrorKind;
    let mounted = mounted();
    let mut volumes = Vec::new();
    for letter in 'A'..='Z' {
        let (device, root) = (PathBuf::from(format!(r"\\.\{letter}:")), PathBuf::from(format!(r"{letter}:\")));
        let known = mounted.iter().find(|volume| volume.mount_points.contains(&root)).cloned();
        let there = || !matches!(File::open(&device), Err(error) if error.kind() == ErrorKind::NotFound);
        match known {
            Some(volume) => volumes.push(AttachedVolume { device: Some(device), ..volume }),
            None if there() => volumes.push(AttachedVolume {
                device: Some(device),
                mount_points: vec![root],
                label: None,
                size: None,
                file_system: None,
                removable: false,
            }),
            None => {}
        }
    }
    volumes
}

/// What is mounted, and every raw partition: a locked drive is not mounted.
#[cfg(target_os = "macos")]
fn system(roots: &Roots) -> Vec<AttachedVolume> {
    let mut volumes = mounted();
    let is_raw =
        |name: &str| name.strip_prefix("rdisk").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let mut raw: Vec<PathBuf> = std::fs::read_dir(&roots.dev)
        .into_iter()
        .flatten()
        .filter_map(|item| item.ok().map(|item| item.path()))
        .filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_raw))
        .collect();
    raw.sort();
    let volume = |device| AttachedVolume {
        device: Some(device),
        mount_points: Vec::new(),
        label: None,
        size: None,
        file_system: None,
        removable: false,
    };
    volumes.extend(raw.into_iter().map(volume));
    volumes
}

#[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
const fn system(_: &Roots) -> Vec<AttachedVolume> {
    Vec::new()
}
