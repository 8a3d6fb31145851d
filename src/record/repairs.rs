//! Every recovery password that a torn or misread one may have been, the likeliest first, each by its number.
//! Must not try any; the numbers are as secret as the digits.

use std::fmt;

use zeroize::Zeroizing;

use super::torn::TornGroup;
use super::{GROUP_DIGITS, GROUPS, RecoveryPassword, TornPassword};

/// The costs of slips: the larger, the less likely.
mod cost {
    /// A digit read as one that looks like it.
    pub(super) const LOOK_ALIKE: usize = 2;
    /// Two neighbours exchanged.
    pub(super) const NEIGHBOURS: usize = 2;
    /// Any other wrong digit, one too few or too many, or two exchanged that do not stand side by side.
    pub(super) const OTHER: usize = 3;
    /// Two groups that follow each other exchanged.
    pub(super) const NEXT_GROUPS: usize = 4;
    /// Any two groups exchanged.
    pub(super) const GROUPS: usize = 5;
    /// Two slips in one group; a group with more was not read at all.
    pub(super) const MOST_IN_GROUP: usize = 6;
    /// What one slip may cost.
    pub(super) const ONE_SLIP: usize = OTHER;
}

/// Costs of a whole password.
const TOTALS: usize = GROUPS * cost::MOST_IN_GROUP + 1;
/// No exchange, and each exchange of two groups.
const EXCHANGES: usize = 1 + GROUPS * (GROUPS - 1) / 2;
/// Sixteen bits, as every group has.
const VALUES: usize = 1 << 16;
/// Digits that are taken for one another on paper.
const ALIKE: [(u8, u8); 14] =
    [(0, 6), (0, 8), (0, 9), (1, 4), (1, 7), (2, 7), (3, 5), (3, 8), (3, 9), (4, 9), (5, 6), (5, 8), (6, 8), (8, 9)];

/// The values one group may have had, by what their slips cost.
struct GroupValues([Zeroizing<Vec<u16>>; cost::MOST_IN_GROUP + 1]);

/// All candidates for a torn password.
pub struct Repairs {
    groups: Vec<GroupValues>,
    /// For each group, how many ways there are for it and those behind it to cost so much.
    ways: Vec<[u128; TOTALS]>,
}

/// The candidates that are equally likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likelihood {
    /// What their slips cost; 0 for none.
    pub cost: usize,
    /// How many there are.
    pub count: u128,
}

impl Repairs {
    /// All that a torn password may have been.
    #[must_use]
    pub fn of(torn: &TornPassword) -> Self {
        let groups: Vec<GroupValues> = torn.groups.iter().map(GroupValues::of).collect();
        let mut ways = vec![[0_u128; TOTALS]; GROUPS + 1];
        ways[GROUPS][0] = 1;
        for group in (0..GROUPS).rev() {
            for total in 0..TOTALS {
                let with = |own: usize| groups[group].count(own).saturating_mul(ways[group + 1][total - own]);
                ways[group][total] = (0..=cost::MOST_IN_GROUP.min(total)).map(with).fold(0, u128::saturating_add);
            }
        }
        Self { groups, ways }
    }

    /// How many there are of each likelihood, the likeliest first.
    pub fn likelihoods(&self) -> impl Iterator<Item = Likelihood> {
        let count = |cost| (0..EXCHANGES).map(|exchange| self.with_exchange(exchange, cost)).fold(0, u128::saturating_add);
        (0..TOTALS + cost::GROUPS).map(move |cost| Likelihood { cost, count: count(cost) }).filter(|likelihood| likelihood.count > 0)
    }

    /// One of them; `None` for a number that there is not.
    #[must_use]
    pub fn candidate(&self, cost: usize, number: u128) -> Option<RecoveryPassword> {
        let mut left = number;
        for exchange in 0..EXCHANGES {
            let count = self.with_exchange(exchange, cost);
            if left < count {
                let (one, other) = exchanged(exchange);
                let mut values = self.values(cost - exchange_cost(exchange), left)?;
                values.swap(one, other);
                return Some(RecoveryPassword::from_sixteenths(values));
            }
            left -= count;
        }
        None
    }

