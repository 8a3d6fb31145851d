//! Keeper's export: no titles, and columns that are always the same: folder, title, login, password, address, notes,
//! shared folder, then names and values of own fields in turn.

use super::{Row, Table};
use crate::entry::{Dialect, Field, Role, is_key_id, role};
use crate::source_text::Text;
use drivekey_record::{RecoveryPassword, SourceKind};

/// Columns before the own fields.
const FIXED: usize = 7;
/// Names and roles of those.
const COLUMNS: [(&str, Role); FIXED] = [
    ("folder", Role::Unknown),
    ("title", Role::Title),
    ("login", Role::Unknown),
    ("password", Role::Password),
    ("url", Role::Unknown),
    ("notes", Role::Unknown),
    ("shared folder", Role::Unknown),
];
const PASSWORD: usize = 3;
/// Columns in which no ID and no key stands.
const WORDS: [usize; 4] = [0, 1, 4, 6];

/// Whether a table is such an export, and what its columns are.
pub(super) fn columns(table: &Table<'_>) -> Option<(Vec<(String, Role)>, Dialect)> {
    if table.titles.is_some() || !table.whole || !table.quoted || table.rows.is_empty() {
        return None;
    }
    let is_key = |text: &str| RecoveryPassword::parse(text).is_ok();
    let is_value = |text: &str| text.len() >= 32 && (is_key_id(text) || is_key(text));
    let fits = |row: &Row<'_>| {
        row.cells.len() >= FIXED
            && (row.cells.len() - FIXED).is_multiple_of(2)
            && WORDS.iter().all(|column| !is_value(row.cells[*column].trim()))
    };
    let holds_key = table.rows.iter().any(|row| row.cells.get(PASSWORD).is_some_and(|cell| is_key(cell)));
    let columns = || COLUMNS.iter().map(|(name, role)| ((*name).to_owned(), *role)).collect();
    let dialect = Dialect { own_ids: true, keeper: true, ..Dialect::plain(SourceKind::Table) };
    (holds_key && table.rows.iter().all(fits)).then(|| (columns(), dialect))
}

/// Gives the own fields of a row their names: `$text:Key ID:1` is `Key ID`.
pub(super) fn name_fields(fields: &mut Vec<Field<'_>>) {
    let own = fields.split_off(FIXED.min(fields.len()));
    let mut own = own.into_iter();
    while let (Some(name), Some(value)) = (own.next(), own.next()) {
        let title = name.value.trim();
        let title = title.strip_prefix('$').and_then(|rest| rest.split(':').nth(1)).unwrap_or(title);
        let role = role(title);
        fields.push(Field { name: Text::copy(title), role, value: value.value });
    }
}
