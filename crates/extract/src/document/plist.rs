//! Property lists of macOS, as XML and binary: handed on as JSON, so that names and values stay together.

use zeroize::Zeroizing;

use crate::charset::{self, head};
use crate::entity;
use crate::markup::{Piece, Pieces};
use crate::receiver::{Fault, Form, Receiver, Source};
use crate::wiped;

mod binary;

const BINARY: &[u8] = b"bplist0";
/// Lists inside each other.
const DEPTH_MAX: usize = 64;

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    if bytes.starts_with(BINARY) {
        return true;
    }
    let head = head(bytes);
    head.starts_with('<') && (head.contains("<plist") || head.contains("<!doctype plist"))
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let mut json = Json::with_capacity(source.bytes.len() * 2);
    let whole = if source.bytes.starts_with(BINARY) {
        binary::take(source.bytes, &mut json).is_some()
    } else {
        xml(charset::decode(source.bytes, None).as_str(), &mut json);
        true
    };
    to.document(Form::Tree, json.text.as_bytes());
    if !whole {
        to.fault(Fault::Broken, None);
    }
}

/// A JSON text that is being written.
struct Json {
    text: Zeroizing<String>,
    /// For each open list or object, whether something stands in it.
    open: Vec<bool>,
    /// Whether a name was written, so that a value must follow without a comma.
    named: bool,
}

impl Json {
    fn with_capacity(bytes: usize) -> Self {
        Self { text: Zeroizing::new(String::with_capacity(bytes)), open: Vec::new(), named: false }
    }

    fn comma(&mut self) {
        if std::mem::take(&mut self.named) {
            return;
        }
        if let Some(filled) = self.open.last_mut()
            && std::mem::replace(filled, true)
        {
            self.push(",");
        }
    }

    fn open(&mut self, sign: &str) {
        self.comma();
        self.push(sign);
        self.open.push(false);
    }

    fn close(&mut self, sign: &str) {
        if self.open.pop().is_some() {
            if std::mem::take(&mut self.named) {
                self.push("null");
            }
            self.push(sign);
        }
    }

    fn name(&mut self, name: &str) {
        if self.named {
            self.push("null");
            self.named = false;
        }
        self.string(name);
        self.push(":");
        self.named = true;
    }

    fn string(&mut self, text: &str) {
        self.comma();
        self.push("\"");
        let mut from = 0;
        for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '"' | '\\') || c.is_control()) {
            self.push(&text[from..at]);
            self.push(&format!("\\u{:04x}", u32::from(c)));
            from = at + c.len_utf8();
        }
        self.push(&text[from..]);
        self.push("\"");
    }

    fn push(&mut self, text: &str) {
        wiped::append(&mut self.text, text);
    }
}

/// A property list in XML. Broken ones give what was read before.
fn xml(text: &str, json: &mut Json) {
    let mut value = Zeroizing::new(String::with_capacity(text.len().min(1 << 16)));
    let mut signs: Vec<&str> = Vec::new();
    let mut roots = 0;
    for piece in Pieces::new(text) {
        match piece {
            Piece::Text(text) => value.push_str(&entity::resolved(text)),
            Piece::Verbatim(text) => value.push_str(text),
            Piece::Tag(tag) => {
                let name = tag.local_name();
                let sign = match name {
                    "dict" => Some(("{", "}")),
                    "array" => Some(("[", "]")),
                    _ => None,
                };
                match (sign, tag.closes) {
                    (Some((begin, end)), false) if signs.len() < DEPTH_MAX => {
                        if signs.is_empty() {
                            roots += 1;
                        }
                        json.open(begin);
                        signs.push(end);
                        if tag.empty {
                            signs.pop();
                            json.close(end);
                        }
                    }
                    (Some((_, end)), true) if signs.last() == Some(&end) => {
                        signs.pop();
                        json.close(end);
                    }
                    (None, true) if name == "key" && signs.last() == Some(&"}") => json.name(value.trim()),
                    (None, true)
                        if matches!(name, "string" | "integer" | "real" | "date" | "data") && !signs.is_empty() =>
                    {
                        json.string(value.trim());
                    }
                    (None, false) if matches!(name, "true" | "false") && !signs.is_empty() => json.string(name),
                    _ => {}
                }
                value.clear();
            }
        }
        if roots > 1 {
            break;
        }
    }
    while let Some(end) = signs.pop() {
        json.close(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(bytes: &[u8]) -> String {
        let mut json = Json::with_capacity(64);
        if bytes.starts_with(BINARY) {
            let _ = binary::take(bytes, &mut json);
        } else {
            xml(std::str::from_utf8(bytes).unwrap(), &mut json);
        }
        json.text.to_string()
    }

    #[test]
    fn both_forms_become_the_same_names_and_values() {
        let text = b"<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>a \"&amp;</key><array><string>x</string>\
            <integer>7</integer></array><key>b</key><dict/></dict></plist>";
        assert_eq!(json(text), r#"{"a \u0022&":["x","7"],"b":{}}"#);
        // {"a": ["x", 7]}
        let objects: [&[u8]; 5] = [b"\xD1\x01\x02", b"\x51a", b"\xA2\x03\x04", b"\x51x", b"\x10\x07"];
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for object in objects {
            offsets.push(u8::try_from(bytes.len()).unwrap());
            bytes.extend_from_slice(object);
        }
        let table = u8::try_from(bytes.len()).unwrap();
        bytes.extend_from_slice(&offsets);
        bytes.extend_from_slice(&[0, 0, 0, 0, 0, 0, 1, 1]);
        bytes.extend_from_slice(&[[0, 0, 0, 0, 0, 0, 0, 5], [0; 8], [0, 0, 0, 0, 0, 0, 0, table]].concat());
        assert_eq!(json(&bytes), r#"{"a":["x","7"]}"#);
        // A list that holds itself, and every other byte there may be at each place.
        for at in 8..bytes.len() {
            for value in [0, 1, 2, 0x0F, 0xA1, 0xD3, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] = value;
                json(&changed);
            }
            json(&bytes[..at]);
        }
    }
}
