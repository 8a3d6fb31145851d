//! How unlikely it is that a group was read as it was, if it is really this: small numbers, to be added.
//! Knows one group at a time.

use super::look_alike::blurred;
use super::reading::{Group, Place, digits_of};
use drivekey_record::GROUP_DIGITS;

/// A digit taken for one that looks like it; two neighbours exchanged; a digit left out or doubled.
const SLIP: u8 = 1;
/// A digit taken for any other; two digits exchanged that are no neighbours.
const BLUNDER: u8 = 2;

/// Not by any error that is looked for.
pub(super) const NEVER: u8 = u8::MAX;

/// The cost of having read `group` where this value stands; [`NEVER`] beyond `most`.
pub(super) fn cost(group: &Group, value: u16, most: u8) -> u8 {
    let digits = digits_of(value);
    let places = group.places();
    let cost = match places.len() {
        GROUP_DIGITS => {
            let differing = places.iter().zip(&digits).filter(|(place, digit)| !fits(**place, **digit)).count();
            match differing {
                0 => 0,
                2 => substituted(places, digits).min(exchanged(places, digits).unwrap_or(NEVER)),
                // Each costs one at least.
                many if many > usize::from(most) => NEVER,
                _ => substituted(places, digits),
            }
        }
        short if short < GROUP_DIGITS => without_one(digits, places).unwrap_or(NEVER),
        _ => with_one_more(places, digits).unwrap_or(NEVER),
    };
    if cost <= most { cost } else { NEVER }
}

fn substituted(places: &[Place], digits: [u8; GROUP_DIGITS]) -> u8 {
    let costs = places.iter().zip(&digits).map(|(place, digit)| match place {
        _ if fits(*place, *digit) => 0,
        Place::Digit(read) if blurred(*read).has(*digit) => SLIP,
        _ => BLUNDER,
    });
    costs.sum()
}

/// The cost if all is right but for two places that changed sides.
fn exchanged(places: &[Place], digits: [u8; GROUP_DIGITS]) -> Option<u8> {
    let wrong = |(place, digit): (&Place, &u8)| !fits(*place, *digit);
    let mut differing = places.iter().zip(&digits).enumerate().filter(|(_, pair)| wrong(*pair)).map(|(at, _)| at);
    let (first, second) = (differing.next()?, differing.next()?);
    let only_two = differing.next().is_none();
    let crossed = fits(places[first], digits[second]) && fits(places[second], digits[first]);
    (only_two && crossed).then_some(if second == first + 1 { SLIP } else { BLUNDER })
}

fn fits(place: Place, digit: u8) -> bool {
    match place {
        Place::Digit(read) => read == digit,
        Place::OneOf(set) => set.has(digit),
    }
}

/// The cost if one of the digits was left out.
fn without_one(digits: [u8; GROUP_DIGITS], places: &[Place]) -> Option<u8> {
    let left_out = |missing: usize| {
        let rest = digits.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, digit)| digit);
        rest.zip(places).all(|(digit, place)| fits(*place, *digit))
    };
    (0..GROUP_DIGITS).any(left_out).then_some(SLIP)
}

/// The cost if one of the places is too many.
fn with_one_more(places: &[Place], digits: [u8; GROUP_DIGITS]) -> Option<u8> {
    let added = |extra: usize| {
        let rest = places.iter().enumerate().filter(|(at, _)| *at != extra).map(|(_, place)| place);
        rest.zip(&digits).all(|(place, digit)| fits(*place, *digit))
    };
    (0..places.len()).any(added).then_some(SLIP)
}
