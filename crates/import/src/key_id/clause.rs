//! The part of a line that can be a value's label: behind other values, brackets and sentences, without the signs that
//! set it off.

use super::is_in;
use super::words::{BARE, FILLERS};

/// Digits in a word that make it a value of its own, so that a label begins behind it.
const VALUE_DIGITS: usize = 6;
/// Hex digits that do.
const HEX_VALUE: usize = 8;

/// Whether the words end as an attribute does, `id="`: those name the element that has them.
pub(super) fn is_attribute(words: &str) -> bool {
    let words = words.trim_end_matches(['"', '\'', '{', ' ']);
    let is_equal = words.ends_with('=') && !words.ends_with(" =");
    // `"id": "` of an object, `<Id>` of an element.
    is_equal || words.ends_with('>') || words.strip_suffix(':').is_some_and(|words| words.trim_end().ends_with('"'))
}

/// A time right before a brace, as Active Directory begins the names of its recovery objects.
pub(super) fn is_directory_time(words: &str) -> bool {
    let Some(time) = words.strip_suffix('{') else { return false };
    let end: Vec<u8> = time.bytes().rev().take(32).collect();
    let is_zone = end.first() == Some(&b'Z') || (end.len() > 5 && end[2] == b':' && matches!(end[5], b'+' | b'-'));
    is_zone && end.contains(&b'T') && end.iter().filter(|byte| byte.is_ascii_digit()).count() >= 12
}

/// Without the signs between a label and its value, and without a remark in brackets: `Key ID (first 8 characters): `.
pub(super) fn trimmed(words: &str) -> &str {
    let is_sign = |c: char| c.is_whitespace() || ":：={[(\"'`<>|#*-–—→＝「『【“„«".contains(c);
    let words = words.trim_end_matches(is_sign);
    let open = words.strip_suffix([')', ']']).and_then(|rest| rest.rfind(['(', '[']));
    let Some(open) = open else { return words };
    let outer = words[..open].trim_end_matches(is_sign);
    // All of it may stand in brackets.
    if outer.is_empty() { words[open..].trim_matches(['(', ')', '[', ']']) } else { outer }
}

/// The last part of the words, which belongs to the value: behind another value, a bracket, the end of a sentence.
pub(super) fn clause(words: &str) -> &str {
    let mut from = 0;
    let mut start = 0;
    for (at, c) in words.char_indices() {
        let breaks = ",;|\t\n}{()[]\"<>:：=。、＝".contains(c)
            || (matches!(c, '.' | '!' | '?') && ends_sentence(&words[start..at], &words[at + 1..]));
        if breaks {
            from = at + c.len_utf8();
        }
        if c.is_whitespace() || breaks {
            if is_value(&words[start..at]) {
                from = at + c.len_utf8();
            }
            start = at + c.len_utf8();
        }
    }
    if is_value(&words[start..]) { "" } else { &words[from..] }
}

/// Whether a full stop between these words ends a sentence, rather than cutting a word short: `Id. de clé`.
fn ends_sentence(before: &str, behind: &str) -> bool {
    !is_in(BARE, before)
        && !is_in(FILLERS, before)
        && behind.starts_with(|c: char| c == ' ' || (c.is_uppercase() && before.chars().count() > 1))
}

fn is_value(word: &str) -> bool {
    let word = word.trim_matches(|c: char| "{}()[]\"'.,;:".contains(c));
    let is_hex = word.len() >= HEX_VALUE && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    word.bytes().filter(u8::is_ascii_digit).count() >= VALUE_DIGITS
        || (is_hex && word.contains(|c: char| c.is_ascii_digit()))
}
