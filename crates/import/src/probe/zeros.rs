//! Keys that a spreadsheet robbed of their leading zeros: eight numbers in a row that could be groups, or one that is
//! almost long enough.

use drivekey_record::GROUPS;

/// What a group may be at most, and what divides it.
const GROUP_CEILING: u32 = 720_896;
const GROUP_DIVISOR: u32 = 11;
const GROUP_DIGITS: usize = 6;
/// A key in one number loses no more than its first groups' zeros.
const WHOLE_DIGITS: std::ops::RangeInclusive<usize> = 36..=48;

/// Whether such numbers stand in a text; zeros of UTF-16 are passed over.
pub(super) fn are_lost(bytes: &[u8]) -> bool {
    let (mut groups, mut digits, mut value) = (0, 0_usize, 0_u32);
    let mut narrow = bytes.iter().copied().filter(|byte| *byte != 0);
    loop {
        let byte = narrow.next();
        match byte {
            Some(digit @ b'0'..=b'9') => {
                digits += 1;
                value = value.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
                continue;
            }
            _ if digits > 0 => {
                if WHOLE_DIGITS.contains(&digits) {
                    return true;
                }
                let could_be_group = digits <= GROUP_DIGITS && value < GROUP_CEILING && value % GROUP_DIVISOR == 0;
                groups = if could_be_group { groups + 1 } else { 0 };
                if groups == GROUPS {
                    return true;
                }
                (digits, value) = (0, 0);
            }
            _ => {}
        }
        if byte.is_none() {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::are_lost;

    #[test]
    fn short_groups_and_short_numbers_are_seen() {
        assert!(are_lost(b"PC;22;471207;278498;0;11;422125;177177;561902"));
        assert!(are_lost(b"Key\n4254304898578369536041494241561242352044705331\n"));
        assert!(!are_lost(b"22;471207;278498;0;11;422125;177177;561903"));
        assert!(!are_lost(b"2026-11-25 14:02:11, 1234567890123456789012345678901234"));
    }
}
