//! Splits a key into sheets that are worth nothing alone and add up with a pencil: digit by digit, without carrying.

use std::fmt;

use zeroize::{ZeroizeOnDrop, Zeroizing};

use drivekey_record::{Digits, GROUP_DIGITS, GROUPS, PasswordError, RecoveryPassword};

/// The digits of a key, and of each row on a sheet.
const DIGITS: usize = GROUPS * GROUP_DIGITS;
/// The check letters, without I, L and O. Their number is a prime above 10, so that a wrong digit or a swap changes the
/// letter.
const LETTERS: &[u8; 23] = b"ABCDEFGHJKMNPQRSTUVWXYZ";
/// Shifts the check from group to group, so that swapped groups show.
const GROUP_STEP: usize = 7;
/// Letters in the name of a set.
const SET_LETTERS: usize = 4;
/// The prefix of a share, with its version.
const TAG: &str = "DKS1;";
/// Random bytes from here on are dropped, so that each digit is equally likely.
const FAIR_DIGIT_BYTES: u8 = 250;
/// The same for the check letters: ten times their number.
const FAIR_LETTER_BYTES: u8 = 230;

/// How a key is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitKind {
    /// Two sheets, both needed.
    TwoOfTwo,
    /// Three sheets, any two of which are enough.
    TwoOfThree,
}

/// The 48 digits of a row. Alone they are uniformly random. They are wiped when dropped.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Pad(Box<[u8; DIGITS]>);

/// The rows on one sheet: one for two of two, two for two of three.
#[derive(Debug, Clone)]
pub struct Share {
    /// How the key was split.
    pub kind: SplitKind,
    /// The number of the sheet, from 1.
    pub number: u8,
    /// Random letters that all sheets of the same split share.
    pub set: String,
    /// The rows, each with its letter.
    pub rows: Vec<(char, Pad)>,
}

/// Why sheets could not be combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CombineError {
    /// The sheets are of different splits.
    #[error("sheets of different sets")]
    OtherSet,
    /// None of the sheets has this row.
    #[error("row {row} is missing")]
    Missing {
        /// The row's letter.
        row: char,
    },
    /// Two sheets have this row with different digits.
    #[error("row {row} differs")]
    Differs {
        /// The row's letter.
        row: char,
    },
    /// The sum is not a key.
    #[error(transparent)]
    NoKey(#[from] PasswordError),
}

/// Why a share could not be read. Errors name groups, never digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareTextError {
    /// The text is not a share.
    #[error("not a share")]
    NotAShare,
    /// A group does not match its check letter.
    #[error("row {row}, group {group} does not fit its letter")]
    Check {
        /// The row's letter.
        row: char,
        /// The group, from 1.
        group: usize,
    },
}

impl SplitKind {
    /// The number of sheets.
    #[must_use]
    pub const fn sheets(self) -> u8 {
        match self {
            Self::TwoOfTwo => 2,
            Self::TwoOfThree => 3,
        }
    }

    /// The rows whose sum is the key.
    #[must_use]
    pub const fn rows(self) -> &'static [char] {
        match self {
            Self::TwoOfTwo => &['A', 'B'],
            Self::TwoOfThree => &['A', 'B', 'C'],
        }
    }

    /// The rows on a sheet: for two of two its own row, for two of three all but its own.
    fn rows_on(self, number: u8) -> impl Iterator<Item = (usize, char)> {
        let own = usize::from(number) - 1;
        let on = move |at: usize| match self {
            Self::TwoOfTwo => at == own,
            Self::TwoOfThree => at != own,
        };
        self.rows().iter().copied().enumerate().filter(move |(at, _)| on(*at))
    }
}

impl Pad {
    fn random<E>(fill: &mut dyn FnMut(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut pad = Self(Box::new([0; DIGITS]));
        let mut bytes = Zeroizing::new([0_u8; DIGITS]);
        let mut filled = 0;
        while filled < DIGITS {
            fill(&mut *bytes)?;
            for byte in bytes.iter().filter(|byte| **byte < FAIR_DIGIT_BYTES) {
                if let Some(digit) = pad.0.get_mut(filled) {
                    *digit = byte % 10;
                    filled += 1;
                }
            }
        }
        Ok(pad)
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut pad = Self(Box::new([0; DIGITS]));
        if text.len() != DIGITS {
            return None;
        }
        for (digit, byte) in pad.0.iter_mut().zip(text.bytes()) {
            *digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        }
        Some(pad)
    }

    fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(a, b)| *a = (*a + b) % 10);
    }

    fn subtract(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(a, b)| *a = (*a + 10 - b) % 10);
    }

    fn ascii(&self) -> Zeroizing<[u8; DIGITS]> {
        let mut text = Zeroizing::new([b'0'; DIGITS]);
        text.iter_mut().zip(self.0.iter()).for_each(|(character, digit)| *character = b'0' + digit);
        text
    }

    /// The six digits and the check letter of each group.
    pub fn groups(&self) -> impl Iterator<Item = (Zeroizing<String>, char)> {
        self.0.chunks_exact(GROUP_DIGITS).enumerate().map(|(at, digits)| {
            let text = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            (Zeroizing::new(text), check_letter(at, digits))
        })
    }
}

