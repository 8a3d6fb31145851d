//! Which GUID belongs to which password, by their places in the text.
//!
//! In order: the one GUID of the password's own line; the last before it since the password before; the first behind it
//! where the text puts IDs behind; the file name's; a beginning of an ID. Where two fit alike, none is taken.

use std::collections::HashSet;
use std::ops::Range;

use super::file_name::FileName;
use super::labels::{self, IdOf};
use super::scan::{Event, Found, begun_at};
use drivekey_record::{Guid, KeyId};

mod layout;

use layout::{floor, joined_types, label_before, same_block};

/// How far before a password the beginning of an ID is looked for.
const PREFIX_REACH_BYTES: usize = 600;

/// So many IDs of one block are told apart.
const BLOCK_IDS: usize = 32;

/// What was found for one password.
#[derive(Debug, Default, Clone)]
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
}

/// A GUID that may be a Key ID.
#[derive(Clone)]
struct Id {
    guid: Guid,
    span: Range<usize>,
    line: usize,
    ocr: bool,
    rejoined: bool,
}

struct Pairer<'a> {
    text: &'a str,
    name: &'a FileName,
    keys: Vec<&'a Event>,
    ids: Vec<Id>,
    /// For each password the IDs before it, and last those behind all: ranges of `ids`.
    gaps: Vec<Range<usize>>,
}

/// One pairing for each password and each flaw, in the order of the events; and the GUIDs that may be Key IDs.
pub(super) fn pair(text: &str, events: &[Event], name: &FileName) -> (Vec<Pairing>, Vec<Guid>) {
    let pairer = Pairer::new(text, events, name);
    let mut pairings: Vec<Option<Pairing>> = vec![None; pairer.keys.len()];
    pairer.by_line(&mut pairings);
    pairer.by_order(&mut pairings);
    pairer.left_over(&mut pairings);
    let from_name = if pairer.ids.is_empty() && pairer.keys.len() == 1 { name.only_guid() } else { None };
    let fallback = |index: usize| pairer.by_beginning(index, from_name);
    let pairings =
        pairings.into_iter().enumerate().map(|(index, pairing)| pairing.unwrap_or_else(|| fallback(index))).collect();
    (pairings, pairer.ids.iter().filter(|id| !id.ocr).map(|id| id.guid).collect())
}

/// Not those of external keys, volumes, devices and the like.
fn usable_ids(text: &str, events: &[Event]) -> Vec<Id> {
    let all = events.iter().filter_map(|event| {
        let Found::Guid(guid) = event.found else { return None };
        Some(Id { guid, span: event.span.clone(), line: event.line, ocr: event.ocr, rejoined: event.rejoined })
    });
    let all: Vec<Id> = all.collect();
    let is_file_name = |id: &&Id| {
        text.as_bytes().get(id.span.end..id.span.end + 4).is_some_and(|end| end.eq_ignore_ascii_case(b".bek"))
    };
    let external: HashSet<Guid> = all.iter().filter(is_file_name).map(|id| id.guid).collect();
    let is_volume = |id: &Id| text[..id.span.start].ends_with("Volume{");
    let mut usable = all;
    usable.retain(|id| {
        !external.contains(&id.guid) && !is_volume(id) && labels::id_of(label_before(text, &id.span)) != IdOf::Other
    });
    usable
}

impl<'a> Pairer<'a> {
    fn new(text: &'a str, events: &'a [Event], name: &'a FileName) -> Self {
        let keys: Vec<&Event> = events.iter().filter(|event| !matches!(event.found, Found::Guid(_))).collect();
        let ids = usable_ids(text, events);
        let mut gaps = Vec::with_capacity(keys.len() + 1);
        let mut from = 0;
        for key in &keys {
            let to = from + ids[from..].partition_point(|id| id.span.start < key.span.start);
            gaps.push(from..to);
            from = to;
        }
        gaps.push(from..ids.len());
        Self { text, name, keys, ids, gaps }
    }

    fn gap(&self, index: usize) -> &[Id] {
        &self.ids[self.gaps[index].clone()]
    }

    fn take(&self, id: &Id) -> Pairing {
        let sure = !id.ocr || self.name.guids.contains(&id.guid);
        Pairing {
            key_id: if sure { KeyId::Full(id.guid) } else { KeyId::Unknown },
            candidates: if sure { Vec::new() } else { vec![id.guid] },
            ambiguous: false,
            ocr: !sure,
            rejoined: id.rejoined,
            span: Some(id.span.clone()),
        }
    }

