//! Views against plain definitions.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn views_are_those_of_the_plain_definition(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0), Just(0), 0x30_u8..0x3A], 1..1400),
        from in 0_usize..70,
        unit in any::<bool>(),
        half in 0_usize..2,
    ) {
        let from = from.min(bytes.len());
        let part = from..bytes.len().min(from + 1270);
        let beside_zero = |at: usize| bytes.get(at + 1).is_none_or(|byte| *byte == 0) || at > 0 && bytes[at - 1] == 0;
        for level in [Level::new(), Level::baseline()] {
            let mut view = View::new(level);
            view.without_zeros(&bytes, part.clone());
            let plain: Vec<u8> = bytes[part.clone()].iter().copied().filter(|byte| *byte != 0).collect();
            let (text, place) = view.text();
            prop_assert_eq!(&text[place.clone()], &plain);
            prop_assert!(text[..place.start].iter().chain(&text[place.end..]).all(|byte| *byte == 0));

            view.half(&bytes, part.clone(), half, unit);
            let chosen = part.clone().filter(|at| at % 2 == half && bytes[*at] != 0);
            let plain: Vec<u8> = chosen.map(|at| if !unit || beside_zero(at) { bytes[at] } else { OTHER }).collect();
            let (text, place) = view.text();
            prop_assert_eq!(&text[place], &plain);
        }
    }
}
