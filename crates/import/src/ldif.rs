//! LDIF (RFC 2849), as ldapsearch, ldifde and others write Active Directory: folded lines, binary values in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::entry::{Dialect, Entry, Field, Role, Sheet, little_endian, role};
use super::source_text::{SourceText, Text};
use super::{Attachment, Place, directory};
use drivekey_record::{AttachmentKind, Created, Guid, SourceKind};

/// Longer names of attributes are other texts.
const NAME_BYTES: usize = 100;
/// Most attributes of one record.
const FIELDS_MAX: usize = 100_000;

/// A value, and the bytes it was where it is no text.
enum Value<'a> {
    Text(Text<'a>),
    Bytes(Zeroizing<Vec<u8>>),
}

/// Reads the records of an LDIF text.
pub(super) fn read<'t>(source: &'t SourceText<'_>) -> Option<Sheet<'t>> {
    if !is_ldif(source.head()) {
        return None;
    }
    let mut sheet = Sheet::of(Vec::new());
    let mut record = Record::default();
    for (number, line) in (Lines { text: source.as_str(), line: 0 }) {
        if line.trim().is_empty() {
            std::mem::take(&mut record).close(&mut sheet);
        } else if !line.starts_with('#') && *line != *"-" {
            if line.starts_with("dn:") && !record.fields.is_empty() {
                std::mem::take(&mut record).close(&mut sheet);
            }
            record.line(&line, number);
        }
    }
    record.close(&mut sheet);
    Some(sheet)
}

/// A `dn:` with a name behind it, and attributes below it.
fn is_ldif(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim_end);
    let is_dn = |line: &&str| line.strip_prefix("dn:").is_some_and(|rest| rest.starts_with(':') || rest.contains('='));
    lines.by_ref().any(|line| is_dn(&line))
        && lines.take(50).any(|line| line.split_once(':').is_some_and(|(name, _)| is_name(name)))
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME_BYTES
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b';' | b'.' | b'_'))
}

#[derive(Default)]
struct Record<'a> {
    fields: Vec<Field<'a>>,
    packages: Vec<Zeroizing<Vec<u8>>>,
    line: usize,
}

impl<'a> Record<'a> {
    fn line(&mut self, line: &Text<'a>, number: usize) {
        if self.fields.is_empty() {
            self.line = number;
        }
        let Some((name, value)) = parsed(line) else { return };
        let plain = name.split(';').next().unwrap_or(&name);
        let role = if plain.eq_ignore_ascii_case("objectguid") { Role::OtherId } else { role(plain) };
        let value = match value {
            Value::Text(text) => text,
            Value::Bytes(bytes) if role == Role::KeyPackage => {
                self.packages.push(bytes);
                return;
            }
            Value::Bytes(bytes) => match <[u8; 16]>::try_from(bytes.as_slice()) {
                Ok(guid) => Text::Owned(Zeroizing::new(little_endian(guid).to_string())),
                Err(_) => return,
            },
        };
        // A package is kept however many fields there are: of a key's parts it is the one that is found nowhere else in
        // the text.
        if self.fields.len() < FIELDS_MAX {
            self.fields.push(Field { name, role, value });
        }
    }

    fn close(self, sheet: &mut Sheet<'a>) {
        if self.fields.is_empty() {
            sheet.package_left |= !self.packages.is_empty();
            return;
        }
        let value = |wanted: Role| self.fields.iter().find(|field| field.role == wanted).map(|field| &*field.value);
        let name = self
            .fields
            .iter()
            .filter(|field| field.role == Role::Directory)
            .find_map(|field| directory::parse(&field.value));
        let guid = value(Role::KeyId)
            .and_then(|text| text.parse::<Guid>().ok())
            .or_else(|| name.as_ref().and_then(|name| name.guid));
        if let Some(guid) = guid {
            let created = name.as_ref().and_then(|name| name.created).map(Created::Zoned);
            let device_name =
                name.as_ref().and_then(|name| name.computer.as_deref()).and_then(|name| name.parse().ok());
            sheet.attachments.extend(self.packages.into_iter().map(|bytes| Attachment {
                kind: AttachmentKind::KeyPackage,
                guid,
                bytes,
                created: created.clone(),
                device_name: device_name.clone(),
                inside: None,
            }));
        } else {
            sheet.package_left |= !self.packages.is_empty();
        }
        let of_keys = self.fields.iter().any(|field| field.name.to_ascii_lowercase().starts_with("msfve"));
        if of_keys {
            sheet.source = Some(SourceKind::ActiveDirectory);
        }
        sheet.entries.push(Entry {
            name: Text::Borrowed(""),
            fields: self.fields,
            parent: None,
            place: Some(Place::Line(self.line)),
            dialect: Dialect::plain(SourceKind::ActiveDirectory),
        });
    }
}

/// Name and value of a line.
fn parsed<'a>(line: &Text<'a>) -> Option<(Text<'a>, Value<'a>)> {
    let colon = line.find(':').filter(|colon| is_name(&line[..*colon]))?;
    let rest = &line[colon + 1..];
    let name = Text::copy(&line[..colon]);
    if let Some(encoded) = rest.strip_prefix(':') {
        let bytes = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
        let is_text = std::str::from_utf8(&bytes)
            .is_ok_and(|text| !text.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t')));
        // Sixteen bytes under the name of a GUID are one, whatever they look like.
        let is_guid = bytes.len() == 16 && name.to_ascii_lowercase().ends_with("guid");
        return Some((
            name,
            if is_text && !is_guid {
                Value::Text(Text::copy(&String::from_utf8_lossy(&bytes)))
            } else {
                Value::Bytes(bytes)
            },
        ));
    }
    let value = match line {
        Text::Borrowed(text) => Text::Borrowed(text[colon + 1..].trim()),
        Text::Owned(text) => Text::copy(text[colon + 1..].trim()),
    };
    Some((name, Value::Text(value)))
}

/// Lines, put together where they were folded, with the number of the first.
struct Lines<'a> {
    text: &'a str,
    line: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, Text<'a>);

    fn next(&mut self) -> Option<(usize, Text<'a>)> {
        if self.text.is_empty() {
            return None;
        }
        let first = self.take();
        let number = self.line;
        if !self.text.starts_with(' ') || first.trim().is_empty() {
            return Some((number, Text::Borrowed(first)));
        }
        // Sized once: everything up to the first line that is not folded.
        let folded =
            self.text.split_inclusive('\n').take_while(|line| line.starts_with(' ')).map(str::len).sum::<usize>();
        let mut whole = Zeroizing::new(String::with_capacity(first.len() + folded));
        whole.push_str(first);
        while self.text.starts_with(' ') {
            let next = self.take();
            whole.push_str(&next[1..]);
        }
        Some((number, Text::Owned(whole)))
    }
}

impl<'a> Lines<'a> {
    fn take(&mut self) -> &'a str {
        let end = self.text.find('\n').unwrap_or(self.text.len());
        let line = self.text[..end].trim_end_matches('\r');
        self.text = self.text.get(end + 1..).unwrap_or_default();
        self.line += 1;
        line
    }
}
