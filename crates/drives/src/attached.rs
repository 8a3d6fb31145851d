//! The volumes that are attached now: where they are, how large they are, and whether they are removable.

use std::path::PathBuf;

use super::Roots;
use drivekey_record::LineText;

/// One attached volume: a partition, or a drive without partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedVolume {
    /// The device to open for its raw content; not known for volumes that macOS has mounted.
    pub device: Option<PathBuf>,
    /// Where it is mounted; empty when it is locked or not mounted.
    pub mount_points: Vec<PathBuf>,
    /// Its label.
    pub label: Option<LineText>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// The system's name for its file system.
    pub file_system: Option<LineText>,
    /// Whether it is a stick, a card or a drive on a cable. False for the USB disks that Windows calls fixed.
    pub removable: bool,
}

/// All attached volumes, in the order of their devices. Empty where the system does not tell.
#[must_use]
pub fn attached(roots: &Roots) -> Vec<AttachedVolume> {
    list(roots)
}

#[cfg(target_os = "linux")]
fn list(roots: &Roots) -> Vec<AttachedVolume> {
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

/// Every drive letter in use. A locked drive has one, but is not on the system's list of mounted disks.
#[cfg(windows)]
fn list(_: &Roots) -> Vec<AttachedVolume> {
    use std::fs::File;
    use std::io::ErrorKind;
    let mounted = mounted();
    let mut volumes = Vec::new();
    for letter in 'A'..='Z' {
        let (device, root) = (PathBuf::from(format!(r"\\.\{letter}:")), PathBuf::from(format!(r"{letter}:\")));
        let known = mounted.iter().find(|volume| volume.mount_points.contains(&root)).cloned();
        let exists = || !matches!(File::open(&device), Err(error) if error.kind() == ErrorKind::NotFound);
        match known {
            Some(volume) => volumes.push(AttachedVolume { device: Some(device), ..volume }),
            None if exists() => volumes.push(AttachedVolume {
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

/// The mounted volumes and every raw partition, since a locked drive is not mounted.
#[cfg(target_os = "macos")]
fn list(roots: &Roots) -> Vec<AttachedVolume> {
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
const fn list(_: &Roots) -> Vec<AttachedVolume> {
    Vec::new()
}
