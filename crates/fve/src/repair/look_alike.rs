//! Characters that people and scanners take for one another on a faded page. Knows no groups.

/// A set of digits, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Digits(u16);

impl Digits {
    pub(super) const ANY: Self = Self(0x3FF);

    pub(super) const fn one(digit: u8) -> Self {
        Self(1 << (digit % 10))
    }

    const fn of(digits: &[u8]) -> Self {
        let mut set = 0;
        let mut at = 0;
        while at < digits.len() {
            set |= Self::one(digits[at]).0;
            at += 1;
        }
        Self(set)
    }

    pub(super) const fn has(self, digit: u8) -> bool {
        self.0 & Self::one(digit).0 != 0
    }
}

/// What each digit may be taken for when strokes fade or blur, both ways.
const BLURRED: [Digits; 10] = [
    Digits::of(&[6, 8, 9]),
    Digits::of(&[4, 7]),
    Digits::of(&[7]),
    Digits::of(&[5, 8, 9]),
    Digits::of(&[1, 9]),
    Digits::of(&[3, 6]),
    Digits::of(&[0, 5, 8]),
    Digits::of(&[1, 2]),
    Digits::of(&[0, 3, 6, 9]),
    Digits::of(&[0, 3, 4, 8]),
];

/// The digits this one may really be.
pub(super) const fn blurred(digit: u8) -> Digits {
    BLURRED[(digit % 10) as usize]
}

/// The digits that a character which is none may have been; `None` for one that looks like no digit.
pub(super) const fn looks_like(c: char) -> Option<Digits> {
    Some(match c {
        '?' | '_' | '*' | '.' | '\u{2026}' | '#' | 'x' | 'X' => Digits::ANY,
        'O' | 'o' | 'D' | 'Q' | 'U' | 'C' | 'c' | 'G' | 'b' => Digits::of(&[0, 6, 8]),
        'B' | '&' => Digits::of(&[0, 3, 6, 8]),
        'I' | 'i' | 'l' | 'L' | '|' | '!' | 'T' | 't' | 'J' | 'j' => Digits::of(&[1, 7]),
        'Y' => Digits::of(&[4, 7]),
        'S' | 's' | '$' => Digits::of(&[5, 8]),
        'Z' | 'z' => Digits::of(&[2, 7]),
        'E' => Digits::of(&[3, 8]),
        'A' | 'h' => Digits::of(&[4]),
        'g' | 'q' | 'P' | 'p' => Digits::of(&[9]),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blurring_goes_both_ways_and_never_to_itself() {
        for a in 0..10 {
            assert!(!blurred(a).has(a));
            for b in 0..10 {
                assert_eq!(blurred(a).has(b), blurred(b).has(a), "{a} {b}");
            }
        }
    }

    #[test]
    fn the_pairs_everybody_knows() {
        let letters = [('O', 0), ('B', 8), ('G', 6), ('I', 1), ('l', 1), ('S', 5), ('Z', 2)];
        assert!(letters.iter().all(|(letter, digit)| looks_like(*letter).is_some_and(|set| set.has(*digit))));
        for (a, b) in [(0, 8), (0, 6), (6, 8), (1, 7), (3, 8), (4, 9)] {
            assert!(blurred(a).has(b), "{a} {b}");
        }
        assert_eq!(looks_like('ß'), None);
        assert_eq!(looks_like('?'), Some(Digits::ANY));
    }
}
