//! Files that nobody reads without their password, and files that are not taken apart here: recognised by their first
//! bytes, so that it can be said what to do.

use crate::receiver::{Fault, Form, Receiver, Source};
use crate::unread::Unread;

/// First bytes, what keeps it shut, and its form where that says what is in it.
type Sealed = (&'static [u8], Fault, Option<Form>);

const SEALED: &[Sealed] = &[
    // KeePass 2 and 1.
    (b"\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5", Fault::Encrypted, Some(Form::PasswordSafe)),
    (b"\x03\xD9\xA2\x9A\x66\xFB\x4B\xB5", Fault::Encrypted, Some(Form::PasswordSafe)),
    (b"\x03\xD9\xA2\x9A\x65\xFB\x4B\xB5", Fault::Encrypted, Some(Form::PasswordSafe)),
    // Password Safe.
    (b"PWS3", Fault::Encrypted, Some(Form::PasswordSafe)),
    // OpenPGP and OpenSSL.
    (b"-----BEGIN PGP MESSAGE-----", Fault::Encrypted, None),
    (b"Salted__", Fault::Encrypted, None),
    // Archives.
    (b"7z\xBC\xAF\x27\x1C", Fault::NotRead(Unread::SevenZip), None),
    (b"Rar!\x1A\x07", Fault::NotRead(Unread::Rar), None),
    (b"\xFD7zXZ\x00", Fault::NotRead(Unread::Xz), None),
    (b"\x5D\x00\x00", Fault::NotRead(Unread::Xz), None),
    (b"BZh", Fault::NotRead(Unread::Bzip2), None),
    (b"\x28\xB5\x2F\xFD", Fault::NotRead(Unread::Zstandard), None),
    (b"MSCF\x00\x00\x00\x00", Fault::NotRead(Unread::Cabinet), None),
    // Of Outlook and OneNote.
    (b"\x78\x9F\x3E\x22", Fault::NotRead(Unread::Winmail), None),
    (b"!BDN", Fault::NotRead(Unread::OutlookStore), None),
    (b"\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3", Fault::NotRead(Unread::OneNote), None),
    // Databases, and a part of the registry.
    (b"SQLite format 3\x00", Fault::NotRead(Unread::Database), None),
    (b"\x00\x01\x00\x00Standard Jet DB", Fault::NotRead(Unread::Database), None),
    (b"\x00\x01\x00\x00Standard ACE DB", Fault::NotRead(Unread::Database), None),
    (b"regf", Fault::NotRead(Unread::Registry), None),
    // Images.
    (b"ADSEGMENTEDFILE\x00", Fault::NotRead(Unread::ForensicImage), None),
    (b"ADLOGICALIMAGE\x00", Fault::NotRead(Unread::ForensicImage), None),
    (b"partclone-image", Fault::NotRead(Unread::Partclone), None),
    (b"MSWIM\x00\x00\x00", Fault::NotRead(Unread::WindowsImage), None),
    // Pictures.
    (b"\x89PNG\r\n\x1A\n", Fault::NotRead(Unread::Picture), None),
    (b"\xFF\xD8\xFF", Fault::NotRead(Unread::Picture), None),
    (b"GIF87a", Fault::NotRead(Unread::Picture), None),
    (b"GIF89a", Fault::NotRead(Unread::Picture), None),
    (b"II*\x00", Fault::NotRead(Unread::Picture), None),
    (b"MM\x00*", Fault::NotRead(Unread::Picture), None),
    (b"II+\x00", Fault::NotRead(Unread::Picture), None),
    (b"MM\x00+", Fault::NotRead(Unread::Picture), None),
    (b"\x00\x00\x00\x0CjP  ", Fault::NotRead(Unread::Picture), None),
];

/// Marks of the same kinds that stand further on: where, and what they say.
const LATER: &[(usize, &[u8], &Sealed)] = &[
    // WebP, HEIC and AVIF.
    (8, b"WEBP", &PICTURE),
    (4, b"ftypheic", &PICTURE),
    (4, b"ftypheix", &PICTURE),
    (4, b"ftyphevc", &PICTURE),
    (4, b"ftypmif1", &PICTURE),
    (4, b"ftypmsf1", &PICTURE),
    (4, b"ftypavif", &PICTURE),
    // The headers of bitmaps behind their size.
    (6, b"\0\0\0\0\x36\0\0\0\x28\0\0\0", &PICTURE),
    (6, b"\0\0\0\0\x8A\0\0\0\x7C\0\0\0", &PICTURE),
    // The database of a domain controller.
    (4, b"\xEF\xCD\xAB\x89", &(b"", Fault::NotRead(Unread::Database), None)),
];
const PICTURE: Sealed = (b"", Fault::NotRead(Unread::Picture), None);

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

/// The kind of a file that is recognised by its beginning and not taken apart.
#[must_use]
pub fn unread_kind(beginning: &[u8]) -> Option<Unread> {
    match found(beginning) {
        Some((_, Fault::NotRead(kind), _)) => Some(*kind),
        _ => None,
    }
}

fn found(bytes: &[u8]) -> Option<&'static Sealed> {
    let at = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    // Marks that may begin a text: what follows tells.
    let is_text = |mark: &[u8]| match mark {
        b"BZh" => at(4, 10) != b"1AY&SY",
        // The size of the unpacked file, or all bits set.
        b"\x5D\x00\x00" => bytes.len() < 13 || !(at(5, 13) == [0xFF; 8] || at(9, 13) == [0; 4]),
        b"regf" => bytes.len() < 512 || !bytes[..512].contains(&0),
        _ => false,
    };
    let by_mark = SEALED.iter().find(|(mark, ..)| bytes.starts_with(mark) && !is_text(mark));
    let stands = |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(mark));
    by_mark.or_else(|| LATER.iter().find(|(at, mark, _)| stands(*at, mark)).map(|(.., sealed)| *sealed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_beginning() {
        let fault = |bytes: &[u8]| found(bytes).map(|(_, fault, _)| *fault);
        let padded = |mark: &[u8]| [mark, &[0; 600]].concat();
        for (mark, what) in [
            (&b"7z\xBC\xAF\x27\x1C"[..], Unread::SevenZip),
            (b"Rar!\x1A\x07\x01\0", Unread::Rar),
            (b"\x5D\0\0\x80\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", Unread::Xz),
            (b"BZh91AY&SY", Unread::Bzip2),
            (b"\x78\x9F\x3E\x22", Unread::Winmail),
            (b"SQLite format 3\0", Unread::Database),
            (b"\x11\x22\x33\x44\xEF\xCD\xAB\x89", Unread::Database),
            (b"regf", Unread::Registry),
            (b"ADSEGMENTEDFILE\0", Unread::ForensicImage),
            (b"partclone-image", Unread::Partclone),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Unread::Picture),
            (b"\0\0\0\x18ftypheic", Unread::Picture),
        ] {
            assert_eq!(fault(&padded(mark)), Some(Fault::NotRead(what)), "{mark:?}");
        }
        for text in [&b"BZhong wrote: 1 2 3"[..], b"regfile of the shop", b"]  a list", b"MM is no picture", b"II* a"] {
            assert_eq!(fault(text), None, "{text:?}");
        }
    }
}
