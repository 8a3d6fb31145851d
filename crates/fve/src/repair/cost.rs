//! The cost of misreading one group: how unlikely it is that a value was read as it was, as a small number to be added.

use super::look_alike::look_alikes;
use super::reading::{Character, Group, to_digits};
use drivekey_record::GROUP_DIGITS;

/// A digit taken for a look-alike, two neighbours swapped, a digit left out or doubled.
const SLIP: u8 = 1;
/// A digit taken for any other, two digits apart swapped.
const BLUNDER: u8 = 2;

/// No error that is allowed for explains the reading.
pub(super) const NEVER: u8 = u8::MAX;

/// The cost of reading `value` as this group; [`NEVER`] if it is above `most`.
pub(super) fn cost(group: &Group, value: u16, most: u8) -> u8 {
    let digits = to_digits(value);
    let read = group.characters();
    let cost = match read.len() {
        GROUP_DIGITS => {
            let differing = read.iter().zip(&digits).filter(|(character, digit)| !fits(**character, **digit)).count();
            match differing {
                0 => 0,
                2 => cost_of_wrong_digits(read, digits).min(cost_of_swap(read, digits).unwrap_or(NEVER)),
                // Each wrong digit costs one at least.
                many if many > usize::from(most) => NEVER,
                _ => cost_of_wrong_digits(read, digits),
            }
        }
        short if short < GROUP_DIGITS => cost_of_missing_digit(digits, read).unwrap_or(NEVER),
        _ => cost_of_extra_digit(read, digits).unwrap_or(NEVER),
    };
    if cost <= most { cost } else { NEVER }
}

fn cost_of_wrong_digits(read: &[Character], digits: [u8; GROUP_DIGITS]) -> u8 {
    let costs = read.iter().zip(&digits).map(|(character, digit)| match character {
        _ if fits(*character, *digit) => 0,
        Character::Digit(read) if look_alikes(*read).contains(*digit) => SLIP,
        _ => BLUNDER,
    });
    costs.sum()
}

/// The cost if all is right but for two digits that were swapped.
fn cost_of_swap(read: &[Character], digits: [u8; GROUP_DIGITS]) -> Option<u8> {
    let wrong = |(character, digit): (&Character, &u8)| !fits(*character, *digit);
    let mut differing = read.iter().zip(&digits).enumerate().filter(|(_, pair)| wrong(*pair)).map(|(at, _)| at);
    let (first, second) = (differing.next()?, differing.next()?);
    let only_two = differing.next().is_none();
    let crossed = fits(read[first], digits[second]) && fits(read[second], digits[first]);
    (only_two && crossed).then_some(if second == first + 1 { SLIP } else { BLUNDER })
}

fn fits(character: Character, digit: u8) -> bool {
    match character {
        Character::Digit(read) => read == digit,
        Character::OneOf(set) => set.contains(digit),
    }
}

/// The cost if one of the digits was left out.
fn cost_of_missing_digit(digits: [u8; GROUP_DIGITS], read: &[Character]) -> Option<u8> {
    let left_out = |missing: usize| {
        let rest = digits.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, digit)| digit);
        rest.zip(read).all(|(digit, character)| fits(*character, *digit))
    };
    (0..GROUP_DIGITS).any(left_out).then_some(SLIP)
}

/// The cost if one character too many was read.
fn cost_of_extra_digit(read: &[Character], digits: [u8; GROUP_DIGITS]) -> Option<u8> {
    let added = |extra: usize| {
        let rest = read.iter().enumerate().filter(|(at, _)| *at != extra).map(|(_, character)| character);
        rest.zip(&digits).all(|(character, digit)| fits(*character, *digit))
    };
    (0..read.len()).any(added).then_some(SLIP)
}
