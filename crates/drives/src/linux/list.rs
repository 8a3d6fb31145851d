//! The attached volumes of a Linux system, from its block devices and mounts.

use super::{blocks, mountinfo};
use crate::{AttachedVolume, Roots};

pub(crate) fn attached(roots: &Roots) -> Vec<AttachedVolume> {
    let blocks = blocks::read(roots);
    let mounts = mountinfo::read(roots);
    let mut volumes = Vec::new();
    for block in blocks.values() {
        let in_memory = block.name.starts_with("ram") || block.name.starts_with("zram");
        if block.size == 0 || block.has_partitions || in_memory {
            continue;
        }
        let device = block.path(roots);
        let mut mount_points = Vec::new();
        let mut file_system = None;
        for mount in mounts.iter().filter(|mount| mount.device == block.number || mount.source == device) {
            if !mount_points.contains(&mount.point) {
                mount_points.push(mount.point.clone());
            }
            file_system = Some(mount.file_system.as_str());
        }
        let made_of_removable = block.slaves.iter().any(|slave| blocks.get(slave).is_some_and(|slave| slave.removable));
        volumes.push(AttachedVolume {
            label: block.label(),
            size: Some(block.size),
            file_system: file_system.or_else(|| block.file_system()).and_then(|name| name.parse().ok()),
            removable: block.removable || made_of_removable,
            device: Some(device),
            mount_points,
        });
    }
    volumes
}
