//! The two ways in which mails carry bytes as text. What does not belong in is passed over, as mail programs do.

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet, decoded_len_estimate};
use zeroize::Zeroizing;

/// A body decoded as its header says; as it stands where the header says nothing.
pub(super) fn decode<'a>(body: &'a [u8], method: &str) -> Body<'a> {
    if method.eq_ignore_ascii_case("base64") {
        Body::Decoded(base64(body))
    } else if method.eq_ignore_ascii_case("quoted-printable") {
        Body::Decoded(quoted_printable(body))
    } else {
        Body::Plain(body)
    }
}

/// A body.
pub(super) enum Body<'a> {
    Plain(&'a [u8]),
    Decoded(Zeroizing<Vec<u8>>),
}

impl std::ops::Deref for Body<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Decoded(bytes) => bytes,
        }
    }
}

/// Lenient as mail programs are: no filling is needed, and bits that are left over at the end are none.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn base64(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let signs = text.iter().filter_map(|byte| match byte {
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        byte => (byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).then_some(*byte),
    });
    let mut packed = Zeroizing::new(Vec::with_capacity(text.len()));
    packed.extend(signs);
    if packed.len() % 4 == 1 {
        packed.pop();
    }
    let mut out = Zeroizing::new(Vec::with_capacity(decoded_len_estimate(packed.len())));
    // Of the signs that are left none is wrong.
    let _ = LENIENT.decode_vec(packed.as_slice(), &mut out);
    out
}

/// Undoes quoted-printable; what is none stays as it is.
#[must_use]
pub fn quoted_printable(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'=' {
            out.push(*byte);
        } else if let Some(value) = hex_pair(after) {
            out.push(value);
            rest = &after[2..];
        } else if let Some(next) = after_line_end(after) {
            rest = next;
        } else {
            out.push(b'=');
        }
    }
    out
}

/// What follows a soft line end; blanks before it were added on the way.
fn after_line_end(text: &[u8]) -> Option<&[u8]> {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let text = &text[blanks..];
    text.strip_prefix(b"\r\n").or_else(|| text.strip_prefix(b"\n"))
}

/// Two hex digits.
pub(super) fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(0)? << 4 | digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn bytes_come_back() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for length in 995..=1000 {
            let text = STANDARD.encode(&bytes[..length]);
            assert_eq!(base64(text.as_bytes()).as_slice(), &bytes[..length]);
            let bare = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
            let lines: Vec<&str> = (0..bare.len()).step_by(76).map(|at| &bare[at..bare.len().min(at + 76)]).collect();
            assert_eq!(base64(lines.join("\r\n").as_bytes()).as_slice(), &bytes[..length]);
        }
        assert_eq!(base64(b"YQ==YQ").as_slice(), base64(b"YQYQ").as_slice());
        assert_eq!((base64(b"YWI=!").as_slice(), base64(b"YWJjZ").as_slice()), (&b"ab"[..], &b"abc"[..]));
        assert_eq!(quoted_printable(b"a=3D=\r\nb= \n=c=").as_slice(), b"a=b=c=");
    }
}
