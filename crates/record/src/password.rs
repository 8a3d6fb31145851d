//! The recovery password: eight groups of six digits, stored as eight 16-bit numbers that are wiped when dropped.
//! Errors give the number of a group, never its digits.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::fold::fold_digit;

/// Groups in a recovery password.
pub const GROUPS: usize = 8;
/// Decimal digits in a group.
pub const GROUP_DIGITS: usize = 6;
const ALL_DIGITS: usize = GROUPS * GROUP_DIGITS;
/// Each group is a 16-bit number times eleven (libbde format document, "Recovery password").
const DIVISOR: u32 = 11;
/// Bytes of the key that the digits encode.
const KEY_BYTES: usize = GROUPS * 2;
/// Digits and seven hyphens.
const TEXT_BYTES: usize = ALL_DIGITS + GROUPS - 1;

/// A valid BitLocker recovery password.
///
/// It cannot be printed, cloned or serialised. Its text leaves only through [`RecoveryPassword::expose_secret`].
#[derive(ZeroizeOnDrop)]
pub struct RecoveryPassword {
    /// Boxed, so that a move copies a pointer and leaves no numbers behind on the stack.
    key_words: Box<[u16; GROUPS]>,
}

/// The text of a recovery password, `123456-…`, in ASCII digits and hyphens. Wiped when dropped.
#[derive(ZeroizeOnDrop)]
pub struct Digits(Box<[u8; TEXT_BYTES]>);

/// What is wrong with one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Not divisible by 11: a digit is wrong, or two adjacent digits are swapped.
    NotDivisibleBy11,
    /// 720896 or more.
    OutOfRange,
    /// Not six digits long.
    Length {
        /// Digits found in the group.
        found: usize,
    },
    /// Contains a character that is not a digit.
    NotADigit,
}

/// Why a text is not a recovery password. It gives positions, never digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// A group fails its check. Groups are numbered from 1.
    #[error("group {group} is wrong: {problem:?}")]
    Group {
        /// The first failing group, 1 to 8.
        group: usize,
        /// What is wrong with it.
        problem: PasswordProblem,
    },
    /// There are not eight groups, or not 48 digits if there are no separators.
    #[error("{found} groups instead of eight")]
    GroupCount {
        /// The number of groups; without separators, the number of groups of six digits, the last of which may be
        /// incomplete.
        found: usize,
    },
}

impl RecoveryPassword {
    /// Parses a recovery password that was typed or read from a file. Groups may be separated by spaces, hyphens, other
    /// dashes or nothing. Digits may be of any script.
    ///
    /// # Errors
    /// [`PasswordError`] gives the first group that fails, or the number of groups.
    pub fn parse(text: &str) -> Result<Self, PasswordError> {
        let mut groups: Zeroizing<Vec<Group>> = Zeroizing::new(Vec::with_capacity(GROUPS + 1));
        let mut open = false;
        let mut total = 0_usize;
        for c in text.chars() {
            if is_separator(c) {
                open = false;
                continue;
            }
            if is_invisible(c) {
                continue;
            }
            if !open {
                if groups.len() > GROUPS {
                    return Err(PasswordError::GroupCount { found: groups.len() });
                }
                groups.push(Group::default());
                open = true;
            }
            let Some(group) = groups.last_mut() else { continue };
            match fold_digit(c) {
                Some(digit) => {
                    group.push(digit);
                    total += 1;
                }
                None => group.has_other_chars = true,
            }
        }
        if groups.len() == 1 && groups[0].len != GROUP_DIGITS && !groups[0].has_other_chars {
            return Self::from_run(text, total);
        }
        if groups.len() != GROUPS {
            return Err(PasswordError::GroupCount { found: groups.len() });
        }
        let mut key_words = Box::new([0_u16; GROUPS]);
        for (index, (slot, group)) in key_words.iter_mut().zip(groups.iter()).enumerate() {
            *slot = group.check().map_err(|problem| PasswordError::Group { group: index + 1, problem })?;
        }
        Ok(Self { key_words })
    }

