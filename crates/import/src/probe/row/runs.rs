//! What one run of digits is, by what stands around it.

use crate::scan::{is_part, look_alike};
use drivekey_record::GROUP_DIGITS;

/// Whether a line ended just before, but for the signs of a quoted mail or of a line that goes on.
pub(super) fn begins_line(before: &[u8]) -> bool {
    // What stands before most numbers is none of it.
    if !matches!(before.last(), Some(b'\n' | b'\r' | 0x0B | 0x0C | b'>' | b' ' | 0x85 | 0xA8 | 0xA9)) {
        return false;
    }
    let unquoted =
        before.strip_suffix(b" ").filter(|rest| rest.ends_with(b">") || rest.ends_with(b"\n")).unwrap_or(before);
    matches!(unquoted, [.., b'\n' | b'\r' | 0x0B | 0x0C | b'>'] | [.., 0xC2, 0x85] | [.., 0xE2, 0x80, 0xA8 | 0xA9])
}

/// A word of six signs some of which are letters that look like digits: how far it begins before `start`, and what it
/// is read as.
pub(super) fn misread(text: &[u8], start: usize, end: usize) -> Option<(usize, [u8; GROUP_DIGITS])> {
    let is_letter =
        |at: usize| text.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() && look_alike(*byte).is_some());
    if !(is_letter(end) || (start > 0 && is_letter(start - 1))) {
        return None;
    }
    let before = text[..start].iter().rev().take(GROUP_DIGITS).take_while(|byte| is_part(**byte)).count();
    let first = start - before;
    let word = text.get(first..first + GROUP_DIGITS)?;
    if text.get(first + GROUP_DIGITS).is_some_and(|byte| is_part(*byte)) {
        return None;
    }
    let mut read = [0; GROUP_DIGITS];
    for (digit, byte) in read.iter_mut().zip(word) {
        *digit = look_alike(*byte)?;
    }
    Some((before, read))
}

/// A digit written as an escape: `&#52;`, `&#x34;`, `\u0034`, `=34`.
pub(super) fn escaped(text: &[u8], start: usize, end: usize) -> Option<u8> {
    let before = *text.get(start.checked_sub(1)?)?;
    if !matches!(before, b'#' | b'x' | b'X' | b'=' | b'u') {
        return None;
    }
    match (before, &text[start..end]) {
        (b'#', [b'4', digit @ b'8'..=b'9']) => Some(digit - 8),
        (b'#', [b'5', digit @ b'0'..=b'7']) => Some(digit + 2),
        (b'x' | b'X' | b'=', [b'3', digit]) | (b'u', [b'0', b'0', b'3', digit]) => Some(*digit),
        _ => None,
    }
}

/// Whether the digit at this place, beside a letter, is part of a [`misread`] word.
pub(super) fn is_misread_around(text: &[u8], place: usize) -> bool {
    let before = text[..place].iter().rev().take(GROUP_DIGITS).take_while(|byte| byte.is_ascii_digit()).count();
    let (start, end) = (place - before, place + length(&text[place..]));
    end - start < GROUP_DIGITS && misread(text, start, end).is_some()
}

/// Whether the run that begins at this place is [`escaped`].
pub(super) fn is_escaped_from(text: &[u8], start: usize) -> bool {
    escaped(text, start, start + length(&text[start..])).is_some()
}

/// How many digits a text begins with, as far as a group.
fn length(text: &[u8]) -> usize {
    text.iter().take(GROUP_DIGITS).take_while(|byte| byte.is_ascii_digit()).count()
}
