//! Sums up the remarks of one file: a small archive can hold a million lines that say the same.

use std::collections::HashMap;

use drivekey_import::{Remark, RemarkKind};

/// Kinds beyond these are counted together: how many groups a key has too few is a kind, too, and a stranger chooses
/// it.
const KINDS: usize = 24;

/// The first remarks of each kind, in the order of the file, and how many more there are.
pub(super) struct Summed<'a> {
    pub(super) first: Vec<&'a Remark>,
    /// Each kind with how many more of it there are, as they were met.
    pub(super) more: Vec<(RemarkKind, usize)>,
    /// More of still other kinds.
    pub(super) others: usize,
}

/// Sums them up, `shown` of each kind apart.
pub(super) fn sum_up<'a>(remarks: impl Iterator<Item = &'a Remark>, shown: usize) -> Summed<'a> {
    let mut summed = Summed { first: Vec::new(), more: Vec::new(), others: 0 };
    let mut places: HashMap<RemarkKind, (usize, Option<usize>)> = HashMap::new();
    for remark in remarks {
        let known = places.len();
        if known == KINDS && !places.contains_key(&remark.kind) {
            summed.others += 1;
            continue;
        }
        let (count, more) = places.entry(remark.kind).or_default();
        *count += 1;
        if *count <= shown {
            summed.first.push(remark);
        } else {
            let at = *more.get_or_insert_with(|| {
                summed.more.push((remark.kind, 0));
                summed.more.len() - 1
            });
            summed.more[at].1 += 1;
        }
    }
    summed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_lost_and_few_are_shown() {
        let remarks: Vec<Remark> = (0..10_000)
            .map(|at| match at % 4 {
                0 => RemarkKind::DuplicateRecord,
                1 => RemarkKind::NoKeyId,
                2 => RemarkKind::GroupOutOfRange { group: at % 8 },
                _ => RemarkKind::WrongGroupCount { found: at },
            })
            .map(Remark::whole)
            .collect();
        let summed = sum_up(remarks.iter(), 5);
        assert!(summed.first.len() <= KINDS * 5 && summed.more.len() <= KINDS);
        let counted = summed.first.len() + summed.others + summed.more.iter().map(|(_, count)| count).sum::<usize>();
        assert_eq!(counted, remarks.len());
        assert_eq!(summed.more[..2], [(RemarkKind::DuplicateRecord, 2_495), (RemarkKind::NoKeyId, 2_495)]);
        let few = sum_up(remarks[..20].iter(), 5);
        assert!(few.more.is_empty() && few.others == 0 && few.first.len() == 20);
    }
}
