//! The recovery key page of a Microsoft account, copied with one field a line, as phones do. Known by the form of its
//! lines, not by words.

use super::Place;
use super::entry::{Dialect, Entry, Field, Numbers, Role, Sheet, is_date, is_key_id, is_volume_word, role};
use super::source_text::{SourceText, Text};
use drivekey_record::{RecoveryPassword, SourceKind};

/// Most fields of one key.
const FIELDS_MAX: usize = 8;
/// Longer lines are no fields.
const LINE_BYTES: usize = 200;
/// Pages with more keys than this are none.
const LINES_MAX: usize = 100_000;

/// What a line can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Key,
    Id,
    Volume,
    Date,
    Other,
}

/// Reads the page.
pub(super) fn read<'t>(source: &'t SourceText<'_>) -> Option<Sheet<'t>> {
    let head: Vec<(usize, &str, Kind)> = lines(source.head());
    let is_page = head.iter().any(|(_, _, kind)| *kind == Kind::Key)
        && head.iter().any(|(_, text, kind)| *kind == Kind::Volume && is_code(text))
        && head.iter().any(|(_, _, kind)| *kind == Kind::Id);
    if !is_page {
        return None;
    }
    let lines = lines(source.as_str());
    let keys: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].2 == Kind::Key).collect();
    let (start, length) = period(&lines, &keys)?;
    let dialect = Dialect { numbers: Numbers::Unknown, ..Dialect::plain(SourceKind::MicrosoftAccount) };
    let entries = keys.iter().enumerate().map(|(index, _)| {
        let from = start + index * length;
        let fields = lines[from..from + length].iter().map(|(_, text, kind)| {
            let role = match kind {
                Kind::Key => Role::Password,
                Kind::Id => Role::KeyId,
                Kind::Volume => Role::Drive,
                Kind::Date => Role::Created,
                Kind::Other => Role::Device,
            };
            Field { name: Text::Borrowed(""), role, value: Text::Borrowed(text) }
        });
        let line =
            lines[from..from + length].iter().find(|(_, _, kind)| *kind == Kind::Key).map_or(1, |(line, _, _)| *line);
        Entry {
            name: Text::Borrowed(""),
            fields: fields.collect(),
            parent: None,
            place: Some(Place::Line(line)),
            dialect,
        }
    });
    Some(Sheet { source: Some(SourceKind::MicrosoftAccount), ..Sheet::of(entries.collect()) })
}

/// The page's own codes for drives.
fn is_code(text: &str) -> bool {
    matches!(text, "OSV" | "FDV" | "RDV")
}

fn lines(text: &str) -> Vec<(usize, &str, Kind)> {
    let numbered =
        text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())).filter(|(_, line)| !line.is_empty());
    numbered.take(LINES_MAX).map(|(number, line)| (number, line, kind(line))).collect()
}

fn kind(line: &str) -> Kind {
    if line.len() > LINE_BYTES {
        Kind::Other
    } else if line.len() >= 48 && RecoveryPassword::parse(line).is_ok() {
        Kind::Key
    } else if is_key_id(line) && (line.len() == 8 || line.len() >= 36) {
        Kind::Id
    } else if is_code(line) || is_volume_word(line) {
        Kind::Volume
    } else if is_date(line) {
        Kind::Date
    } else {
        Kind::Other
    }
}

/// Where the first key's lines begin, and how many lines each key has: the same number for all, with the same kinds in
/// the same order.
fn period(lines: &[(usize, &str, Kind)], keys: &[usize]) -> Option<(usize, usize)> {
    let first = *keys.first()?;
    let kinds = |from: usize, length: usize| {
        lines.get(from..from + length).map(|part| part.iter().map(|(_, _, kind)| *kind).collect::<Vec<_>>())
    };
    let lengths = match keys.get(1) {
        Some(second) => second - first..=second - first,
        None => 3..=FIELDS_MAX,
    };
    let mut best: Option<(usize, usize, usize)> = None;
    for length in lengths.filter(|length| (3..=FIELDS_MAX).contains(length)) {
        for start in (first + 1).saturating_sub(length)..=first {
            let Some(form) = kinds(start, length) else { continue };
            let alike = (1..keys.len()).all(|index| kinds(start + index * length, length).as_ref() == Some(&form));
            let once = |kind: Kind| form.iter().filter(|other| **other == kind).count();
            let has_title = lines[start..start + length]
                .iter()
                .any(|(_, text, kind)| *kind == Kind::Other && role(text) != Role::Unknown);
            if !alike
                || once(Kind::Key) != 1
                || once(Kind::Id) != 1
                || once(Kind::Other) > 1
                || once(Kind::Volume) > 1
                || once(Kind::Date) > 1
                || has_title
            {
                continue;
            }
            // All that is known of a key belongs to it; a computer's name in front rather than behind.
            let named = once(Kind::Volume) + once(Kind::Date) + once(Kind::Other);
            let value = named * 4
                + usize::from(form.first() == Some(&Kind::Other)) * 2
                + usize::from(form.last() != Some(&Kind::Other));
            if best.is_none_or(|(most, _, _)| value > most) {
                best = Some((value, start, length));
            }
        }
    }
    best.map(|(_, start, length)| (start, length))
}
