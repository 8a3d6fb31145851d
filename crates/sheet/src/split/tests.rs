//! Each sheet alone is noise; any two add up; the letters catch what a hand does wrong.

use proptest::prelude::*;

use super::*;

const KEY: &str = "471207-278498-422125-177177-561902-537405-468006-693451";

fn digits(key: &str) -> Digits {
    RecoveryPassword::parse(key).unwrap().expose_secret()
}

/// Splitmix64: the same numbers each time.
fn fill_from(mut seed: u64) -> impl FnMut(&mut [u8]) -> Result<(), ()> {
    move |bytes| {
        for byte in bytes {
            seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = seed;
            z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (z ^ z >> 31).to_le_bytes()[0];
        }
        Ok(())
    }
}

/// By the printed rule, with nothing of ours: the digits of each row under one another, added without carry.
fn by_pencil(rows: &[&Pad]) -> String {
    let texts: Vec<Vec<u32>> = rows
        .iter()
        .map(|pad| {
            pad.groups()
                .flat_map(|(group, _)| group.chars().filter_map(|c| c.to_digit(10)).collect::<Vec<_>>())
                .collect()
        })
        .collect();
    let sums = (0..DIGITS).map(|at| texts.iter().map(|text| text[at]).sum::<u32>() % 10);
    let bare: String = sums.filter_map(|sum| char::from_digit(sum, 10)).collect();
    bare.as_bytes().chunks(GROUP_DIGITS).map(|group| std::str::from_utf8(group).unwrap()).collect::<Vec<_>>().join("-")
}

#[test]
fn any_two_recombine_by_the_printed_rule() {
    for kind in [SplitKind::TwoOfTwo, SplitKind::TwoOfThree] {
        let shares = split(&digits(KEY), kind, &mut fill_from(7)).unwrap();
        assert_eq!(shares.len(), usize::from(kind.sheets()));
        for (at, one) in shares.iter().enumerate() {
            for two in shares.iter().skip(at + 1) {
                let combined = combine(&[two.clone(), one.clone()]).unwrap();
                assert_eq!(combined.expose_secret().as_str(), KEY);
                let row = |name: &char| {
                    one.rows.iter().chain(&two.rows).find(|(row, _)| row == name).map(|(_, pad)| pad).unwrap()
                };
                assert_eq!(by_pencil(&kind.rows().iter().map(row).collect::<Vec<_>>()), KEY);
            }
            let alone = combine(std::slice::from_ref(one));
            assert!(matches!(alone, Err(CombineError::Missing { .. })), "{kind:?} {at}: {alone:?}");
        }
    }
}

#[test]
fn sheets_of_different_sets_and_bent_rows_are_named() {
    let first = split(&digits(KEY), SplitKind::TwoOfThree, &mut fill_from(7)).unwrap();
    let second = split(&digits(KEY), SplitKind::TwoOfThree, &mut fill_from(8)).unwrap();
    assert_eq!(combine(&[first[0].clone(), second[1].clone()]).unwrap_err(), CombineError::OtherSet);
    let mut bent = first[1].clone();
    bent.rows[1].1.0[5] = (bent.rows[1].1.0[5] + 1) % 10;
    assert_eq!(combine(&[first[0].clone(), bent]).unwrap_err(), CombineError::Differs { row: 'C' });
}

/// Chi-square over 10,000 runs: of each digit at each place, and of neighbouring digits together, on each sheet.
#[test]
fn every_sheet_alone_is_uniform() {
    const RUNS: u32 = 10_000;
    let key = digits(KEY);
    for kind in [SplitKind::TwoOfTwo, SplitKind::TwoOfThree] {
        let rows = kind.rows_on(1).count();
        let columns = rows * DIGITS;
        let mut singles = vec![vec![[0_u32; 10]; columns]; usize::from(kind.sheets())];
        let mut pairs = vec![vec![[0_u32; 100]; columns]; usize::from(kind.sheets())];
        let mut fill = fill_from(42);
        for _ in 0..RUNS {
            for (sheet, share) in split(&key, kind, &mut fill).unwrap().iter().enumerate() {
                // Across the rows, too: the last digit of one with the first of the other.
                let all: Vec<usize> =
                    share.rows.iter().flat_map(|(_, pad)| pad.0.iter().map(|digit| usize::from(*digit))).collect();
                for (at, digit) in all.iter().enumerate() {
                    singles[sheet][at][*digit] += 1;
                    // With the digit at the same place of the other row, or the neighbour.
                    let partner = if rows == 2 { (at + DIGITS) % columns } else { (at + 1) % columns };
                    pairs[sheet][at][digit * 10 + all[partner]] += 1;
                }
            }
        }
        for sheet in 0..usize::from(kind.sheets()) {
            for at in 0..columns {
                // 9 and 99 degrees of freedom: beyond these one in a million times, and a few hundred are looked at.
                assert!(chi_square(&singles[sheet][at], RUNS) < 46.0, "{kind:?} sheet {} digit {at}", sheet + 1);
                assert!(chi_square(&pairs[sheet][at], RUNS) < 182.0, "{kind:?} sheet {} pair {at}", sheet + 1);
            }
        }
    }
}

