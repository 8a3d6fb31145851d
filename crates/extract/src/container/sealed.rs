//! Files that nobody reads without their password, and archives that are not unpacked here: recognised by their first
//! bytes, so that it can be said what to do.

use crate::receiver::{Fault, Form, Receiver, Source};

/// First bytes, what keeps it shut, and its form where that says what is in it.
const SEALED: &[(&[u8], Fault, Option<Form>)] = &[
    // KeePass 2 and 1.
    (b"\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5", Fault::Encrypted, Some(Form::PasswordSafe)),
    (b"\x03\xD9\xA2\x9A\x66\xFB\x4B\xB5", Fault::Encrypted, Some(Form::PasswordSafe)),
    (b"\x03\xD9\xA2\x9A\x65\xFB\x4B\xB5", Fault::Encrypted, Some(Form::PasswordSafe)),
    // Password Safe.
    (b"PWS3", Fault::Encrypted, Some(Form::PasswordSafe)),
    // OpenPGP and OpenSSL.
    (b"-----BEGIN PGP MESSAGE-----", Fault::Encrypted, None),
    (b"Salted__", Fault::Encrypted, None),
    // 7-Zip, RAR, xz, bzip2, Zstandard, cabinets.
    (b"7z\xBC\xAF\x27\x1C", Fault::BeyondCeiling, None),
    (b"Rar!\x1A\x07", Fault::BeyondCeiling, None),
    (b"\xFD7zXZ\x00", Fault::BeyondCeiling, None),
    (b"BZh", Fault::BeyondCeiling, None),
    (b"\x28\xB5\x2F\xFD", Fault::BeyondCeiling, None),
    (b"MSCF\x00\x00\x00\x00", Fault::BeyondCeiling, None),
];

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    found(bytes).is_some()
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let Some((_, fault, form)) = found(source.bytes) else { return };
    to.fault(*fault, None);
    if let Some(form) = form {
        to.form(*form);
    }
}

fn found(bytes: &[u8]) -> Option<&'static (&'static [u8], Fault, Option<Form>)> {
    // "BZh" may begin a text: a digit and a block's mark follow in an archive.
    let is_text = |mark: &[u8]| mark == b"BZh" && bytes.get(4..10) != Some(b"1AY&SY");
    SEALED.iter().find(|(mark, ..)| bytes.starts_with(mark) && !is_text(mark))
}