    /// Parses 48 digits without separators.
    fn from_run(text: &str, total: usize) -> Result<Self, PasswordError> {
        if total != ALL_DIGITS {
            return Err(PasswordError::GroupCount { found: total.div_ceil(GROUP_DIGITS) });
        }
        let mut key_words = Box::new([0_u16; GROUPS]);
        let mut digits = text.chars().filter_map(fold_digit);
        for (index, slot) in key_words.iter_mut().enumerate() {
            let mut group = Zeroizing::new(Group::default());
            for digit in digits.by_ref().take(GROUP_DIGITS) {
                group.push(digit);
            }
            *slot = group.check().map_err(|problem| PasswordError::Group { group: index + 1, problem })?;
        }
        Ok(Self { key_words })
    }

    /// Makes a password from exactly 48 ASCII digits, as a scanner finds them.
    ///
    /// # Errors
    /// [`PasswordError`] gives the first group that fails.
    pub fn from_ascii_digits(digits: &[u8; ALL_DIGITS]) -> Result<Self, PasswordError> {
        let mut key_words = Box::new([0_u16; GROUPS]);
        for (index, (slot, chunk)) in key_words.iter_mut().zip(digits.chunks_exact(GROUP_DIGITS)).enumerate() {
            let mut group = Zeroizing::new(Group::default());
            for &digit in chunk {
                if digit.is_ascii_digit() {
                    group.push(digit);
                } else {
                    group.has_other_chars = true;
                }
            }
            *slot = group.check().map_err(|problem| PasswordError::Group { group: index + 1, problem })?;
        }
        Ok(Self { key_words })
    }

    /// The digits in the form Windows writes: eight groups joined by hyphens.
    ///
    /// This is the only way from the type to text. Each caller states its reason in an `// EXPOSE:` comment.
    #[must_use]
    pub fn expose_secret(&self) -> Digits {
        let mut text = Box::new([b'-'; TEXT_BYTES]);
        for (index, &value) in self.key_words.iter().enumerate() {
            let mut rest = u32::from(value) * DIVISOR;
            for at in (0..GROUP_DIGITS).rev() {
                text[index * (GROUP_DIGITS + 1) + at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
                rest /= 10;
            }
        }
        Digits(text)
    }

    /// The key that the digits encode: each group divided by eleven, little-endian. It is only for proof and repair: it
    /// reveals the digits.
    #[must_use]
    pub fn to_key_bytes(&self) -> Zeroizing<[u8; KEY_BYTES]> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        for (bytes, value) in key.chunks_exact_mut(2).zip(self.key_words.iter()) {
            bytes.copy_from_slice(&value.to_le_bytes());
        }
        key
    }

    /// The recovery password that encodes this key. Every key has one.
    #[must_use]
    pub fn from_key_bytes(key: &[u8; KEY_BYTES]) -> Self {
        let mut key_words = Box::new([0_u16; GROUPS]);
        for (value, bytes) in key_words.iter_mut().zip(key.chunks_exact(2)) {
            *value = u16::from_le_bytes([bytes[0], bytes[1]]);
        }
        Self { key_words }
    }

