//! The content of pages, as blocks in reading order.

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

/// The paper that pages are drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

/// A day, such as that of printing.
pub type Day = chrono::NaiveDate;

/// Everything that a page says about a record, but the digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// The handle of the record.
    pub record: Handle,
    /// What sort of key it is.
    pub kind: KeyKind,
    /// The name of the computer.
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
    /// Its state.
    pub state: State,
}

/// A key to print.
#[derive(Debug, Clone)]
pub struct KeySheet<'a> {
    /// Everything but the key.
    pub facts: KeyFacts,
    /// The key.
    pub key: &'a KeyText,
}

/// The content of a page. A long one continues on further sheets of paper.
#[derive(Debug)]
pub struct Page {
    /// The title of the document. It contains no name of a device or person.
    pub name: &'static str,
    /// In reading order.
    pub blocks: Vec<Block>,
    /// The text at the foot of each sheet.
    pub foot: String,
}

/// A part of a page.
#[derive(Debug)]
pub enum Block {
    /// The heading of the page, and a text at its right end.
    Title(&'static str, Option<String>),
    /// The heading of a section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph in bold.
    Strong(String),
    /// Names and values, one pair in a line. Values may contain what people typed.
    Facts(Vec<(&'static str, String)>),
    /// A Key ID, with its first 8 characters large.
    KeyId {
        /// The first 8 characters, as the recovery screen shows them.
        first: String,
        /// The whole Key ID, as far as it is known.
        whole: String,
    },
    /// Numbered groups, with check letters if they have any.
    Groups {
        /// The letter of the row, if there are several.
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
    /// Symbols side by side.
    Symbols(Vec<Symbol>),
    /// A key in a list: a few lines, the digits, and the symbols.
    ListedKey(Box<ListedKey>),
    /// Commands to type literally.
    Commands(Vec<String>),
    /// Lines of secret text, each with number, groups and check letters.
    SecretLines(Vec<Zeroizing<String>>),
}

/// A key in a list.
#[derive(Debug)]
pub struct ListedKey {
    /// The name of the computer, or that it is not known.
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
    /// The encoded text.
    pub payload: Zeroizing<String>,
    /// The explanation for people.
    pub caption: String,
    /// The payload as readable text below it.
    pub shown: Option<Zeroizing<String>>,
}

/// Kinds of symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A QR code, large.
    Qr,
    /// A small QR code, for scans of the whole page.
    SmallQr,
    /// Code 128, subset C: digits in pairs.
    Code128,
}

/// The 48 digits without hyphens.
fn without_hyphens(digits: &Digits) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(64));
    text.extend(digits.groups());
    text
}

/// The first 8 characters, and the whole Key ID as far as it is known.
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

/// The state of the key, if it is not simply in use.
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

/// The instructions for destroying the paper.
fn destroy(heading: &str) -> [Block; 2] {
    [Block::Heading(heading.to_owned()), Block::Text(DESTROY.to_owned())]
}

const DESTROY: &str = "When it is no longer needed: put it through a cross-cut shredder (pieces of 1 × 5 mm or \
                       smaller) or burn it. The bin is not enough. A printer or copier may keep a picture of this \
                       page in its memory.";
