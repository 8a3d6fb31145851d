//! Which Key ID belongs to which password, by their places in the text. What is a Key ID at all says [`super::key_id`].
//!
//! In order: the one ID of the password's own line; the last before it since the password before; the first behind it
//! where the text puts IDs behind; the file name's. Where two fit alike, none is taken. A password without an ID gets
//! the unlabelled GUIDs near it as candidates.

use std::ops::Range;

use super::file_name::FileName;
use super::labels;
use super::scan::{Event, Found};
use drivekey_record::{Guid, KeyId};

mod blocks;
mod ids;
mod layout;

use blocks::is_of_another_thing;
use ids::{Id, Ids};
use layout::{joined_types, same_block};

/// The link at the end of Windows' own text.
const WINDOWS_LINK: &str = "fwlink";
/// So many IDs of one block are told apart.
const BLOCK_IDS: usize = 32;
/// How far from a password a GUID without a label is still offered as its ID.
const CANDIDATE_BYTES: usize = 400;
/// So many candidates are offered: a text with more is a list of other things.
const CANDIDATES_MAX: usize = 4;

/// What was found for one password.
#[derive(Debug, Default, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "signs that are independent of each other")]
pub(super) struct Pairing {
    /// The Key ID.
    pub(super) key_id: KeyId,
    /// The IDs it may be where that is not settled.
    pub(super) candidates: Vec<Guid>,
    /// Whether the choice was one, or was left open.
    pub(super) ambiguous: bool,
    /// Whether letters of the ID were read as digits.
    pub(super) ocr: bool,
    /// Whether the ID was broken over lines.
    pub(super) rejoined: bool,
    /// Where the ID stands in the text.
    pub(super) span: Option<Range<usize>>,
    /// Whether the candidates are GUIDs of which nothing says that they are Key IDs.
    pub(super) unlabelled: bool,
}

/// An ID of a text, or what may be one.
#[derive(Debug, Clone)]
pub(super) struct TextId {
    /// The ID.
    pub(super) value: KeyId,
    /// Where it stands.
    pub(super) span: Range<usize>,
    /// On which line.
    pub(super) line: usize,
    /// Whether it was broken over lines.
    pub(super) rejoined: bool,
    /// Whether something says that it is a Key ID.
    pub(super) sure: bool,
}

struct Pairer<'a> {
    text: &'a str,
    name: &'a FileName,
    keys: Vec<&'a Event>,
    ids: Vec<Id>,
    /// How many keys, from the first, have their ID behind them.
    behind: usize,
    /// How many IDs each gap had before any was spent.
    first_gaps: Vec<usize>,
    /// Whether a whole Key ID stands in the text.
    whole_in_text: bool,
    /// GUIDs of which nothing says what they are.
    others: Vec<Id>,
    /// For each password the IDs before it, and last those behind all: ranges of `ids`.
    gaps: Vec<Range<usize>>,
}

/// One pairing for each password and each flaw, in the order of the events; and what is or may be a Key ID.
///
/// `name` is that of the file whose text it is; `None` for a value inside a file. `is_whole`: all of the file's text is
/// here.
pub(super) fn pair(
    text: &str,
    events: &[Event],
    name: Option<&FileName>,
    is_whole: bool,
) -> (Vec<Pairing>, Vec<TextId>) {
    let keys: Vec<&Event> = events.iter().filter(|event| !matches!(event.found, Found::Guid(_))).collect();
    let ids = Ids::of(text, events, &keys, name, is_whole);
    let all = ids.all();
    let nameless = FileName::default();
    let mut pairer = Pairer::new(text, keys, ids, name.unwrap_or(&nameless));
    let mut pairings: Vec<Option<Pairing>> = vec![None; pairer.keys.len()];
    pairer.by_line(&mut pairings);
    pairer.by_block(&mut pairings);
    pairer.by_order(&mut pairings);
    pairer.left_over(&mut pairings);
    let pairings = pairings.into_iter().enumerate().map(|(index, pairing)| pairer.by_name(index, pairing)).collect();
    (pairings, all)
}

impl<'a> Pairer<'a> {
    fn new(text: &'a str, keys: Vec<&'a Event>, ids: Ids, name: &'a FileName) -> Self {
        let Ids { sure: mut ids, others } = ids;
        ids.retain(|id| !is_of_another_thing(text, &keys, id));
        let gaps = gaps(&keys, &ids);
        let whole_in_text = ids.iter().any(|id| id.value.full().is_some());
        let first_gaps = gaps.iter().map(Range::len).collect();
        let mut pairer = Self { text, name, keys, ids, behind: 0, first_gaps, whole_in_text, others, gaps };
        pairer.behind = pairer.ids_behind();
        pairer
    }

    fn gap(&self, index: usize) -> &[Id] {
        &self.ids[self.gaps[index].clone()]
    }

