//! Key packages: the part of a drive's metadata by which `repair-bde` mends it. Kept whole; hold no digits.
//! Recognised by their metadata, or by the name that `manage-bde` gives them.

use zeroize::Zeroizing;

use super::bek::{guid_at, key_entries};
use super::input::Input;
use super::{Attachment, Reading, Remark, RemarkKind};
use drivekey_extract::{Budget, Nest};
use drivekey_record::{AttachmentKind, Guid, KeyId, SourceKind};

/// Larger files only bear such a name.
const SIZE_MAX_BYTES: usize = 64 * 1024;
const VOLUME_MASTER_KEY: u16 = 8;
/// A text has few bytes beyond it; a package is ciphers for the most part.
const BINARY_SHARE: usize = 5;

/// Whether the bytes, or a file's name with them, are those of a key package.
pub(super) fn is_one(file_name: Option<&str>, bytes: &[u8]) -> bool {
    let budget = Budget::new();
    guid(&Input::outermost(file_name, bytes, Nest::outermost(&budget))).is_some()
}

/// For the table of readers.
pub(super) fn read(input: &Input<'_>) -> Option<Reading> {
    let guid = guid(input)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(input.bytes.len()));
    bytes.extend_from_slice(input.bytes);
    let kind = AttachmentKind::KeyPackage;
    let attachment =
        Attachment { kind, guid, bytes, created: None, device_name: input.name.device.clone(), inside: None };
    Some(Reading {
        remarks: vec![Remark::whole(RemarkKind::KeyPackageNotRecoveryPassword)],
        partial: vec![KeyId::Full(guid)],
        attachments: vec![attachment],
        source: Some(SourceKind::Drive),
        ..Reading::default()
    })
}

/// The protector it belongs to: the one in its name, else the first whose master key it holds.
fn guid(input: &Input<'_>) -> Option<Guid> {
    if input.bytes.is_empty() || input.bytes.len() > SIZE_MAX_BYTES {
        return None;
    }
    let named = input.name.only_guid();
    let inside =
        key_entries(input.bytes).and_then(|mut entries| entries.find(|entry| entry.value == VOLUME_MASTER_KEY));
    match inside {
        Some(entry) => named.or_else(|| guid_at(entry.data, 0)),
        None => named.filter(|_| input.name.is_key_package && is_binary(input.bytes)),
    }
}

fn is_binary(bytes: &[u8]) -> bool {
    let foreign = bytes.iter().filter(|byte| !byte.is_ascii() || byte.is_ascii_control()).count();
    foreign * BINARY_SHARE > bytes.len() && !bytes.starts_with(b"\xFF\xFE")
}

#[cfg(test)]
mod tests {
    use crate::{Outcome, read};
    use drivekey_record::AttachmentKind;

    const NAME: &str = "BitLocker Key Package {C22048E2-1740-4D2B-8BED-9F07A429921C}.KPG";

    #[test]
    fn a_package_is_known_by_its_name_or_its_metadata() {
        let by_name = read(Some(NAME), &[0x80, 1, 2, 3, 0xFF]);
        assert_eq!(by_name.outcome(), Outcome::Partial);
        assert_eq!(by_name.attachments[0].kind, AttachmentKind::KeyPackage);

        let guid: Vec<u8> = (0x10..0x20).collect();
        let entry = [&[52_u8, 0, 2, 0, 8, 0, 1, 0][..], &guid, &[0; 28]].concat();
        let size = 100_u32.to_le_bytes();
        let bytes = [&size[..], &[1, 0, 0, 0], &[48, 0, 0, 0], &size, &[7; 16], &[0; 16], &entry].concat();
        let by_content = read(Some("package.bin"), &bytes);
        assert_eq!(by_content.attachments[0].guid.to_string(), "13121110-1514-1716-1819-1A1B1C1D1E1F");
    }

    #[test]
    fn a_text_of_that_name_is_read_as_text() {
        let reading = read(Some(NAME), b"506825-429770-002244-257444-671440-299750-212256-683067");
        assert_eq!((reading.records.len(), reading.attachments.len()), (1, 0));
    }
}
