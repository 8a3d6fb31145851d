//! The recovery passwords that a reading may stand for, the likeliest first. They are counted before any is tried, and
//! each can be made from its number, so that threads can share the work.

use zeroize::Zeroizing;

use super::cost::cost;
use super::reading::{Group, Reading};
use drivekey_record::{GROUPS, RecoveryPassword};

/// How wrong a group may be that fails its check, or that no value fits.
const GROUP_COST_LIKELY: u8 = 2;
const GROUP_COST_THOROUGH: u8 = 4;
/// The cost of swapping two groups, next to each other or apart.
const NEIGHBOURS_SWAPPED: u8 = 2;
const GROUPS_SWAPPED: u8 = 3;
/// The limit for all groups and their order together, where no check fails.
const SUM_NOTHING_FAILS: u8 = 3;
/// How much [`Effort::Thorough`] adds to the limit.
const SUM_THOROUGH: u8 = 2;
/// Above every limit: eight groups of the highest cost stay below.
const COST_MAX: usize = 40;
/// Independent choices: a value for each group, then their order.
const CHOICES: usize = GROUPS + 1;

/// How many errors to allow for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Unknown digits, and in each group that fails its check one wrong digit, two look-alikes or two swapped
    /// neighbours. If every group passes its check: two swapped groups, or an error that the check does not catch.
    Likely,
    /// All of these combined, and one more error in any group.
    Thorough,
}

/// The values of one choice, grouped by cost.
type ValuesByCost = Vec<Zeroizing<Vec<u16>>>;

/// The recovery passwords that a reading may stand for. They are wiped, and cannot be printed.
pub struct Candidates {
    choices: [ValuesByCost; CHOICES],
    orders: Vec<[usize; GROUPS]>,
    /// `ways[n][c]`: in how many ways the choices from `n` on cost `c` together.
    ways: Vec<[u128; COST_MAX + 1]>,
}

impl Candidates {
    /// Works out what a reading may stand for.
    #[must_use]
    pub fn of(reading: &Reading, effort: Effort) -> Self {
        let costs: [Zeroizing<Vec<u8>>; GROUPS] = std::array::from_fn(|at| costs(&reading.groups[at]));
        let fits: [bool; GROUPS] = std::array::from_fn(|at| costs[at].contains(&0));
        let failing = fits.iter().filter(|fits| !**fits).count();
        let nothing_fails = failing == 0 && reading.groups.iter().all(Group::is_whole);
        let thorough = effort == Effort::Thorough;
        let sum =
            if nothing_fails { SUM_NOTHING_FAILS } else { u8::try_from(failing).unwrap_or(0) * GROUP_COST_LIKELY };
        let sum = usize::from(if thorough { sum + SUM_THOROUGH } else { sum });
        let orders = orders(nothing_fails || thorough);
        let mut choices: [ValuesByCost; CHOICES] = std::array::from_fn(|_| ValuesByCost::new());
        for ((choice, costs), fits) in choices.iter_mut().zip(&costs).zip(fits) {
            let most = match fits {
                _ if thorough => GROUP_COST_THOROUGH,
                // It passes its check while others fail theirs, so it is taken as right.
                true if !nothing_fails => 0,
                _ => GROUP_COST_LIKELY,
            };
            *choice = by_cost(&costs.iter().copied().zip(0..=u16::MAX), most);
        }
        let numbered =
            orders.iter().enumerate().filter_map(|(number, (cost, _))| Some((*cost, u16::try_from(number).ok()?)));
        choices[GROUPS] = by_cost(&numbered, GROUPS_SWAPPED);
        let mut ways = count_ways(&choices);
        ways[0][(sum + 1).min(COST_MAX)..].fill(0);
        Self { choices, orders: orders.into_iter().map(|(_, order)| order).collect(), ways }
    }

    /// How many there are. The count saturates: that many could never be tried anyway.
    #[must_use]
    pub fn count(&self) -> u128 {
        self.ways[0].iter().fold(0, |sum: u128, ways| sum.saturating_add(*ways))
    }

