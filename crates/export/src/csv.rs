//! Records with their digits as CSV for spreadsheets: the property names of Microsoft Graph first, then our own. Our
//! import takes each cell back as it was.

use zeroize::Zeroizing;

use super::{Item, text};
use drivekey_record::{Created, Details, KeyId, KeyKind};

const HEADER: &str = "id,createdDateTime,volumeType,deviceId,key,\
    keyIdPrefix,deviceName,mountPoint,volumeLabel,note,tags,state,createdRaw";
/// One more column, where not all keys are BitLocker recovery passwords.
const KIND: &str = ",kind";
/// The last: a row that is cut off in it has lost nothing that counts.
const HANDLE: &str = ",handle";
const ROW_END: &str = "\r\n";

/// The table as spreadsheets expect it: rows end in CRLF, and a byte order mark precedes text beyond ASCII. Line ends
/// inside a key stay as they are.
#[must_use]
pub fn csv(items: &[Item<'_>]) -> Zeroizing<Vec<u8>> {
    let with_kind = items.iter().any(|item| item.details.kind != KeyKind::BitLocker);
    let rows: Vec<(String, Zeroizing<String>, String, String)> = items
        .iter()
        .map(|item| (before(item.details), key(item), after(item.details), format!(",{}", item.handle)))
        .collect();
    let mut pieces: Vec<&str> = Vec::with_capacity(5 + 7 * items.len());
    pieces.extend(["", HEADER, if with_kind { KIND } else { "" }, HANDLE, ROW_END]);
    for (item, (before, key, after, handle)) in items.iter().zip(&rows) {
        pieces.extend([before.as_str(), key.as_str(), after.as_str()]);
        if with_kind {
            pieces.extend([",", item.details.kind.name()]);
        }
        pieces.extend([handle.as_str(), ROW_END]);
    }
    pieces[0] = text::mark(&pieces);
    text::concat(&pieces)
}

fn before(details: &Details) -> String {
    let id = details.key_id.full().map(ToString::to_string);
    let zoned =
        details.created.as_ref().filter(|created| matches!(created, Created::Zoned(_))).map(ToString::to_string);
    let cells = [id, zoned, Some(details.volume_type.name().to_owned()), text_of(details.device_id.as_ref())];
    cells.map(|cell| quote_cell(cell) + ",").concat()
}

/// Digits need no quotes; a text of another kind is a cell like any other.
fn key(item: &Item<'_>) -> Zeroizing<String> {
    if let Some(digits) = item.key.digits() {
        return Zeroizing::new(digits.as_str().to_owned());
    }
    let text = item.key.as_str();
    // Quotes are doubled at most; the buffer must not grow and leave a copy behind.
    let mut cell = Zeroizing::new(String::with_capacity(2 * text.len() + 3));
    push_cell(&mut cell, text);
    cell
}

fn after(details: &Details) -> String {
    let prefix = match &details.key_id {
        KeyId::Prefix(prefix) => Some(prefix.as_str().to_owned()),
        KeyId::Full(_) | KeyId::Unknown => None,
    };
    let raw = details.created.as_ref().filter(|created| matches!(created, Created::Raw(_))).map(ToString::to_string);
    let tags = details.tags.iter().map(|tag| quote_tag(tag.as_str())).collect::<Vec<_>>().join("; ");
    let cells = [
        prefix,
        text_of(details.device_name.as_ref()),
        text_of(details.mount_point.as_ref()),
        text_of(details.volume_label.as_ref()),
        text_of(details.note.as_ref()),
        Some(tags),
        Some(details.state.word().to_owned()),
        raw,
    ];
    cells.map(|cell| format!(",{}", quote_cell(cell))).concat()
}

fn text_of(text: Option<&drivekey_record::LineText>) -> Option<String> {
    text.map(ToString::to_string)
}

/// Characters that begin a formula in spreadsheets of any country, or that these skip in front of one.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];

fn quote_cell(cell: Option<String>) -> String {
    let mut quoted = String::new();
    push_cell(&mut quoted, &cell.unwrap_or_default());
    quoted
}

/// Quotes a cell where necessary. An apostrophe keeps text that begins like a formula from being run as one; text that
/// has apostrophes before the same signs gets one more, so that taking one away gives all of them back.
fn push_cell(out: &mut String, cell: &str) {
    let is_kept_from_running = cell.trim_start_matches('\'').starts_with(FORMULA_STARTS);
    let is_quoted = is_kept_from_running
        || cell.contains([',', ';', '"', '\'', '\r', '\n'])
        || cell.starts_with(' ')
        || cell.ends_with(' ');
    if !is_quoted {
        out.push_str(cell);
        return;
    }
    out.push_str(if is_kept_from_running { "\"'" } else { "\"" });
    for (at, part) in cell.split('"').enumerate() {
        out.push_str(if at == 0 { "" } else { "\"\"" });
        out.push_str(part);
    }
    out.push('"');
}

/// A tag that has the sign between tags in it, or begins like a quoted one, stands in quotes.
fn quote_tag(tag: &str) -> String {
    if tag.contains(';') || tag.starts_with('"') { format!("\"{}\"", tag.replace('"', "\"\"")) } else { tag.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivekey_record::{Handle, RecoveryPassword};

    #[test]
    fn no_cell_begins_like_a_formula() {
        let cell = |text: &str| quote_cell(Some(text.to_owned()));
        for begun in ["=1+1", "+1", "-1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠SUM", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(cell(begun), format!("\"'{begun}\""), "{begun:?}");
        }
        assert_eq!(["'=1", "''=1", "'a"].map(cell), ["\"''=1\"", "\"'''=1\"", "\"'a\""]);
        // Line ends stay inside their cell.
        assert_eq!(cell("a\nb"), "\"a\nb\"");
        assert_eq!(cell("PC ＝ 1 = 1"), "PC ＝ 1 = 1");
    }

    #[test]
    fn commas_quotes_and_formulas_stay_text() {
        let digits = RecoveryPassword::parse(&["000011"; 8].join("-")).unwrap().expose_secret().into();
        let details = Details {
            key_id: "7EDB30ED-1234-4ABC-9DEF-0123456789AB".parse().unwrap(),
            device_name: "=cmd|' /C calc'!A0".parse().ok(),
            note: "a \"b\", c".parse().ok(),
            tags: ["x", "y"].into_iter().filter_map(|tag| tag.parse().ok()).collect(),
            ..Details::default()
        };
        let bytes = csv(&[Item { handle: Handle::new(1).unwrap(), details: &details, key: &digits }]);
        assert_eq!(bytes.len(), bytes.capacity());
        let text = std::str::from_utf8(&bytes).unwrap();
        let row = format!(
            "7EDB30ED-1234-4ABC-9DEF-0123456789AB,,unknown,,{},,\"'=cmd|' /C calc'!A0\",,,\
             \"a \"\"b\"\", c\",\"x; y\",current,,r1\r\n",
            digits.as_str()
        );
        assert_eq!(text.split_once("\r\n").unwrap().1, row);
        assert_eq!(text.lines().next().unwrap().split(',').count(), 14);
        assert_eq!(["a; b", "\"a", "a\"b"].map(quote_tag), ["\"a; b\"", "\"\"\"a\"", "a\"b"]);
    }
}
