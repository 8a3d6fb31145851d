//! File names on sticks: those that Windows gives its key files, and what FAT, exFAT, NTFS and Windows do not allow.

use super::Item;
use drivekey_record::{Guid, KeyId, KeyKind};

/// The file that explains the others to people.
pub const README_NAME: &str = "About these recovery keys.TXT";
/// The words that Windows puts before the Key ID.
const TITLE: &str = "BitLocker Recovery Key";
/// FAT, exFAT and NTFS count UTF-16 units.
const NAME_UNITS_MAX: usize = 255;
/// Names that Windows reserves for devices, whatever extension follows.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Reserved as well when a digit follows.
const NUMBERED_DEVICES: &[&str] = &["com", "lpt"];

/// Why a name cannot be used on a stick or under Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// It is empty, or has only dots and spaces.
    #[error("no name")]
    Empty,
    /// It has more than 255 UTF-16 units.
    #[error("too long")]
    TooLong,
    /// It has a character that is not allowed.
    #[error("{0:?} is not allowed")]
    Character(char),
    /// It ends with a dot or a space. Windows drops these, and so would find another file.
    #[error("ends with a dot or a blank")]
    End,
    /// It is the name of a device, such as `NUL`.
    #[error("a device's name")]
    Device,
}

/// Why this name cannot be used on a stick or under Windows; `None` for a good one. Exported files are made to be
/// carried to other machines, so the rule is the same everywhere.
#[must_use]
pub fn name_problem(name: &str) -> Option<NameProblem> {
    if name.trim_matches(['.', ' ']).is_empty() {
        return Some(NameProblem::Empty);
    }
    if name.encode_utf16().count() > NAME_UNITS_MAX {
        return Some(NameProblem::TooLong);
    }
    if let Some(c) = name.chars().find(|c| c.is_control() || "<>:\"/\\|?*".contains(*c)) {
        return Some(NameProblem::Character(c));
    }
    if name.ends_with(['.', ' ']) {
        return Some(NameProblem::End);
    }
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(' ').to_lowercase();
    let numbered = NUMBERED_DEVICES.iter().filter_map(|device| stem.strip_prefix(device));
    let is_number =
        |rest: &str| matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³");
    (DEVICES.contains(&stem.as_str()) || numbered.into_iter().any(is_number)).then_some(NameProblem::Device)
}

/// The form in which to compare names. File systems ignore the case of letters, each in its own way.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// The name of a key's file on a stick: that which Windows gives the file of a recovery key. Where that is not unique,
/// because the Key ID is incomplete or in conflict with an earlier record, the number of the record follows, in the way
/// Explorer numbers copies.
#[must_use]
pub fn key_file_name(item: &Item<'_>) -> String {
    let number = item.handle.number();
    let is_later = item.details.conflicts_with.iter().any(|other| other.number() < number);
    if let KeyKind::Other(kind) = item.details.kind {
        return format!("Key of the kind {kind} ({number}).TXT");
    }
    match &item.details.key_id {
        KeyId::Full(guid) if is_later => format!("{TITLE} {guid} ({number}).TXT"),
        KeyId::Full(guid) => format!("{TITLE} {guid}.TXT"),
        KeyId::Prefix(prefix) => format!("{TITLE} {} ({number}).TXT", prefix.as_str()),
        KeyId::Unknown => format!("{TITLE} ({number}).TXT"),
    }
}

/// The name under which the Windows boot loader looks for a startup key.
#[must_use]
pub fn external_key_name(guid: &Guid) -> String {
    format!("{guid}.BEK")
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivekey_record::{Details, Handle, RecoveryPassword};

    #[test]
    fn names_that_windows_or_a_stick_does_not_allow() {
        for (name, problem) in [
            ("", NameProblem::Empty),
            ("..", NameProblem::Empty),
            (" ", NameProblem::Empty),
            ("keys.age.", NameProblem::End),
            ("keys.age ", NameProblem::End),
            ("a:b.age", NameProblem::Character(':')),
            ("a\\b", NameProblem::Character('\\')),
            ("a\u{7}", NameProblem::Character('\u{7}')),
            ("NUL", NameProblem::Device),
            ("nul.tar.age", NameProblem::Device),
            ("Con .txt", NameProblem::Device),
            ("com1", NameProblem::Device),
            ("LPT².age", NameProblem::Device),
        ] {
            assert_eq!(name_problem(name), Some(problem), "{name:?}");
        }
        assert_eq!(name_problem(&"x".repeat(256)), Some(NameProblem::TooLong));
        assert_eq!(name_problem(&"𝄞".repeat(128)), Some(NameProblem::TooLong));
        for name in ["keys.age", ".keys", "com10", "console.txt", "Schlüssel 日本.age", &"x".repeat(255)] {
            assert_eq!(name_problem(name), None, "{name:?}");
        }
    }

    #[test]
    fn key_files_are_named_as_by_windows() {
        let digits = RecoveryPassword::parse(&["000011"; 8].join("-")).unwrap().expose_secret().into();
        let name = |key_id: &str, conflicts: &[u32]| {
            let details = Details {
                key_id: key_id.parse().unwrap_or_default(),
                conflicts_with: conflicts.iter().filter_map(|number| Handle::new(*number)).collect(),
                ..Details::default()
            };
            let name = key_file_name(&Item { handle: Handle::new(7).unwrap(), details: &details, key: &digits });
            assert_eq!(name_problem(&name), None);
            name
        };
        assert_eq!(
            name("{c22048e2-1740-4d2b-8bed-9f07a429921c}", &[9]),
            "BitLocker Recovery Key C22048E2-1740-4D2B-8BED-9F07A429921C.TXT"
        );
        assert_eq!(
            name("C22048E2-1740-4D2B-8BED-9F07A429921C", &[3]),
            "BitLocker Recovery Key C22048E2-1740-4D2B-8BED-9F07A429921C (7).TXT"
        );
        assert_eq!(name("C22048E2", &[]), "BitLocker Recovery Key C22048E2 (7).TXT");
        assert_eq!(name("", &[]), "BitLocker Recovery Key (7).TXT");
    }
}
