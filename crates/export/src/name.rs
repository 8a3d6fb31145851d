//! Names of files on sticks: Windows' own for its key files, and what FAT, exFAT, NTFS and Windows do not allow.
//! Must not touch a file.

use super::Item;
use drivekey_record::{Guid, KeyId, KeyKind};

/// What explains the files to people.
pub const README_NAME: &str = "About these recovery keys.TXT";
/// Windows' words before the Key ID.
const TITLE: &str = "BitLocker Recovery Key";
/// FAT, exFAT and NTFS count UTF-16 units.
const NAME_UNITS: usize = 255;
/// Names that Windows takes for devices, whatever ending follows.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];
/// And these with a digit behind them.
const NUMBERED_DEVICES: &[&str] = &["com", "lpt"];

/// Why a name cannot be used on a stick or under Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// Nothing, or only dots.
    #[error("no name")]
    Empty,
    /// More than 255 UTF-16 units.
    #[error("too long")]
    TooLong,
    /// A character that is not allowed.
    #[error("{0:?} is not allowed")]
    Character(char),
    /// Windows drops dots and blanks at the end, and finds another file.
    #[error("ends with a dot or a blank")]
    End,
    /// The name of a device, such as `NUL`.
    #[error("a device's name")]
    Device,
}

/// Why this name cannot be used on a stick or under Windows; `None` for a good one. What is exported is made to be
/// carried to another machine, so one rule holds everywhere.
#[must_use]
pub fn name_problem(name: &str) -> Option<NameProblem> {
    if name.trim_matches(['.', ' ']).is_empty() {
        return Some(NameProblem::Empty);
    }
    if name.encode_utf16().count() > NAME_UNITS {
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

/// The form in which two names are one on a stick: the file systems fold single letters, and so may find more names
/// equal than these, never fewer that matter here.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// The name under which Windows keeps a recovery key. Without a whole Key ID, and for the later side of a conflict,
/// the record's number stands behind, as Explorer numbers second copies.
#[must_use]
pub fn windows_name(item: &Item<'_>) -> String {
    let number = item.handle.number();
    let second = item.details.conflicts_with.iter().any(|other| other.number() < number);
    if let KeyKind::Other(kind) = item.details.kind {
        return format!("Key of the kind {kind} ({number}).TXT");
    }
    match &item.details.key_id {
        KeyId::Full(guid) if second => format!("{TITLE} {guid} ({number}).TXT"),
        KeyId::Full(guid) => format!("{TITLE} {guid}.TXT"),
        KeyId::Prefix(prefix) => format!("{TITLE} {} ({number}).TXT", prefix.as_str()),
        KeyId::Unknown => format!("{TITLE} ({number}).TXT"),
    }
}

/// The name under which the boot loader looks for a startup key.
#[must_use]
pub fn external_key_name(guid: &Guid) -> String {
    format!("{guid}.BEK")
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivekey_record::{Details, Handle, RecoveryPassword};

    #[test]
    fn names_that_windows_or_a_stick_refuses() {
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
    fn windows_finds_its_own_name() {
        let digits = RecoveryPassword::parse(&["000011"; 8].join("-")).unwrap().expose_secret().into();
        let name = |key_id: &str, conflicts: &[u32]| {
            let details = Details {
                key_id: key_id.parse().unwrap_or_default(),
                conflicts_with: conflicts.iter().filter_map(|number| Handle::new(*number)).collect(),
                ..Details::default()
            };
            let name = windows_name(&Item { handle: Handle::new(7).unwrap(), details: &details, key: &digits });
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
