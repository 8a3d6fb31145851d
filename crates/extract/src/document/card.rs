//! Contacts and calendars: vCard and iCalendar. Folded lines are joined, escaped signs and quoted-printable undone.

use zeroize::Zeroizing;

use crate::charset::{self, head};
use crate::container::mail::quoted_printable;
use crate::receiver::{Form, Receiver, Source};

/// Longest name of a property with its parameters.
const HEAD_BYTES: usize = 512;
const MARKS: [&str; 3] = ["begin:vcard", "begin:vcalendar", "begin:vnote"];

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    let head = head(bytes);
    MARKS.iter().any(|mark| head.starts_with(mark))
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let unfolded = unfolded(source.bytes);
    let text = charset::decode(&unfolded, None);
    let mut out = Zeroizing::new(String::with_capacity(text.as_str().len() + 1));
    for line in text.as_str().lines() {
        unescape(line, &mut out);
        out.push('\n');
        // Between two cards or appointments nothing belongs together.
        if line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("END:")) {
            out.push('\n');
        }
    }
    to.document(Form::Card, out.as_bytes());
}

/// One line for each property: a line that begins with a blank goes on with the one before, and so does one behind a
/// soft end of quoted-printable.
fn unfolded(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
    let mut property: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(bytes.len()));
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        if is_quoted(&property) && property.ends_with(b"=") {
            property.pop();
            property.extend_from_slice(content);
            continue;
        }
        if let Some(rest) = content.strip_prefix(b" ").or_else(|| content.strip_prefix(b"\t")) {
            property.extend_from_slice(rest);
            continue;
        }
        close(&mut property, &mut out);
        property.extend_from_slice(content);
    }
    close(&mut property, &mut out);
    out
}

fn close(property: &mut Zeroizing<Vec<u8>>, out: &mut Vec<u8>) {
    if is_quoted(property) {
        out.extend_from_slice(&quoted_printable(property));
    } else {
        out.extend_from_slice(property);
    }
    if !property.is_empty() {
        out.push(b'\n');
    }
    property.clear();
}

/// Whether the property's parameters say that its value is quoted-printable.
fn is_quoted(property: &[u8]) -> bool {
    let head = &property[..property.len().min(HEAD_BYTES)];
    let colon = head.iter().position(|byte| *byte == b':').unwrap_or(head.len());
    head[..colon].to_ascii_lowercase().windows(16).any(|window| window == b"quoted-printable")
}

/// `\n` is the end of a line, `\,` a comma.
fn unescape(line: &str, out: &mut String) {
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            (c, false) => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_soft_ends_and_escapes_are_undone() {
        let folded = unfolded(b"NOTE:ab\r\n c\r\n\td\r\nUID:1\r\n");
        assert_eq!(folded.as_slice(), b"NOTE:abcd\nUID:1\n");
        let quoted = unfolded(b"NOTE;ENCODING=QUOTED-PRINTABLE:a=C3=\r\n=BC=0Ab\r\nEND:VCARD\r\n");
        assert_eq!(quoted.as_slice(), "NOTE;ENCODING=QUOTED-PRINTABLE:a\u{FC}\nb\nEND:VCARD\n".as_bytes());
        let mut line = String::new();
        unescape("a\\nb\\, c\\\\", &mut line);
        assert_eq!(line, "a\nb, c\\");
    }
}
