//! One key as a text file like those of Windows: the same encoding, labels and order. The sentences are our own, and
//! say which computer and drive the key is for.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use super::{Item, text};
use drivekey_record::{Details, KeyId, State, VolumeType, fold_digit};

/// A name with more digits, or more hexadecimal digits in a row, could be taken for a key or a Key ID.
const NAME_DIGITS_MAX: usize = 20;
/// This many hexadecimal digits with a hyphen among them look like the beginning of a Key ID.
const ID_DIGITS: usize = 12;
/// How much of a Key ID Windows shows first.
const ID_PREFIX_DIGITS: usize = 8;
/// This many hexadecimal digits behind a colon look like a Key ID that is announced.
const ANNOUNCED_DIGITS: usize = 4;
/// Longer names are cut, since they are for people only.
const NAME_CHARS_MAX: usize = 100;

/// The content of the file: UTF-16LE with a byte order mark, CRLF, and each value behind a tab on a line of its own, as
/// programs that look for such files expect. Windows also writes a U+0000, at which some editors stop; this does not.
#[must_use]
pub(super) fn windows_text(item: &Item<'_>) -> Zeroizing<Vec<u8>> {
    let details = item.details;
    let mut before = String::from("BitLocker recovery key\n\n");
    let known = describe(details);
    if known.is_empty() {
        before.push_str(
            "This key unlocks a drive that BitLocker has locked. It is not known here which computer it belongs \
             to.\n\n",
        );
    } else {
        before.push_str("This key unlocks a drive that BitLocker has locked. It belongs to:\n\n");
        before.push_str(&known);
        before.push('\n');
    }
    match &details.key_id {
        KeyId::Full(guid) => {
            before.push_str(
                "The locked computer shows a Key ID. This is the right key if it begins with the same 8 characters as \
                 this one:\n\n",
            );
            let _ = write!(before, "Identifier:\n\n\t{guid}\n\n");
        }
        KeyId::Prefix(prefix) => {
            before.push_str(
                "The locked computer shows a Key ID. Of this key's ID only the beginning is known. It must be the \
                 same:\n\n",
            );
            let _ = write!(before, "Identifier:\n\n\t{}\n\n", prefix.as_str());
        }
        KeyId::Unknown => before.push_str("The Key ID of this key is not known. Try it where no other key fits.\n\n"),
    }
    before.push_str("Type these digits on the locked computer, group by group:\n\nRecovery Key:\n\n\t");
    let mut after = String::from("\n\n");
    if let Some(sentence) = describe_state(details.state) {
        after.push_str(sentence);
        after.push_str("\n\n");
    }
    after.push_str(
        "If the Key ID is another one, this key belongs to another drive. Look for the file with the Key ID that the \
         computer shows.\n",
    );
    after.push_str("Whoever reads this file can unlock the drive. Keep it away from the computer.\n\n");
    text::utf16(&[&before, item.key.as_str(), &after])
}

/// What is known of computer and drive, a line each, with labels that our import understands.
fn describe(details: &Details) -> String {
    let mut lines = String::new();
    let mut line = |label: &str, value: Option<String>| {
        let has_no_id = details.key_id == KeyId::Unknown;
        if let Some(value) = value.filter(|value| is_harmless(value) && !(has_no_id && has_id_prefix(value))) {
            let value: String = value.chars().take(NAME_CHARS_MAX).collect();
            // Writing to a String cannot fail.
            let _ = writeln!(lines, "{label}: {value}");
        }
    };
    line("Computer", details.device_name.as_ref().map(ToString::to_string));
    line("Drive", details.mount_point.as_ref().map(ToString::to_string));
    line("Volume label", details.volume_label.as_ref().map(ToString::to_string));
    line("Volume type", describe_type(&details.volume_type).map(str::to_owned));
    line("Date of the key", details.created.as_ref().map(ToString::to_string));
    lines
}

fn describe_type(volume_type: &VolumeType) -> Option<&str> {
    match volume_type {
        VolumeType::OperatingSystem => Some("operating system drive"),
        VolumeType::FixedData => Some("fixed data drive"),
        VolumeType::RemovableData => Some("removable data drive"),
        VolumeType::Data => Some("data volume"),
        VolumeType::Unknown => None,
        VolumeType::Other(name) => Some(name.as_str()),
    }
}

