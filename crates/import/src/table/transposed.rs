//! Tables that stand on their side: what is a title elsewhere stands in the first column, and each further column is a
//! computer or a drive. A list of names and values is one with a single such column.

use std::collections::HashSet;

use super::columns::for_each_drive;
use super::separated::{self, SIGNS};
use super::{Place, Row, is_telling, unwrapped};
use crate::entry::{Dialect, Entry, Field, Role, Sheet, folded, is_key_id, role};
use crate::source_text::{SourceText, Text};
use drivekey_record::{RecoveryPassword, SourceKind};

/// Larger texts stand upright.
const TEXT_BYTES: usize = 4 << 20;
/// Longest title.
const TITLE_CHARS: usize = 60;

/// Reads it.
pub(crate) fn read<'t>(source: &'t SourceText<'_>) -> Option<Sheet<'t>> {
    let text = source.as_str();
    if text.len() > TEXT_BYTES {
        return None;
    }
    let rows = SIGNS.iter().filter(|sign| text.as_bytes().contains(sign)).find_map(|sign| {
        let rows = separated::rows(text, *sign, 1, usize::MAX);
        is_transposed(&rows).then_some(rows)
    })?;
    let mut entries = Vec::new();
    for group in groups(&rows) {
        entries.extend(columns(group));
    }
    Some(Sheet { soft: true, ..Sheet::of(entries) })
}

fn title<'a>(row: &'a Row<'_>) -> &'a str {
    row.cells.first().map_or("", |cell| cell.trim().trim_end_matches([':', '：']))
}

fn is_key(cell: &str) -> bool {
    let cell = super::cleaned(cell);
    (48..=80).contains(&cell.len()) && RecoveryPassword::parse(cell).is_ok()
}

/// Keys stand behind the title of a key, other values behind other titles, and no row holds titles only.
fn is_transposed(rows: &[Row<'_>]) -> bool {
    let values = |row: &Row<'_>| row.cells.iter().skip(1).any(|cell| !cell.trim().is_empty());
    let of_keys =
        |row: &&Row<'_>| row_role(title(row)) == Role::Password && row.cells[1..].iter().any(|cell| is_key(cell));
    let others =
        rows.iter().filter(|row| row_role(title(row)) != Role::Unknown && !of_keys(row) && values(row)).count();
    let holds_titles =
        |row: &Row<'_>| row.cells.iter().skip(1).any(|cell| is_telling(row_role(cell)) && cell.len() < TITLE_CHARS);
    let upright =
        |row: &Row<'_>| row.cells.first().is_some_and(|cell| is_key(cell) || (cell.len() >= 32 && is_key_id(cell)));
    rows.len() > 1
        && rows.iter().any(|row| of_keys(&row))
        && others > 0
        && !rows.iter().any(|row| holds_titles(row) || upright(row))
}

fn row_role(title: &str) -> Role {
    if title.chars().count() > TITLE_CHARS {
        return Role::Unknown;
    }
    crate::entry::title_drive(title).map_or_else(|| role(title), |(_, rest)| role(&rest))
}

/// Rows up to the one that repeats a title: one set of columns each.
fn groups<'r, 'a>(rows: &'r [Row<'a>]) -> Vec<&'r [Row<'a>]> {
    let mut groups = Vec::new();
    let (mut from, mut seen) = (0, HashSet::new());
    for (at, row) in rows.iter().enumerate() {
        let name = folded(title(row));
        if !name.is_empty() && !seen.insert(name.clone()) {
            groups.push(&rows[from..at]);
            from = at;
            seen = HashSet::from([name]);
        }
    }
    groups.push(&rows[from..]);
    groups
}

/// The columns of a group, each an entry.
fn columns<'t>(rows: &[Row<'_>]) -> Vec<Entry<'t>> {
    let mut titles: Vec<(String, Role)> = rows.iter().map(|row| (title(row).to_owned(), role(title(row)))).collect();
    for_each_drive(&mut titles);
    if let Some((first, row)) = titles.first_mut().zip(rows.first())
        && matches!(first.1, Role::Unknown | Role::Name)
        && row.cells.iter().skip(1).all(|cell| !is_key(cell) && !is_key_id(cell.trim()))
    {
        // The heads of the columns.
        first.1 = Role::Device;
    }
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let line =
        rows.iter().find(|row| row.cells.iter().any(|cell| is_key(cell))).or(rows.first()).map_or(1, |row| row.line);
    let column = |index: usize| {
        let cells = rows.iter().zip(&titles).filter_map(|(row, (title, role))| {
            let value = row.cells.get(index)?;
            (!value.trim().is_empty()).then(|| Field {
                name: Text::copy(title),
                role: *role,
                value: unwrapped(Text::copy(value)),
            })
        });
        Entry {
            name: Text::Borrowed(""),
            fields: cells.collect(),
            parent: None,
            place: Some(Place::Line(line)),
            dialect: Dialect::plain(SourceKind::Table),
        }
    };
    (1..width).map(column).filter(|entry| !entry.fields.is_empty()).collect()
}
