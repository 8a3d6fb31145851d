//! Block devices as `/sys/block` and udev's notes describe them. Opens no device.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::Roots;
use drivekey_record::{Guid, LineText};

/// Sizes in `/sys` count in these, whatever the drive's sector is.
const SIZE_UNIT: u64 = 512;

/// One device: a disk, a partition, or a device made of others.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub(super) name: String,
    /// Major and minor number, as `8:17`.
    pub(super) number: String,
    pub(super) size: u64,
    pub(super) removable: bool,
    /// The disk, of a partition.
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
    /// Under what name it can be opened.
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
            .map(|label| decoded(label))
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

/// All of them, by name.
pub(super) fn read(roots: &Roots) -> BTreeMap<String, Block> {
    let mut blocks = BTreeMap::new();
    for (name, folder) in inside(&roots.sys.join("block")) {
        let mut disk = block(roots, &name, &folder);
        disk.removable = is_removable(&folder);
        for (part_name, part_folder) in inside(&folder) {
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
    let number = line(&folder.join("dev")).unwrap_or_default();
    let mapped = folder.join("dm");
    let notes = roots.run.join("udev").join("data").join(format!("b{number}"));
    Block {
        name: name.to_owned(),
        size: line(&folder.join("size"))
            .and_then(|size| size.parse::<u64>().ok())
            .unwrap_or(0)
            .saturating_mul(SIZE_UNIT),
        slaves: inside(&folder.join("slaves")).into_iter().map(|(name, _)| name).collect(),
        backing_file: raw_line(&folder.join("loop").join("backing_file")).map(PathBuf::from),
        mapped_name: line(&mapped.join("name")).filter(|name| !name.is_empty() && !name.contains('/')),
        opened_volume: line(&mapped.join("uuid")).and_then(|uuid| opened_volume(&uuid)),
        notes: fs::read(notes).map(|bytes| properties(&String::from_utf8_lossy(&bytes))).unwrap_or_default(),
        number,
        ..Block::default()
    }
}

/// `CRYPT-BITLK-` and 32 hex digits, as cryptsetup names what it opens.
fn opened_volume(uuid: &str) -> Option<Guid> {
    uuid.strip_prefix("CRYPT-BITLK-")?.get(..32)?.parse().ok()
}

/// udev's `E:NAME=value`.
fn properties(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.strip_prefix("E:")?.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// udev writes a space as `\x20`.
fn decoded(text: &str) -> String {
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

/// Sticks say so themselves; a disk on a USB cable and a memory card do not.
fn is_removable(folder: &Path) -> bool {
    let says_so = line(&folder.join("removable")).as_deref() == Some("1");
    let is_card = line(&folder.join("device").join("type")).as_deref() == Some("SD");
    let on_cable = || {
        let place = folder.canonicalize().unwrap_or_default();
        place.components().any(|part| {
            part.as_os_str().to_str().is_some_and(|part| part.starts_with("usb") || part.starts_with("firewire"))
        })
    };
    says_so || is_card || on_cable()
}

/// Names and folders, sorted. In `/sys` most of them are links.
fn inside(folder: &Path) -> Vec<(String, PathBuf)> {
    let items = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut items: Vec<(String, PathBuf)> =
        items.filter_map(|item| Some((item.file_name().into_string().ok()?, item.path()))).collect();
    items.retain(|(_, path)| path.is_dir());
    items.sort();
    items
}

fn line(path: &Path) -> Option<String> {
    raw_line(path)?.into_string().ok()
}

fn raw_line(path: &Path) -> Option<OsString> {
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
    fn labels_of_udev_are_decoded() {
        assert_eq!(decoded(r"New\x20Volume\x2f"), "New Volume/");
        assert_eq!(decoded(r"a\xZZb\x"), "aZZb");
        assert_eq!(decoded(r"\xc3\xa4"), "ä");
    }

    #[test]
    fn cryptsetup_names_the_volume() {
        let guid = "8F595209-F5B9-49A0-85D4-CB8F80258C27";
        let uuid = format!("CRYPT-BITLK-{}-bitlk-17", guid.replace('-', "").to_lowercase());
        assert_eq!(opened_volume(&uuid).map(|guid| guid.to_string()).as_deref(), Some(guid));
        assert_eq!(opened_volume("CRYPT-LUKS2-0123"), None);
    }
}
