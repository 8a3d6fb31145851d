//! What could be read of a recovery password: eight groups of places, each a digit, one of several, or unknown.
//! Holds digits: wiped, cannot be printed. Knows no errors of typing.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::look_alike::{Digits, looks_like};
use drivekey_record::{GROUP_DIGITS, GROUPS, RecoveryPassword, fold_digit, is_separator};

/// A group may have lost a digit or gained one.
const PLACES_MAX: usize = GROUP_DIGITS + 1;

/// A place: what was read there. A digit is its value; a set stands for a character that is none.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Digit(u8),
    OneOf(Digits),
}

/// One group as it was read.
#[derive(Default, ZeroizeOnDrop)]
pub(super) struct Group {
    places: Vec<Place>,
}

/// What was read.
pub struct Reading {
    pub(super) groups: [Group; GROUPS],
}

/// Why a text cannot be mended. Names places, never digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    /// Not eight groups, or not 48 characters where no separators are.
    #[error("{found} groups instead of eight")]
    GroupCount {
        /// Groups found.
        found: usize,
    },
    /// A group with too few or too many characters.
    #[error("group {group} has {found} characters")]
    Length {
        /// The group, from 1.
        group: usize,
        /// Its characters.
        found: usize,
    },
    /// A character that is no digit, looks like none, and is no sign for an unknown one.
    #[error("group {group} holds a character that looks like no digit")]
    Character {
        /// The group, from 1.
        group: usize,
    },
}

impl Zeroize for Place {
    fn zeroize(&mut self) {
        *self = Self::OneOf(Digits::ANY);
    }
}

impl Reading {
    /// Reads eight groups set apart as in a recovery password; `?` is an unknown digit, `?` alone an unknown group, a
    /// letter whatever digits look like it. Without separators, 48 characters.
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

    /// A recovery password that was read whole, and yet does not open.
    #[must_use]
    pub fn of_password(password: &RecoveryPassword) -> Self {
        let key = password.to_key_bytes();
        let mut groups: [Group; GROUPS] = Default::default();
        for (group, bytes) in groups.iter_mut().zip(key.chunks_exact(2)) {
            group.places = digits_of(u16::from_le_bytes([bytes[0], bytes[1]])).map(Place::Digit).to_vec();
        }
        Self { groups }
    }

    /// How many digits were read without doubt, for a person to check against the page.
    #[must_use]
    pub fn digits_read(&self) -> usize {
        self.groups.iter().flat_map(|group| &group.places).filter(|place| matches!(place, Place::Digit(_))).count()
    }
}

impl Group {
    fn read(&mut self, index: usize, chars: impl Iterator<Item = char>) -> Result<(), ReadingError> {
        self.places = Vec::with_capacity(PLACES_MAX);
        let mut found = 0;
        for c in chars {
            let folded = fold_digit(c).map(|digit| Place::Digit(digit - b'0'));
            let place = folded
                .or_else(|| looks_like(c).map(Place::OneOf))
                .ok_or(ReadingError::Character { group: index + 1 })?;
            found += 1;
            if found <= PLACES_MAX {
                self.places.push(place);
            }
        }
        if let [Place::OneOf(Digits::ANY)] = self.places[..] {
            self.places.resize(GROUP_DIGITS, Place::OneOf(Digits::ANY));
            return Ok(());
        }
        if (GROUP_DIGITS - 1..=PLACES_MAX).contains(&found) {
            Ok(())
        } else {
            Err(ReadingError::Length { group: index + 1, found })
        }
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Whether every place is a digit.
    pub(super) fn is_whole(&self) -> bool {
        self.places.len() == GROUP_DIGITS && self.places.iter().all(|place| matches!(place, Place::Digit(_)))
    }
}

/// The six digits of a group.
pub(super) fn digits_of(value: u16) -> [u8; GROUP_DIGITS] {
    let mut rest = u32::from(value) * 11;
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
        assert_eq!(reading.groups.each_ref().map(|group| group.places().len()), [6, 6, 6, 6, 6, 5, 7, 6]);
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
