//! A kit's secret as text on paper: an age identity in lines of groups, each line with two check letters, and reading
//! back what a person typed. Must not know keyslots.

use bech32::Bech32;
use bech32::primitives::decode::CheckedHrpstring;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// What every identity begins with.
pub(super) const PREFIX: &str = "AGE-SECRET-KEY-1";
/// The 32 letters of Bech32 in the order of their values.
const LETTERS: &[u8; 32] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
/// Letters behind the prefix.
const BODY: usize = 58;
/// Letters in a full line, and in a group.
const LINE: usize = 16;
const GROUP: usize = 4;
/// Lines on the page.
pub(super) const LINES: usize = BODY.div_ceil(LINE);
/// Check letters of a line.
const CHECK: usize = 2;
/// The largest prime below 32 × 32: each wrong letter and each exchange of two in a line changes the check.
const PRIME: u32 = 1021;
/// More than any spelling of a kit needs.
const TEXT_CHARS: usize = 4096;
/// Letters that eyes and cameras take for one another, and that both occur.
const CONFUSED: [&[u8]; 8] = [b"2Z", b"5S", b"6G", b"8X", b"UV", b"MN", b"9G", b"0Q"];

/// An age identity read from a kit. Cannot be printed.
#[derive(Debug)]
pub struct KitText(SecretString);

/// Why a text is no kit. Names lines, never letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KitTextError {
    /// A line does not fit its check letters, or has too many or too few letters.
    #[error("line {line} is wrong")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// Neither the lines of a kit nor an identity in one piece.
    #[error("not a kit")]
    NotAKit,
    /// All letters are there and something is wrong with them; typed without check letters, no line can be named.
    #[error("the text is wrong somewhere")]
    Somewhere,
}

impl KitText {
    /// The identity, for whoever opens the vault with it.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.0
    }

    /// The identity, taken out.
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

/// The lines of an identity, `None` where the text is none.
pub(super) fn kit_lines(secret: &str) -> Option<Vec<KitLine>> {
    let upper = Zeroizing::new(secret.trim().to_ascii_uppercase());
    let body = upper.strip_prefix(PREFIX).filter(|body| body.len() == BODY && whole(&upper))?;
    let lines = body.as_bytes().chunks(LINE).enumerate();
    lines
        .map(|(at, letters)| {
            let groups = letters
                .chunks(GROUP)
                .map(|group| Zeroizing::new(String::from_utf8_lossy(group).into_owned()))
                .collect();
            Some(KitLine { groups, check: Zeroizing::new(check(at, letters)?) })
        })
        .collect()
}

/// Reads what a person typed or a scanner read: any case and spacing, with or without line numbers and check letters.
/// Letters that do not occur are taken for those they look like.
///
/// # Errors
/// [`KitTextError`] names the first line that is wrong, where check letters tell.
pub fn parse_kit(text: &str) -> Result<KitText, KitTextError> {
    if text.chars().nth(TEXT_CHARS).is_some() {
        return Err(KitTextError::NotAKit);
    }
    let lines = typed_lines(text);
    let total: usize = lines.iter().map(|line| line.len()).sum();
    let mut body = Zeroizing::new(String::with_capacity(BODY));
    if lines.len() == LINES {
        for (at, letters) in lines.iter().enumerate() {
            let length = line_length(at);
            if letters.len() == length {
                body.push_str(letters);
            } else {
                body.push_str(&checked(at, letters, length)?);
            }
        }
    } else if total == BODY {
        for line in &lines {
            body.push_str(line);
        }
    } else if total == BODY + LINES * CHECK {
        let joined: Zeroizing<String> = Zeroizing::new(lines.iter().map(|line| line.as_str()).collect());
        let mut rest = joined.as_str();
        for at in 0..LINES {
            let (line, behind) = rest.split_at_checked(line_length(at) + CHECK).ok_or(KitTextError::NotAKit)?;
            body.push_str(&checked(at, line, line_length(at))?);
            rest = behind;
        }
    } else {
        return Err(KitTextError::NotAKit);
    }
    let mut identity = Zeroizing::new(String::with_capacity(PREFIX.len() + BODY));
    identity.push_str(PREFIX);
    identity.push_str(&body);
    if whole(&identity) { Ok(KitText(SecretString::from(identity.as_str()))) } else { Err(KitTextError::Somewhere) }
}

/// A line with its check letters behind it, put right where one look-alike alone makes it fit.
fn checked(at: usize, line: &str, length: usize) -> Result<Zeroizing<String>, KitTextError> {
    let wrong = KitTextError::Line { line: at + 1 };
    if line.len() != length + CHECK {
        return Err(wrong);
    }
    let fits = |line: &[u8]| check(at, &line[..length]).is_some_and(|check| check.as_bytes() == &line[length..]);
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

/// The lines that hold letters, each without its number, spaces and signs, in capitals.
fn typed_lines(text: &str) -> Vec<Zeroizing<String>> {
    let mut lines = Vec::new();
    let mut prefix = true;
    for line in text.lines() {
        let mut letters = Zeroizing::new(String::with_capacity(line.len() + PREFIX.len()));
        for c in numberless(line).chars().filter(|c| c.is_alphanumeric() || *c == '|') {
            letters.push(folded(c));
        }
        // The first words of the identity, alone on a line or in front of the rest; their `1` was read as an `L`.
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

/// Without a number at the beginning, as in `2)` or `2:`; one letter alone is no group.
fn numberless(line: &str) -> &str {
    let line = line.trim_start();
    let rest = line.strip_prefix(['1', '2', '3', '4', 'l', 'I']);
    let signed = rest.and_then(|rest| rest.trim_start().strip_prefix([')', ':', '.', ']']));
    signed.or_else(|| rest.filter(|rest| rest.starts_with([' ', '\t']))).unwrap_or(line)
}

/// A letter as Bech32 has it, where it looks like one that Bech32 has not.
fn folded(c: char) -> char {
    match c.to_ascii_uppercase() {
        'O' => '0',
        '1' | 'I' | '|' => 'L',
        'B' => '8',
        c => c,
    }
}

const fn line_length(at: usize) -> usize {
    if at + 1 == LINES { BODY - LINE * (LINES - 1) } else { LINE }
}

/// The two check letters of a line, counted from 0; `None` where a letter is none of Bech32's.
fn check(at: usize, letters: &[u8]) -> Option<String> {
    let value =
        |letter: &u8| LETTERS.iter().position(|known| known == letter).and_then(|value| u32::try_from(value).ok());
    let start = u32::try_from(at).ok()? + 1;
    let sum = letters.iter().try_fold(start, |sum, letter| Some((sum * 33 + value(letter)?) % PRIME))?;
    let letter = |five: u32| LETTERS.get(five as usize).map(|letter| char::from(*letter));
    Some([letter(sum / 32)?, letter(sum % 32)?].iter().collect())
}

/// Whether Bech32's own check, over all of it, fits.
fn whole(identity: &str) -> bool {
    CheckedHrpstring::new::<Bech32>(identity).is_ok_and(|read| read.byte_iter().count() == 32)
}

#[cfg(test)]
#[path = "kit_text/tests.rs"]
mod tests;
