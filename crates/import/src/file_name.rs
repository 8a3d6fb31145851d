//! What a file's name says: a Key ID, a computer, a drive; and what its name or folder suggests for a computer.

use std::path::{Component, Path};

use super::key_id;
use super::scan::guid_at;
use drivekey_record::{Guid, LineText};

/// Names of folders that name no computer.
const COMMON_FOLDERS: &[&str] = &[
    "appdata",
    "archive",
    "archiv",
    "backup",
    "backups",
    "bitlocker",
    "bitlocker keys",
    "bitlocker recovery keys",
    "bureau",
    "data",
    "desktop",
    "documents",
    "dokumente",
    "downloads",
    "escritorio",
    "files",
    "home",
    "import",
    "keys",
    "media",
    "mnt",
    "onedrive",
    "public",
    "recovery",
    "recovery keys",
    "samples",
    "schreibtisch",
    "share",
    "src",
    "téléchargements",
    "temp",
    "tests",
    "tmp",
    "txt",
    "usb",
    "users",
    "work",
];
/// What systems add to the name of a second copy.
const COPY_WORDS: &[&str] =
    &["copy", "kopie", "copie", "copia", "cópia", "kopia", "kopi", "копия", "コピー", "副本", "복사본"];
/// The word by which the structured name of script-made copies is known.
const MOUNT_POINT: &str = " MountPoint ";

/// What was read from a file's name.
#[derive(Debug, Default, Clone)]
pub(super) struct FileName {
    /// The GUIDs in it, each once.
    pub(super) guids: Vec<Guid>,
    /// The computer, where the name's structure says so.
    pub(super) device: Option<LineText>,
    /// The drive, where the name's structure says so.
    pub(super) mount_point: Option<LineText>,
    /// Whether it says that its GUID is a Key ID.
    pub(super) says_key_id: bool,
    /// Whether it ends as that of a key package.
    pub(super) is_key_package: bool,
}

impl FileName {
    pub(super) fn new(name: Option<&str>) -> Self {
        let Some(name) = name else { return Self::default() };
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let mut guids = Vec::new();
        let mut rest = name.to_owned();
        for (span, guid) in guids_in(name) {
            if !guids.contains(&guid) {
                guids.push(guid);
            }
            rest.replace_range(span.clone(), &" ".repeat(span.len()));
        }
        let (device, mount_point) = structured(name).unzip();
        let is_key_package = name.len() > 4 && name.as_bytes()[name.len() - 4..].eq_ignore_ascii_case(b".kpg");
        let says_key_id = key_id::names_a_key(&rest) || is_bare_text(&rest);
        Self { guids, device, mount_point, says_key_id, is_key_package }
    }

    /// The Key ID that the name gives, where it gives one only.
    pub(super) fn only_guid(&self) -> Option<Guid> {
        if let [only] = self.guids[..] { Some(only) } else { None }
    }
}

/// A name for the computer, proposed by the file's name or the folder that it lies in. A guess: to be offered to a
/// person, never to be taken silently.
#[must_use]
pub fn suggestions(path: &Path) -> Option<LineText> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if let Some((device, _)) = structured(&stem) {
        return Some(device);
    }
    from_stem(&stem).or_else(|| from_folder(path))
}

fn from_stem(stem: &str) -> Option<LineText> {
    let (span, _) = guids_in(stem).next()?;
    let clean = |text: &str| text.trim_matches(|c: char| c.is_whitespace() || "{}-_,.#".contains(c)).to_owned();
    let behind = clean(&stem[span.end..]);
    if is_name(&behind) {
        return behind.parse().ok();
    }
    let before = clean(&stem[..span.start]);
    let is_title = before.to_lowercase().contains("bitlocker");
    (is_name(&before) && !is_title).then(|| before.parse().ok())?
}

fn from_folder(path: &Path) -> Option<LineText> {
    let folder = path.parent()?.components().next_back()?;
    let Component::Normal(folder) = folder else { return None };
    let folder = folder.to_string_lossy();
    let common = COMMON_FOLDERS.contains(&folder.to_lowercase().as_str());
    (!common && guids_in(&folder).next().is_none() && is_name(&folder)).then(|| folder.parse().ok())?
}

