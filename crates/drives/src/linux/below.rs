//! Follows a path down to the last device, on a Linux system.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::blocks::{self, Block};
use super::mountinfo::{self, Mount};
use crate::{Below, Layer, Roots};

/// File systems that are on no drive at all.
const IN_MEMORY: [&str; 10] =
    ["tmpfs", "ramfs", "devtmpfs", "proc", "sysfs", "devpts", "cgroup2", "efivarfs", "hugetlbfs", "rootfs"];
/// Ends loops. Real stacks of devices are a handful deep.
const LAYERS_MAX: usize = 64;

pub(crate) fn below(roots: &Roots, path: &Path) -> Below {
    let mut search = Search {
        roots,
        blocks: blocks::read(roots),
        mounts: mountinfo::read(roots),
        seen_blocks: BTreeSet::new(),
        seen_paths: BTreeSet::new(),
        found: Below { layers: Vec::new(), all_seen: true },
    };
    search.under_path(path);
    search.found
}

struct Search<'a> {
    roots: &'a Roots,
    blocks: BTreeMap<String, Block>,
    mounts: Vec<Mount>,
    seen_blocks: BTreeSet<String>,
    seen_paths: BTreeSet<PathBuf>,
    found: Below,
}

impl Search<'_> {
    fn under_path(&mut self, path: &Path) {
        if self.seen_paths.len() > LAYERS_MAX || !self.seen_paths.insert(path.to_owned()) {
            return;
        }
        let device = self.roots.is_real().then(|| device_of(path)).flatten();
        let Some(mount) = mountinfo::holding(&self.mounts, path, device.as_deref()).cloned() else {
            self.found.all_seen = false;
            return;
        };
        let device = self.block_of(&mount);
        if let Some(name) = device {
            let top = self.found.layers.len();
            self.under_block(&name, true);
            if let Some(layer) = self.found.layers.get_mut(top) {
                // The kernel has mounted it, so it holds a file system.
                layer.noted_plain |= !layer.noted_encrypted;
            }
        } else if let Some(upper) = mount.option("upperdir").map(PathBuf::from) {
            let real = upper.canonicalize().ok().filter(|_| upper.is_absolute());
            // An overlay writes to this folder. In a container the path is one of the host, and means something else
            // here.
            let inside = real.filter(|real| mountinfo::holding(&self.mounts, real, None) != Some(&mount));
            if let Some(real) = inside { self.under_path(&real) } else { self.found.all_seen = false }
        } else if mount.source.is_absolute() && mount.source.is_file() {
            self.image(&mount.source);
        } else if mount.file_system.starts_with("fuse") {
            self.under_program(&mount);
        } else if !IN_MEMORY.contains(&mount.file_system.as_str()) {
            self.found.all_seen = false;
        }
    }

    /// The device of a mount, by its number, or by its source where the file system has no device number.
    fn block_of(&self, mount: &Mount) -> Option<String> {
        let by_number = self.blocks.values().find(|block| !block.number.is_empty() && block.number == mount.device);
        by_number.or_else(|| self.block_at(&mount.source)).map(|block| block.name.clone())
    }

    /// The device that a path such as `/dev/disk/by-label/X` leads to.
    fn block_at(&self, path: &Path) -> Option<&Block> {
        let real = path.canonicalize().ok();
        self.blocks.values().find(|block| {
            let device = block.path(self.roots);
            let plain = self.roots.dev.join(block.name.replace('!', "/"));
            let same = |path: &Path| path == device || path == plain;
            same(path) || real.as_deref().is_some_and(same)
        })
    }

    /// With `holds_files` the file system is on this device itself, not on a part of it.
    fn under_block(&mut self, name: &str, holds_files: bool) {
        if self.seen_blocks.len() > LAYERS_MAX || !self.seen_blocks.insert(name.to_owned()) {
            return;
        }
        let Some(block) = self.blocks.get(name).cloned() else {
            self.found.all_seen = false;
            return;
        };
        if holds_files {
            let volume = block.noted_volume();
            let noted_encrypted = block.is_noted_encrypted();
            let noted_plain = block.file_system().is_some() && !noted_encrypted;
            self.found.layers.push(Layer { path: block.path(self.roots), noted_encrypted, noted_plain, volume });
        }
        let first = self.found.layers.len();
        for slave in &block.slaves {
            self.under_block(slave, true);
        }
        if let (Some(volume), Some(layer)) = (block.opened_volume, self.found.layers.get_mut(first)) {
            layer.noted_encrypted = true;
            layer.noted_plain = false;
            layer.volume = layer.volume.or(Some(volume));
        }
        if let Some(disk) = &block.disk {
            // The other partitions are not under this path, but an image behind the disk is.
            self.under_block(disk, false);
        }
        if let Some(file) = &block.backing_file {
            if holds_files { self.image(file) } else { self.under_path(file) }
        }
    }

    fn image(&mut self, file: &Path) {
        self.found.layers.push(Layer {
            path: file.to_owned(),
            noted_encrypted: false,
            noted_plain: false,
            volume: None,
        });
        // The kernel reports the path as it was when the image was attached.
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        // A loop device may also be backed by a device.
        if let Some(name) = self.block_at(&file).map(|block| block.name.clone()) {
            self.under_block(&name, true);
        } else {
            self.under_path(&file);
        }
    }

    /// A file system made by a program such as dislocker. The arguments of the program name what it reads.
    fn under_program(&mut self, mount: &Mount) {
        let mut found = false;
        for path in self.arguments_beside(&mount.point) {
            if let Some(name) = self.block_at(&path).map(|block| block.name.clone()) {
                self.under_block(&name, true);
                found = true;
            } else if path.is_file() {
                // It may also be a log or a key file of the program; then the answer errs on the safe side.
                self.image(&path);
            }
        }
        self.found.all_seen &= found;
    }

    /// The paths among the arguments of all programs that were given this mount point.
    fn arguments_beside(&mut self, point: &Path) -> Vec<PathBuf> {
        let processes = fs::read_dir(&self.roots.proc).into_iter().flatten().filter_map(Result::ok);
        let mut paths = Vec::new();
        let own = std::process::id().to_string();
        let others = processes
            .filter(|item| item.file_name().as_bytes().iter().all(u8::is_ascii_digit) && item.file_name() != *own);
        for process in others {
            let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
            let arguments: Vec<&Path> =
                line.split(|byte| *byte == 0).map(|argument| Path::new(OsStr::from_bytes(argument))).collect();
            if arguments.iter().skip(1).any(|argument| *argument == point) {
                let folder = fs::read_link(process.path().join("cwd")).ok();
                // Without the folder, relative paths cannot be resolved.
                self.found.all_seen &= folder.is_some();
                let others = arguments.iter().skip(1).filter(|argument| **argument != point);
                paths.extend(others.filter_map(|argument| parse_argument(argument, folder.as_deref())));
            }
        }
        paths
    }
}

