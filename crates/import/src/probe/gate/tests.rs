//! Counts against plain definitions, on the machine's own instructions and on those that every machine has.

use proptest::prelude::*;

use super::*;
use crate::probe::steps;
use drivekey_record::fold_digit;

/// Each digit of each script is counted, in UTF-8 and as a unit.
#[test]
fn no_digit_of_any_script_is_missed() {
    let gate = Gate::new(Level::new());
    let mut scripts = 0;
    for c in ('\u{80}'..=char::MAX).filter(|c| fold_digit(*c).is_some()) {
        let many = String::from_iter([c; 24]);
        let bytes = many.as_bytes();
        assert_eq!(gate.look(bytes, 0..bytes.len(), false, 10).0.foreign, 24, "{:x}", c as u32);
        let units: Vec<u8> = many.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // A digit whose lower half is zero would look like Latin.
        let units = [b"\x63\x06", units.as_slice()].concat();
        let found = gate.look(&units, 0..units.len(), true, 10).0.units;
        assert!(found[0] >= 23, "{:x} {found:?}", c as u32);
        scripts += 1;
    }
    assert!(scripts > 400, "{scripts}");
}

#[test]
fn the_way_of_units_goes_by_the_place_in_the_whole() {
    let gate = Gate::new(Level::new());
    let digits = "٤٧١٢٠٧".repeat(4);
    let little: Vec<u8> = digits.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = digits.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (units, way) in [(&little, 0), (&big, 2)] {
        for odd in 0..2 {
            let all = [&b"xxxxx"[..odd], units, b"ab"].concat();
            for from in 0..=odd {
                let found = gate.look(&all, from..all.len(), true, 10).0.units;
                assert!(found[way + odd] >= 22, "{way} {odd} {from} {found:?}");
            }
        }
    }
}

#[test]
fn digits_with_zeros_between_are_joined() {
    let gate = Gate::new(Level::new());
    let joined = |bytes: &[u8]| gate.look(bytes, 0..bytes.len(), false, 10).0.joined;
    assert_eq!(joined(b"4\x007\x001\x00a\x00\x00\x00"), 2);
    assert_eq!(joined(b"4\0\0\x007\0\0\x001\0\0\0a\0\0\0"), 2);
    assert_eq!(joined(b"\x000a0b0c0d0\0\0\0\0\0"), 0);
}

/// What is counted, byte by byte; signs of words in ASCII and in UTF-16.
fn plain(bytes: &[u8]) -> (Signs, bool) {
    let count = |of: &dyn Fn(u8) -> bool| u32::try_from(bytes.iter().filter(|byte| of(**byte)).count()).unwrap();
    let signs = [&b"e64"[..], b"d-", b"yp"];
    let is = |place: usize, sign: &[u8], width: usize| {
        let byte = |at: usize| bytes.get(place + at * width).copied().unwrap_or(0);
        let fits =
            |at: usize| if sign == b"d-" { byte(at) == sign[at] } else { byte(at).eq_ignore_ascii_case(&sign[at]) };
        (0..sign.len()).all(fits) && (width == 1 || bytes[place + 1] == 0)
    };
    let any = |width: usize| (0..bytes.len()).any(|place| signs.iter().any(|sign| is(place, sign, width)));
    let plain = Signs {
        digits: count(&|byte| byte.is_ascii_digit()),
        spaces: count(&|byte| byte == b' '),
        zeros: bytes.contains(&0),
        halves: [0, 1].map(|half| bytes.iter().skip(half).step_by(2).any(|byte| *byte != 0)),
        words: any(1),
        ..Signs::default()
    };
    (plain, any(2))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_those_of_the_plain_definition(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"09/:e64d-yYpP \0\0\0".to_vec())], 0..1280),
        from in 0_usize..70,
    ) {
        let from = from.min(bytes.len());
        for level in [Level::new(), Level::baseline()] {
            let (signs, digits) = Gate::new(level).look(&bytes, from..bytes.len(), false, 1);
            let (plain, wide) = plain(&bytes[from..]);
            prop_assert_eq!((signs.digits, signs.spaces, signs.zeros, signs.halves), (plain.digits, plain.spaces, plain.zeros, plain.halves));
            prop_assert!(signs.words || !plain.words);
            prop_assert!(!signs.words || plain.words || wide);
            for (at, byte) in bytes[from..].iter().enumerate() {
                prop_assert_eq!(digits[at / STEP_BYTES] >> (at % STEP_BYTES) & 1 == 1, byte.is_ascii_digit());
            }
            prop_assert_eq!(digits, dispatch!(level, simd => steps::digits(simd, &bytes[from..], bytes.len() - from)));
        }
    }

    #[test]
    fn words_end_where_the_plain_definition_says(bytes in prop::collection::vec(prop_oneof![40 => Just(b'x'), 1 => any::<u8>()], 0..256)) {
        let parts = |byte: &u8| matches!(byte, b'\t'..=b'\r' | b' ' | b',' | b'-' | b';');
        for level in [Level::new(), Level::baseline()] {
            prop_assert_eq!(Gate::new(level).word_len(&bytes), bytes.iter().position(parts));
        }
    }
}
