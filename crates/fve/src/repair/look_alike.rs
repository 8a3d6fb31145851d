//! Characters that people and scanners confuse on a faded page.

/// A set of digits, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DigitSet(u16);

impl DigitSet {
    pub(super) const ANY: Self = Self(0b11_1111_1111);

    const fn single(digit: u8) -> Self {
        Self(1 << (digit % 10))
    }

    const fn from_digits(digits: &[u8]) -> Self {
        let mut set = 0;
        let mut at = 0;
        while at < digits.len() {
            set |= Self::single(digits[at]).0;
            at += 1;
        }
        Self(set)
    }

    pub(super) const fn contains(self, digit: u8) -> bool {
        self.0 & Self::single(digit).0 != 0
    }
}

/// What each digit may be taken for when strokes fade or blur. The relation is symmetric.
const LOOK_ALIKES: [DigitSet; 10] = [
    DigitSet::from_digits(&[6, 8, 9]),
    DigitSet::from_digits(&[4, 7]),
    DigitSet::from_digits(&[7]),
    DigitSet::from_digits(&[5, 8, 9]),
    DigitSet::from_digits(&[1, 9]),
    DigitSet::from_digits(&[3, 6]),
    DigitSet::from_digits(&[0, 5, 8]),
    DigitSet::from_digits(&[1, 2]),
    DigitSet::from_digits(&[0, 3, 6, 9]),
    DigitSet::from_digits(&[0, 3, 4, 8]),
];

/// The digits that this one may be taken for.
pub(super) const fn look_alikes(digit: u8) -> DigitSet {
    LOOK_ALIKES[(digit % 10) as usize]
}

/// The digits that a letter or sign may stand for; `None` if it looks like none. `?` and the like stand for any.
pub(super) const fn digits_like(c: char) -> Option<DigitSet> {
    Some(match c {
        '?' | '_' | '*' | '.' | '\u{2026}' | '#' | 'x' | 'X' => DigitSet::ANY,
        'O' | 'o' | 'D' | 'Q' | 'U' | 'C' | 'c' | 'G' | 'b' => DigitSet::from_digits(&[0, 6, 8]),
        'B' | '&' => DigitSet::from_digits(&[0, 3, 6, 8]),
        'I' | 'i' | 'l' | 'L' | '|' | '!' | 'T' | 't' | 'J' | 'j' => DigitSet::from_digits(&[1, 7]),
        'Y' => DigitSet::from_digits(&[4, 7]),
        'S' | 's' | '$' => DigitSet::from_digits(&[5, 8]),
        'Z' | 'z' => DigitSet::from_digits(&[2, 7]),
        'E' => DigitSet::from_digits(&[3, 8]),
        'A' | 'h' => DigitSet::from_digits(&[4]),
        'g' | 'q' | 'P' | 'p' => DigitSet::from_digits(&[9]),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_symmetric_and_never_the_digit_itself() {
        for a in 0..10 {
            assert!(!look_alikes(a).contains(a));
            for b in 0..10 {
                assert_eq!(look_alikes(a).contains(b), look_alikes(b).contains(a), "{a} {b}");
            }
        }
    }

    #[test]
    fn the_pairs_everybody_knows() {
        let letters = [('O', 0), ('B', 8), ('G', 6), ('I', 1), ('l', 1), ('S', 5), ('Z', 2)];
        assert!(letters.iter().all(|(letter, digit)| digits_like(*letter).is_some_and(|set| set.contains(*digit))));
        for (a, b) in [(0, 8), (0, 6), (6, 8), (1, 7), (3, 8), (4, 9)] {
            assert!(look_alikes(a).contains(b), "{a} {b}");
        }
        assert_eq!(digits_like('ß'), None);
        assert_eq!(digits_like('?'), Some(DigitSet::ANY));
    }
}
