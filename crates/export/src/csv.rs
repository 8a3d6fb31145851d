//! Records with their digits as CSV for spreadsheets: the property names of Microsoft Graph first, then our own.

use zeroize::Zeroizing;

use super::{Item, text};
use drivekey_record::{Created, Details, KeyId, KeyKind};

const HEADER: &str = "id,createdDateTime,volumeType,deviceId,key,\
    keyIdPrefix,deviceName,mountPoint,volumeLabel,note,tags,state,createdRaw,handle";
/// One more column, where not all keys are BitLocker recovery passwords.
const KIND: &str = ",kind";

/// The table as spreadsheets expect it: lines end in CRLF, and a byte order mark precedes text beyond ASCII.
#[must_use]
pub fn csv(items: &[Item<'_>]) -> Zeroizing<Vec<u8>> {
    let with_kind = items.iter().any(|item| item.details.kind != KeyKind::BitLocker);
    let rows: Vec<(String, Zeroizing<String>, String)> =
        items.iter().map(|item| (before(item.details), key(item), after(item))).collect();
    let mut pieces: Vec<&str> = Vec::with_capacity(3 + 6 * items.len());
    pieces.extend([HEADER, if with_kind { KIND } else { "" }, "\n"]);
    for (item, (before, key, after)) in items.iter().zip(&rows) {
        pieces.extend([before.as_str(), key.as_str(), after.as_str()]);
        if with_kind {
            pieces.extend([",", item.details.kind.name()]);
        }
        pieces.push("\n");
    }
    text::utf8(&pieces)
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
    let text = item.key.as_str().to_owned();
    Zeroizing::new(if item.key.digits().is_some() { text } else { quote_cell(Some(text)) })
}

fn after(item: &Item<'_>) -> String {
    let details = item.details;
    let prefix = match &details.key_id {
        KeyId::Prefix(prefix) => Some(prefix.as_str().to_owned()),
        KeyId::Full(_) | KeyId::Unknown => None,
    };
    let raw = details.created.as_ref().filter(|created| matches!(created, Created::Raw(_))).map(ToString::to_string);
    let tags = details.tags.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let cells = [
        prefix,
        text_of(details.device_name.as_ref()),
        text_of(details.mount_point.as_ref()),
        text_of(details.volume_label.as_ref()),
        text_of(details.note.as_ref()),
        Some(tags),
        Some(details.state.word().to_owned()),
        raw,
        Some(item.handle.to_string()),
    ];
    cells.map(|cell| format!(",{}", quote_cell(cell))).concat()
}

fn text_of(text: Option<&drivekey_record::LineText>) -> Option<String> {
    text.map(ToString::to_string)
}

/// Characters that begin a formula in spreadsheets of any country, or that these skip in front of one.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];

/// Quotes a cell where necessary. An apostrophe keeps text that begins like a formula from being run as one.
fn quote_cell(cell: Option<String>) -> String {
    let cell = cell.unwrap_or_default();
    let cell = if cell.starts_with(FORMULA_STARTS) { format!("'{cell}") } else { cell };
    if cell.contains([',', ';', '"', '\'', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
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
    }
}
