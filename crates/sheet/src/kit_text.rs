//! The secret of a kit as text on paper: an age identity in lines of groups, each line with two check letters. Also
//! reads back what a person typed.

use bech32::Bech32;
use bech32::primitives::decode::CheckedHrpstring;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// The beginning of every age identity.
pub(super) const PREFIX: &str = "AGE-SECRET-KEY-1";
/// The 32 letters of Bech32 in the order of their values.
const LETTERS: &[u8; 32] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
/// How many letters follow the prefix.
const BODY_LETTERS: usize = 58;
const LINE_LETTERS: usize = 16;
const GROUP_LETTERS: usize = 4;
/// Lines on the page.
pub(super) const LINES: usize = BODY_LETTERS.div_ceil(LINE_LETTERS);
/// Check letters at the end of a line.
const CHECK_LETTERS: usize = 2;
/// The largest prime below 32 × 32. Any wrong letter and any swap of two letters in a line changes the check.
const CHECK_MODULUS: u32 = 1021;
/// Larger than any letter's value, so that no letter's place is like another's.
const CHECK_FACTOR: u32 = 33;
/// More than any way of typing a kit needs.
const TEXT_CHARS_MAX: usize = 4096;
/// Pairs of letters that people and cameras confuse, and that both occur in a kit.
const CONFUSED: [&[u8]; 8] = [b"2Z", b"5S", b"6G", b"8X", b"UV", b"MN", b"9G", b"0Q"];

/// An age identity that was read from a kit. It cannot be printed.
#[derive(Debug)]
pub struct KitText(SecretString);

/// Why a kit could not be read. Errors name lines, never letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KitTextError {
    /// A line does not match its check letters, or has too many or too few letters.
    #[error("line {line} is wrong")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// The text is neither the lines of a kit nor a whole identity.
    #[error("not a kit")]
    NotAKit,
    /// The text has the right length, but a letter is wrong. Without check letters the line cannot be named.
    #[error("the text is wrong somewhere")]
    Somewhere,
}

impl KitText {
    /// The identity.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.0
    }

    /// Takes the identity out.
    #[must_use]
    pub fn into_secret(self) -> SecretString {
        self.0
    }
}

/// One line of the page: its groups and its check letters.
pub(super) struct KitLine {
    pub(super) groups: Vec<Zeroizing<String>>,
    pub(super) check: Zeroizing<String>,
}

/// The lines of an identity; `None` if the text is not one.
pub(super) fn kit_lines(secret: &str) -> Option<Vec<KitLine>> {
    let upper = Zeroizing::new(secret.trim().to_ascii_uppercase());
    let body = upper.strip_prefix(PREFIX).filter(|body| body.len() == BODY_LETTERS && is_identity(&upper))?;
    let lines = body.as_bytes().chunks(LINE_LETTERS).enumerate();
    lines
        .map(|(at, letters)| {
            let groups = letters
                .chunks(GROUP_LETTERS)
                .map(|group| Zeroizing::new(String::from_utf8_lossy(group).into_owned()))
                .collect();
            Some(KitLine { groups, check: Zeroizing::new(check_letters(at, letters)?) })
        })
        .collect()
}

/// Parses what a person typed or a scanner read, in any case and spacing, with or without line numbers and check
/// letters. Letters that do not occur in a kit are read as those that they look like.
///
/// # Errors
/// [`KitTextError`] names the first wrong line, if there are check letters.
pub fn parse_kit(text: &str) -> Result<KitText, KitTextError> {
    if text.chars().nth(TEXT_CHARS_MAX).is_some() {
        return Err(KitTextError::NotAKit);
    }
    let lines = typed_lines(text);
    let total: usize = lines.iter().map(|line| line.len()).sum();
    let mut body = Zeroizing::new(String::with_capacity(BODY_LETTERS));
    if lines.len() == LINES {
        for (at, letters) in lines.iter().enumerate() {
            let length = line_length(at);
            if letters.len() == length {
                body.push_str(letters);
            } else {
                body.push_str(&verify_line(at, letters, length)?);
            }
        }
    } else if total == BODY_LETTERS {
        for line in &lines {
            body.push_str(line);
        }
    } else if total == BODY_LETTERS + LINES * CHECK_LETTERS {
        let joined: Zeroizing<String> = Zeroizing::new(lines.iter().map(|line| line.as_str()).collect());
        let mut rest = joined.as_str();
        for at in 0..LINES {
            let (line, behind) = rest.split_at_checked(line_length(at) + CHECK_LETTERS).ok_or(KitTextError::NotAKit)?;
            body.push_str(&verify_line(at, line, line_length(at))?);
            rest = behind;
        }
    } else {
        return Err(KitTextError::NotAKit);
    }
    let mut identity = Zeroizing::new(String::with_capacity(PREFIX.len() + BODY_LETTERS));
    identity.push_str(PREFIX);
    identity.push_str(&body);
    if is_identity(&identity) {
        Ok(KitText(SecretString::from(identity.as_str())))
    } else {
        Err(KitTextError::Somewhere)
    }
}

