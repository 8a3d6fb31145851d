//! What people read of a key of another kind, in the part for them of a bundle and on printed sheets: it is cut out
//! where it is read as any text, because it may look like a recovery password.

use memchr::memmem;
use zeroize::Zeroizing;

use super::Cut;
use crate::decoded::Decoded;
use crate::input::Input;
use crate::source_text::{SourceText, head};
use crate::{Reading, Remark, RemarkKind};
use drivekey_record::{KeyKind, SourceKind, Word};

/// What stands before the name of the kind, and before the key behind it.
const KIND: &str = "KeyKind";
const KEY: &str = "Key";
/// What stands before such a key on a sheet, and behind it.
const SHEET: &str = "This is no BitLocker recovery key";
/// How it goes on, without blanks: in a PDF there may be some where letters were moved.
const SHEET_GOES_ON: &str = ".Itisakeyofthekind";
const SHEET_END: &str = "The key ends here.";
/// How far behind the first the kind is looked for; the key is further away.
const SHEET_REACH_BYTES: usize = 120;
/// More lines no record has, however a mail broke them.
const LINES_MAX: usize = 100;

/// Reads a text that has such keys without them; `None` where it has none.
pub(crate) fn read(input: &Input<'_>, read: impl Fn(&Input<'_>) -> Reading) -> Option<Reading> {
    let wide: Vec<u8> = KIND.bytes().flat_map(|byte| [0, byte]).collect();
    let words = [KIND.as_bytes(), &wide[1..], SHEET.as_bytes()];
    if words.iter().all(|word| memmem::find(input.bytes, word).is_none()) {
        return None;
    }
    let decoded = Decoded::new(input.bytes);
    Some(cut(SourceText::new(&decoded).as_str())?.read(input, SourceKind::Bundle, read))
}

fn cut(text: &str) -> Option<Cut> {
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    let mut remarks = Vec::new();
    // Lines that still may belong to the record, and whether its key has begun.
    let (mut left, mut in_key, mut on_sheet) = (0, false, false);
    let mut from = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let begin = from;
        from += line.len();
        if let Some(found) = line.find(SHEET)
            && let Some(refused) = named_on_sheet(&text[begin + found + SHEET.len()..])
        {
            on_sheet = true;
            remarks.push(Remark::on(at + 1, refused));
        }
        if on_sheet {
            on_sheet = !line.contains(SHEET_END);
            kept.push_str(if line.ends_with('\n') { "\n" } else { "" });
            continue;
        }
        // A mail that was answered has signs before each line.
        let words = line.trim_start_matches(|c: char| c.is_whitespace() || c == '>').trim_end();
        if let Some(kind) = named(words, KIND).map(|kind| Word::new(kind.trim()))
            && kind.map(KeyKind::named) != Some(KeyKind::BitLocker)
        {
            remarks.push(Remark::on(at + 1, RemarkKind::OtherKind { kind }));
            (left, in_key) = (LINES_MAX, false);
        }
        // The key may be broken over lines; an empty one ends it, and so does the next record.
        if words.is_empty() && in_key || is_number_of_record(words) {
            left = 0;
        }
        in_key |= named(words, KEY).is_some_and(|rest| !rest.trim_start().starts_with("ID "));
        if left == 0 {
            kept.push_str(line);
        } else {
            left -= 1;
            kept.push_str(if line.ends_with('\n') { "\n" } else { "" });
        }
    }
    (!remarks.is_empty()).then_some(Cut { text: kept, remarks })
}

/// What there is to say where a sheet goes on and names the kind.
fn named_on_sheet(text: &str) -> Option<RemarkKind> {
    let without_blanks: String = head(text, SHEET_REACH_BYTES).split_whitespace().collect();
    let kind = without_blanks.strip_prefix(SHEET_GOES_ON)?.split(',').next().and_then(Word::new);
    Some(RemarkKind::OtherKind { kind })
}

/// `2 of 3`
fn is_number_of_record(words: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    words.split_once(" of ").is_some_and(|(number, total)| is_number(number) && is_number(total))
}

/// What stands behind a name and a blank.
fn named<'a>(words: &'a str, name: &str) -> Option<&'a str> {
    words.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\u{A0}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_record_of_another_kind_is_cut() {
        let text = "a\n\n1 of 2\n  KeyKind       luks2\n  Key ID        7EDB30ED\n  Key           x\n y\n\n2 of 2\n  Key ID  9\n";
        let Cut { text, remarks } = cut(text).unwrap();
        assert_eq!(*text, "a\n\n1 of 2\n\n\n\n\n\n2 of 2\n  Key ID  9\n");
        assert_eq!(remarks, [Remark::on(4, RemarkKind::OtherKind { kind: Word::new("luks2") })]);
        let text =
            "a\nThis is no BitLocker recovery key . It is a key of\nthe kind luks2, which\n1\nThe key ends here.\nb";
        let Cut { text, remarks } = cut(text).unwrap();
        assert_eq!(*text, "a\n\n\n\n\nb");
        assert_eq!(remarks, [Remark::on(2, RemarkKind::OtherKind { kind: Word::new("luks2") })]);
        let Cut { text, .. } = cut("1 of 2\n  KeyKind  luks2\n\n2 of 2\n  Recovery key  1\n").unwrap();
        assert_eq!(*text, "1 of 2\n\n\n2 of 2\n  Recovery key  1\n");
        for usual in [
            "",
            "This is no BitLocker recovery key. I think\n1\n",
            "KeyKinds are\n",
            "  KeyKind   BitLocker\n  Key  x\n",
        ] {
            assert!(cut(usual).is_none(), "{usual}");
        }
    }
}
