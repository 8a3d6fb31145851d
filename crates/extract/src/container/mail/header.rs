//! The headers of a mail and of its parts: folded lines, parameters, encoded words.

use std::borrow::Cow;

use encoding_rs::Encoding;
use zeroize::Zeroizing;

use super::encoded;

/// Longest name of a header.
const NAME_BYTES: usize = 76;
/// Longer headers are cut.
const HEADER_BYTES: usize = 16 * 1024;
/// Pieces of one parameter.
const PIECES_MAX: usize = 100;

/// The headers of a message or part.
pub(super) struct Headers<'a>(&'a [u8]);

/// Whether this can be the name of a header.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= NAME_BYTES
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl<'a> Headers<'a> {
    /// Headers and body; all is body where the first line is no header.
    pub(super) fn split(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let mut at = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            at += line.len();
            if line.trim_ascii().is_empty() {
                return (Self(&bytes[..at]), &bytes[at..]);
            }
        }
        (Self(bytes), &[])
    }

    /// The value of a header, unfolded; the first of that name.
    pub(super) fn get(&self, name: &str) -> Option<Zeroizing<String>> {
        let mut lines = self.0.split(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            let Some((found, value)) =
                split_at_colon(line).filter(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            else {
                continue;
            };
            debug_assert_eq!(found.len(), name.len());
            let mut all = Zeroizing::new(Vec::with_capacity(HEADER_BYTES));
            push(&mut all, value.trim_ascii());
            while let Some(folded) = lines.next_if(|line| line.starts_with(b" ") || line.starts_with(b"\t")) {
                push(&mut all, b" ");
                push(&mut all, folded.trim_ascii());
            }
            let mut text = Zeroizing::new(String::with_capacity(HEADER_BYTES * 3));
            text.push_str(&String::from_utf8_lossy(&all));
            return Some(text);
        }
        None
    }
}

fn push(all: &mut Vec<u8>, bytes: &[u8]) {
    let room = HEADER_BYTES - all.len();
    all.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

fn split_at_colon(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().take(NAME_BYTES).position(|byte| *byte == b':')?;
    Some((&line[..colon], &line[colon + 1..]))
}

/// A header's value with parameters: `text/plain; charset=utf-8`.
pub(super) struct Value {
    /// In lower case.
    pub(super) word: String,
    parameters: Vec<(String, String)>,
}

impl Value {
    pub(super) fn parse(text: &str) -> Self {
        let (word, mut rest) = text.split_once(';').unwrap_or((text, ""));
        let mut parameters = Vec::new();
        while let Some((name, after)) = rest.split_once('=') {
            let after = after.trim_start();
            let (value, next) = if let Some(quoted) = after.strip_prefix('"') {
                quoted_value(quoted)
            } else {
                let (value, next) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), next)
            };
            let name = name.trim_matches(|c: char| c.is_whitespace() || c == ';').to_ascii_lowercase();
            parameters.push((name, value));
            rest = next;
        }
        Self { word: word.trim().to_ascii_lowercase(), parameters }
    }

    /// A parameter, whole, in pieces, or with its encoding named in it (RFC 2231).
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let find =
            |wanted: &str| self.parameters.iter().find(|(found, _)| found == wanted).map(|(_, value)| value.as_str());
        if let Some(extended) = find(&format!("{name}*")) {
            return Some(percent_decoded(extended, true));
        }
        if let Some(plain) = find(name) {
            return Some(plain.to_owned());
        }
        let mut whole = String::new();
        for piece in 0..PIECES_MAX {
            if let Some(encoded) = find(&format!("{name}*{piece}*")) {
                whole.push_str(&percent_decoded(encoded, piece == 0));
            } else if let Some(plain) = find(&format!("{name}*{piece}")) {
                whole.push_str(plain);
            } else {
                break;
            }
        }
        (!whole.is_empty()).then_some(whole)
    }
}

/// What stands before the closing quote, and what follows it.
fn quoted_value(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            _ => value.push(c),
        }
    }
    (value, "")
}

/// `utf-8'de'Schl%C3%BCssel`; only the first piece names the encoding.
fn percent_decoded(text: &str, names_encoding: bool) -> String {
    let mut parts = text.splitn(3, '\'');
    let (encoding, text) = match (parts.next(), parts.next(), parts.next()) {
        (Some(encoding), Some(_), Some(text)) if names_encoding => (Encoding::for_label(encoding.as_bytes()), text),
        _ => (None, text),
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let value = (*byte == b'%').then(|| encoded::hex_pair(after)).flatten();
        bytes.push(value.unwrap_or(*byte));
        rest = if value.is_some() { &after[2..] } else { after };
    }
    encoding.unwrap_or(encoding_rs::UTF_8).decode_without_bom_handling(&bytes).0.into_owned()
}

/// Encoded words: `=?utf-8?B?…?=`. White space between two of them is none.
pub(super) fn words(text: &str) -> Cow<'_, str> {
    if !text.contains("=?") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(open) = rest.find("=?") {
        let before = &rest[..open];
        let Some((word, after)) = encoded_word(&rest[open + 2..]) else {
            out.push_str(&rest[..open + 2]);
            rest = &rest[open + 2..];
            after_word = false;
            continue;
        };
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&word);
        rest = after;
        after_word = true;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn encoded_word(text: &str) -> Option<(String, &str)> {
    let (charset, text) = text.split_once('?')?;
    let (method, text) = text.split_once('?')?;
    let (content, after) = text.split_once("?=")?;
    let charset = charset.split('*').next().unwrap_or_default();
    let bytes = match method {
        "B" | "b" => encoded::base64(content.as_bytes()),
        "Q" | "q" => encoded::quoted_printable(content.replace('_', "=20").as_bytes()),
        _ => return None,
    };
    let encoding = Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    Some((encoding.decode_without_bom_handling(&bytes).0.into_owned(), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_unfolded_and_found() {
        let (headers, body) = Headers::split(b"Subject: a\r\n b\r\nTo: c\r\n\r\nbody");
        assert_eq!(headers.get("subject").as_deref().map(String::as_str), Some("a b"));
        assert_eq!(body, b"body");
        assert!(headers.get("cc").is_none());
    }

    #[test]
    fn parameters_and_words_are_decoded() {
        let value = Value::parse("Text/Plain; charset=\"UTF-8\"; name=\"a; \\\"b\\\".txt\";boundary=x");
        assert_eq!(value.word, "text/plain");
        assert_eq!(value.parameter("name").as_deref(), Some("a; \"b\".txt"));
        assert_eq!(value.parameter("boundary").as_deref(), Some("x"));
        assert_eq!(Value::parse("a; filename*=iso-8859-1'de'%FC.txt").parameter("filename").as_deref(), Some("ü.txt"));
        assert_eq!(words("=?utf-8?Q?Schl=C3=BC?= =?iso-8859-1?B?c3NlbA==?= x"), "Schlüssel x");
        assert_eq!(words("=?broken"), "=?broken");
    }
}
