//! CSV as `export csv` writes it, known by its titles: each cell is taken back as it was before it was made harmless for
//! spreadsheets.

use chrono::DateTime;

use super::{characters, document};
use crate::input::Input;
use crate::reading::{OtherKey, Reading};
use crate::source_text::Text;
use crate::table::{self, Row};
use crate::{Place, Remark, RemarkKind};
use drivekey_record::{Created, Details, KeyId, KeyKind, LineText, Secret, SecretText, SourceKind, State, Word};

/// The titles. The one of kinds is left out where all keys are of the usual one.
const TITLES: [&str; 13] = [
    "id",
    "createdDateTime",
    "volumeType",
    "deviceId",
    "key",
    "keyIdPrefix",
    "deviceName",
    "mountPoint",
    "volumeLabel",
    "note",
    "tags",
    "state",
    "createdRaw",
];
const KIND: &str = "kind";
const HANDLE: &str = "handle";
/// How the titles of a table with kinds end.
pub(super) const TITLES_WITH_KIND: [&[u8]; 6] = [
    b",kind,handle",
    b";kind;handle",
    b"\tkind\thandle",
    b"\"kind\",\"handle\"",
    b"\"kind\";\"handle\"",
    b"\"kind\"\t\"handle\"",
];
/// Where the key stands.
const KEY: usize = 4;
/// What sets cells apart; spreadsheets of some countries write the second.
const SIGNS: [char; 3] = [',', ';', '\t'];
/// What begins a formula; see the export.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];

/// For the table of readers. `None` also where a row is no longer as it was written.
pub(crate) fn read(input: &Input<'_>) -> Option<Reading> {
    let text = characters(input.bytes)?;
    let head = text.lines().next()?;
    let sign = SIGNS.into_iter().find(|sign| head.matches(*sign).count() >= TITLES.len())?;
    head.trim_start_matches('"').starts_with(TITLES[0]).then_some(())?;
    let mut rows = table::rows(&text, u8::try_from(sign).ok()?).into_iter();
    let titles = rows.next()?;
    let mut names = titles.cells.iter().map(|cell| cell.trim());
    if !TITLES.iter().all(|title| names.next() == Some(*title)) {
        return None;
    }
    let has_kinds = match names.next() {
        Some(KIND) if names.next() == Some(HANDLE) => true,
        Some(HANDLE) => false,
        _ => return None,
    };
    let mut reading = Reading { source: Some(SourceKind::Table), ..Reading::default() };
    for row in rows {
        add(&row, has_kinds, &mut reading)?;
    }
    (reading.holds_anything() || reading.names_other_kinds()).then_some(reading)
}

/// Takes a row; `None` for one that no export wrote.
fn add(row: &Row<'_>, has_kinds: bool, reading: &mut Reading) -> Option<()> {
    let place = Place::Line(row.line);
    // Behind what counts there is the name in the vault, so that a row that is cut off there is whole. Of one that is cut
    // off before it nobody knows the kind.
    if row.cells.len() <= TITLES.len() + usize::from(has_kinds) {
        reading.remarks.push(Remark::at(place, RemarkKind::OtherKind { kind: None }));
        return has_kinds.then_some(());
    }
    let details = details(row, has_kinds)?;
    let key = SecretText::new(as_written(&row.cells[KEY]));
    let source = SourceKind::Table;
    match Secret::read(details.kind, &key).ok()? {
        Secret::Text(secret) => reading.other_keys.push(OtherKey { secret, details, source, inside: None }),
        Secret::RecoveryPassword(password) => {
            reading.records.push(document::candidate(password, details, place, source));
        }
    }
    Some(())
}

fn details(row: &Row<'_>, has_kinds: bool) -> Option<Details> {
    let cell = |at: usize| as_written(&row.cells[at]);
    let line = |at: usize| {
        let cell = cell(at);
        if cell.is_empty() { Some(None) } else { cell.parse::<LineText>().ok().map(Some) }
    };
    let key_id = match (cell(0), cell(5)) {
        ("", "") => KeyId::Unknown,
        ("", prefix) => KeyId::Prefix(prefix.parse().ok()?),
        (id, _) => KeyId::Full(id.parse().ok()?),
    };
    let created = match cell(1) {
        "" => line(12)?.map(Created::Raw),
        zoned => Some(Created::Zoned(DateTime::parse_from_rfc3339(zoned).ok()?)),
    };
    let state = cell(11);
    Some(Details {
        kind: if has_kinds { KeyKind::named(Word::new(cell(TITLES.len()))?) } else { KeyKind::BitLocker },
        key_id,
        created,
        volume_type: serde_json::from_value(cell(2).into()).ok()?,
        device_id: line(3)?,
        device_name: line(6)?,
        mount_point: line(7)?,
        volume_label: line(8)?,
        note: line(9)?,
        tags: tags(cell(10))?,
        state: State::ALL.into_iter().find(|known| known.word() == state)?,
        ..Details::default()
    })
}

/// Tags are set apart by semicolons; one with a semicolon, or with a quote at its beginning, stands in quotes.
fn tags(cell: &str) -> Option<Vec<LineText>> {
    let mut tags = Vec::new();
    let mut rest = cell;
    while !rest.is_empty() {
        let mut tag = String::new();
        if let Some(mut quoted) = rest.strip_prefix('"') {
            loop {
                let end = quoted.find('"')?;
                tag.push_str(&quoted[..end]);
                quoted = &quoted[end + 1..];
                let Some(more) = quoted.strip_prefix('"') else { break };
                tag.push('"');
                quoted = more;
            }
            rest = quoted;
        } else {
            let end = rest.find("; ").unwrap_or(rest.len());
            tag.push_str(&rest[..end]);
            rest = &rest[end..];
        }
        tags.push(tag.parse().ok()?);
        rest = if rest.is_empty() { rest } else { rest.strip_prefix("; ")? };
    }
    Some(tags)
}

/// Without the apostrophe that keeps a text from being run as a formula. A text that has apostrophes before the same
/// signs got one more.
fn as_written<'a>(cell: &'a Text<'_>) -> &'a str {
    let begins_like_a_formula = cell.trim_start_matches('\'').starts_with(FORMULA_STARTS);
    cell.strip_prefix('\'').filter(|_| begins_like_a_formula).unwrap_or(cell)
}
