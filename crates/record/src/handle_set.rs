//! A set of handles, written as ranges, so that a run of a hundred thousand records is one short text.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::Handle;

/// Handles in ascending order, without duplicates. The text form is `r1-r5,r9`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HandleSet(Vec<(u32, u32)>);

/// The text is not a set of handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a set of handles")]
pub struct HandleSetError;

impl HandleSet {
    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of handles in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|(first, last)| (last - first) as usize + 1).sum()
    }

    /// Whether the set contains this handle.
    #[must_use]
    pub fn contains(&self, handle: Handle) -> bool {
        let number = handle.number();
        let after = self.0.partition_point(|(first, _)| *first <= number);
        after.checked_sub(1).is_some_and(|at| number <= self.0[at].1)
    }

    /// The handles, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Handle> {
        self.0.iter().flat_map(|(first, last)| *first..=*last).filter_map(Handle::new)
    }
}

impl FromIterator<Handle> for HandleSet {
    fn from_iter<T: IntoIterator<Item = Handle>>(handles: T) -> Self {
        let mut numbers: Vec<u32> = handles.into_iter().map(Handle::number).collect();
        numbers.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for number in numbers {
            match ranges.last_mut() {
                Some((_, last)) if number <= last.saturating_add(1) => *last = number,
                _ => ranges.push((number, number)),
            }
        }
        Self(ranges)
    }
}

impl From<HandleSet> for String {
    fn from(set: HandleSet) -> Self {
        let mut text = Self::new();
        for (first, last) in set.0 {
            let comma = if text.is_empty() { "" } else { "," };
            // Writing to a String cannot fail.
            let _ =
                if first == last { write!(text, "{comma}r{first}") } else { write!(text, "{comma}r{first}-r{last}") };
        }
        text
    }
}

impl TryFrom<String> for HandleSet {
    type Error = HandleSetError;

    fn try_from(text: String) -> Result<Self, HandleSetError> {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for part in text.split(',').filter(|_| !text.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let number = |text: &str| text.parse().map(Handle::number).map_err(|_| HandleSetError);
            let (first, last) = (number(first)?, number(last)?);
            if first > last || ranges.last().is_some_and(|(_, before)| first <= before.saturating_add(1)) {
                return Err(HandleSetError);
            }
            ranges.push((first, last));
        }
        Ok(Self(ranges))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_put_in_is_in_it(numbers in proptest::collection::btree_set(1_u32..60, 0..30)) {
            let set: HandleSet = numbers.iter().rev().filter_map(|number| Handle::new(*number)).collect();
            let held: Vec<u32> = set.iter().map(Handle::number).collect();
            prop_assert_eq!(held, numbers.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(set.len(), numbers.len());
            for number in 1..60 {
                prop_assert_eq!(set.contains(Handle::new(number).unwrap()), numbers.contains(&number));
            }
            let text = String::from(set.clone());
            prop_assert_eq!(HandleSet::try_from(text), Ok(set));
        }
    }

    #[test]
    fn ranges_are_short_and_others_are_refused() {
        let set: HandleSet = [5, 1, 2, 3, 9].into_iter().filter_map(Handle::new).collect();
        assert_eq!(String::from(set), "r1-r3,r5,r9");
        for text in ["r0", "r5-r1", "r1,r1", "r1,r2", "1-2", "r1-", ",", "r1-r4294967295,r2"] {
            assert_eq!(HandleSet::try_from(text.to_owned()), Err(HandleSetError), "{text}");
        }
    }
}