const fn describe_state(state: State) -> Option<&'static str> {
    match state {
        State::Current => None,
        State::Superseded => Some("A newer key exists for this drive. Try that one first."),
        State::Used => Some("This key was used once. Windows may have made a new one since."),
        State::Retired => Some("The drive that this key belonged to is out of use."),
    }
}

/// Whether nothing in a name could be taken for a key or a Key ID, by people or by programs.
fn is_harmless(text: &str) -> bool {
    let digits = text.chars().filter(|c| fold_digit(*c).is_some()).count();
    let like_an_id = |run: &str| {
        let hex = run.chars().filter(char::is_ascii_hexdigit).count();
        hex > NAME_DIGITS_MAX || (hex >= ID_DIGITS && run.contains('-'))
    };
    // A name such as `Key ID: 7EDB30ED` would announce one.
    let announced =
        text.split_once([':', '=']).is_some_and(|(_, value)| hex_runs(value).any(|run| run.len() >= ANNOUNCED_DIGITS));
    digits <= NAME_DIGITS_MAX && !announced && !hex_runs(text).any(like_an_id)
}

/// Whether a part of a name looks like the beginning of a Key ID, as in `PC-7EDB30ED`. In a file without a Key ID it
/// would be taken for one.
fn has_id_prefix(text: &str) -> bool {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    parts.into_iter().any(|part| part.len() == ID_PREFIX_DIGITS && part.chars().all(|c| c.is_ascii_hexdigit()))
}

/// The runs of hexadecimal digits and hyphens.
fn hex_runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivekey_record::{Handle, RecoveryPassword};

    const LIBBDE: &str = "471207-278498-422125-177177-561902-537405-468006-693451";

    fn text_of(details: &Details) -> String {
        let digits = RecoveryPassword::parse(LIBBDE).unwrap().expose_secret().into();
        let bytes = windows_text(&Item { handle: Handle::new(1).unwrap(), details, key: &digits });
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        String::from_utf16(&units).unwrap()
    }

    #[test]
    fn labels_and_values_are_where_windows_puts_them() {
        let details = Details {
            key_id: "7EDB30ED-1234-4ABC-9DEF-0123456789AB".parse().unwrap(),
            device_name: "Büro-PC".parse().ok(),
            mount_point: "C:".parse().ok(),
            volume_type: VolumeType::OperatingSystem,
            state: State::Superseded,
            ..Details::default()
        };
        let text = text_of(&details);
        assert!(text.starts_with('\u{FEFF}') && text.ends_with("\r\n\r\n") && !text.contains('\0'));
        assert!(text.contains("\r\n\r\nIdentifier:\r\n\r\n\t7EDB30ED-1234-4ABC-9DEF-0123456789AB\r\n\r\n"), "{text}");
        assert!(text.contains(&format!("\r\n\r\nRecovery Key:\r\n\r\n\t{LIBBDE}\r\n\r\n")), "{text}");
        assert!(
            text.contains("Computer: Büro-PC\r\nDrive: C:\r\nVolume type: operating system drive\r\n\r\n"),
            "{text}"
        );
        assert!(text.contains("A newer key exists"));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn a_name_that_could_be_a_key_is_left_out() {
        for name in [LIBBDE, "AAAAAAAA-1234-4ABC-9DEF-0123456789AB", &["۴۷۱۲۰۷"; 8].join(" ")] {
            let details = Details { device_name: name.parse().ok(), ..Details::default() };
            assert!(!text_of(&details).contains("Computer:"), "{name}");
        }
        // Found by the property test of the round trip: without a Key ID in the file, this would be taken for one.
        let named = Details { device_name: "PC-7EDB30E0".parse().ok(), ..Details::default() };
        assert!(!text_of(&named).contains("Computer:"));
        let known = Details { key_id: "7EDB30ED-1234-4ABC-9DEF-0123456789AB".parse().unwrap(), ..named };
        assert!(text_of(&known).contains("Computer: PC-7EDB30E0\r\n"));
        let details = Details { device_name: "PC-0042 (2023)".parse().ok(), ..Details::default() };
        assert!(text_of(&details).contains("Computer: PC-0042 (2023)\r\n"));
    }
}
