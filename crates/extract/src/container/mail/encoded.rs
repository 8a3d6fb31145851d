//! The two ways in which mails carry bytes as text. What does not belong in is passed over, as mail programs do.

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

pub(super) fn base64(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len() / 4 * 3 + 3));
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text {
        let Some(value) = sextet(*byte) else { continue };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xFF).unwrap_or(0));
        }
    }
    out
}

const fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

pub(super) fn quoted_printable(text: &[u8]) -> Zeroizing<Vec<u8>> {
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
pub(super) mod tests {
    use super::*;

    /// Bytes as base64, in lines.
    pub(in crate::container::mail) fn base64(bytes: &[u8]) -> String {
        const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for (index, chunk) in bytes.chunks(3).enumerate() {
            let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            for place in 0..4 {
                let sign = SIGNS[(bits >> (18 - 6 * place) & 63) as usize];
                out.push(if place <= chunk.len() { char::from(sign) } else { '=' });
            }
            if index % 19 == 18 {
                out.push_str("\r\n");
            }
        }
        out
    }

    #[test]
    fn bytes_come_back() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        assert_eq!(super::base64(base64(&bytes).as_bytes()).as_slice(), bytes);
        assert_eq!(quoted_printable(b"a=3D=\r\nb= \n=c=").as_slice(), b"a=b=c=");
    }
}