    fn take(&self, id: &Id) -> Pairing {
        let in_name = |guid: &Guid| self.name.guids.contains(guid);
        let clean_keys = || self.keys.iter().all(|key| !key.ocr);
        let sure = !id.ocr || id.value.full().is_some_and(in_name) || (id.labelled && id.only_zeros && clean_keys());
        Pairing {
            key_id: if sure { id.value.clone() } else { KeyId::Unknown },
            candidates: if sure { Vec::new() } else { id.value.full().copied().into_iter().collect() },
            ocr: id.ocr && !id.value.full().is_some_and(in_name),
            rejoined: id.rejoined,
            span: Some(id.span.clone()),
            ..Pairing::default()
        }
    }

    /// Lines that hold one password and one ID.
    fn by_line(&self, pairings: &mut [Option<Pairing>]) {
        for (index, key) in self.keys.iter().enumerate() {
            let alone = (index == 0 || self.keys[index - 1].line != key.line)
                && self.keys.get(index + 1).is_none_or(|next| next.line != key.line);
            let mut here = self.gap(index).iter().rev().chain(self.gap(index + 1)).filter(|id| id.line == key.line);
            let Some(first) = here.next() else { continue };
            if alone && here.all(|other| other.value == first.value) {
                pairings[index] = Some(self.take(first));
            }
        }
    }

    fn by_order(&self, pairings: &mut [Option<Pairing>]) {
        let behind = self.behind;
        let mut index = 0;
        while index < self.keys.len() {
            let mut run = 1;
            while index + run < self.keys.len() && self.gap(index + run).is_empty() && pairings[index + run].is_none() {
                run += 1;
            }
            if index < behind {
                self.first_behind(index, behind, pairings);
                run = 1;
            } else if pairings[index].is_none() {
                // The first of this gap belongs to the last password whose ID stands behind it.
                let is_whole = self.gaps[index].len() == self.first_gaps[index];
                let skip = usize::from(index > 0 && index == behind && is_whole);
                let before = self.gap(index).get(skip..).unwrap_or_default();
                for (offset, pairing) in self.last_before(before, run).into_iter().enumerate() {
                    pairings[index + offset] = Some(pairing);
                }
            }
            index += run;
        }
        if behind == 0
            && self.keys.len() > 1
            && self.gap(0).is_empty()
            && pairings[0].is_none()
            && !self.gap(1).is_empty()
        {
            self.between_two(pairings);
        }
    }

    /// A password after one whose ID stands before it, with its own ID behind.
    fn left_over(&self, pairings: &mut [Option<Pairing>]) {
        for (index, pairing) in pairings.iter_mut().enumerate().skip(1) {
            let (Some(first), Some(last)) = (self.gap(index + 1).first(), self.gap(index + 1).last()) else { continue };
            if pairing.is_some() || !self.gap(index).is_empty() {
                continue;
            }
            let spare = index + 1 == self.keys.len() || first.value != last.value;
            let close =
                index + 1 == self.keys.len() || same_block(self.text, self.keys[index].span.end, first.span.start);
            if spare && close {
                *pairing = Some(self.take(first));
            }
        }
    }

    /// How many passwords, from the first, have their ID behind them: none stands before the first, one behind each,
    /// up to the end or to a gap with one more for the next password.
    fn ids_behind(&self) -> usize {
        if !self.gap(0).is_empty() {
            return 0;
        }
        let mut count = 0;
        for index in 1..self.gaps.len() {
            let gap = self.gap(index);
            if gap.is_empty() {
                return 0;
            }
            count += 1;
            if index < self.keys.len() && gap.iter().any(|id| id.value != gap[0].value) {
                return count;
            }
        }
        count
    }

    fn first_behind(&self, index: usize, behind: usize, pairings: &mut [Option<Pairing>]) {
        if pairings[index].is_some() {
            return;
        }
        let gap = self.gap(index + 1);
        let gap = &gap[..gap.len().min(BLOCK_IDS)];
        let Some(first) = gap.first() else { return };
        // At the change from one layout to the other, only what stands close counts.
        let at_change = index + 1 == behind && behind < self.keys.len();
        let unclear = at_change && !same_block(self.text, self.keys[index].span.end, first.span.start);
        let only_key = self.keys.len() == 1;
        let others = gap
            .iter()
            .take_while(|id| only_key && same_block(self.text, first.span.end, id.span.start))
            .any(|id| id.value != first.value);
        pairings[index] = Some(if unclear {
            Self::open(&gap[..1])
        } else if others {
            self.choose(gap, 1).remove(0)
        } else {
            self.take(first)
        });
    }

    /// One ID between two passwords, none before and none behind: the one that it stands with.
    fn between_two(&self, pairings: &mut [Option<Pairing>]) {
        let Some(id) = self.gap(1).first() else { return };
        let with_first = same_block(self.text, self.keys[0].span.end, id.span.start);
        let with_second = same_block(self.text, id.span.end, self.keys[1].span.start);
        if with_first && !with_second {
            pairings[0] = Some(self.take(id));
            pairings[1] = None;
        } else if with_first == with_second
            && pairings[1].as_ref().is_some_and(|second| second.span.as_ref() == Some(&id.span))
        {
            let open = Self::open(std::slice::from_ref(id));
            pairings[0] = Some(open.clone());
            pairings[1] = Some(open);
        }
    }