    /// Valid in form, but not a password that Windows would generate: all eight groups are the same.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.key_words.iter().all(|group| *group == self.key_words[0])
    }

    /// Valid in form, but of the kind that manuals make up: the groups rise by equal steps, or each repeats one digit
    /// six times. No random key looks like that.
    #[must_use]
    pub fn is_made_up(&self) -> bool {
        let groups = &*self.key_words;
        let step = |pair: &[u16]| i32::from(pair[1]) - i32::from(pair[0]);
        let climbs = groups.windows(2).all(|pair| step(pair) == step(&groups[..2]));
        let repeats = |group: &u16| (u32::from(*group) * 11).is_multiple_of(111_111);
        climbs || groups.iter().all(repeats)
    }

    /// A keyed hash of the digits, for finding duplicates among many. It is equal for equal digits under the same
    /// `keys`, and reveals nothing without them.
    #[must_use]
    pub fn mark(&self, keys: &std::hash::RandomState) -> u64 {
        std::hash::BuildHasher::hash_one(keys, *self.key_words)
    }

    /// Whether both have the same digits. Takes constant time.
    #[must_use]
    pub fn same_digits(&self, other: &Self) -> bool {
        self.key_words
            .iter()
            .zip(other.key_words.iter())
            .fold(subtle::Choice::from(1), |same, (a, b)| same & a.ct_eq(b))
            .into()
    }
}

/// Checks one group by itself, so that a typing mistake is reported at once.
///
/// # Errors
/// The [`PasswordProblem`] of this group.
pub fn check_group(text: &str) -> Result<(), PasswordProblem> {
    let mut group = Zeroizing::new(Group::default());
    for c in text.chars().filter(|c| !is_separator(*c) && !is_invisible(*c)) {
        match fold_digit(c) {
            Some(digit) => group.push(digit),
            None => group.has_other_chars = true,
        }
    }
    group.check().map(drop)
}

impl Digits {
    /// The 55 characters, for the few places that write them out.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&*self.0).unwrap_or_default()
    }

    /// The eight groups in order.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.as_str().split('-')
    }
}

impl fmt::Debug for RecoveryPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryPassword(hidden)")
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits(hidden)")
    }
}

/// A group while it is parsed: the value of its first six digits, and its number of digits.
#[derive(Default, Zeroize)]
struct Group {
    value: u32,
    len: usize,
    has_other_chars: bool,
}

impl Group {
    fn push(&mut self, ascii: u8) {
        if self.len < GROUP_DIGITS {
            self.value = self.value * 10 + u32::from(ascii - b'0');
        }
        self.len += 1;
    }

    fn check(&self) -> Result<u16, PasswordProblem> {
        if self.has_other_chars {
            return Err(PasswordProblem::NotADigit);
        }
        if self.len != GROUP_DIGITS {
            return Err(PasswordProblem::Length { found: self.len });
        }
        if !self.value.is_multiple_of(DIVISOR) {
            return Err(PasswordProblem::NotDivisibleBy11);
        }
        u16::try_from(self.value / DIVISOR).map_err(|_| PasswordProblem::OutOfRange)
    }
}