    /// Those in which every group that can be right as it was read is right, and the others have one slip.
    #[must_use]
    pub fn nearest_count(&self) -> u128 {
        self.groups.iter().map(|group| group.nearest().map(|cost| group.count(cost)).sum()).fold(1, u128::saturating_mul)
    }

    /// One of the nearest; `None` for a number that there is not.
    #[must_use]
    pub fn nearest(&self, number: u128) -> Option<RecoveryPassword> {
        let mut left = number;
        let mut values = Box::new([0; GROUPS]);
        for (value, group) in values.iter_mut().zip(&self.groups) {
            let all = || group.nearest().flat_map(|cost| group.0[cost].iter().copied());
            let count = all().count() as u128;
            if count == 0 {
                return None;
            }
            *value = all().nth(usize::try_from(left % count).ok()?)?;
            left /= count;
        }
        (left == 0).then(|| RecoveryPassword::from_sixteenths(values))
    }

    /// The groups, from 1, that cannot be right as they were read.
    #[must_use]
    pub fn wrong_groups(&self) -> Vec<usize> {
        self.groups.iter().enumerate().filter(|(_, group)| group.count(0) == 0).map(|(at, _)| at + 1).collect()
    }

    fn with_exchange(&self, exchange: usize, cost: usize) -> u128 {
        cost.checked_sub(exchange_cost(exchange)).and_then(|rest| self.ways[0].get(rest)).copied().unwrap_or(0)
    }

    fn values(&self, cost: usize, number: u128) -> Option<Box<[u16; GROUPS]>> {
        let (mut cost, mut left) = (cost, number);
        let mut values = Box::new([0; GROUPS]);
        for (at, (value, group)) in values.iter_mut().zip(&self.groups).enumerate() {
            let mut chosen = None;
            for own in 0..=cost::MOST_IN_GROUP.min(cost) {
                let behind = self.ways[at + 1][cost - own];
                let count = group.count(own).saturating_mul(behind);
                if left < count {
                    chosen = Some((own, behind));
                    break;
                }
                left -= count;
            }
            let (own, behind) = chosen?;
            *value = *group.0[own].get(usize::try_from(left / behind).ok()?)?;
            left %= behind;
            cost -= own;
        }
        Some(values)
    }
}

/// Which groups change places: the first exchange is none.
fn exchanged(exchange: usize) -> (usize, usize) {
    let pairs = (0..GROUPS).flat_map(|one| (one + 1..GROUPS).map(move |other| (one, other)));
    exchange.checked_sub(1).and_then(|at| pairs.into_iter().nth(at)).unwrap_or((0, 0))
}

fn exchange_cost(exchange: usize) -> usize {
    match exchanged(exchange) {
        (one, other) if one == other => 0,
        (one, other) if other == one + 1 => cost::NEXT_GROUPS,
        _ => cost::GROUPS,
    }
}

impl GroupValues {
    fn of(group: &TornGroup) -> Self {
        let mut values: [Vec<u16>; cost::MOST_IN_GROUP + 1] = Default::default();
        // Sized once: a vector that grows leaves what it held behind.
        let mut costs = Zeroizing::new(vec![u8::MAX; VALUES]);
        let mut counts = [0_usize; cost::MOST_IN_GROUP + 1];
        for value in 0..=u16::MAX {
            let cost = reading_cost(group.cells(), digits_of(value));
            if let Some(count) = counts.get_mut(cost) {
                *count += 1;
                costs[usize::from(value)] = u8::try_from(cost).unwrap_or(u8::MAX);
            }
        }
        for (list, count) in values.iter_mut().zip(counts) {
            list.reserve_exact(count);
        }
        for value in 0..=u16::MAX {
            if let Some(list) = values.get_mut(usize::from(costs[usize::from(value)])) {
                list.push(value);
            }
        }
        Self(values.map(Zeroizing::new))
    }

    fn count(&self, cost: usize) -> u128 {
        self.0.get(cost).map_or(0, |values| values.len() as u128)
    }

    /// The costs of the nearest readings.
    fn nearest(&self) -> std::ops::RangeInclusive<usize> {
        let least = (0..self.0.len()).find(|cost| self.count(*cost) > 0).unwrap_or(0);
        if least == 0 { 0..=0 } else { 1..=least.max(cost::ONE_SLIP) }
    }
}

