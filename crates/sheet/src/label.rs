//! The second code on the page of a key: which drive the key is for. It contains no digit of the key, only a short
//! check that tells which of several keys on a scan it belongs to.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use drivekey_record::{Guid, KeyId, LineText, VolumeType, Word};

/// The prefix of a label, with its version.
const TAG: &str = "DK1;";
/// Longer names are cut, because a code has little room.
const NAME_BYTES_MAX: usize = 48;
const CHECK_HEX_DIGITS: usize = 8;

/// The content of the second code on a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// The Key ID, as far as it is known.
    pub key_id: KeyId,
    /// The name of the computer, cut if it is long.
    pub device: Option<LineText>,
    /// The drive letter.
    pub drive: Option<LineText>,
    /// The label of the volume, cut if it is long.
    pub volume_label: Option<LineText>,
    /// What the volume is for.
    pub volume_type: VolumeType,
    check: String,
}

impl Label {
    /// Makes the label of the key with these 48 digits, without hyphens.
    pub(super) fn new(key_id: &KeyId, device: Option<&LineText>, drive: Option<&LineText>, digits: &str) -> Self {
        Self {
            key_id: key_id.clone(),
            device: device.cloned(),
            drive: drive.cloned(),
            check: check(digits),
            ..Self::default()
        }
    }

    /// Adds what else is known of the volume.
    pub(super) fn with_volume(mut self, label: Option<&LineText>, volume_type: VolumeType) -> Self {
        self.volume_label = label.cloned();
        self.volume_type = volume_type;
        self
    }

    /// The text of the code: `DK1` and fields of the form `NAME=value`, separated by `;`.
    pub(super) fn text(&self) -> String {
        let mut text = TAG.to_owned();
        let mut field = |name: char, value: &str| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{name}={};", escape(value));
        };
        field('C', &self.check);
        match &self.key_id {
            KeyId::Full(guid) => field('I', &guid.to_string()),
            KeyId::Prefix(prefix) => field('P', prefix.as_str()),
            KeyId::Unknown => {}
        }
        for (name, value) in [('D', &self.device), ('L', &self.drive), ('N', &self.volume_label)] {
            if let Some(value) = value {
                field(name, truncate(value.as_str()));
            }
        }
        if self.volume_type != VolumeType::Unknown {
            field('T', self.volume_type.word());
        }
        text.pop();
        text
    }

    /// Parses a label; `None` for any other text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut label = Self::default();
        for field in text.strip_prefix(TAG)?.split(';') {
            let (name, value) = field.split_once('=')?;
            let value = unescape(value)?;
            match name {
                "C" => label.check = value,
                "I" => label.key_id = KeyId::Full(value.parse::<Guid>().ok()?),
                "P" => label.key_id = KeyId::Prefix(value.parse().ok()?),
                "D" => label.device = value.parse().ok(),
                "L" => label.drive = value.parse().ok(),
                "N" => label.volume_label = value.parse().ok(),
                "T" => {
                    let later = || Word::new(&value).map(VolumeType::Other);
                    label.volume_type = value.parse().ok().or_else(later).unwrap_or_default();
                }
                // Later versions may add fields.
                _ => {}
            }
        }
        (label.check.len() == CHECK_HEX_DIGITS).then_some(label)
    }

    /// Whether the label belongs to the key with these 48 digits.
    pub(super) fn belongs_to(&self, digits: &str) -> bool {
        self.check == check(digits)
    }
}

/// A short digest of the digits. Its 32 bits leave the other 96 bits of a key unknown.
fn check(digits: &str) -> String {
    let digest = Sha256::new().chain_update("drivekey label").chain_update(digits).finalize();
    digest.iter().take(CHECK_HEX_DIGITS / 2).fold(String::with_capacity(CHECK_HEX_DIGITS), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn truncate(text: &str) -> &str {
    let end = (0..=text.len().min(NAME_BYTES_MAX)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace(';', "%3B")
}

fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut whole = parts.next()?.to_owned();
    for part in parts {
        let byte = u8::from_str_radix(part.get(..2)?, 16).ok()?;
        whole.push(char::from(byte));
        whole.push_str(&part[2..]);
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_names_are_cut_between_letters() {
        let long: LineText = "é".repeat(100).parse().unwrap();
        let label = Label::new(&KeyId::Unknown, Some(&long), None, "1");
        let read = Label::parse(&label.text()).unwrap();
        assert_eq!(read.device.unwrap().as_str(), "é".repeat(24));
    }

    #[test]
    fn fields_of_later_versions_are_skipped() {
        let text = format!("DK1;C={};Q=1;D=PC", check("48"));
        let read = Label::parse(&text).unwrap();
        assert!(read.belongs_to("48") && !read.belongs_to("49"));
        assert_eq!(read.device.map(|name| name.to_string()).as_deref(), Some("PC"));
        assert_eq!(Label::parse("DK1;D=PC"), None);
        assert_eq!(Label::parse("DK2;C=00000000"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(device in "\\PC{1,12}", drive in "[A-Z]:", bytes in any::<[u8; 16]>()) {
            let device: Option<LineText> = device.parse().ok();
            let key_id = KeyId::Full(Guid::from_bytes(bytes));
            let label = Label::new(&key_id, device.as_ref(), drive.parse().ok().as_ref(), "7")
                .with_volume(None, VolumeType::RemovableData);
            prop_assert_eq!(Label::parse(&label.text()), Some(label));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = Label::parse(&text);
            let _ = Label::parse(&format!("DK1;{text}"));
        }
    }
}
