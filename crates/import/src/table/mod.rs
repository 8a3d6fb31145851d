//! Tables: comma, semicolon, tab and bar separated, Markdown, and those that consoles rule with hyphens. Rows become
//! entries, the titles of columns their fields' names.

use super::Place;
use super::entry::{Dialect, Entry, Field, Numbers, Role, Sheet};
use super::json;
use super::source_text::{SourceText, Text};
use drivekey_record::SourceKind;

mod columns;
mod keeper;
mod ruled;
mod separated;
pub(super) mod transposed;

use columns::Columns;

/// Rows looked at to tell what a table is.
const LOOK_ROWS: usize = 200;
/// Cells of one file.
const CELLS_MAX: usize = 16_000_000;

/// One row.
pub(super) struct Row<'a> {
    /// Its cells.
    pub(super) cells: Vec<Text<'a>>,
    /// The line on which it begins.
    pub(super) line: usize,
}

/// The rows of a table, its titles first where it has any.
pub(super) struct Table<'a> {
    pub(super) rows: Vec<Row<'a>>,
    /// Which row holds the titles.
    pub(super) titles: Option<usize>,
    /// Whether every row begins with a quoted cell.
    pub(super) quoted: bool,
    /// Whether nothing stands before it.
    pub(super) whole: bool,
    /// Whether PowerShell says that it wrote it.
    pub(super) power_shell: bool,
}

/// Reads a table.
pub(super) fn read<'t>(source: &'t SourceText<'_>) -> Option<Sheet<'t>> {
    let table = ruled::read(source.as_str(), source.head().len()).or_else(|| separated::read(source))?;
    let columns = Columns::of(&table)?;
    let dialect = columns.dialect;
    let mut entries: Vec<Entry<'t>> = Vec::new();
    // Without titles the columns are a guess.
    let untitled = table.titles.is_none();
    let first = table.titles.map_or(0, |titles| titles + 1);
    let width = columns.width_of_export();
    let mut cells = 0;
    for row in table.rows.into_iter().skip(first) {
        cells += row.cells.len();
        if cells > CELLS_MAX {
            break;
        }
        // A row that is cut off before its kind names none.
        let missing = width.saturating_sub(row.cells.len());
        let cells = row.cells.into_iter().chain((0..missing).map(|_| Text::Borrowed("")));
        let fields = cells.enumerate().map(|(index, value)| {
            let (name, role) = columns.get(index);
            Field { name: Text::copy(name), role, value: unwrapped(value) }
        });
        let mut fields: Vec<Field<'t>> = fields.collect();
        if columns.of_keeper {
            keeper::name_fields(&mut fields);
        }
        if Columns::is_titles_again(&fields) {
            continue;
        }
        let at = entries.len();
        entries.push(Entry {
            name: Text::Borrowed(""),
            fields,
            parent: None,
            place: Some(Place::Line(row.line)),
            dialect,
        });
        json::open(&mut entries, at);
        for inner in &mut entries[at + 1..] {
            inner.place = Some(Place::Line(row.line));
            if inner.dialect.source == SourceKind::Other {
                inner.dialect = Dialect { source: dialect.source, numbers: dialect.numbers, ..inner.dialect };
            }
        }
    }
    let shown = columns.source_without_keys();
    Some(Sheet { source: shown, soft: untitled && !columns.of_keeper, ..Sheet::of(entries) })
}

/// The rows of a text whose cells are set apart by this sign.
pub(super) fn rows(text: &str, sign: u8) -> Vec<Row<'static>> {
    separated::rows(text, sign, 1, usize::MAX)
}

/// `="…"`, by which spreadsheets are kept from making numbers of digits; an apostrophe before does the same. Markdown's
/// signs round a value.
fn unwrapped(value: Text<'_>) -> Text<'_> {
    let clean = cleaned(&value);
    if clean.len() == value.len() {
        return value;
    }
    match value {
        Text::Borrowed(text) => Text::Borrowed(cleaned(text)),
        Text::Owned(ref text) => Text::copy(cleaned(text)),
    }
}

fn cleaned(text: &str) -> &str {
    let trimmed = text.trim_matches([' ', '\t', '\u{A0}']);
    let formula = trimmed.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    let inner = formula
        .or_else(|| trimmed.strip_prefix('\'').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
        .unwrap_or(trimmed);
    let signs = |text: &str, sign: &str| text.len() > 2 * sign.len() && text.starts_with(sign) && text.ends_with(sign);
    for sign in ["**", "`", "*"] {
        if signs(inner, sign) {
            return inner[sign.len()..inner.len() - sign.len()].trim();
        }
    }
    inner
}

impl Columns {
    /// The kind of source, where the table shows it without a key in it.
    const fn source_without_keys(&self) -> Option<SourceKind> {
        match self.dialect.source {
            SourceKind::Table => None,
            source => Some(source),
        }
    }
}

/// A dialect with the meaning of numbers.
const fn dialect(source: SourceKind, numbers: Numbers) -> Dialect {
    Dialect { source, numbers, own_ids: false, keeper: false }
}

/// Roles by which a table about recovery keys is known.
const fn is_telling(role: Role) -> bool {
    matches!(role, Role::KeyId | Role::Password | Role::ProtectorType | Role::Directory)
}