    /// Lines that hold one password and one ID.
    fn by_line(&self, pairings: &mut [Option<Pairing>]) {
        for (index, key) in self.keys.iter().enumerate() {
            let alone = (index == 0 || self.keys[index - 1].line != key.line)
                && self.keys.get(index + 1).is_none_or(|next| next.line != key.line);
            let mut here = self.gap(index).iter().rev().chain(self.gap(index + 1)).filter(|id| id.line == key.line);
            let Some(first) = here.next() else { continue };
            if alone && here.all(|other| other.guid == first.guid) {
                pairings[index] = Some(self.take(first));
            }
        }
    }

    fn by_order(&self, pairings: &mut [Option<Pairing>]) {
        let behind = self.ids_behind();
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
                let skip = usize::from(index > 0 && index == behind);
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
            let spare = index + 1 == self.keys.len() || first.guid != last.guid;
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
            if index < self.keys.len() && gap.iter().any(|id| id.guid != gap[0].guid) {
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
            .any(|id| id.guid != first.guid);
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
        if block.iter().all(|id| id.guid == last.guid) { vec![self.take(last)] } else { self.choose(block, run) }
    }

    /// Different IDs in one block before `run` passwords.
    fn choose(&self, block: &[Id], run: usize) -> Vec<Pairing> {
        let mut distinct: Vec<Id> = Vec::new();
        for id in block {
            if !distinct.iter().any(|other| other.guid == id.guid) {
                distinct.push(id.clone());
            }
        }
        if let (1, Some(named)) = (run, distinct.iter().find(|id| self.name.guids.contains(&id.guid))) {
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
        let named: Vec<&Id> =
            distinct.iter().filter(|id| labels::id_of(label_before(self.text, &id.span)) == IdOf::Key).collect();
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
        Pairing { candidates: ids.iter().map(|id| id.guid).collect(), ambiguous: true, ..Pairing::default() }
    }

    /// The beginning of an ID, or a GUID without hyphens, near a password that has no ID; else what the name gives.
    fn by_beginning(&self, index: usize, from_name: Option<Guid>) -> Pairing {
        let key = &self.keys[index];
        let after_previous = index.checked_sub(1).map_or(0, |previous| self.keys[previous].span.end);
        let from = floor(self.text, after_previous.max(key.span.start.saturating_sub(PREFIX_REACH_BYTES)));
        let reach = floor(self.text, self.text.len().min(key.span.end + PREFIX_REACH_BYTES));
        let behind = &self.text[key.span.end..reach];
        let line_end = key.span.end + behind.find('\n').unwrap_or(behind.len());
        let found =
            self.beginnings(from..key.span.start).last().or_else(|| self.beginnings(key.span.end..line_end).next());
        match (found, from_name) {
            (Some(KeyId::Prefix(prefix)), Some(guid)) if guid.compact().starts_with(prefix.as_str()) => {
                Pairing { key_id: KeyId::Full(guid), ..Pairing::default() }
            }
            (Some(key_id), _) => Pairing { key_id, ..Pairing::default() },
            (None, Some(guid)) => Pairing { key_id: KeyId::Full(guid), ..Pairing::default() },
            (None, None) => Pairing::default(),
        }
    }

    fn beginnings(&self, part: Range<usize>) -> impl Iterator<Item = KeyId> {
        let bytes = self.text.as_bytes();
        let starts = part
            .clone()
            .filter(move |at| bytes[*at].is_ascii_hexdigit() && (*at == 0 || !bytes[at - 1].is_ascii_alphanumeric()));
        starts.filter_map(move |start| {
            if let Some(guid) = layout::compact_guid(self.text, start) {
                return Some(KeyId::Full(guid));
            }
            let (prefix, span) = begun_at(self.text, start)?;
            if span.end > part.end || layout::is_in_a_name(self.text, &span) {
                return None;
            }
            let hex = prefix.as_str();
            let mixed = hex.contains(|c: char| c.is_ascii_digit()) && hex.contains(|c: char| c.is_ascii_alphabetic());
            (mixed || labels::announces_id(label_before(self.text, &span))).then_some(KeyId::Prefix(prefix))
        })
    }
}