    /// The recovery password with this number, counted from 0, the likeliest first.
    #[must_use]
    pub fn nth(&self, mut number: u128) -> Option<RecoveryPassword> {
        let mut budget = self.ways[0].iter().position(|ways| {
            let here = number < *ways;
            number = if here { number } else { number - ways };
            here
        })?;
        let mut picked = Zeroizing::new([0_u16; CHOICES]);
        for (at, choice) in self.choices.iter().enumerate() {
            for (cost, values) in choice.iter().enumerate().take(budget + 1) {
                let after = self.ways[at + 1][budget - cost];
                let here = after.saturating_mul(values.len() as u128);
                if number < here {
                    picked[at] = *values.get(usize::try_from(number / after).ok()?)?;
                    number %= after;
                    budget -= cost;
                    break;
                }
                number -= here;
            }
        }
        let order = self.orders.get(usize::from(picked[GROUPS]))?;
        let mut key = Zeroizing::new([0; GROUPS * 2]);
        for (bytes, from) in key.chunks_exact_mut(2).zip(order) {
            bytes.copy_from_slice(&picked[*from].to_le_bytes());
        }
        Some(RecoveryPassword::from_key_bytes(&key))
    }
}

/// The cost of each value of a group.
fn costs(group: &Group) -> Zeroizing<Vec<u8>> {
    let mut costs = Zeroizing::new(Vec::with_capacity(1 << 16));
    costs.extend((0..=u16::MAX).map(|value| cost(group, value, GROUP_COST_THOROUGH)));
    costs
}

fn by_cost(values: &(impl Iterator<Item = (u8, u16)> + Clone), most: u8) -> ValuesByCost {
    let with_cost = |wanted: u8| {
        // A vector that grows would leave digits behind in memory.
        let mut bucket = Zeroizing::new(Vec::with_capacity(values.clone().filter(|(cost, _)| *cost == wanted).count()));
        bucket.extend(values.clone().filter(|(cost, _)| *cost == wanted).map(|(_, value)| value));
        bucket
    };
    (0..=most).map(with_cost).collect()
}

/// The order as it was read, and with `swap` every order with two groups swapped.
fn orders(swap: bool) -> Vec<(u8, [usize; GROUPS])> {
    let as_read: [usize; GROUPS] = std::array::from_fn(|at| at);
    let mut orders = vec![(0, as_read)];
    let pairs = (0..GROUPS).flat_map(|a| (a + 1..GROUPS).map(move |b| (a, b))).filter(|_| swap);
    orders.extend(pairs.map(|(a, b)| {
        let mut order = as_read;
        order.swap(a, b);
        (if b == a + 1 { NEIGHBOURS_SWAPPED } else { GROUPS_SWAPPED }, order)
    }));
    orders
}

fn count_ways(choices: &[ValuesByCost; CHOICES]) -> Vec<[u128; COST_MAX + 1]> {
    let mut ways = vec![[0_u128; COST_MAX + 1]; CHOICES + 1];
    ways[CHOICES][0] = 1;
    for (at, choice) in choices.iter().enumerate().rev() {
        for total in 0..=COST_MAX {
            let each = choice.iter().enumerate().take(total + 1);
            let sum = |sum: u128, (cost, values): (usize, &Zeroizing<Vec<u16>>)| {
                sum.saturating_add(ways[at + 1][total - cost].saturating_mul(values.len() as u128))
            };
            ways[at][total] = each.fold(0, sum);
        }
    }
    ways
}