/// Verifies a line that ends in its check letters. If exactly one look-alike would make it match, that is put in.
fn verify_line(at: usize, line: &str, length: usize) -> Result<Zeroizing<String>, KitTextError> {
    let wrong = KitTextError::Line { line: at + 1 };
    if line.len() != length + CHECK_LETTERS {
        return Err(wrong);
    }
    let fits =
        |line: &[u8]| check_letters(at, &line[..length]).is_some_and(|check| check.as_bytes() == &line[length..]);
    let mut letters = Zeroizing::new(line.as_bytes().to_vec());
    if !fits(&letters) {
        let mut found = None;
        for place in 0..letters.len() {
            let typed = letters[place];
            for other in CONFUSED
                .iter()
                .filter(|pair| pair.contains(&typed))
                .flat_map(|pair| pair.iter())
                .filter(|c| **c != typed)
            {
                letters[place] = *other;
                if fits(&letters) && found.replace((place, *other)).is_some() {
                    return Err(wrong);
                }
            }
            letters[place] = typed;
        }
        let (place, letter) = found.ok_or(wrong)?;
        letters[place] = letter;
    }
    Ok(Zeroizing::new(String::from_utf8_lossy(&letters[..length]).into_owned()))
}

/// The lines that have letters, in capitals and without numbers, spaces and punctuation.
fn typed_lines(text: &str) -> Vec<Zeroizing<String>> {
    let mut lines = Vec::new();
    let mut prefix = true;
    for line in text.lines() {
        let mut letters = Zeroizing::new(String::with_capacity(line.len() + PREFIX.len()));
        for c in strip_line_number(line).chars().filter(|c| c.is_alphanumeric() || *c == '|') {
            letters.push(fold_letter(c));
        }
        // The prefix, on a line of its own or in front of the rest. Its `1` was folded to an `L`.
        if prefix && letters.starts_with("AGESECRETKEYL") {
            letters.drain(.."AGESECRETKEYL".len());
            prefix = false;
        }
        if !letters.is_empty() {
            lines.push(letters);
        }
    }
    lines
}

/// Strips a line number such as `2)` or `2:`. A single letter in front of a space is one too, as no group is that
/// short.
fn strip_line_number(line: &str) -> &str {
    let line = line.trim_start();
    let rest = line.strip_prefix(['1', '2', '3', '4', 'l', 'I']);
    let signed = rest.and_then(|rest| rest.trim_start().strip_prefix([')', ':', '.', ']']));
    signed.or_else(|| rest.filter(|rest| rest.starts_with([' ', '\t']))).unwrap_or(line)
}

/// Replaces a letter that Bech32 does not have by the one that it looks like.
fn fold_letter(c: char) -> char {
    match c.to_ascii_uppercase() {
        'O' => '0',
        '1' | 'I' | '|' => 'L',
        'B' => '8',
        c => c,
    }
}

const fn line_length(at: usize) -> usize {
    if at + 1 == LINES { BODY_LETTERS - LINE_LETTERS * (LINES - 1) } else { LINE_LETTERS }
}

/// The two check letters of line `at`, from 0; `None` if a letter is not one of Bech32.
fn check_letters(at: usize, letters: &[u8]) -> Option<String> {
    let value =
        |letter: &u8| LETTERS.iter().position(|known| known == letter).and_then(|value| u32::try_from(value).ok());
    let start = u32::try_from(at).ok()? + 1;
    let sum =
        letters.iter().try_fold(start, |sum, letter| Some((sum * CHECK_FACTOR + value(letter)?) % CHECK_MODULUS))?;
    let letter = |five: u32| LETTERS.get(five as usize).map(|letter| char::from(*letter));
    Some([letter(sum / 32)?, letter(sum % 32)?].iter().collect())
}

/// Whether the text is valid Bech32 with the length of an identity.
fn is_identity(identity: &str) -> bool {
    CheckedHrpstring::new::<Bech32>(identity).is_ok_and(|read| read.byte_iter().count() == 32)
}

#[cfg(test)]
#[path = "kit_text/tests.rs"]
mod tests;
