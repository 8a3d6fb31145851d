//! Words of the scanner: runs of ASCII letters, digits and signs that hide digits.

use std::ops::Range;

use drivekey_record::GROUP_DIGITS;

/// What a word may be in a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits only.
    Digits,
    /// Six digits, some of them letters that look like digits.
    Ocr,
    /// Digits, some of them hidden.
    Mask,
    /// Six signs, half of them digits, some of them letters.
    Alien,
}

/// A word, or what is left of it without what is glued to it.
pub(super) struct Word {
    /// What it is.
    pub(super) kind: Kind,
    /// The part that counts.
    pub(super) span: Range<usize>,
    /// Something stands directly before it.
    pub(super) glued_before: bool,
    /// Something stands directly behind it.
    pub(super) glued_after: bool,
}

/// Longest group whose digits are hidden: some programs write more signs than it has digits.
const MASKED_MAX: usize = GROUP_DIGITS + 2;

/// Whether the byte belongs to a word.
pub(crate) const fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'#' | b'?')
}

/// The end of the word that begins there.
pub(super) fn end(text: &[u8], start: usize) -> usize {
    text[start..].iter().position(|byte| !is_part(*byte)).map_or(text.len(), |len| start + len)
}

/// What a word may be in a password, if anything.
pub(super) fn classify(text: &[u8], span: Range<usize>) -> Option<Word> {
    let word = &text[span.clone()];
    let plain = |kind, span| Some(Word { kind, span, glued_before: false, glued_after: false });
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    if is_behind_length(text, &span, digits) {
        return Some(Word { glued_before: true, ..plain(Kind::Digits, span.start + 1..span.end)? });
    }
    if digits == word.len() {
        return plain(Kind::Digits, span);
    }
    let leading = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let trailing = word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 && digits.is_multiple_of(GROUP_DIGITS) {
        if trailing == digits {
            return Some(Word { glued_before: true, ..plain(Kind::Digits, span.end - digits..span.end)? });
        }
        if leading == digits {
            return Some(Word { glued_after: true, ..plain(Kind::Digits, span.start..span.start + digits)? });
        }
        // Signs on both sides, as Markdown puts them.
        let inner = word.iter().position(u8::is_ascii_digit).unwrap_or(0);
        if word[inner..inner + digits].iter().all(u8::is_ascii_digit) {
            let start = span.start + inner;
            return Some(Word { glued_before: true, glued_after: true, ..plain(Kind::Digits, start..start + digits)? });
        }
    }
    if word.len() <= MASKED_MAX && word.iter().all(|byte| byte.is_ascii_digit() || is_mask(*byte)) {
        return plain(Kind::Mask, span);
    }
    if word.len() == GROUP_DIGITS && digits > 0 && word.iter().all(|byte| look_alike(*byte).is_some()) {
        return plain(Kind::Ocr, span);
    }
    (word.len() == GROUP_DIGITS && digits * 2 >= GROUP_DIGITS).then(|| plain(Kind::Alien, span))?
}

/// Whether the word is the first of a password, glued to a byte with its length: binary records write `7` for 55 bytes
/// and `0` for 48, behind a byte that is no text.
fn is_behind_length(text: &[u8], span: &Range<usize>, digits: usize) -> bool {
    let is_binary = |byte: u8| (byte < b' ' && !byte.is_ascii_whitespace()) || byte >= 0x7F;
    digits == span.len()
        && matches!((digits, text[span.start]), (7, b'7') | (49, b'0'))
        && span.start.checked_sub(1).is_some_and(|before| is_binary(text[before]))
}

/// The digit that a sign is or looks like.
pub(crate) const fn look_alike(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0'..=b'9' => byte,
        b'O' | b'o' | b'Q' | b'D' => b'0',
        b'I' | b'i' | b'l' | b'L' => b'1',
        b'Z' | b'z' => b'2',
        b'S' | b's' => b'5',
        b'G' | b'b' => b'6',
        b'B' => b'8',
        b'g' | b'q' => b'9',
        _ => return None,
    })
}

const fn is_mask(byte: u8) -> bool {
    matches!(byte, b'x' | b'X' | b'*' | b'#' | b'?')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<(Kind, Range<usize>)> {
        classify(text.as_bytes(), 0..text.len()).map(|word| (word.kind, word.span))
    }

    #[test]
    fn words_are_told_apart() {
        assert_eq!(kind("506825"), Some((Kind::Digits, 0..6)));
        assert_eq!(kind("17"), Some((Kind::Digits, 0..2)));
        assert_eq!(kind("Key506825"), Some((Kind::Digits, 3..9)));
        assert_eq!(kind("683067If"), Some((Kind::Digits, 0..6)));
        assert_eq!(kind("**506825"), Some((Kind::Digits, 2..8)));
        assert_eq!(kind("**506825**"), Some((Kind::Digits, 2..8)));
        assert_eq!(kind("08xxxx"), Some((Kind::Mask, 0..6)));
        assert_eq!(kind("203S55"), Some((Kind::Ocr, 0..6)));
        assert_eq!(kind("20A355"), Some((Kind::Alien, 0..6)));
        assert_eq!(kind("DEADBE"), None);
        assert_eq!(kind("Recovery"), None);
    }
}
