//! Which Key ID belongs to which password of an entry: the same value, the same object, an object inside it, the
//! nearest object around it. Where two fit alike, none is taken.

use super::find::{Found, Id, Key};
use super::{Entry, Role, role};
use crate::RemarkKind;
use crate::pair::Pairing;
use drivekey_record::{Guid, KeyId};

mod whose;

pub(crate) use whose::is_of_device;
use whose::names_something_else;

/// Entries inside an entry that are looked at.
const INSIDE_MAX: usize = 64;
/// Candidates that are named.
const CANDIDATES_MAX: usize = 32;
/// So many GUIDs without a label are offered: an entry with more is full of other things.
const UNLABELLED_MAX: usize = 4;

/// All entries, what was found in them, and how many passwords stand in and inside each.
pub(super) struct Tree<'a> {
    pub(super) entries: &'a [Entry<'a>],
    pub(super) found: &'a [Found],
    pub(super) keys_inside: &'a [usize],
}

/// The answer for one password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "signs that are independent of each other")]
pub(super) struct Answer {
    /// The Key ID.
    pub(super) key_id: KeyId,
    /// Those it may be.
    pub(super) candidates: Vec<Guid>,
    /// Whether it was a choice, or was left open.
    pub(super) ambiguous: bool,
    /// Whether the ID was broken over lines.
    pub(super) rejoined: bool,
    /// Whether digits of another script were folded in the ID.
    pub(super) folded: bool,
    /// Whether the candidates are GUIDs of which nothing says that they are Key IDs.
    pub(super) unlabelled: bool,
}

impl Answer {
    fn sure(id: &Id) -> Self {
        Self { key_id: id.value.clone(), rejoined: id.rejoined, folded: id.folded, ..Self::default() }
    }

    fn open(ids: &[Id]) -> Self {
        let mut candidates: Vec<Guid> = Vec::new();
        for guid in ids.iter().filter_map(|id| id.value.full()) {
            if !candidates.contains(guid) && candidates.len() < CANDIDATES_MAX {
                candidates.push(*guid);
            }
        }
        Self { key_id: KeyId::Unknown, ambiguous: !candidates.is_empty(), candidates, ..Self::default() }
    }
}

/// One answer for each password of this entry.
pub(super) fn pair(tree: &Tree<'_>, at: usize, keys: &[Key]) -> Vec<Answer> {
    let mut answers: Vec<Option<Answer>> = keys.iter().map(|key| by_value(key, &tree.found[at])).collect();
    let open: Vec<usize> = (0..keys.len()).filter(|index| answers[*index].is_none()).collect();
    if !open.is_empty() {
        let taken: Vec<KeyId> = answers.iter().flatten().map(|answer| answer.key_id.clone()).collect();
        let wanting: Vec<&Key> = open.iter().map(|index| &keys[*index]).collect();
        let found = tree.by_entry(at, &wanting, &taken);
        for (index, answer) in open.into_iter().zip(found) {
            answers[index] = Some(answer.unwrap_or_else(|| tree.unlabelled(at, &keys[index])));
        }
    }
    answers.into_iter().map(Option::unwrap_or_default).collect()
}

/// What the password's own value, or the name of its field, says.
fn by_value(key: &Key, found: &Found) -> Option<Answer> {
    let pairing = &key.pairing;
    let settled = pairing.key_id != KeyId::Unknown || (!pairing.candidates.is_empty() && !pairing.unlabelled);
    if settled && !is_begun_elsewhere(pairing, found) {
        return Some(Answer {
            key_id: pairing.key_id.clone(),
            candidates: pairing.candidates.clone(),
            ambiguous: pairing.ambiguous,
            ..Answer::default()
        });
    }
    let named = found.ids.iter().find(|id| id.field == key.field && id.role == Role::KeyId);
    named.map(Answer::sure)
}

/// Whether the value has only the beginning of an ID that stands whole in another field.
fn is_begun_elsewhere(pairing: &Pairing, found: &Found) -> bool {
    matches!(pairing.key_id, KeyId::Prefix(_))
        && found.ids.iter().any(|id| id.sure && id.value.full().is_some() && id.value.may_equal(&pairing.key_id))
}

