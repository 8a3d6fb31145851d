//! Names in Active Directory: `<time><GUID>` of a recovery object, and the distinguished name that puts it below its
//! computer (RFC 4514).

use chrono::{DateTime, FixedOffset};

use super::scan::guid_at;
use drivekey_record::Guid;

/// Longer texts are no names.
const NAME_BYTES: usize = 4096;

/// What a name says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DirectoryName {
    /// When the recovery object was made.
    pub(super) created: Option<DateTime<FixedOffset>>,
    /// The Key ID.
    pub(super) guid: Option<Guid>,
    /// The computer.
    pub(super) computer: Option<String>,
}

/// Reads a distinguished name or a recovery object's own name; `None` where the text is neither.
pub(super) fn parse(text: &str) -> Option<DirectoryName> {
    let text = text.trim();
    if text.len() > NAME_BYTES {
        return None;
    }
    if let Some((created, guid)) = recovery_name(text) {
        return Some(DirectoryName { created, guid: Some(guid), computer: None });
    }
    let mut parts = parts(text)?.into_iter();
    let (first_type, first) = parts.next()?;
    let second = parts.next();
    if let Some((created, guid)) = recovery_name(&first) {
        let computer = second.filter(|(kind, _)| kind.eq_ignore_ascii_case("CN")).map(|(_, value)| value);
        return Some(DirectoryName { created, guid: Some(guid), computer });
    }
    let of_computer = first_type.eq_ignore_ascii_case("CN") && second.is_some();
    Some(DirectoryName { computer: of_computer.then_some(first), ..DirectoryName::default() })
}

/// `2023-10-10T10:00:00-08:00{063EA4E1-…}`.
fn recovery_name(text: &str) -> Option<(Option<DateTime<FixedOffset>>, Guid)> {
    let (time, rest) = text.split_once('{')?;
    let found = guid_at(rest.as_bytes(), 0).filter(|found| !found.ocr)?;
    let time = time.trim();
    let looks_timed = time.len() >= 19 && time.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    (looks_timed && rest[found.span.end..].trim() == "}").then(|| (DateTime::parse_from_rfc3339(time).ok(), found.guid))
}

/// The parts of a distinguished name: type and value, unescaped.
fn parts(text: &str) -> Option<Vec<(String, String)>> {
    let mut parts = Vec::new();
    let mut bytes = text.bytes().peekable();
    while bytes.peek().is_some() {
        let mut kind = Vec::new();
        loop {
            match bytes.next()? {
                b'=' => break,
                byte if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-') => kind.push(byte),
                b' ' if kind.is_empty() => {}
                _ => return None,
            }
        }
        if kind.is_empty() {
            return None;
        }
        let mut value = Vec::new();
        while let Some(byte) = bytes.next() {
            match byte {
                b',' => break,
                b'\\' => value.push(escaped(&mut bytes)?),
                other => value.push(other),
            }
        }
        parts.push((String::from_utf8(kind).ok()?, String::from_utf8(value).ok()?.trim().to_owned()));
    }
    Some(parts)
}

/// What follows a backslash: two hex digits, or the sign itself.
fn escaped(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> Option<u8> {
    let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let first = bytes.next()?;
    match (hex(first), bytes.peek().copied().and_then(hex)) {
        (Some(high), Some(low)) => {
            bytes.next();
            Some(high << 4 | low)
        }
        _ => Some(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(Option<String>, Option<String>, Option<String>)> {
        parse(text).map(|name| {
            (name.created.map(|time| time.to_rfc3339()), name.guid.map(|guid| guid.to_string()), name.computer)
        })
    }

    #[test]
    fn recovery_objects_name_time_id_and_computer() {
        let (time, guid) = ("2024-03-05T09:30:00+01:00", "33732D91-7C92-4821-A87E-46BAD1603CB5");
        for plus in ["\\+", "\\2B", "\\2b", "+"] {
            let text =
                format!("CN={}{{{guid}}},CN=B\\c3\\bcro\\, 7,OU=Notebooks,DC=example,DC=test", time.replace('+', plus));
            assert_eq!(
                parsed(&text),
                Some((Some(time.to_owned()), Some(guid.to_owned()), Some("Büro, 7".to_owned()))),
                "{text}"
            );
        }
        assert_eq!(parsed(&format!("{time}{{{guid}}}")), Some((Some(time.to_owned()), Some(guid.to_owned()), None)));
        assert_eq!(parsed("CN=PC-1,OU=Computers,DC=example"), Some((None, None, Some("PC-1".to_owned()))));
        for text in ["PC-1", "", "=", "a=b\\", "{33732D91-7C92-4821-A87E-46BAD1603CB5}", "Name: x, y"] {
            assert!(parse(text).is_none_or(|name| name.guid.is_none()), "{text}");
        }
    }
}
