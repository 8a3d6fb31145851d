//! What terminals and mail programs leave in a text: escape sequences for colours, folded lines, soft line ends. Each is
//! undone on a copy that is wiped.

use zeroize::Zeroizing;

use drivekey_extract::{Encoding, detect, quoted_printable};

const ESCAPE: u16 = 0x1B;
const BELL: u16 = 0x07;
/// Longest escape sequence.
const SEQUENCE_MAX: usize = 512;

/// The bytes without the escape sequences of a terminal; `None` where there are none.
pub(super) fn without_escapes(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    memchr::memchr(0x1B, bytes)?;
    let (width, first, big) = match detect(bytes).encoding {
        Encoding::Utf16Le(offset) => (2, offset % 2, false),
        Encoding::Utf16Be(offset) => (2, offset % 2, true),
        _ => (1, 0, false),
    };
    let unit = |at: usize| -> Option<u16> {
        match (bytes.get(at..at + width)?, big) {
            ([low, high], false) | ([high, low], true) => Some(u16::from(*high) << 8 | u16::from(*low)),
            ([only], _) => Some(u16::from(*only)),
            _ => None,
        }
    };
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len()));
    out.extend_from_slice(&bytes[..first]);
    let (mut at, mut any) = (first, false);
    while at < bytes.len() {
        let length = if unit(at) == Some(ESCAPE) { sequence(|index| unit(at + index * width)) } else { 0 };
        if length > 0 {
            any = true;
            at += length * width;
        } else {
            let end = bytes.len().min(at + width);
            out.extend_from_slice(&bytes[at..end]);
            at = end;
        }
    }
    any.then_some(out)
}

/// How many units the sequence has that begins there; 0 where none does.
fn sequence(unit: impl Fn(usize) -> Option<u16>) -> usize {
    match unit(1).and_then(|unit| u8::try_from(unit).ok()) {
        // `ESC [ 32 ; 1 m`
        Some(b'[') => {
            let end = (2..SEQUENCE_MAX).find(|at| !matches!(unit(*at), Some(0x20..=0x3F)));
            end.filter(|at| matches!(unit(*at), Some(0x40..=0x7E))).map_or(0, |at| at + 1)
        }
        // `ESC ] 0 ; title BEL`
        Some(b']') => {
            let ends = |at: &usize| matches!(unit(*at), Some(BELL | ESCAPE) | None);
            match (2..SEQUENCE_MAX).find(ends) {
                Some(at) if unit(at) == Some(BELL) => at + 1,
                Some(at) if unit(at) == Some(ESCAPE) && unit(at + 1) == Some(u16::from(b'\\')) => at + 2,
                _ => 0,
            }
        }
        Some(b'(' | b')') => 3,
        Some(b'=' | b'>' | b'7' | b'8' | b'M' | b'c') => 2,
        _ => 0,
    }
}

/// Other ways in which the lines of a text may have been broken, each put together: soft line ends, folds, both.
pub(super) fn rejoined(bytes: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut all = Vec::new();
    let soft = [&b"=\n"[..], b"=\r\n"].iter().any(|end| memchr::memmem::find(bytes, end).is_some());
    if soft {
        all.push(quoted_printable(bytes));
    }
    let unfolded = all.last().map_or_else(|| unfolded(bytes), |soft| unfolded(soft));
    all.extend(unfolded);
    all
}

/// Without line ends that one blank follows; `None` where there are none.
fn unfolded(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let (mut at, mut any) = (0, false);
    while let Some(byte) = bytes.get(at) {
        let end = match (byte, bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\n', _) => 1,
            _ => 0,
        };
        if end > 0 && is_blank(bytes.get(at + end)) && !is_blank(bytes.get(at + end + 1)) {
            any = true;
            at += end + 1;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    any.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_titles_are_taken_out() {
        let text = "\x1B[32;1mRecoveryPassword : \x1B[0m123\x1B]0;title\x07\x1B(B456\x1B[";
        let plain = "RecoveryPassword : 123456\x1B[";
        assert_eq!(without_escapes(text.as_bytes()).as_deref().map(Vec::as_slice), Some(plain.as_bytes()));
        let wide = |text: &str| -> Vec<u8> {
            [b"\xFF\xFE".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
        };
        assert_eq!(without_escapes(&wide(text)).as_deref(), Some(&wide(plain)));
        assert!(without_escapes(b"plain").is_none());
    }

    #[test]
    fn folds_and_soft_ends_are_joined() {
        assert_eq!(rejoined(b"a6\r\n 7\r\nb").first().map(|text| text.as_slice()), Some(&b"a67\r\nb"[..]));
        assert_eq!(rejoined(b"a6=\r\n7").first().map(|text| text.as_slice()), Some(&b"a67"[..]));
        assert!(rejoined(b"a\r\n  b\nc").is_empty());
    }
}