/// Whether people separate groups with this character.
#[must_use]
pub fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{2010}'
                ..='\u{2015}' | '\u{2212}' | '\u{AD}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' | '\u{2043}' | '+' | '/'
        )
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\0' | '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{61C}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Published in libbde's format document.
    const LIBBDE: &str = "471207-278498-422125-177177-561902-537405-468006-693451";

    fn parsed(text: &str) -> Result<String, PasswordError> {
        RecoveryPassword::parse(text).map(|password| password.expose_secret().as_str().to_owned())
    }

    #[test]
    fn separators_and_scripts_are_forgiven() {
        for text in [
            LIBBDE.to_owned(),
            LIBBDE.replace('-', " "),
            LIBBDE.replace('-', ""),
            LIBBDE.replace('-', "\u{2013}"),
            LIBBDE.replace('-', " \u{2212} "),
            format!("\u{202A}{LIBBDE}\u{202C}\r\n"),
            LIBBDE.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(0x6F0 + d)).unwrap_or(c)).collect(),
        ] {
            assert_eq!(parsed(&text).as_deref(), Ok(LIBBDE));
        }
    }

    #[test]
    fn the_wrong_group_is_named_by_number() {
        let wrong = LIBBDE.replace("422125", "422126");
        assert_eq!(parsed(&wrong), Err(PasswordError::Group { group: 3, problem: PasswordProblem::NotDivisibleBy11 }));
        let large = LIBBDE.replace("693451", "999999");
        assert_eq!(parsed(&large), Err(PasswordError::Group { group: 8, problem: PasswordProblem::OutOfRange }));
        let short = LIBBDE.replace("471207", "47120");
        assert_eq!(
            parsed(&short),
            Err(PasswordError::Group { group: 1, problem: PasswordProblem::Length { found: 5 } })
        );
        let letter = LIBBDE.replace("561902", "56l902");
        assert_eq!(parsed(&letter), Err(PasswordError::Group { group: 5, problem: PasswordProblem::NotADigit }));
        assert_eq!(parsed("123456-123"), Err(PasswordError::GroupCount { found: 2 }));
        assert_eq!(parsed(""), Err(PasswordError::GroupCount { found: 0 }));
        assert_eq!(parsed(&format!("{LIBBDE}-000011")), Err(PasswordError::GroupCount { found: 9 }));
        assert_eq!(parsed(&LIBBDE.replace('-', "")[..47]), Err(PasswordError::GroupCount { found: 8 }));
    }

    #[test]
    fn the_key_is_each_groups_eleventh_part() {
        // The worked example of the metadata reference, which is published test data.
        let password = RecoveryPassword::parse("235818-357951-253979-013365-241120-245575-342914-591910").unwrap();
        let key = [0xbe, 0x53, 0x1d, 0x7f, 0x31, 0x5a, 0xbf, 0x04, 0xa0, 0x55, 0x35, 0x57, 0xc6, 0x79, 0x32, 0xd2];
        assert_eq!(*password.to_key_bytes(), key);
    }

    #[test]
    fn the_largest_group_is_720885() {
        let largest = ["720885"; 8].join("-");
        assert_eq!(parsed(&largest).as_deref(), Ok(largest.as_str()));
        assert!(RecoveryPassword::parse(&largest).is_ok_and(|password| password.is_weak()));
        assert_eq!(
            parsed(&["720896"; 8].join("-")),
            Err(PasswordError::Group { group: 1, problem: PasswordProblem::OutOfRange })
        );
    }

    #[test]
    fn keys_of_manuals_are_known() {
        let made_up = |text: &str| RecoveryPassword::parse(text).is_ok_and(|password| password.is_made_up());
        assert!(made_up("000011-000022-000033-000044-000055-000066-000077-000088"));
        assert!(made_up("111111-222222-333333-444444-555555-666666-111111-222222"));
        assert!(!made_up(LIBBDE));
    }

    #[test]
    fn debug_shows_nothing() {
        let password = RecoveryPassword::parse(LIBBDE).ok();
        let shown = format!("{password:?} {:?}", password.as_ref().map(RecoveryPassword::expose_secret));
        assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
    }

    proptest! {
        #[test]
        fn what_is_exposed_parses_back(groups in proptest::array::uniform8(any::<u16>())) {
            let text = groups.map(|group| format!("{:06}", u32::from(group) * 11)).join("-");
            prop_assert_eq!(parsed(&text), Ok(text));
        }

        #[test]
        fn a_key_and_its_digits_are_one(key in any::<[u8; 16]>()) {
            prop_assert_eq!(*RecoveryPassword::from_key_bytes(&key).to_key_bytes(), key);
        }

        #[test]
        fn one_wrong_digit_is_always_named(
            groups in proptest::array::uniform8(any::<u16>()),
            at in 0_usize..48,
            add in 1_u8..10,
        ) {
            let groups = groups.map(|group| format!("{:06}", u32::from(group) * 11));
            let text = groups.concat();
            let mut digits = text.into_bytes();
            digits[at] = b'0' + (digits[at] - b'0' + add) % 10;
            let text = String::from_utf8_lossy(&digits).into_owned();
            let named = matches!(parsed(&text), Err(PasswordError::Group { group, .. }) if group == at / 6 + 1);
            prop_assert!(named);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = RecoveryPassword::parse(&text);
            let _ = check_group(&text);
        }
    }
}
