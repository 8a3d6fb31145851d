//! The `.BEK` file: a BitLocker external or startup key. Kept whole under its protector's GUID; never read as digits.

use chrono::{DateTime, Duration, FixedOffset, Utc};
use zeroize::Zeroizing;

use super::input::Input;
use super::{Attachment, Reading, Remark, RemarkKind};
use drivekey_record::{AttachmentKind, Created, Guid, KeyId, SourceKind};

const HEADER_BYTES: usize = 48;
/// Known external keys have 156 or 180 bytes, key packages some hundred.
const SIZE_MAX_BYTES: usize = 64 * 1024;
const VERSION: u32 = 1;
/// A key entry: what it is for, and what it holds.
const STARTUP_KEY: u16 = 6;
const EXTERNAL_KEY: u16 = 9;
/// A property that holds a key.
const KEY: u16 = 1;
const ENTRY_HEADER_BYTES: usize = 8;
/// GUID and time after an external key's header.
const EXTERNAL_KEY_BYTES: usize = 24;
/// The key's method, and its 256 bits.
const KEY_BYTES: usize = 4 + 32;
/// From the epoch of Windows' file times to that of Unix, in seconds.
const EPOCHS_APART_SECONDS: i64 = 11_644_473_600;
const TICKS_PER_SECOND: u64 = 10_000_000;

/// For the table of readers.
pub(super) fn read(input: &Input<'_>) -> Option<Reading> {
    let (guid, created) = parse(input.bytes)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(input.bytes.len()));
    bytes.extend_from_slice(input.bytes);
    let attachment = Attachment {
        kind: AttachmentKind::ExternalKey,
        guid,
        bytes,
        created: created.map(Created::Zoned),
        device_name: input.name.device.clone(),
        inside: None,
    };
    let mut remarks = vec![Remark::whole(RemarkKind::ExternalKeyNotRecoveryPassword)];
    if !input.name.guids.is_empty() && !input.name.guids.contains(&guid) {
        remarks.push(Remark::whole(RemarkKind::FilenameKeyIdMismatch));
    }
    Some(Reading {
        remarks,
        partial: vec![KeyId::Full(guid)],
        attachments: vec![attachment],
        source: Some(SourceKind::ExternalKey),
        ..Reading::default()
    })
}

/// The protector's GUID and the time of making, where the whole structure is right: sizes, version, and an entry that
/// holds a 256-bit key.
fn parse(bytes: &[u8]) -> Option<(Guid, Option<DateTime<FixedOffset>>)> {
    let guid = guid_at(bytes, 16)?;
    let entry = key_entries(bytes)?.find(|entry| entry.role == STARTUP_KEY && entry.value == EXTERNAL_KEY)?;
    let properties = entry.data.get(EXTERNAL_KEY_BYTES..)?;
    let has_key = entries(properties).any(|property| property.value == KEY && property.data.len() >= KEY_BYTES);
    (has_key && guid_at(entry.data, 0)? == guid).then(|| (guid, file_time(u64_at(bytes, 40).unwrap_or(0))))
}

/// One metadata entry.
pub(super) struct MetadataEntry<'a> {
    /// What it is for.
    pub(super) role: u16,
    /// What kind of value it holds.
    pub(super) value: u16,
    pub(super) data: &'a [u8],
}

/// The entries of a file that is one set of metadata by itself: external keys and key packages.
pub(super) fn key_entries(bytes: &[u8]) -> Option<impl Iterator<Item = MetadataEntry<'_>>> {
    let size = usize::try_from(u32_at(bytes, 0)?).ok()?;
    let sound = (HEADER_BYTES..=SIZE_MAX_BYTES).contains(&size)
        && size == bytes.len()
        && u32_at(bytes, 4)? == VERSION
        && usize::try_from(u32_at(bytes, 8)?).ok()? == HEADER_BYTES
        && usize::try_from(u32_at(bytes, 12)?).ok()? == size;
    sound.then(|| entries(&bytes[HEADER_BYTES..]))
}

