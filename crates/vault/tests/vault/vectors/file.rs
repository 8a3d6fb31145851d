//! The files of the vectors: a title, `name: value` lines, an empty line, then hex or JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use drivekey_record::{Handle, RecordId, Revision, VaultId};
use drivekey_vault::seal::Binding;
use serde_json::Value;

pub(super) const TITLE: &str = "drivekey known answer";

pub(super) const HEX_COLUMNS: usize = 96;

pub(super) fn folder() -> PathBuf {
    drivekey_testkit::repository().join("tests/vectors")
}

/// A text file: the title, `name: value` lines, an empty line, then hex or JSON.
pub(super) struct Vector {
    pub(super) head: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Vector {
    pub(super) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        assert_eq!(lines.next(), Some(TITLE));
        let head = lines
            .map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
            .collect();
        Self { head, body: body.to_owned() }
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.head.get(name).map_or_else(|| panic!("no line `{name}`"), String::as_str)
    }

    pub(super) fn number(&self, name: &str) -> u32 {
        self.get(name).parse().unwrap()
    }

    pub(super) fn length(&self, name: &str) -> usize {
        self.get(name).parse().unwrap()
    }

    pub(super) fn bytes<const N: usize>(&self, name: &str) -> [u8; N] {
        unhex(self.get(name)).try_into().unwrap()
    }

    pub(super) fn blob(&self) -> Vec<u8> {
        unhex(&self.body)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(super) fn vault(&self) -> VaultId {
        VaultId::from_bytes(self.bytes("vault"))
    }

    pub(super) fn handle(&self) -> Handle {
        self.get("handle").parse().unwrap()
    }

    pub(super) fn binding(&self) -> Binding {
        let revision = Revision::new(self.number("revision")).unwrap();
        Binding { vault: self.vault(), record: RecordId::from_bytes(self.bytes("record")), revision }
    }
}

/// The text of a vector file.
pub(super) fn text_of(head: &[(&str, String)], body: &str) -> String {
    let head = head.iter().fold(format!("{TITLE}\n"), |text, (name, value)| text + name + ": " + value + "\n");
    format!("{head}\n{body}")
}

/// Hex in lines.
pub(super) fn columns(bytes: &[u8]) -> String {
    let all = hex(bytes);
    all.as_bytes().chunks(HEX_COLUMNS).fold(String::new(), |text, line| text + str::from_utf8(line).unwrap() + "\n")
}

pub(super) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn read(path: &Path) -> Vector {
    Vector::parse(&std::fs::read_to_string(path).unwrap())
}