/// The check letter of a group, counted from 0: each digit times its place, plus a shift for the group, modulo 23.
///
/// It catches any wrong digit, any swap of two digits in a group, and any group in the wrong place.
fn check_letter(group: usize, digits: &[u8]) -> char {
    let sum: usize = digits.iter().enumerate().map(|(at, digit)| (at + 1) * usize::from(*digit)).sum();
    char::from(LETTERS[(sum + (group + 1) * GROUP_STEP) % LETTERS.len()])
}

/// Splits a key. `fill` fills a slice with random bytes.
///
/// # Errors
/// Any error of `fill`.
pub fn split<E>(
    digits: &Digits,
    kind: SplitKind,
    fill: &mut dyn FnMut(&mut [u8]) -> Result<(), E>,
) -> Result<Vec<Share>, E> {
    let mut set = String::with_capacity(SET_LETTERS);
    while set.len() < SET_LETTERS {
        let mut byte = [0];
        fill(&mut byte)?;
        if byte[0] < FAIR_LETTER_BYTES {
            set.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    // All rows but the last are random. The last is the rest of the key.
    let mut last = Pad(Box::new([0; DIGITS]));
    let bare = digits.as_str().bytes().filter(u8::is_ascii_digit);
    last.0.iter_mut().zip(bare).for_each(|(digit, byte)| *digit = byte - b'0');
    let mut pads = Vec::with_capacity(kind.rows().len());
    for _ in 1..kind.rows().len() {
        let pad = Pad::random(fill)?;
        last.subtract(&pad);
        pads.push(pad);
    }
    pads.push(last);
    let rows = |number| kind.rows_on(number).filter_map(|(at, row)| Some((row, pads.get(at)?.clone()))).collect();
    Ok((1..=kind.sheets()).map(|number| Share { kind, number, set: set.clone(), rows: rows(number) }).collect())
}

/// Adds up the rows of sheets, by the rule that is printed on them.
///
/// # Errors
/// [`CombineError`].
pub fn combine(shares: &[Share]) -> Result<RecoveryPassword, CombineError> {
    let first = shares.first().ok_or(CombineError::Missing { row: 'A' })?;
    if shares.iter().any(|share| share.set != first.set || share.kind != first.kind) {
        return Err(CombineError::OtherSet);
    }
    let mut sum = Pad(Box::new([0; DIGITS]));
    for &row in first.kind.rows() {
        let mut same = shares.iter().flat_map(|share| &share.rows).filter(|(name, _)| *name == row).map(|(_, pad)| pad);
        let pad = same.next().ok_or(CombineError::Missing { row })?;
        if same.any(|other| other.0 != pad.0) {
            return Err(CombineError::Differs { row });
        }
        sum.add(pad);
    }
    Ok(RecoveryPassword::from_ascii_digits(&sum.ascii())?)
}

impl Share {
    /// The text of its code: `DKS1`, kind and number, set, and each row with its check letters.
    pub(super) fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(160));
        text.push_str(TAG);
        text.push(char::from(b'0' + self.kind.sheets()));
        text.push(char::from(b'0' + self.number));
        text.push(';');
        text.push_str(&self.set);
        for (row, pad) in &self.rows {
            text.push(';');
            text.push(*row);
            for (digits, _) in pad.groups() {
                text.push_str(&digits);
            }
            text.extend(pad.groups().map(|(_, letter)| letter));
        }
        text
    }

    /// Parses the text of a share's code.
    ///
    /// # Errors
    /// [`ShareTextError`]; names the group that does not match its letter.
    pub fn parse(text: &str) -> Result<Self, ShareTextError> {
        let bad = ShareTextError::NotAShare;
        let mut fields = text.strip_prefix(TAG).ok_or(bad)?.split(';');
        let (kind, number) = match fields.next().ok_or(bad)?.as_bytes() {
            [b'2', number @ b'1'..=b'2'] => (SplitKind::TwoOfTwo, number - b'0'),
            [b'3', number @ b'1'..=b'3'] => (SplitKind::TwoOfThree, number - b'0'),
            _ => return Err(bad),
        };
        let set = fields
            .next()
            .filter(|set| set.len() == SET_LETTERS && set.bytes().all(|c| LETTERS.contains(&c)))
            .ok_or(bad)?;
        let mut rows = Vec::new();
        for (_, row) in kind.rows_on(number) {
            let text = fields.next().and_then(|field| field.strip_prefix(row)).ok_or(bad)?;
            let (digits, letters) = text.split_at_checked(DIGITS).ok_or(bad)?;
            let pad = Pad::from_text(digits).ok_or(bad)?;
            if letters.chars().count() != GROUPS {
                return Err(bad);
            }
            let wrong = pad.groups().zip(letters.chars()).position(|((_, letter), read)| letter != read);
            if let Some(at) = wrong {
                return Err(ShareTextError::Check { row, group: at + 1 });
            }
            rows.push((row, pad));
        }
        if fields.next().is_some() {
            return Err(bad);
        }
        Ok(Self { kind, number, set: set.to_owned(), rows })
    }
}

impl fmt::Debug for Pad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pad(hidden)")
    }
}

#[cfg(test)]
#[path = "split/tests.rs"]
mod tests;