/// Entries one after the other; ends at the first whose size is wrong.
fn entries(mut bytes: &[u8]) -> impl Iterator<Item = MetadataEntry<'_>> {
    std::iter::from_fn(move || {
        let size = usize::from(u16_at(bytes, 0)?);
        let data = bytes.get(ENTRY_HEADER_BYTES..size)?;
        let entry = MetadataEntry { role: u16_at(bytes, 2)?, value: u16_at(bytes, 4)?, data };
        bytes = &bytes[size..];
        Some(entry)
    })
}

/// A time of Windows, in ticks since 1601; `None` for zero and for what no calendar holds.
fn file_time(ticks: u64) -> Option<DateTime<FixedOffset>> {
    let seconds = i64::try_from(ticks / TICKS_PER_SECOND).ok()?.checked_sub(EPOCHS_APART_SECONDS)?;
    let rest = i64::try_from(ticks % TICKS_PER_SECOND).ok()?;
    let time = DateTime::<Utc>::from_timestamp(seconds, 0)?.checked_add_signed(Duration::nanoseconds(rest * 100))?;
    (ticks > 0).then(|| time.fixed_offset())
}

/// A GUID as Windows stores it: its first three parts low byte first.
pub(super) fn guid_at(bytes: &[u8], at: usize) -> Option<Guid> {
    let mut guid: [u8; 16] = bytes.get(at..at + 16)?.try_into().ok()?;
    guid[..4].reverse();
    guid[4..6].reverse();
    guid[6..8].reverse();
    Some(Guid::from_bytes(guid))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, read};

    /// A made-up external key, built entry by entry.
    fn made_up() -> Vec<u8> {
        let guid: Vec<u8> = (0x10..0x20).collect();
        let time = 133_594_528_890_000_000_u64.to_le_bytes();
        let property = |value: u16, data: &[u8]| {
            let size = u16::try_from(8 + data.len()).unwrap();
            [&size.to_le_bytes()[..], &[0, 0], &value.to_le_bytes(), &[1, 0], data].concat()
        };
        let name: Vec<u8> = "ExternalKey\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let inner =
            [&guid[..], &time, &property(2, &name), &property(1, &[&[2, 32, 0, 0][..], &[0xA5; 32]].concat())].concat();
        let size = u16::try_from(8 + inner.len()).unwrap();
        let entry = [&size.to_le_bytes()[..], &[6, 0, 9, 0, 1, 0], &inner].concat();
        let all = u32::try_from(48 + entry.len()).unwrap().to_le_bytes();
        let word = |value: u32| value.to_le_bytes();
        [&all[..], &word(1), &word(48), &all, &guid, &word(1), &word(0), &time, &entry].concat()
    }

    #[test]
    fn an_external_key_is_kept_whole_under_its_guid() {
        let bytes = made_up();
        assert_eq!(bytes.len(), 156);
        let reading = read(None, &bytes);
        assert_eq!(reading.outcome(), Outcome::Partial);
        assert_eq!(reading.attachments[0].guid.to_string(), "13121110-1514-1716-1819-1A1B1C1D1E1F");
        assert_eq!(reading.attachments[0].bytes.as_slice(), bytes);
        assert_eq!(
            reading.attachments[0].created.as_ref().map(ToString::to_string).as_deref(),
            Some("2024-05-06T07:08:09Z")
        );
    }

    #[test]
    fn another_structure_is_no_external_key() {
        let sound = made_up();
        // Sizes, version, kind, GUID, key entry: each byte counts.
        for at in [0, 4, 8, 12, 16, 48, 50, 52, 56, 116] {
            let mut bytes = sound.clone();
            bytes[at] ^= 0x40;
            assert!(parse(&bytes).is_none(), "byte {at}");
        }
        for length in 0..sound.len() {
            assert!(parse(&sound[..length]).is_none());
        }
    }
}
