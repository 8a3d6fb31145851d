//! What a page says, as blocks in reading order. Must not know where they stand or how they are drawn.

mod key;
mod kit;
mod list;
mod other;
mod share;

use zeroize::Zeroizing;

pub use key::key_page;
pub use kit::{KitSheet, kit_page};
pub use list::list_page;
pub use share::share_page;

use drivekey_record::{Created, Digits, Handle, KeyId, KeyKind, KeyText, LineText, State, VolumeType};

/// A day, such as the one on which a page was made.
pub type Day = chrono::NaiveDate;

/// All that a page says of a record beside its digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// The record's short name.
    pub record: Handle,
    /// What sort of key it is.
    pub kind: KeyKind,
    /// The computer.
    pub device: Option<LineText>,
    /// The drive letter.
    pub drive: Option<LineText>,
    /// The volume's label.
    pub label: Option<LineText>,
    /// What the volume is for.
    pub volume_type: VolumeType,
    /// The Key ID.
    pub key_id: KeyId,
    /// When the key was made.
    pub created: Option<Created>,
    /// When it was last proven to open its drive.
    pub proven: Option<Day>,
    /// What became of it.
    pub state: State,
}

/// A key to be printed.
#[derive(Debug, Clone)]
pub struct KeySheet<'a> {
    /// Everything but the key.
    pub facts: KeyFacts,
    /// The key.
    pub key: &'a KeyText,
}

/// What one or more sheets of paper say.
#[derive(Debug)]
pub struct Page {
    /// The document's name; no name of a device or person is in it.
    pub name: &'static str,
    /// In reading order.
    pub blocks: Vec<Block>,
    /// At the foot of each sheet.
    pub foot: String,
}

/// A part of a page.
#[derive(Debug)]
pub enum Block {
    /// The heading of the page, and what stands at its right end.
    Title(&'static str, Option<String>),
    /// The heading of a part.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph that must not be overlooked.
    Strong(String),
    /// Names and values, one a line. Values may hold what people typed.
    Facts(Vec<(&'static str, String)>),
    /// A Key ID: what it is, the first 8 characters large, and all of it.
    KeyId {
        /// As the recovery screen shows it.
        first: String,
        /// All that is known.
        whole: String,
    },
    /// Numbered groups, each with its check letter where it has one; before them the row's letter.
    Groups {
        /// The letter of the row, where there are several.
        row: Option<char>,
        /// The eight groups.
        groups: Vec<(Zeroizing<String>, Option<char>)>,
    },
    /// Eight empty groups to write into.
    Blanks(&'static str),
    /// Numbered steps.
    Steps(Vec<String>),
    /// The row of function keys and the digits they type.
    FunctionKeys,
    /// Symbols beside one another.
    Symbols(Vec<Symbol>),
    /// One key of a list: its facts in few lines, the digits in one row, its symbols.
    Entry(Box<Entry>),
    /// Commands to be typed as they stand.
    Commands(Vec<String>),
    /// Lines of secret text: number, groups, check letters.
    SecretLines(Vec<Zeroizing<String>>),
}

/// One key of a list.
#[derive(Debug)]
pub struct Entry {
    /// The computer, or that it is not known.
    pub heading: String,
    /// Drive, label, kind, dates.
    pub line: String,
    /// The Key ID.
    pub key_id: String,
    /// The eight groups.
    pub groups: Vec<(Zeroizing<String>, Option<char>)>,
    /// The symbols.
    pub symbols: Vec<Symbol>,
}

/// A machine-readable symbol.
#[derive(Debug)]
pub struct Symbol {
    /// Its kind.
    pub kind: SymbolKind,
    /// What it says.
    pub payload: Zeroizing<String>,
    /// What people are told of it.
    pub caption: String,
    /// The payload as text below it.
    pub shown: Option<Zeroizing<String>>,
}

/// Kinds of symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A QR code, large.
    Qr,
    /// A QR code that only a scan of the page is read from.
    SmallQr,
    /// Code 128, subset C: digits in pairs.
    Code128,
}

impl Page {
    /// All texts that may hold what people typed, for the check of the typefaces.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().flat_map(|block| -> Vec<&str> {
            match block {
                Block::Facts(rows) => rows.iter().map(|(_, value)| value.as_str()).collect(),
                Block::Entry(entry) => vec![&entry.heading, &entry.line],
                Block::Text(text) | Block::Strong(text) | Block::Heading(text) => vec![text],
                _ => Vec::new(),
            }
        })
    }
}

/// The bare 48 digits.
fn bare(digits: &Digits) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(64));
    text.extend(digits.groups());
    text
}

/// The first 8 characters, and all that is known.
fn key_id_words(key_id: &KeyId) -> Option<(String, String)> {
    match key_id {
        KeyId::Full(guid) => Some((guid.first_8(), guid.to_string())),
        KeyId::Prefix(prefix) => {
            Some((prefix.as_str().chars().take(8).collect(), format!("{} (no more is known)", prefix.as_str())))
        }
        KeyId::Unknown => None,
    }
}

fn volume_words(volume_type: &VolumeType) -> Option<&str> {
    match volume_type {
        VolumeType::OperatingSystem => Some("the drive with Windows"),
        VolumeType::FixedData => Some("a built-in data drive"),
        VolumeType::RemovableData => Some("a stick or an external drive"),
        VolumeType::Data => Some("a data drive"),
        VolumeType::Unknown => None,
        VolumeType::Other(name) => Some(name.as_str()),
    }
}

fn created_words(created: &Created) -> String {
    match created {
        Created::Zoned(time) => time.format("%Y-%m-%d").to_string(),
        Created::Raw(text) => text.to_string(),
    }
}

/// What became of the key, where it is not simply in use.
fn state_words(state: State) -> Option<&'static str> {
    match state {
        State::Current => None,
        State::Superseded => Some("replaced: the drive has a newer key"),
        State::Used => Some("was used; the drive may have a newer key"),
        State::Retired => Some("the drive is gone"),
    }
}

fn foot(printed: Day, what: &str) -> String {
    format!("{what} · printed by drivekey on {printed}")
}

/// How paper with a secret ends.
fn destroy(heading: &str) -> [Block; 2] {
    [Block::Heading(heading.to_owned()), Block::Text(DESTROY.to_owned())]
}

const DESTROY: &str = "When it is no longer needed: put it through a cross-cut shredder (pieces of 1 × 5 mm or smaller) or burn it. \
The bin is not enough. A printer or copier may keep a picture of this page in its memory.";