fn chi_square(counts: &[u32], runs: u32) -> f64 {
    let expected = f64::from(runs) / f64::from(u32::try_from(counts.len()).unwrap());
    counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
}

#[test]
fn a_letter_catches_every_wrong_digit_and_exchange() {
    let mut numbers = 0..1_000_000_u32;
    // Every group once in a hundred, and those at the edges.
    for number in numbers.by_ref().step_by(97).chain([0, 999_999, 100_000, 1]) {
        let mut digits = [0_u8; GROUP_DIGITS];
        let mut rest = number;
        for digit in digits.iter_mut().rev() {
            *digit = u8::try_from(rest % 10).unwrap();
            rest /= 10;
        }
        let letter = check_letter(3, &digits);
        for at in 0..GROUP_DIGITS {
            let right = digits[at];
            for wrong in (0..10).filter(|wrong| *wrong != right) {
                digits[at] = wrong;
                assert_ne!(check_letter(3, &digits), letter, "{number:06}: digit {at} read as {wrong}");
            }
            digits[at] = right;
            for other in at + 1..GROUP_DIGITS {
                digits.swap(at, other);
                let caught = check_letter(3, &digits) != letter || digits[at] == digits[other];
                digits.swap(at, other);
                assert!(caught, "{number:06}: {at} and {other} exchanged");
            }
        }
        assert!(
            (0..GROUPS).filter(|group| *group != 3).all(|group| check_letter(group, &digits) != letter),
            "in another place"
        );
    }
}

#[test]
fn the_symbol_names_the_group_that_does_not_fit() {
    let shares = split(&digits(KEY), SplitKind::TwoOfTwo, &mut fill_from(7)).unwrap();
    let text = shares[1].text();
    let mut bent = text.as_bytes().to_vec();
    // Behind the tag, the numbers, the set and the row: the second digit of the second group.
    let at = "DKS1;22;ABCD;B".len() + 7;
    bent[at] = b'0' + (bent[at] - b'0' + 1) % 10;
    let bent = String::from_utf8(bent).unwrap();
    assert_eq!(Share::parse(&bent).unwrap_err(), ShareTextError::Check { row: 'B', group: 2 });
    assert!(!format!("{:?}", shares[0]).contains("hidden)("), "a share shows no digits");
}

#[test]
fn randomness_that_fails_gives_no_sheet() {
    let refused = split(&digits(KEY), SplitKind::TwoOfTwo, &mut |_| Err("none"));
    assert_eq!(refused.err(), Some("none"));
}

proptest! {
    #[test]
    fn texts_read_back(
        groups in proptest::array::uniform8(any::<u16>()),
        seed in any::<u64>(),
        three in any::<bool>(),
    ) {
        let key = drivekey_testkit::texts::password(groups);
        let kind = if three { SplitKind::TwoOfThree } else { SplitKind::TwoOfTwo };
        let shares = split(&digits(&key), kind, &mut fill_from(seed)).unwrap();
        let read: Vec<Share> = shares.iter().map(|share| Share::parse(&share.text()).unwrap()).collect();
        let combined = combine(&read).unwrap().expose_secret();
        prop_assert_eq!(combined.as_str(), key.as_str());
        prop_assert!(combined.groups().count() == GROUPS);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        let _ = Share::parse(&text);
        let _ = Share::parse(&format!("DKS1;22;ABCD;B{text}"));
    }
}