fn digits_of(value: u16) -> [u8; GROUP_DIGITS] {
    let mut rest = u32::from(value) * 11;
    let mut digits = [0; GROUP_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    digits
}

/// What it takes to read a group as these cells; beyond [`cost::MOST_IN_GROUP`] it may be any number above it.
fn reading_cost(cells: &[Option<u8>], digits: [u8; GROUP_DIGITS]) -> usize {
    let Ok(cells) = <&[Option<u8>; GROUP_DIGITS]>::try_from(cells) else { return cost_of_other_length(cells, digits) };
    let mut before_last = usize::MAX;
    let mut last = 0;
    for at in 0..GROUP_DIGITS {
        let mut best = last + digit_cost(cells[at], digits[at]);
        if at > 0 && cells[at] == Some(digits[at - 1]) && cells[at - 1] == Some(digits[at]) {
            best = best.min(before_last.saturating_add(cost::NEIGHBOURS));
        }
        // Nearly every value ends here.
        if best.min(last) > cost::MOST_IN_GROUP {
            return best;
        }
        (before_last, last) = (last, best);
    }
    if last > cost::OTHER && is_far_exchange(cells, digits) { cost::OTHER } else { last }
}

/// The cheapest way through the usual table of prefixes. What a short group lacks costs nothing: it is plain that it is
/// missing.
fn cost_of_other_length(cells: &[Option<u8>], digits: [u8; GROUP_DIGITS]) -> usize {
    let missing = if cells.len() < GROUP_DIGITS { 0 } else { cost::OTHER };
    let mut above: [usize; GROUP_DIGITS + 1] = std::array::from_fn(|to| to * missing);
    for (from, cell) in cells.iter().enumerate() {
        let mut row = [(from + 1) * cost::OTHER; GROUP_DIGITS + 1];
        for to in 0..GROUP_DIGITS {
            let read = above[to] + digit_cost(*cell, digits[to]);
            row[to + 1] = read.min(above[to + 1] + cost::OTHER).min(row[to] + missing);
        }
        above = row;
        if above.iter().all(|cost| *cost > cost::MOST_IN_GROUP) {
            return above[0];
        }
    }
    above[GROUP_DIGITS]
}

fn digit_cost(cell: Option<u8>, digit: u8) -> usize {
    match cell {
        None => 0,
        Some(read) if read == digit => 0,
        Some(read) if ALIKE.contains(&(read.min(digit), read.max(digit))) => cost::LOOK_ALIKE,
        Some(_) => cost::OTHER,
    }
}

/// Two digits that do not stand side by side have changed places, and nothing else is wrong.
fn is_far_exchange(cells: &[Option<u8>; GROUP_DIGITS], digits: [u8; GROUP_DIGITS]) -> bool {
    let mut differ = (0..GROUP_DIGITS).filter(|at| digit_cost(cells[*at], digits[*at]) > 0);
    let (Some(one), Some(other), None) = (differ.next(), differ.next(), differ.next()) else { return false };
    cells[one] == Some(digits[other]) && cells[other] == Some(digits[one])
}

impl fmt::Debug for Repairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Repairs(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "471207-278498-422125-177177-561902-537405-468006-693451";

    fn repairs(text: &str) -> Repairs {
        Repairs::of(&TornPassword::parse(text).unwrap())
    }

    fn text(password: Option<RecoveryPassword>) -> String {
        password.map(|password| password.expose_secret().as_str().to_owned()).unwrap_or_default()
    }

    /// How many candidates come before the right one.
    fn rank(torn: &str, right: &str) -> Option<u128> {
        let repairs = repairs(torn);
        let mut before = 0;
        for likelihood in repairs.likelihoods() {
            for number in 0..likelihood.count.min(20_000) {
                if text(repairs.candidate(likelihood.cost, number)) == right {
                    return Some(before + number);
                }
            }
            before += likelihood.count;
            if before > 20_000 {
                return None;
            }
        }
        None
    }

    #[test]
    fn a_whole_password_is_its_own_first_candidate() {
        let repairs = repairs(KEY);
        assert_eq!(repairs.likelihoods().next(), Some(Likelihood { cost: 0, count: 1 }));
        assert_eq!((text(repairs.candidate(0, 0)), repairs.nearest_count()), (KEY.to_owned(), 1));
        assert!(repairs.candidate(0, 1).is_none() && repairs.nearest(1).is_none() && repairs.candidate(900, 0).is_none());
    }

    #[test]
    fn gaps_leave_what_the_rule_of_eleven_allows() {
        for (torn, least, most) in [
            ("4?1207-2?8498-42?125-1?7177-56190?-?37405-46?006-693?51", 1, 1),
            ("??1207-278498-422125-177177-561902-537405-468006-693451", 5, 10),
            ("?-278498-422125-177177-561902-537405-468006-693451", 65_536, 65_536),
            ("471207-278498-422125-177177-561902-537405-468006-6934", 5, 200),
        ] {
            let count = repairs(torn).likelihoods().next().unwrap();
            assert!(count.cost == 0 && (least..=most).contains(&count.count), "{torn}: {count:?}");
        }
    }

    #[test]
    fn slips_are_found_in_the_order_of_their_likelihood() {
        let swapped = |one: usize, other: usize| {
            let mut groups: Vec<&str> = KEY.split('-').collect();
            groups.swap(one, other);
            groups.join("-")
        };
        for (torn, most) in [
            // A look-alike, neighbours, any digit.
            (KEY.replace("278498", "273498"), 5),
            (KEY.replace("278498", "728498"), 5),
            (KEY.replace("278498", "278418"), 20),
            // One in each of three groups.
            (KEY.replace("278498", "273498").replace("177177", "117177").replace("693451", "693457"), 500),
            // Digits 1 and 3 exchanged: the rule of eleven does not see it.
            (KEY.replace("537405", "735405"), 40),
            // A digit lost, a digit twice.
            (KEY.replace("422125", "42125"), 20),
            (KEY.replace("422125", "4222125"), 5),
            // Two groups exchanged.
            (swapped(2, 3), 2000),
            (swapped(0, 7), 2000),
        ] {
            let rank = rank(&torn, KEY);
            assert!(rank.is_some_and(|rank| rank <= most), "{torn}: {rank:?}");
        }
    }

    #[test]
    fn wrong_groups_are_named_and_mended_alone() {
        let torn = repairs(&KEY.replace("278498", "273498"));
        assert_eq!(torn.wrong_groups(), [2]);
        let count = torn.nearest_count();
        assert!((1..=20).contains(&count), "{count}");
        assert!((0..count).any(|number| text(torn.nearest(number)) == KEY));
    }

    #[test]
    fn everything_torn_is_counted_all_the_same() {
        let all = repairs(&"?".repeat(48));
        assert_eq!(all.likelihoods().next().map(|likelihood| likelihood.count), Some(u128::MAX));
        assert!(all.candidate(0, u128::MAX / 3).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn one_gap_in_every_group_has_one_answer(values in proptest::array::uniform8(any::<u16>()), gaps in proptest::array::uniform8(0_usize..6)) {
            let right = text(Some(RecoveryPassword::from_sixteenths(Box::new(values))));
            let mut torn: Vec<char> = right.chars().collect();
            for (group, gap) in gaps.into_iter().enumerate() {
                torn[group * 7 + gap] = '?';
            }
            let repairs = repairs(&torn.into_iter().collect::<String>());
            prop_assert_eq!(repairs.likelihoods().next(), Some(Likelihood { cost: 0, count: 1 }));
            prop_assert_eq!(text(repairs.candidate(0, 0)), right);
        }

        #[test]
        fn every_number_gives_another_candidate(cost in 0_usize..6, gap in 0_usize..6) {
            let mut torn: Vec<char> = KEY.chars().collect();
            torn[gap] = '?';
            torn[gap + 7] = '?';
            let repairs = repairs(&torn.into_iter().collect::<String>());
            let count = repairs.likelihoods().find(|likelihood| likelihood.cost == cost).map_or(0, |likelihood| likelihood.count).min(400);
            let all: std::collections::BTreeSet<String> = (0..count).map(|number| text(repairs.candidate(cost, number))).collect();
            prop_assert_eq!(all.len() as u128, count);
        }
    }
}
