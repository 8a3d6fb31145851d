//! What can still be read of a recovery password: digits, gaps, and slips that nobody has noticed yet.
//! Must not know what the right digits are; an error names a group's number, never its digits.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::fold::fold_digit;
use super::password::is_separator;
use super::{GROUP_DIGITS, GROUPS};

/// One more than a group has: a digit may have been read twice.
const CELLS_MAX: usize = GROUP_DIGITS + 1;

/// A recovery password as far as it can be read.
#[derive(ZeroizeOnDrop)]
pub struct TornPassword {
    pub(super) groups: Box<[TornGroup; GROUPS]>,
}

/// A group's digits in their order; `None` for one that cannot be read.
#[derive(Default, Clone, Copy, Zeroize)]
pub(super) struct TornGroup {
    cells: [Option<u8>; CELLS_MAX],
    len: usize,
}

/// Why a text is not what is left of a recovery password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TornError {
    /// Not eight groups.
    #[error("{found} groups instead of eight")]
    GroupCount {
        /// Groups found; for digits without separators, the number of begun groups of six.
        found: usize,
    },
    /// Too many characters for one group; groups count from 1.
    #[error("group {group} has {found} characters")]
    TooLong {
        /// 1 to 8.
        group: usize,
        /// Characters found.
        found: usize,
    },
    /// Something that is neither a digit nor stands for one; groups count from 1.
    #[error("group {group} has a character that stands for no digit")]
    NotADigit {
        /// 1 to 8.
        group: usize,
    },
}

impl TornGroup {
    pub(super) fn cells(&self) -> &[Option<u8>] {
        &self.cells[..self.len]
    }

    /// One group as it was typed; nothing at all when nothing can be read of it.
    fn parse(text: &str, group: usize) -> Result<Self, TornError> {
        let mut read = Self::default();
        let mut found = 0;
        for c in text.chars().filter(|c| !is_separator(*c)) {
            let cell = cell(c).ok_or(TornError::NotADigit { group })?;
            found += 1;
            if let Some(place) = read.cells.get_mut(read.len) {
                *place = cell;
                read.len += 1;
            }
        }
        if found > CELLS_MAX { Err(TornError::TooLong { group, found }) } else { Ok(read) }
    }
}

impl TornPassword {
    /// Reads eight groups set apart by spaces or dashes, or 48 characters without. `?` stands for what cannot be read;
    /// letters that look like digits are taken for them.
    ///
    /// # Errors
    /// [`TornError`] names the group.
    pub fn parse(text: &str) -> Result<Self, TornError> {
        let groups: Vec<&str> = text.split(is_separator).filter(|group| !group.is_empty()).collect();
        if let [run] = groups[..]
            && run.chars().count() == GROUPS * GROUP_DIGITS
        {
            let starts: Vec<usize> = run.char_indices().map(|(at, _)| at).step_by(GROUP_DIGITS).chain([run.len()]).collect();
            let groups: Zeroizing<Vec<String>> = Zeroizing::new(starts.windows(2).map(|ends| run[ends[0]..ends[1]].to_owned()).collect());
            return Self::from_groups(groups.iter().map(String::as_str));
        }
        match groups.len() {
            GROUPS => Self::from_groups(groups.into_iter()),
            1 => Err(TornError::GroupCount { found: groups[0].chars().count().div_ceil(GROUP_DIGITS) }),
            found => Err(TornError::GroupCount { found }),
        }
    }

    /// From eight groups, each as it was typed. An empty one is one of which nothing can be read.
    ///
    /// # Errors
    /// [`TornError`] names the group.
    pub fn from_groups<'a>(typed: impl ExactSizeIterator<Item = &'a str>) -> Result<Self, TornError> {
        let found = typed.len();
        if found != GROUPS {
            return Err(TornError::GroupCount { found });
        }
        let mut groups = Box::new([TornGroup::default(); GROUPS]);
        for (index, (slot, text)) in groups.iter_mut().zip(typed).enumerate() {
            *slot = TornGroup::parse(text, index + 1)?;
        }
        Ok(Self { groups })
    }
}

/// Checks one group by itself, so that a person typing is told at once.
///
/// # Errors
/// [`TornError`], with 1 for the group's number.
pub fn check_torn_group(text: &str) -> Result<(), TornError> {
    TornGroup::parse(text, 1).map(drop)
}

/// What a character stands for: `Some(None)` for one that cannot be read.
fn cell(c: char) -> Option<Option<u8>> {
    if let Some(digit) = fold_digit(c) {
        return Some(Some(digit - b'0'));
    }
    match c {
        '?' | '*' | '_' | '#' | '.' | '\u{FF1F}' | '\u{FFFD}' | '□' => Some(None),
        'O' | 'o' | 'D' | 'Q' => Some(Some(0)),
        'I' | 'l' | 'i' | '|' | '!' => Some(Some(1)),
        'Z' | 'z' => Some(Some(2)),
        'S' | 's' => Some(Some(5)),
        'G' | 'b' => Some(Some(6)),
        'B' => Some(Some(8)),
        'g' | 'q' => Some(Some(9)),
        _ => None,
    }
}

impl fmt::Debug for TornPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TornPassword(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn gaps_and_letters_are_read() {
        let torn = TornPassword::parse("4712?7 27B498 422l25 1?1?7 5 53740 46800O6 _").unwrap();
        let cells: Vec<usize> = torn.groups.iter().map(|group| group.cells().len()).collect();
        assert_eq!(cells, [6, 6, 6, 5, 1, 5, 7, 1]);
        assert_eq!(torn.groups[0].cells()[4], None);
        assert_eq!(torn.groups[1].cells()[2], Some(8));
        assert!(TornPassword::parse(&"?".repeat(48)).is_ok_and(|torn| torn.groups.iter().all(|group| group.cells().len() == 6)));
    }

    #[test]
    fn what_is_wrong_is_named_by_group() {
        assert_eq!(TornPassword::parse("471207-278498").err(), Some(TornError::GroupCount { found: 2 }));
        assert_eq!(TornPassword::parse("47120727849").err(), Some(TornError::GroupCount { found: 2 }));
        assert_eq!(TornPassword::parse("1 2 3 4 5 6 7 12345678").err(), Some(TornError::TooLong { group: 8, found: 8 }));
        assert_eq!(TornPassword::parse("1 2 3x 4 5 6 7 8").err(), Some(TornError::NotADigit { group: 3 }));
        assert_eq!(check_torn_group(""), Ok(()));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}|[0-9?é -]{40,60}") {
            let _ = TornPassword::parse(&text);
        }
    }
}
