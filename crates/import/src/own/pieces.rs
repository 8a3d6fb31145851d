//! An exported document or table that is broken: its records are told apart by a few words alone, and those of other
//! kinds are cut out before the rest is read as any text.

use memchr::memmem;
use zeroize::Zeroizing;

use super::Cut;
use crate::decoded::Decoded;
use crate::input::Input;
use crate::source_text::SourceText;
use crate::{Reading, Remark, RemarkKind};
use drivekey_record::{KeyKind, SourceKind, Word};

/// With these a record begins, and says what it is.
const HANDLE: &str = "\"handle\"";
const KIND: &str = "\"kind\"";

/// The last titles of a table with kinds, and what the cells of usual rows say below the first of them.
const TITLES: [&str; 2] = ["kind", "handle"];
const USUAL: &str = "bitlocker";
/// What may set cells apart.
const SIGNS: [char; 3] = [',', ';', '\t'];
/// Places looked at for the titles.
const LOOKS_MAX: usize = 100;

/// Reads a text that has such records without them; `None` where it has none. `is_document`: a broken document of
/// somebody else would be one that no reader understands.
pub(crate) fn read(input: &Input<'_>, is_document: bool, read: impl Fn(&Input<'_>) -> Reading) -> Option<Reading> {
    let wide: Vec<u8> = TITLES[1].bytes().flat_map(|byte| [0, byte]).collect();
    if memmem::find(input.bytes, TITLES[1].as_bytes()).is_none() && memmem::find(input.bytes, &wide[1..]).is_none() {
        return None;
    }
    let decoded = Decoded::new(input.bytes);
    let source = SourceText::new(&decoded);
    let text = source.as_str();
    let of_document = is_document.then(|| Some((cut_document(text)?, SourceKind::Json))).flatten();
    let (cut, kind) = of_document.or_else(|| Some((cut_table(text)?, SourceKind::Table)))?;
    let mut reading = cut.read(input, kind, read);
    reading.remarks.push(Remark::whole(RemarkKind::BrokenStructure));
    Some(reading)
}

/// Keeps the lines that end as a usual row does.
fn cut_table(text: &str) -> Option<Cut> {
    let (titles, sign) = text.match_indices(TITLES[1]).take(LOOKS_MAX).find_map(|(at, _)| {
        let before = text[..at].trim_end_matches('"');
        let sign = before.chars().next_back().filter(|sign| SIGNS.contains(sign))?;
        before[..before.len() - sign.len_utf8()].trim_end_matches('"').ends_with(TITLES[0]).then_some((at, sign))
    })?;
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    let mut remarks = Vec::new();
    let first = text[titles..].find('\n').map_or(text.len(), |end| titles + end + 1);
    kept.push_str(&text[..first]);
    let above = text[..first].matches('\n').count();
    for (at, line) in text[first..].split_inclusive('\n').enumerate() {
        let cell = line.rsplit(sign).nth(1).map(|cell| cell.trim_matches('"'));
        if line.trim().is_empty() || cell.is_some_and(|cell| cell.eq_ignore_ascii_case(USUAL)) {
            kept.push_str(line);
        } else {
            let kind = cell.and_then(Word::new);
            remarks.push(Remark::on(above + at + 1, RemarkKind::OtherKind { kind }));
            kept.push_str(if line.ends_with('\n') { "\n" } else { "" });
        }
    }
    (!remarks.is_empty()).then_some(Cut { text: kept, remarks })
}

fn cut_document(text: &str) -> Option<Cut> {
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    let mut remarks = Vec::new();
    let starts: Vec<usize> = text.match_indices(HANDLE).map(|(at, _)| at).collect();
    kept.push_str(&text[..starts.first().copied().unwrap_or(text.len())]);
    let mut line = kept.matches('\n').count() + 1;
    for (index, start) in starts.iter().copied().enumerate() {
        let piece = &text[start..starts.get(index + 1).copied().unwrap_or(text.len())];
        if let Some(refused) = refused(piece) {
            remarks.push(Remark::on(line, refused));
            kept.extend(piece.matches('\n'));
        } else {
            kept.push_str(piece);
        }
        line += piece.matches('\n').count();
    }
    (!remarks.is_empty()).then_some(Cut { text: kept, remarks })
}

/// What there is to say of a record of another kind. The first kind that is named is its own; those of its sources
/// follow.
fn refused(piece: &str) -> Option<RemarkKind> {
    let value = piece[piece.find(KIND)? + KIND.len()..].trim_start_matches(|c: char| c.is_whitespace() || c == ':');
    let kind = value.strip_prefix('"').and_then(|value| Word::new(&value[..value.find('"')?]));
    (kind.map(KeyKind::named) != Some(KeyKind::BitLocker)).then_some(RemarkKind::OtherKind { kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_told_apart_by_their_names() {
        let text = "{\"handle\":\"r1\",\"kind\":\"BitLocker\",\"key\":1}\n{\"handle\": \"r2\",\n\"kind\" : \"luks2\",\"key\":2}\n";
        let Cut { text, remarks } = cut_document(text).unwrap();
        assert_eq!(*text, "{\"handle\":\"r1\",\"kind\":\"BitLocker\",\"key\":1}\n{\n\n");
        assert_eq!(remarks, [Remark::on(2, RemarkKind::OtherKind { kind: Word::new("luks2") })]);
        for usual in ["", "\"handle\"", "\"kind\":\"luks2\"", "\"handle\":\"r1\",\"kind\":\"bitlocker\""] {
            assert!(cut_document(usual).is_none(), "{usual}");
        }
    }

    #[test]
    fn rows_are_told_apart_by_their_last_cells() {
        let text = "a\nkey,\"kind\",handle\n1,bitlocker,r1\n2,luks2,r2\n\"a\nb\",luks2,r3\n\n3,\"BitLocker\",r4\n";
        let Cut { text, remarks } = cut_table(text).unwrap();
        assert_eq!(*text, "a\nkey,\"kind\",handle\n1,bitlocker,r1\n\n\n\n\n3,\"BitLocker\",r4\n");
        let kinds: Vec<RemarkKind> = remarks.iter().map(|remark| remark.kind).collect();
        let luks2 = RemarkKind::OtherKind { kind: Word::new("luks2") };
        assert_eq!(kinds, [luks2, RemarkKind::OtherKind { kind: None }, luks2]);
        for usual in ["", "handle", "kind handle\na,b,c\n", "key,kind,handle\n1,bitlocker,r1\n"] {
            assert!(cut_table(usual).is_none(), "{usual}");
        }
    }
}