impl std::fmt::Debug for Candidates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidates").field("count", &self.count()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const RIGHT: &str = "235818-357951-253979-013365-241120-245575-342914-591910";

    fn candidates(text: &str, effort: Effort) -> Candidates {
        Candidates::of(&Reading::parse(text).unwrap(), effort)
    }

    /// The number of the right password.
    fn find_right(candidates: &Candidates) -> Option<u128> {
        let right = RecoveryPassword::parse(RIGHT).unwrap();
        (0..candidates.count().min(3000)).find(|number| candidates.nth(*number).unwrap().same_digits(&right))
    }

    fn found_within(text: &str, most: u128) {
        let candidates = candidates(text, Effort::Likely);
        let number = find_right(&candidates);
        assert!(number.is_some_and(|number| number < most), "{text}: {number:?} of {}", candidates.count());
    }

    #[test]
    fn unknown_digits_are_counted_by_the_rule_of_eleven() {
        for (text, count) in [
            (RIGHT.replace("357951", "??????"), 65_536),
            (RIGHT.replace("357951", "?"), 65_536),
            (RIGHT.replace("357951", "35795?"), 1),
            (RIGHT.replace("357951", "3579??"), 9),
            (RIGHT.replace("357951", "3579??").replace("342914", "3429??"), 81),
        ] {
            let found = candidates(&text, Effort::Likely).count();
            assert!(
                found == count
                    || (count == 81 && (64..=100).contains(&found))
                    || (count == 9 && (9..=10).contains(&found)),
                "{text}: {found}"
            );
        }
        assert_eq!(candidates(&"?".repeat(48), Effort::Likely).count(), u128::MAX);
    }

    #[test]
    fn likely_errors_come_early() {
        found_within(&RIGHT.replace("357951", "357957"), 12);
        found_within(&RIGHT.replace("357951", "375951"), 12);
        found_within(&RIGHT.replace("357951", "352951"), 40);
        found_within(&RIGHT.replace("357951", "35795"), 12);
        found_within(&RIGHT.replace("357951", "3557951"), 12);
        found_within(&RIGHT.replace("357951", "3S79S1"), 40);
        found_within(&RIGHT.replace("357951", "352951").replace("013365", "073365"), 900);
    }

    #[test]
    fn errors_that_the_check_does_not_catch_and_swapped_groups() {
        found_within("357951-235818-253979-013365-241120-245575-342914-591910", 400);
        found_within("591910-357951-253979-013365-241120-245575-342914-235818", 1000);
        // Two digits that are two apart were swapped.
        found_within(&RIGHT.replace("357951", "397551"), 400);
    }

    #[test]
    fn a_group_that_passes_its_check_is_kept() {
        let candidates = candidates(&RIGHT.replace("357951", "357957"), Effort::Likely);
        let kept = RecoveryPassword::parse(RIGHT).unwrap().to_key_bytes();
        for number in 0..candidates.count() {
            let key = candidates.nth(number).unwrap().to_key_bytes();
            assert!(key[..2] == kept[..2] && key[4..] == kept[4..]);
        }
    }

    #[test]
    fn every_number_gives_a_different_password() {
        for (text, effort) in
            [(RIGHT.to_owned(), Effort::Likely), (RIGHT.replace("357951", "3579??"), Effort::Thorough)]
        {
            let candidates = candidates(&text, effort);
            let all: HashSet<[u8; 16]> =
                (0..candidates.count()).map(|number| *candidates.nth(number).unwrap().to_key_bytes()).collect();
            assert_eq!(all.len() as u128, candidates.count());
            assert!(candidates.nth(candidates.count()).is_none());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

        #[test]
        fn one_wrong_digit_is_always_among_the_likely(key in any::<[u8; 16]>(), at in 0_usize..48, add in 1_u8..10) {
            let password = RecoveryPassword::from_key_bytes(&key);
            let mut text = password.expose_secret().as_str().as_bytes().to_vec();
            let at = at + at / 6;
            text[at] = b'0' + (text[at] - b'0' + add) % 10;
            let candidates = candidates(std::str::from_utf8(&text).unwrap(), Effort::Likely);
            let is_right = |number| candidates.nth(number).is_some_and(|found| found.same_digits(&password));
            prop_assert!((0..candidates.count()).any(is_right));
            prop_assert!(candidates.count() < 200);
        }
    }
}
