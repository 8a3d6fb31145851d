//! What could be read of a recovery password: eight groups of characters, each a digit or one of several digits.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::look_alike::{DigitSet, digits_like};
use drivekey_record::{GROUP_DIGITS, GROUPS, RecoveryPassword, fold_digit, is_separator};

/// A group may have lost a digit or gained one.
const CHARACTERS_MAX: usize = GROUP_DIGITS + 1;
/// Windows multiplies each 16-bit value by this, so that a wrong digit shows.
const GROUP_FACTOR: u32 = 11;

/// A character of a group.
#[derive(Clone, Copy)]
pub(super) enum Character {
    /// A digit, as its value.
    Digit(u8),
    /// Another character, and the digits that it may stand for.
    OneOf(DigitSet),
}

/// One group as it was read.
#[derive(Default, ZeroizeOnDrop)]
pub(super) struct Group {
    characters: Vec<Character>,
}

/// What was read of a recovery password. It is wiped, and cannot be printed.
pub struct Reading {
    pub(super) groups: [Group; GROUPS],
}

/// Why a text cannot be repaired. Errors name groups, never digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    /// There are not eight groups, or without separators not 48 characters.
    #[error("{found} groups instead of eight")]
    GroupCount {
        /// How many groups there are.
        found: usize,
    },
    /// A group has too few or too many characters.
    #[error("group {group} has {found} characters")]
    Length {
        /// The group, from 1.
        group: usize,
        /// How many characters it has.
        found: usize,
    },
    /// A group has a character that neither is nor looks like a digit, and does not stand for an unknown one.
    #[error("group {group} holds a character that looks like no digit")]
    Character {
        /// The group, from 1.
        group: usize,
    },
}

impl Zeroize for Character {
    fn zeroize(&mut self) {
        *self = Self::OneOf(DigitSet::ANY);
    }
}

impl Reading {
    /// Reads eight groups with separators as in a recovery password, or 48 characters without. `?` is an unknown digit,
    /// `?` alone an unknown group, and a letter stands for the digits that look like it.
    ///
    /// # Errors
    /// [`ReadingError`] names the first group that cannot be read.
    pub fn parse(text: &str) -> Result<Self, ReadingError> {
        let parts: Vec<&str> = text.split(is_separator).filter(|part| !part.is_empty()).collect();
        let mut groups: [Group; GROUPS] = Default::default();
        if let [run] = parts[..] {
            let found = run.chars().count();
            if found != GROUPS * GROUP_DIGITS {
                return Err(ReadingError::GroupCount { found: found.div_ceil(GROUP_DIGITS) });
            }
            let mut chars = run.chars();
            for (index, group) in groups.iter_mut().enumerate() {
                group.read(index, chars.by_ref().take(GROUP_DIGITS))?;
            }
            return Ok(Self { groups });
        }
        if parts.len() != GROUPS {
            return Err(ReadingError::GroupCount { found: parts.len() });
        }
        for (index, (group, part)) in groups.iter_mut().zip(parts).enumerate() {
            group.read(index, part.chars())?;
        }
        Ok(Self { groups })
    }

    /// The reading of a whole recovery password, for one that does not open.
    #[must_use]
    pub fn of_password(password: &RecoveryPassword) -> Self {
        let key = password.to_key_bytes();
        let mut groups: [Group; GROUPS] = Default::default();
        for (group, bytes) in groups.iter_mut().zip(key.chunks_exact(2)) {
            group.characters = to_digits(u16::from_le_bytes([bytes[0], bytes[1]])).map(Character::Digit).to_vec();
        }
        Self { groups }
    }

    /// How many digits were read as such, for a person to check against the page.
    #[must_use]
    pub fn digits_read(&self) -> usize {
        let characters = self.groups.iter().flat_map(|group| &group.characters);
        characters.filter(|character| matches!(character, Character::Digit(_))).count()
    }
}

impl Group {
    fn read(&mut self, index: usize, chars: impl Iterator<Item = char>) -> Result<(), ReadingError> {
        self.characters = Vec::with_capacity(CHARACTERS_MAX);
        let mut found = 0;
        for c in chars {
            let folded = fold_digit(c).map(|digit| Character::Digit(digit - b'0'));
            let character = folded
                .or_else(|| digits_like(c).map(Character::OneOf))
                .ok_or(ReadingError::Character { group: index + 1 })?;
            found += 1;
            if found <= CHARACTERS_MAX {
                self.characters.push(character);
            }
        }
        if let [Character::OneOf(DigitSet::ANY)] = self.characters[..] {
            self.characters.resize(GROUP_DIGITS, Character::OneOf(DigitSet::ANY));
            return Ok(());
        }
        if (GROUP_DIGITS - 1..=CHARACTERS_MAX).contains(&found) {
            Ok(())
        } else {
            Err(ReadingError::Length { group: index + 1, found })
        }
    }

    pub(super) fn characters(&self) -> &[Character] {
        &self.characters
    }

    /// Whether it has six digits and nothing else.
    pub(super) fn is_whole(&self) -> bool {
        self.characters.len() == GROUP_DIGITS
            && self.characters.iter().all(|character| matches!(character, Character::Digit(_)))
    }
}

/// The six digits of a group with this value. Groups are multiples of eleven.
pub(super) fn to_digits(value: u16) -> [u8; GROUP_DIGITS] {
    let mut rest = u32::from(value) * GROUP_FACTOR;
    let mut digits = [0; GROUP_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    digits
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reading(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn signs_letters_and_lone_question_marks_are_read() {
        let reading = Reading::parse("2358?8 ? 25397O 013365-241120 24557 3429144 591910").unwrap();
        assert_eq!(reading.groups.each_ref().map(|group| group.characters().len()), [6, 6, 6, 6, 6, 5, 7, 6]);
        assert_eq!(reading.digits_read(), 5 + 5 + 6 + 6 + 5 + 7 + 6);
        assert!(Reading::parse(&"?".repeat(48)).is_ok());
        assert_eq!(format!("{reading:?}"), "Reading(hidden)");
    }

    #[test]
    fn what_cannot_be_read_is_named_by_number() {
        let error = |text: &str| Reading::parse(text).err();
        assert_eq!(error("235818 357951"), Some(ReadingError::GroupCount { found: 2 }));
        assert_eq!(error(""), Some(ReadingError::GroupCount { found: 0 }));
        assert_eq!(error(&"1".repeat(47)), Some(ReadingError::GroupCount { found: 8 }));
        assert_eq!(error("1 2 3 4 5 6 7 8"), Some(ReadingError::Length { group: 1, found: 1 }));
        assert_eq!(error("235818 ? ? ? ? ? ? 23é818"), Some(ReadingError::Character { group: 8 }));
        assert_eq!(error("? 12345678901234567890 ? ? ? ? ? ?"), Some(ReadingError::Length { group: 2, found: 20 }));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,100}|[0-9?OBl -]{0,70}") {
            let _ = Reading::parse(&text).map(|reading| reading.digits_read());
        }
    }
}