impl Tree<'_> {
    fn by_entry(&self, at: usize, keys: &[&Key], taken: &[KeyId]) -> Vec<Option<Answer>> {
        for ids in [self.own(at, taken), self.inside(at, false, None)] {
            if !ids.is_empty() {
                let mut answers = self.settle(at, keys, &ids);
                answers.iter_mut().flatten().for_each(|answer| answer.ambiguous |= self.found[at].chosen);
                return answers;
            }
        }
        self.around(at).map_or_else(
            || vec![None; keys.len()],
            |(ids, keys_inside)| {
                if keys_inside > 1 || distinct(&ids) > 1 {
                    vec![Some(Answer::open(&ids)); keys.len()]
                } else {
                    self.settle(at, keys, &ids)
                }
            },
        )
    }

    /// The entry's own IDs, of the best kind that it has.
    fn own(&self, at: usize, taken: &[KeyId]) -> Vec<Id> {
        let ids = &self.found[at].ids;
        let of = |wanted: &dyn Fn(&Id) -> bool| -> Vec<Id> {
            ids.iter().filter(|id| !taken.contains(&id.value) && wanted(id)).cloned().collect()
        };
        for role in [Role::KeyId, Role::Directory] {
            let best = of(&|id| id.role == role && !self.is_anybodys(at, id));
            if !best.is_empty() {
                return best;
            }
        }
        let mut good = of(&|id| id.role == Role::Id && self.is_the_keys(at));
        good.extend(self.named_by(at));
        if !good.is_empty() {
            return good;
        }
        of(&|id| id.sure && !self.is_anybodys(at, id))
    }

    /// What may be the ID of a password that has none: the GUIDs of its entry of which nothing says what they are.
    fn unlabelled(&self, at: usize, key: &Key) -> Answer {
        let entry = &self.entries[at];
        let fits = |id: &&Id| {
            (!id.sure || self.is_anybodys(at, id))
                && matches!(id.value, KeyId::Full(_))
                && !matches!(id.role, Role::OtherId | Role::DeviceId)
                && !(id.role == Role::Id && (entry.dialect.own_ids || names_something_else(entry)))
        };
        let mut ids: Vec<Id> = self.found[at].ids.iter().filter(fits).cloned().collect();
        if ids.is_empty() && key.pairing.unlabelled {
            return Answer { candidates: key.pairing.candidates.clone(), unlabelled: true, ..Answer::default() };
        }
        if distinct(&ids) > UNLABELLED_MAX {
            ids.clear();
        }
        let answer = Answer::open(&ids);
        let unlabelled = answer.candidates.len() == 1;
        Answer { ambiguous: answer.ambiguous && !unlabelled, unlabelled, ..answer }
    }

    /// IDs of entries inside that hold no password themselves. `strict`: only those that are called Key IDs.
    /// `beside`: the entry that wants them, whose namesakes in the same list have their own keys.
    fn inside(&self, at: usize, strict: bool, beside: Option<usize>) -> Vec<Id> {
        let mut all: Vec<(bool, Id)> = Vec::new();
        for child in self.inner(at) {
            let (entry, found) = (&self.entries[child], &self.found[child]);
            // An ID beside what was meant as its key is that one's, though the key cannot be read.
            let has_own = !found.flaws.is_empty() || entry.fields.iter().any(|field| field.role == Role::Password);
            let is_namesake = || {
                let below = self.path_below(at, child);
                below.zip(beside).is_some_and(|(a, b)| a != b && *self.entries[a].name == *self.entries[b].name)
            };
            if self.keys_inside[child] > 0 || has_own || names_something_else(entry) || is_namesake() {
                continue;
            }
            let name = super::folded(&entry.name);
            let about_keys = name.contains("protector") || name.contains("key");
            let fits = |id: &&Id| {
                matches!(id.role, Role::KeyId | Role::Directory) || (!strict && id.role == Role::Id && about_keys)
            };
            all.extend(found.ids.iter().filter(fits).map(|id| (found.password_protector, id.clone())));
        }
        let typed = all.iter().any(|(is_typed, _)| *is_typed);
        all.into_iter().filter(|(is_typed, _)| *is_typed || !typed).map(|(_, id)| id).collect()
    }

    /// The entry right below this one in which the inner one stands.
    fn path_below(&self, outer: usize, inner: usize) -> Option<usize> {
        std::iter::successors(Some(inner), |index| self.entries[*index].parent)
            .find(|index| self.entries[*index].parent == Some(outer))
    }

    /// The entries inside this one.
    pub(super) fn inner(&self, at: usize) -> impl Iterator<Item = usize> {
        let is_inside = move |index: usize| {
            let mut parents = std::iter::successors(self.entries[index].parent, |parent| self.entries[*parent].parent);
            parents.any(|parent| parent == at)
        };
        (at + 1..self.entries.len()).take(INSIDE_MAX).take_while(move |index| is_inside(*index))
    }

    /// The IDs of the nearest entry around this one that has any, and how many passwords stand in it.
    fn around(&self, at: usize) -> Option<(Vec<Id>, usize)> {
        let parents = std::iter::successors(self.entries[at].parent, |parent| self.entries[*parent].parent);
        for parent in parents {
            let mut ids: Vec<Id> = self.found[parent]
                .ids
                .iter()
                .filter(|id| matches!(id.role, Role::KeyId | Role::Directory) || id.sure)
                .cloned()
                .collect();
            if ids.is_empty() {
                ids.extend(self.named_by(parent));
            }
            if ids.is_empty() && self.keys_inside[parent] == 1 {
                ids = self.inside(parent, true, self.path_below(parent, at));
            }
            if !ids.is_empty() {
                return Some((ids, self.keys_inside[parent]));
            }
        }
        None
    }

    fn settle(&self, at: usize, keys: &[&Key], ids: &[Id]) -> Vec<Option<Answer>> {
        let open = || vec![Some(Answer::open(ids)); keys.len()];
        match (distinct(ids), keys.len()) {
            (1, 1) => vec![Some(Answer::sure(longest(ids)))],
            (1, _) => {
                let entry = &self.entries[at];
                let mut of_password =
                    (0..keys.len()).filter(|index| entry.fields[keys[*index].field].role == Role::Password);
                match (of_password.next(), of_password.next()) {
                    (Some(only), None) => {
                        (0..keys.len()).map(|index| (index == only).then(|| Answer::sure(&ids[0]))).collect()
                    }
                    _ => open(),
                }
            }
            _ => self.by_affix(at, keys, ids).or_else(|| by_place(keys, ids)).unwrap_or_else(open),
        }
    }

    /// `OS Key ID` beside `OS Recovery Key`; `KeyId2` beside `RecoveryKey2`.
    fn by_affix(&self, at: usize, keys: &[&Key], ids: &[Id]) -> Option<Vec<Option<Answer>>> {
        let fields = &self.entries[at].fields;
        let affix = |field: usize| fields.get(field).map(|field| role::affix(&field.name));
        let fits = |key: &&Key| {
            let mut fitting = ids.iter().filter(|id| affix(id.field).is_some() && affix(id.field) == affix(key.field));
            let first = fitting.next()?;
            fitting.all(|id| id.value == first.value).then(|| Some(Answer::sure(first)))
        };
        let answers: Option<Vec<Option<Answer>>> = keys.iter().map(fits).collect();
        answers.filter(|answers| !repeats(answers))
    }
}

