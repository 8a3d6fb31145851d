//! Files that nobody reads without their password, and archives that are not unpacked here: recognised by their first
//! bytes, so that the remark says what to do.

use crate::{Input, Reading, Remark, RemarkKind};
use drivekey_record::SourceKind;

/// First bytes, what to say, and the kind where the file by its nature is about passwords.
const SEALED: &[(&[u8], RemarkKind, Option<SourceKind>)] = &[
    // KeePass 2 and 1.
    (b"\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5", RemarkKind::Encrypted, Some(SourceKind::KeePass)),
    (b"\x03\xD9\xA2\x9A\x66\xFB\x4B\xB5", RemarkKind::Encrypted, Some(SourceKind::KeePass)),
    (b"\x03\xD9\xA2\x9A\x65\xFB\x4B\xB5", RemarkKind::Encrypted, Some(SourceKind::KeePass)),
    // Password Safe.
    (b"PWS3", RemarkKind::Encrypted, Some(SourceKind::KeePass)),
    // OpenPGP and OpenSSL.
    (b"-----BEGIN PGP MESSAGE-----", RemarkKind::Encrypted, None),
    (b"Salted__", RemarkKind::Encrypted, None),
    // 7-Zip, RAR, xz, bzip2, Zstandard, cabinets.
    (b"7z\xBC\xAF\x27\x1C", RemarkKind::BeyondCeiling, None),
    (b"Rar!\x1A\x07", RemarkKind::BeyondCeiling, None),
    (b"\xFD7zXZ\x00", RemarkKind::BeyondCeiling, None),
    (b"BZh", RemarkKind::BeyondCeiling, None),
    (b"\x28\xB5\x2F\xFD", RemarkKind::BeyondCeiling, None),
    (b"MSCF\x00\x00\x00\x00", RemarkKind::BeyondCeiling, None),
];

pub(crate) fn sniff(input: &Input<'_>) -> bool {
    found(input).is_some()
}

pub(crate) fn read(input: &Input<'_>) -> Reading {
    let Some((_, kind, source)) = found(input) else { return Reading::default() };
    Reading { remarks: vec![Remark::whole(*kind)], source: *source, ..Reading::default() }
}

fn found(input: &Input<'_>) -> Option<&'static (&'static [u8], RemarkKind, Option<SourceKind>)> {
    // "BZh" may begin a text: a digit and a block's mark follow in an archive.
    let is_text = |mark: &[u8]| mark == b"BZh" && input.bytes.get(4..10) != Some(b"1AY&SY");
    SEALED.iter().find(|(mark, ..)| input.bytes.starts_with(mark) && !is_text(mark))
}
