//! Block devices, as `/sys/block` and the database of udev describe them. No device is opened.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::Roots;
use drivekey_record::{Guid, LineText};

/// `/sys` gives sizes in units of this, whatever the sector size.
const SIZE_UNIT_BYTES: u64 = 512;

/// A disk, a partition, or a device made of others.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub(super) name: String,
    /// Major and minor number, as `8:17`.
    pub(super) number: String,
    pub(super) size: u64,
    pub(super) removable: bool,
    /// The disk that a partition is on.
    pub(super) disk: Option<String>,
    pub(super) has_partitions: bool,
    /// The devices that a mapped one is made of.
    pub(super) slaves: Vec<String>,
    /// The image behind a loop device.
    pub(super) backing_file: Option<PathBuf>,
    /// The name under `/dev/mapper`.
    pub(super) mapped_name: Option<String>,
    /// The BitLocker volume that cryptsetup has opened as this device.
    pub(super) opened_volume: Option<Guid>,
    notes: BTreeMap<String, String>,
}

impl Block {
    /// The path to open it.
    pub(super) fn path(&self, roots: &Roots) -> PathBuf {
        match &self.mapped_name {
            Some(name) => roots.dev.join("mapper").join(name),
            // `cciss!c0d0` stands for `cciss/c0d0`.
            None => roots.dev.join(self.name.replace('!', "/")),
        }
    }

    pub(super) fn file_system(&self) -> Option<&str> {
        self.notes.get("ID_FS_TYPE").map(String::as_str)
    }

    pub(super) fn label(&self) -> Option<LineText> {
        self.notes
            .get("ID_FS_LABEL_ENC")
            .map(|label| decode_label(label))
            .or_else(|| self.notes.get("ID_FS_LABEL").cloned())?
            .parse()
            .ok()
    }

    pub(super) fn is_noted_encrypted(&self) -> bool {
        self.file_system().is_some_and(|name| name.eq_ignore_ascii_case("BitLocker"))
    }

    pub(super) fn noted_volume(&self) -> Option<Guid> {
        self.notes.get("ID_FS_UUID").filter(|_| self.is_noted_encrypted())?.parse().ok()
    }
}

/// All block devices, by name.
pub(super) fn read(roots: &Roots) -> BTreeMap<String, Block> {
    let mut blocks = BTreeMap::new();
    for (name, folder) in subfolders(&roots.sys.join("block")) {
        let mut disk = block(roots, &name, &folder);
        disk.removable = is_removable(&folder);
        for (part_name, part_folder) in subfolders(&folder) {
            if part_folder.join("partition").exists() {
                let part = block(roots, &part_name, &part_folder);
                disk.has_partitions = true;
                blocks.insert(part_name, Block { disk: Some(name.clone()), removable: disk.removable, ..part });
            }
        }
        blocks.insert(name, disk);
    }
    blocks
}

fn block(roots: &Roots, name: &str, folder: &Path) -> Block {
    let number = read_line(&folder.join("dev")).unwrap_or_default();
    let mapped = folder.join("dm");
    let notes = roots.run.join("udev").join("data").join(format!("b{number}"));
    Block {
        name: name.to_owned(),
        size: read_line(&folder.join("size"))
            .and_then(|size| size.parse::<u64>().ok())
            .unwrap_or(0)
            .saturating_mul(SIZE_UNIT_BYTES),
        slaves: subfolders(&folder.join("slaves")).into_iter().map(|(name, _)| name).collect(),
        backing_file: read_raw_line(&folder.join("loop").join("backing_file")).map(PathBuf::from),
        mapped_name: read_line(&mapped.join("name")).filter(|name| !name.is_empty() && !name.contains('/')),
        opened_volume: read_line(&mapped.join("uuid")).and_then(|uuid| parse_opened_volume(&uuid)),
        notes: fs::read(notes).map(|bytes| parse_properties(&String::from_utf8_lossy(&bytes))).unwrap_or_default(),
        number,
        ..Block::default()
    }
}

/// The volume in a device-mapper UUID of cryptsetup: `CRYPT-BITLK-` and 32 hex digits.
fn parse_opened_volume(uuid: &str) -> Option<Guid> {
    uuid.strip_prefix("CRYPT-BITLK-")?.get(..32)?.parse().ok()
}

/// The properties in a file of udev, lines of the form `E:NAME=value`.
fn parse_properties(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.strip_prefix("E:")?.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// udev writes a space as `\x20`.
fn decode_label(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let hex = rest.get(at + 2..at + 4).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.extend(hex);
        rest = if hex.is_some() { &rest[at + 4..] } else { &rest[at + 2..] };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sticks report themselves as removable. Disks on a USB cable and memory cards do not.
fn is_removable(folder: &Path) -> bool {
    let says_so = read_line(&folder.join("removable")).as_deref() == Some("1");
    let is_card = read_line(&folder.join("device").join("type")).as_deref() == Some("SD");
    let on_cable = || {
        let place = folder.canonicalize().unwrap_or_default();
        place.components().any(|part| {
            part.as_os_str().to_str().is_some_and(|part| part.starts_with("usb") || part.starts_with("firewire"))
        })
    };
    says_so || is_card || on_cable()
}

/// The folders in a folder, by name. In `/sys` most of them are links.
fn subfolders(folder: &Path) -> Vec<(String, PathBuf)> {
    let items = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut items: Vec<(String, PathBuf)> =
        items.filter_map(|item| Some((item.file_name().into_string().ok()?, item.path()))).collect();
    items.retain(|(_, path)| path.is_dir());
    items.sort();
    items
}

fn read_line(path: &Path) -> Option<String> {
    read_raw_line(path)?.into_string().ok()
}

fn read_raw_line(path: &Path) -> Option<OsString> {
    let mut bytes = fs::read(path).ok()?;
    while bytes.last().is_some_and(u8::is_ascii_whitespace) {
        bytes.pop();
    }
    Some(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_udev_are_decode_label() {
        assert_eq!(decode_label(r"New\x20Volume\x2f"), "New Volume/");
        assert_eq!(decode_label(r"a\xZZb\x"), "aZZb");
        assert_eq!(decode_label(r"\xc3\xa4"), "ä");
    }

    #[test]
    fn cryptsetup_names_the_volume() {
        let guid = "8F595209-F5B9-49A0-85D4-CB8F80258C27";
        let uuid = format!("CRYPT-BITLK-{}-bitlk-17", guid.replace('-', "").to_lowercase());
        assert_eq!(parse_opened_volume(&uuid).map(|guid| guid.to_string()).as_deref(), Some(guid));
        assert_eq!(parse_opened_volume("CRYPT-LUKS2-0123"), None);
    }
}
