//! Joins the pieces of a text into one buffer, with the line ends and byte order marks that every editor understands.
//! The buffer is sized first, because one that grows would leave digits behind in memory.

use zeroize::Zeroizing;

/// UTF-16LE with a byte order mark and CRLF, as Windows writes its key files.
pub(super) fn utf16(pieces: &[&str]) -> Zeroizing<Vec<u8>> {
    let units: usize = pieces.iter().map(|piece| piece.encode_utf16().count() + line_ends(piece)).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * (units + 1)));
    bytes.extend_from_slice(&[0xFF, 0xFE]);
    for piece in pieces {
        for unit in piece.encode_utf16() {
            if unit == u16::from(b'\n') {
                bytes.extend_from_slice(&u16::from(b'\r').to_le_bytes());
            }
            bytes.extend_from_slice(&unit.to_le_bytes());
        }
    }
    bytes
}

/// UTF-8 with CRLF. A byte order mark precedes text beyond ASCII, where old editors would guess the wrong encoding.
pub(super) fn utf8(pieces: &[&str]) -> Zeroizing<Vec<u8>> {
    let mark = mark(pieces).as_bytes();
    let size: usize = pieces.iter().map(|piece| piece.len() + line_ends(piece)).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(mark.len() + size));
    bytes.extend_from_slice(mark);
    for piece in pieces {
        for &byte in piece.as_bytes() {
            if byte == b'\n' {
                bytes.push(b'\r');
            }
            bytes.push(byte);
        }
    }
    bytes
}

/// The byte order mark, where pieces have text beyond ASCII.
pub(super) fn mark(pieces: &[&str]) -> &'static str {
    if pieces.iter().all(|piece| piece.is_ascii()) { "" } else { "\u{FEFF}" }
}

/// UTF-8 without any change.
pub(super) fn concat(pieces: &[&str]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(pieces.iter().map(|piece| piece.len()).sum()));
    for piece in pieces {
        bytes.extend_from_slice(piece.as_bytes());
    }
    bytes
}

fn line_ends(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_never_grow() {
        for pieces in [&["a\nb", "ü\n", "𝄞"][..], &[], &["\n\n"]] {
            let (wide, narrow, plain) = (utf16(pieces), utf8(pieces), concat(pieces));
            assert!(
                wide.len() == wide.capacity() && narrow.len() == narrow.capacity() && plain.len() == plain.capacity()
            );
        }
        assert_eq!(*utf16(&["a\n"]), b"\xFF\xFEa\0\r\0\n\0");
        assert_eq!(*utf8(&["a\n", "b"]), b"a\r\nb");
        assert_eq!(*utf8(&["ü"]), "\u{FEFF}ü".as_bytes());
    }
}
