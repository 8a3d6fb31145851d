//! Little-endian numbers, GUIDs, times and texts at an offset in untrusted bytes: `None` instead of a panic.

use chrono::{DateTime, Datelike, Utc};

use drivekey_record::{Guid, LineText};

/// 1601-01-01 to 1970-01-01.
const FILETIME_TO_UNIX_SECONDS: i64 = 11_644_473_600;
const FILETIME_TICKS_PER_SECOND: u64 = 10_000_000;
/// Longer than any name that Windows gives. NFC may triple the length, and `LineText` takes 1,000 characters.
const TEXT_CHARS_MAX: usize = 300;

pub(super) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

/// A GUID as Windows stores it: its first three parts are little-endian.
pub(super) fn guid_at(bytes: &[u8], at: usize) -> Option<Guid> {
    let mut guid = array_at::<16>(bytes, at)?;
    guid[..4].reverse();
    guid[4..6].reverse();
    guid[6..8].reverse();
    Some(Guid::from_bytes(guid))
}

/// A Windows FILETIME; `None` for zero and for times beyond the year 9999.
pub(super) fn time_at(bytes: &[u8], at: usize) -> Option<DateTime<Utc>> {
    let ticks = u64_at(bytes, at).filter(|ticks| *ticks != 0)?;
    let seconds = i64::try_from(ticks / FILETIME_TICKS_PER_SECOND).ok()? - FILETIME_TO_UNIX_SECONDS;
    let nanoseconds = u32::try_from(ticks % FILETIME_TICKS_PER_SECOND).ok()? * 100;
    // RFC 3339 has four digits for the year.
    DateTime::from_timestamp(seconds, nanoseconds).filter(|time| time.year() <= 9999)
}

/// UTF-16LE up to its terminator. `LineText` drops what could steer a terminal.
pub(super) fn parse_text(bytes: &[u8]) -> Option<LineText> {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).take_while(|unit| *unit != 0);
    let chars = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    chars.take(TEXT_CHARS_MAX).collect::<String>().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_on_disk_is_mixed_endian() {
        let disk = [0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01];
        assert_eq!(
            guid_at(&disk, 0).map(|guid| guid.to_string()).as_deref(),
            Some("4967D63B-2E29-4AD8-8399-F6A339E3D001")
        );
        assert_eq!(guid_at(&disk, 1), None);
    }

    #[test]
    fn a_filetime_is_utc_and_one_out_of_range_is_none() {
        let ticks = 132_066_973_155_000_000_u64;
        assert_eq!(
            time_at(&ticks.to_le_bytes(), 0).map(|time| time.to_rfc3339()).as_deref(),
            Some("2019-07-04T07:01:55.500+00:00")
        );
        assert_eq!(time_at(&[0; 8], 0), None);
        assert_eq!(time_at(&[0xFF; 8], 0), None);
        // The last second of the year 9999.
        let last = 2_650_467_743_999_999_999_u64;
        assert_eq!(time_at(&last.to_le_bytes(), 0).map(|time| time.timestamp()), Some(253_402_300_799));
        assert_eq!(time_at(&(last + 1).to_le_bytes(), 0), None);
    }

    #[test]
    fn texts_end_at_their_terminator_and_cannot_steer_a_terminal() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(
            parse_text(&wide("PC\u{1b}[2J\u{202e}\u{200b}1\0rest")).map(String::from).as_deref(),
            Some("PC[2J1")
        );
        assert_eq!(parse_text(&[0x00, 0xD8, 0x41, 0x00, 0x07]).map(String::from).as_deref(), Some("\u{FFFD}A"));
        assert_eq!(parse_text(&[]), None);
        assert!(
            parse_text(&wide(&"\u{FB2C}".repeat(30_000))).is_some_and(|text| text.as_str().chars().count() <= 1000)
        );
    }
}
