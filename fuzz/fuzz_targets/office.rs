//! Compound files: any bytes behind their mark; and bytes as the sheet of a workbook, unpacked.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = drivekey::import::read(None, &[&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], bytes].concat());
    let _ = drivekey::import::read(None, &stored(&[("xl/workbook.xml", b""), ("xl/worksheets/s.xml", bytes), ("xl/sharedStrings.xml", bytes)]));
    let _ = drivekey::import::read(None, &stored(&[("word/document.xml", bytes)]));
});

/// An archive without packing and without a list: read member by member.
fn stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = Vec::new();
    let mut list = Vec::new();
    let number = |value: usize| u32::try_from(value).unwrap_or(0).to_le_bytes();
    for (name, bytes) in members {
        let start = all.len();
        let sizes = [number(bytes.len()), number(bytes.len())].concat();
        let head = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0; 4], &sizes, &number(name.len())[..2], &[0, 0]].concat();
        all.extend_from_slice(&[b"PK\x03\x04", head.as_slice(), name.as_bytes(), bytes].concat());
        list.extend_from_slice(&[b"PK\x01\x02\x14\0", head.as_slice(), &[0; 10], &number(start), name.as_bytes()].concat());
    }
    let count = u16::try_from(members.len()).unwrap_or(0).to_le_bytes();
    let end = [b"PK\x05\x06\0\0\0\0", &count[..], &count, &number(list.len()), &number(all.len()), &[0, 0]].concat();
    [all, list, end].concat()
}