/// Whether the name of a text is nothing but its GUID, as Vista names its files; it may be that of a copy.
fn is_bare_text(rest: &str) -> bool {
    let Some((stem, end)) = rest.rsplit_once('.') else { return false };
    let stem = stem.to_lowercase();
    let mut words = stem.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    end.eq_ignore_ascii_case("txt")
        && words.all(|word| COPY_WORDS.contains(&word) || matches!(word, "von" | "of" | "de" | "di"))
}

/// Holds a letter, and is more than the mark of a copy.
fn is_name(text: &str) -> bool {
    let text = text.to_lowercase();
    let word = text.trim_matches(|c: char| !c.is_alphabetic());
    !word.is_empty() && text.chars().count() > 1 && !COPY_WORDS.contains(&word)
}

/// `<computer> MountPoint <letter> <GUID>`.
fn structured(name: &str) -> Option<(LineText, LineText)> {
    let (device, rest) = name.split_once(MOUNT_POINT)?;
    let mut rest = rest.chars();
    let letter = rest.next().filter(char::is_ascii_alphabetic)?;
    rest.next().filter(|c| matches!(c, ' ' | ':' | '_'))?;
    guids_in(name).next()?;
    Some((device.parse().ok()?, drive(letter)?))
}

/// A drive letter as it is shown.
pub(super) fn drive(letter: char) -> Option<LineText> {
    format!("{}:", letter.to_ascii_uppercase()).parse().ok()
}

fn guids_in(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, Guid)> {
    let bytes = text.as_bytes();
    (0..bytes.len())
        .filter(|at| *at == 0 || !bytes[at - 1].is_ascii_hexdigit())
        .filter_map(|at| guid_at(bytes, at))
        .filter(|found| !found.ocr)
        .map(|found| (found.span, found.guid))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "C22048E2-1740-4D2B-8BED-9F07A429921C";

    #[test]
    fn guids_are_found_whatever_surrounds_them() {
        for name in [
            format!("BitLocker Recovery Key {GUID}.TXT"),
            format!("BitLocker Recovery Key {GUID} (1).txt"),
            format!("keys/BitLocker Recovery Key {{{}}} _ASSET# 12.txt", GUID.to_lowercase()),
            format!("C:\\x\\BitLocker-Wiederherstellungsschlüssel_{GUID} - Copy.TXT"),
        ] {
            assert_eq!(
                FileName::new(Some(&name)).only_guid().map(|guid| guid.to_string()).as_deref(),
                Some(GUID),
                "{name}"
            );
        }
        assert_eq!(FileName::new(Some("BITLOC~1.TXT")).only_guid(), None);
    }

    #[test]
    fn the_structured_name_gives_computer_and_drive() {
        let name = FileName::new(Some(&format!("LAPTOP-4711 MountPoint c {GUID}.TXT")));
        assert_eq!(name.device.map(String::from).as_deref(), Some("LAPTOP-4711"));
        assert_eq!(name.mount_point.map(String::from).as_deref(), Some("C:"));
        assert!(FileName::new(Some("LAPTOP MountPoint C.TXT")).device.is_none());
    }

    #[test]
    fn a_computer_is_proposed_from_name_or_folder() {
        let proposed = |path: &str| suggestions(Path::new(path)).map(String::from);
        assert_eq!(
            proposed(&format!("Annas Laptop/BitLocker Recovery Key {GUID}.TXT")).as_deref(),
            Some("Annas Laptop")
        );
        assert_eq!(
            proposed(&format!("Downloads/BitLocker Recovery Key {GUID} DESKTOP-7.txt")).as_deref(),
            Some("DESKTOP-7")
        );
        assert_eq!(proposed(&format!("Downloads/BitLocker Recovery Key {GUID} - Copy (2).txt")), None);
        assert_eq!(proposed(&format!("LAPTOP-9 {{{GUID}}}.txt")).as_deref(), Some("LAPTOP-9"));
        assert_eq!(proposed("Downloads/BITLOC~1.TXT"), None);
        assert_eq!(proposed("BITLOC~1.TXT"), None);
    }
}