/// The path in an argument, also in `-V/dev/sdb1` and `--volume=/dev/sdb1`. A relative one is resolved from `folder`,
/// and must exist.
fn parse_argument(argument: &Path, folder: Option<&Path>) -> Option<PathBuf> {
    let bytes = argument.as_os_str().as_bytes();
    let value = match bytes {
        [b'-', b'-', ..] => &bytes[bytes.iter().position(|byte| *byte == b'=')? + 1..],
        [b'-', _, rest @ ..] => rest,
        _ => bytes,
    };
    let path = Path::new(OsStr::from_bytes(value));
    if path.is_absolute() {
        return Some(path.to_owned());
    }
    folder.filter(|_| !value.is_empty()).map(|folder| folder.join(path)).filter(|whole| whole.exists())
}

/// The number of the device that a path is on, as `mountinfo` writes it. For a path that does not exist yet, that of
/// its nearest folder.
fn device_of(path: &Path) -> Option<String> {
    let number = path.ancestors().find_map(|there| there.metadata().ok())?.dev();
    // The layout of `makedev` in glibc.
    let major = number >> 8 & 0xFFF | number >> 32 & 0xFFFF_F000;
    let minor = number & 0xFF | number >> 12 & 0xFFFF_FF00;
    Some(format!("{major}:{minor}"))
}
