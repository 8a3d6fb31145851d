//! Folds characters that people and scanners confuse: digits of every script, and look-alikes in a Key ID.

/// The ASCII value of a decimal digit of any script (Unicode category Nd), or `None` for anything else.
///
/// Unicode guarantees that each script's ten digits stand in one contiguous run from zero to nine, so the run's
/// start is enough. Source: Unicode 16, `DerivedNumericType.txt`, type Decimal.
#[must_use]
pub fn fold_digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c as u8);
    }
    let code = c as u32;
    let at = ZEROS.partition_point(|&zero| zero <= code);
    let zero = *ZEROS.get(at.checked_sub(1)?)?;
    let value = code - zero;
    // The mathematical digits are five alphabets of ten digits in one run of fifty.
    let run = if zero == MATHEMATICAL_ZERO { 50 } else { 10 };
    (value < run).then(|| b'0' + u8::try_from(value % 10).unwrap_or(0))
}

const MATHEMATICAL_ZERO: u32 = 0x1D7CE;

/// The zero of each script, ascending.
const ZEROS: [u32; 71] = [
    0x0660,
    0x06F0,
    0x07C0,
    0x0966,
    0x09E6,
    0x0A66,
    0x0AE6,
    0x0B66,
    0x0BE6,
    0x0C66,
    0x0CE6,
    0x0D66,
    0x0DE6,
    0x0E50,
    0x0ED0,
    0x0F20,
    0x1040,
    0x1090,
    0x17E0,
    0x1810,
    0x1946,
    0x19D0,
    0x1A80,
    0x1A90,
    0x1B50,
    0x1BB0,
    0x1C40,
    0x1C50,
    0xA620,
    0xA8D0,
    0xA900,
    0xA9D0,
    0xA9F0,
    0xAA50,
    0xABF0,
    0xFF10,
    0x104A0,
    0x10D30,
    0x10D40,
    0x11066,
    0x110F0,
    0x11136,
    0x111D0,
    0x112F0,
    0x11450,
    0x114D0,
    0x11650,
    0x116C0,
    0x116D0,
    0x116DA,
    0x11730,
    0x118E0,
    0x11950,
    0x11BF0,
    0x11C50,
    0x11D50,
    0x11DA0,
    0x11F50,
    0x16130,
    0x16A60,
    0x16AC0,
    0x16B50,
    0x16D70,
    0x1CCF0,
    MATHEMATICAL_ZERO,
    0x1E140,
    0x1E2F0,
    0x1E4F0,
    0x1E5F1,
    0x1E950,
    0x1FBF0,
];

/// Folds look-alike characters of a compact Key ID to one form: O, D and Q to 0, I and L to 1, Z to 2, S to 5, G to 6,
/// B to 8. Also converts to upper case. Applied to stored and to typed Key IDs alike.
#[must_use]
pub fn fold_look_alikes(text: &str) -> String {
    text.chars()
        .map(|c| match c.to_ascii_uppercase() {
            'O' | 'D' | 'Q' => '0',
            'I' | 'L' => '1',
            'Z' => '2',
            'S' => '5',
            'G' => '6',
            'B' => '8',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_folds_to_its_value() {
        for (text, value) in
            [("٣", b'3'), ("۹", b'9'), ("４", b'4'), ("०", b'0'), ("𝟙", b'1'), ("𝟿", b'9'), ("7", b'7')]
        {
            assert_eq!(text.chars().next().and_then(fold_digit), Some(value), "{text}");
        }
    }

    #[test]
    fn letters_and_other_numbers_are_no_digits() {
        for c in ['a', 'O', '½', '²', '一', '\u{666A}', '\u{1D800}', '\u{2FFFF}', '\u{65F}', '\u{66A}'] {
            assert_eq!(fold_digit(c), None, "{c:?}");
        }
    }

    #[test]
    fn the_table_agrees_with_the_standard_library() {
        assert!(ZEROS.windows(2).all(|pair| pair[0] < pair[1]));
        for &zero in &ZEROS {
            for offset in 0..10 {
                let c = char::from_u32(zero + offset);
                assert!(c.is_some_and(char::is_numeric), "U+{zero:04X}+{offset}");
            }
        }
    }

    #[test]
    fn look_alikes_become_one() {
        assert_eq!(fold_look_alikes("o0dQ-iL1-z2-s5-g6-b8-7e"), "0000-111-22-55-66-88-7E");
    }
}