/// Several IDs in one field and as many passwords in another, by line or by order; or fields that take turns.
fn by_place(keys: &[&Key], ids: &[Id]) -> Option<Vec<Option<Answer>>> {
    let in_cells = keys.iter().all(|key| key.field == keys[0].field) && ids.iter().all(|id| id.field == ids[0].field);
    if in_cells {
        let by_line = |key: &&Key| {
            let mut here = ids.iter().filter(|id| id.line == key.line);
            here.next().filter(|_| here.next().is_none()).map(|id| Some(Answer::sure(id)))
        };
        let lines: Option<Vec<Option<Answer>>> = keys.iter().map(by_line).collect();
        let many_lines = ids.iter().any(|id| id.line != ids[0].line);
        if let Some(lines) = lines.filter(|lines| many_lines && !repeats(lines)) {
            return Some(lines);
        }
        return (keys.len() == ids.len())
            .then(|| ids.iter().map(|id| Some(Answer { ambiguous: true, ..Answer::sure(id) })).collect());
    }
    if keys.len() != ids.len() {
        return None;
    }
    // ID, password, ID, password; or the other way round.
    let turns = |id_first: bool| {
        keys.iter().zip(ids).enumerate().all(|(index, (key, id))| {
            let before = if id_first { id.field < key.field } else { key.field < id.field };
            let next =
                if id_first { ids.get(index + 1).map(|id| id.field) } else { keys.get(index + 1).map(|key| key.field) };
            before && next.is_none_or(|next| next > key.field.max(id.field))
        })
    };
    (turns(true) || turns(false))
        .then(|| ids.iter().map(|id| Some(Answer { ambiguous: true, ..Answer::sure(id) })).collect())
}

fn repeats(answers: &[Option<Answer>]) -> bool {
    answers.iter().enumerate().any(|(index, answer)| answers[..index].contains(answer))
}

/// How many different IDs; a beginning and the whole of one are one.
fn distinct(ids: &[Id]) -> usize {
    let mut different: Vec<&KeyId> = Vec::new();
    for id in ids {
        if !different.iter().any(|other| other.may_equal(&id.value)) {
            different.push(&id.value);
        }
    }
    different.len()
}

/// The one of which most is known; the slice is not empty.
fn longest(ids: &[Id]) -> &Id {
    ids.iter().max_by_key(|id| id.value.known_hex().map_or(0, |hex| hex.len())).unwrap_or(&ids[0])
}

impl Answer {
    /// The remarks on it.
    pub(super) fn notes(&self) -> impl Iterator<Item = RemarkKind> {
        let notes = [
            (self.ambiguous, RemarkKind::AmbiguousPairing),
            (self.rejoined, RemarkKind::RejoinedLines),
            (self.folded, RemarkKind::DigitsFolded),
            (self.unlabelled, RemarkKind::KeyIdNotLabelled),
        ];
        notes.into_iter().filter_map(|(applies, kind)| applies.then_some(kind))
    }
}