    /// The last ID before a run of passwords that follow each other; the others of its block if there are any.
    fn last_before(&self, before: &[Id], run: usize) -> Vec<Pairing> {
        let Some(last) = before.last() else { return Vec::new() };
        let mut from = before.len() - 1;
        while from > 0
            && before.len() - from < BLOCK_IDS
            && same_block(self.text, before[from - 1].span.end, before[from].span.start)
        {
            from -= 1;
        }
        let block = &before[from..];
        if block.iter().all(|id| id.value == last.value) { vec![self.take(last)] } else { self.choose(block, run) }
    }

    /// Different IDs in one block before `run` passwords.
    fn choose(&self, block: &[Id], run: usize) -> Vec<Pairing> {
        let mut distinct: Vec<Id> = Vec::new();
        for id in block {
            if !distinct.iter().any(|other| other.value == id.value) {
                distinct.push(id.clone());
            }
        }
        if let (1, Some(named)) =
            (run, distinct.iter().find(|id| id.value.full().is_some_and(|guid| self.name.guids.contains(guid))))
        {
            return vec![self.take(named)];
        }
        let chosen = |ids: Vec<&Id>| ids.into_iter().map(|id| Pairing { ambiguous: true, ..self.take(id) }).collect();
        if let Some(types) = joined_types(self.text, &block[0].span, distinct.len()) {
            let passwords: Vec<&Id> =
                distinct.iter().zip(types).filter_map(|(id, is_password)| is_password.then_some(id)).collect();
            if passwords.len() == run {
                return chosen(passwords);
            }
        }
        let named: Vec<&Id> = distinct.iter().filter(|id| id.labelled).collect();
        let one_line = distinct.iter().all(|id| id.line == distinct[0].line);
        if let ([only], 1, false) = (&named[..], run, one_line) {
            return vec![self.take(only)];
        }
        if distinct.len() == run {
            return chosen(distinct.iter().collect());
        }
        vec![Self::open(&distinct); run]
    }

    fn open(ids: &[Id]) -> Pairing {
        Pairing {
            candidates: ids.iter().filter_map(|id| id.value.full().copied()).collect(),
            ambiguous: true,
            ..Pairing::default()
        }
    }

    /// What the file's name adds to a pairing; and where there is none, what may be the ID.
    fn by_name(&self, index: usize, pairing: Option<Pairing>) -> Pairing {
        let named = if self.keys.len() == 1 { self.name.only_guid() } else { None };
        match (pairing, named.filter(|_| !self.whole_in_text)) {
            (Some(pairing), Some(guid)) if begins(&pairing.key_id, guid) => {
                Pairing { key_id: KeyId::Full(guid), ..pairing }
            }
            (Some(pairing), _) => pairing,
            (None, Some(guid))
                if self.name.says_key_id || labels::holds(self.text, WINDOWS_LINK) || self.is_only_key() =>
            {
                Pairing { key_id: KeyId::Full(guid), ..Pairing::default() }
            }
            (None, named) => self.unlabelled(index, named),
        }
    }

    /// Whether the text is the key and nothing else: a file that was named by the ID.
    fn is_only_key(&self) -> bool {
        let [key] = self.keys[..] else { return false };
        let rest = [&self.text[..key.span.start], &self.text[key.span.end..]];
        rest.iter().all(|part| !part.contains(char::is_alphanumeric))
    }

    /// GUIDs near a password of which nothing says what they are: offered, never taken.
    fn unlabelled(&self, index: usize, named: Option<Guid>) -> Pairing {
        let key = &self.keys[index].span;
        let before = index.checked_sub(1).map_or(0, |before| self.keys[before].span.end);
        let behind = self.keys.get(index + 1).map_or(self.text.len(), |next| next.span.start);
        let from = before.max(key.start.saturating_sub(CANDIDATE_BYTES));
        let to = behind.min(key.end + CANDIDATE_BYTES);
        let mut candidates: Vec<Guid> = named.into_iter().collect();
        let first = self.others.partition_point(|id| id.span.start < from);
        for id in self.others[first..].iter().take_while(|id| id.span.start < to) {
            candidates.extend(id.value.full().filter(|guid| !candidates.contains(guid)));
        }
        if candidates.len() > CANDIDATES_MAX {
            candidates.clear();
        }
        let (unlabelled, ambiguous) = (candidates.len() == 1, candidates.len() > 1);
        Pairing { candidates, ambiguous, unlabelled, ..Pairing::default() }
    }
}

/// For each key the IDs before it, and last those behind all.
fn gaps(keys: &[&Event], ids: &[Id]) -> Vec<Range<usize>> {
    let mut gaps = Vec::with_capacity(keys.len() + 1);
    let mut from = 0;
    for key in keys {
        let to = from + ids[from..].partition_point(|id| id.span.start < key.span.start);
        gaps.push(from..to);
        from = to;
    }
    gaps.push(from..ids.len());
    gaps
}

fn begins(key_id: &KeyId, guid: Guid) -> bool {
    matches!(key_id, KeyId::Prefix(prefix) if guid.compact().starts_with(prefix.as_str()))
}
