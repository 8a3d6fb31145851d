//! What spreadsheets do to 48 digits, and what of it can be undone.

use zeroize::Zeroizing;

use drivekey_record::{GROUP_DIGITS, GROUPS};

/// All digits of a password.
pub(super) const ALL_DIGITS: usize = GROUPS * GROUP_DIGITS;
/// Spreadsheets keep so many digits of a number.
const KEPT_DIGITS: usize = 15;
/// A number of fewer digits did not come from 48.
const DIGITS_MIN: usize = 40;
/// Fewer whole groups than this are other numbers in a row.
const WHOLE_GROUPS: usize = 5;

/// Whether the digits became a number and most of them were lost: `4.27284E+47`, or zeros from the sixteenth digit on.
pub(super) fn is_lost(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'', '=']);
    if let Some((mantissa, exponent)) = value.split_once(['E', 'e']) {
        let is_number = mantissa.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
            && mantissa.bytes().filter(u8::is_ascii_digit).count() <= KEPT_DIGITS + 2
            && mantissa.starts_with(|c: char| c.is_ascii_digit());
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
        return is_number
            && exponent.parse::<usize>().is_ok_and(|exponent| (DIGITS_MIN..ALL_DIGITS).contains(&exponent));
    }
    let digits: usize = value.bytes().filter(u8::is_ascii_digit).count();
    let only_digits = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'.' | b','));
    let zeros = value.bytes().rev().take_while(|byte| *byte == b'0').count();
    only_digits
        && (DIGITS_MIN..=ALL_DIGITS).contains(&digits)
        && zeros >= DIGITS_MIN - KEPT_DIGITS - 1
        && zeros < digits
}

/// The 48 digits of a value that lost leading zeros, of the whole or of single groups.
pub(super) fn padded(value: &str) -> Option<Zeroizing<[u8; ALL_DIGITS]>> {
    let value = value.trim();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if digits == value.len() && (DIGITS_MIN..ALL_DIGITS).contains(&digits) {
        let mut all = Zeroizing::new([b'0'; ALL_DIGITS]);
        all[ALL_DIGITS - digits..].copy_from_slice(value.as_bytes());
        return Some(all);
    }
    if value.len() > 2 * ALL_DIGITS || !value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b' ')) {
        return None;
    }
    // A last group that is short may as well be cut off.
    let last = value.rsplit(['-', ' ']).next().unwrap_or_default();
    (last.len() == GROUP_DIGITS).then(|| joined(value.split(['-', ' ']).filter(|group| !group.is_empty())))?
}

/// Eight groups, put in columns of their own, as 48 digits.
pub(super) fn joined<'a>(groups: impl Iterator<Item = &'a str>) -> Option<Zeroizing<[u8; ALL_DIGITS]>> {
    let mut all = Zeroizing::new([b'0'; ALL_DIGITS]);
    let (mut count, mut whole) = (0, 0);
    for group in groups {
        let is_group = (1..=GROUP_DIGITS).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit());
        // A number has no zeros in front: what has some was not made shorter by that.
        let is_cut = group.len() < GROUP_DIGITS && group.len() > 1 && group.starts_with('0');
        if !is_group || is_cut || count == GROUPS {
            return None;
        }
        count += 1;
        whole += usize::from(group.len() == GROUP_DIGITS);
        all[count * GROUP_DIGITS - group.len()..count * GROUP_DIGITS].copy_from_slice(group.as_bytes());
    }
    (count == GROUPS && whole >= WHOLE_GROUPS).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_digits_are_recognised() {
        let zeros = format!("427284000000123{}", "0".repeat(33));
        for text in ["4.27284E+47", "4,27284E+47", "1E+46", "4.27284e47", zeros.as_str()] {
            assert!(is_lost(text), "{text}");
        }
        for text in ["4.27284E+12", "506825429770002244257444671440299750212256683067", "E+47", "PCE+47", "0", ""] {
            assert!(!is_lost(text), "{text}");
        }
    }

    #[test]
    fn leading_zeros_come_back() {
        let whole = "002233498564710193608685191565085085484044493273";
        let text = |digits: Option<Zeroizing<[u8; ALL_DIGITS]>>| {
            digits.map(|digits| String::from_utf8_lossy(&*digits).into_owned())
        };
        assert_eq!(text(padded("2233498564710193608685191565085085484044493273")).as_deref(), Some(whole));
        assert_eq!(text(padded("2233-498564-710193-608685-191565-85085-484044-493273")).as_deref(), Some(whole));
        assert_eq!(
            text(joined("2233,498564,710193,608685,191565,85085,484044,493273".split(','))).as_deref(),
            Some(whole)
        );
        assert_eq!(text(joined("0,0,0,0,0,0,0,0".split(','))), None);
        for cut in [
            "498564-710193-608685",
            "002233-498564-710193-608685-191565-085085-484044-4932",
            "2233-498564-710193-608685-191565-085085-484044-099",
        ] {
            assert_eq!(text(padded(cut)), None, "{cut}");
        }
    }
}
