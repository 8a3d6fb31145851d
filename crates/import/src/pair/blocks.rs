//! IDs and keys that stand in one block belong together; what stands with another thing does not.

use std::collections::HashSet;

use super::ids::Id;
use super::layout::{are_apart, same_block};
use super::{Pairer, Pairing, gaps};
use crate::scan::Event;

/// What stands further from a password is in no block with it.
const BLOCK_BYTES: usize = 2000;

impl Pairer<'_> {
    /// IDs that stand in one block with one key only are that key's, or nobody's. What is spent so is left out of the
    /// rest.
    pub(super) fn by_block(&mut self, pairings: &mut [Option<Pairing>]) {
        if self.keys.len() < 2 {
            return;
        }
        let mut spent = starts(pairings);
        let mut own: Vec<Vec<&Id>> = vec![Vec::new(); self.keys.len()];
        for (gap, range) in self.gaps.iter().enumerate() {
            for id in &self.ids[range.clone()] {
                let Some(key) = self.only_neighbour(gap, id).filter(|_| !spent.contains(&id.span.start)) else {
                    continue;
                };
                if pairings[key].is_some() {
                    spent.insert(id.span.start);
                } else {
                    own[key].push(id);
                }
            }
        }
        for (key, ids) in own.into_iter().enumerate() {
            if let Some(first) = ids.first().filter(|first| ids.iter().all(|id| id.value == first.value)) {
                pairings[key] = Some(self.take(first));
                spent.extend(ids.iter().map(|id| id.span.start));
            }
        }
        self.ids.retain(|id| !spent.contains(&id.span.start));
        self.gaps = gaps(&self.keys, &self.ids);
    }

    /// The one key, before or behind it, with which an ID of this gap stands in one block.
    fn only_neighbour(&self, gap: usize, id: &Id) -> Option<usize> {
        let before = gap.checked_sub(1);
        let behind = (gap < self.keys.len()).then_some(gap);
        let together =
            |from: usize, to: usize| to.saturating_sub(from) <= BLOCK_BYTES && same_block(self.text, from, to);
        let with_before = before.is_some_and(|key| together(self.keys[key].span.end, id.span.start));
        let with_behind = behind.is_some_and(|key| together(id.span.end, self.keys[key].span.start));
        match (with_before, with_behind) {
            (true, false) => before,
            (false, true) => behind,
            _ => None,
        }
    }
}

/// Whether an ID is parted from each key beside it.
pub(super) fn is_of_another_thing(text: &str, keys: &[&Event], id: &Id) -> bool {
    let next = keys.partition_point(|key| key.span.start < id.span.start);
    let before = next.checked_sub(1).map(|key| are_apart(text, keys[key].span.end, id.span.start, false));
    let behind = keys.get(next).map(|key| are_apart(text, id.span.end, key.span.start, true));
    (before.is_some() || behind.is_some()) && before.unwrap_or(true) && behind.unwrap_or(true)
}

/// Where the IDs stand that have a key.
fn starts(pairings: &[Option<Pairing>]) -> HashSet<usize> {
    pairings.iter().flatten().filter_map(|pairing| pairing.span.as_ref()).map(|span| span.start).collect()
}
