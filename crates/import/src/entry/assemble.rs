//! Entries to a reading: candidates, flaws, IDs without a password.

use std::collections::HashSet;
use std::hash::RandomState;

use super::detail::{self, Detail};
use super::find::{self, Found};
use super::pairing::{self, Answer, Tree};
use super::{Entry, Field, Numbers, Role, Sheet};
use crate::merge::Merger;
use crate::{Candidate, Place, Reading, Remark, RemarkKind, own};
use drivekey_record::{KeyId, SourceKind};

/// Makes the reading.
pub(crate) fn reading(mut sheet: Sheet<'_>) -> Reading {
    own::entries::mark_all(&mut sheet.entries);
    let marks = RandomState::new();
    let entries = &sheet.entries;
    let mut found: Vec<Found> = entries.iter().map(|entry| find::find(entry, &marks)).collect();
    let keys: Vec<Vec<find::Key>> = found.iter_mut().map(|found| std::mem::take(&mut found.keys)).collect();
    let counts: Vec<usize> = keys.iter().map(Vec::len).collect();
    let keys_inside = keys_inside(entries, &counts);
    let tree = Tree { entries, found: &found, keys_inside: &keys_inside };
    let places = places(entries, &found, &counts);
    let mut merger = Merger::default();
    for (at, keys) in keys.into_iter().enumerate() {
        if keys.is_empty() {
            continue;
        }
        let answers = pairing::pair(&tree, at, &keys);
        for (key, answer) in keys.into_iter().zip(answers) {
            let mut notes = key.notes.clone();
            notes.extend(answer.notes().filter(|note| !key.notes.contains(note)));
            let mut detail = detail::of(&tree, at, sheet.guessed_letters);
            if let Some(letter) = detail::drive_of_name(&entries[at], key.field) {
                detail.mount_point = Some(letter);
            }
            let source = if key.ocr { SourceKind::OcrText } else { entries[at].dialect.source };
            merger.add(candidate(key.password, answer, detail, source, places[at]), key.mark, notes);
        }
    }
    let (records, remarks) = merger.finish();
    let package_left = sheet.package_left || entries.iter().flat_map(|entry| &entry.fields).any(is_package);
    let mut reading = Reading { records, remarks, attachments: sheet.attachments, package_left, ..Reading::default() };
    reading.remarks.extend(sheet.remarks.iter().map(|kind| Remark::whole(*kind)));
    let others = entries
        .iter()
        .zip(&places)
        .filter_map(|(entry, place)| own::entries::remark(entry).map(|remark| Remark::at(*place, remark)));
    reading.remarks.extend(others);
    without_password(&tree, &counts, &places, &mut reading);
    let trace = !reading.records.is_empty()
        || !reading.partial.is_empty()
        || !reading.attachments.is_empty()
        || reading.remarks.iter().any(|remark| !is_structural(remark.kind));
    let of_keys = entries.iter().zip(&counts).find(|(_, count)| **count > 0).map(|(entry, _)| entry.dialect.source);
    let any = sheet.source.or_else(|| entries.first().map(|entry| entry.dialect.source));
    reading.source = sheet.source.or_else(|| if trace { of_keys.or(any) } else { None });
    reading
}

/// A key package as a text or as numbers: no reader makes a file of it.
fn is_package(field: &Field<'_>) -> bool {
    field.role == Role::KeyPackage && !field.value.trim().is_empty()
}

const fn is_structural(kind: RemarkKind) -> bool {
    matches!(kind, RemarkKind::BrokenStructure | RemarkKind::BeyondCeiling | RemarkKind::Encrypted)
}

fn candidate(
    password: drivekey_record::RecoveryPassword,
    answer: Answer,
    detail: Detail,
    source: SourceKind,
    place: Place,
) -> Candidate {
    Candidate {
        password,
        key_id: answer.key_id,
        key_id_candidates: answer.candidates,
        device_name: detail.device_name,
        mount_point: detail.mount_point,
        volume_label: detail.volume_label,
        volume_type: detail.volume_type,
        created: detail.created,
        source,
        device_id: detail.device_id,
        note: detail.note,
        place,
        inside: None,
        told: None,
    }
}

fn keys_inside(entries: &[Entry<'_>], counts: &[usize]) -> Vec<usize> {
    let mut inside = counts.to_vec();
    for at in (0..entries.len()).rev() {
        if let Some(parent) = entries[at].parent {
            inside[parent] += inside[at];
        }
    }
    inside
}

/// The format's own places, or a count of the entries that have something to do with keys.
fn places(entries: &[Entry<'_>], found: &[Found], counts: &[usize]) -> Vec<Place> {
    let mut number = 0;
    let mut place = |(at, entry): (usize, &Entry<'_>)| {
        let counts = counts[at] > 0
            || !found[at].flaws.is_empty()
            || own::entries::remark(entry).is_some()
            || found[at].ids.iter().any(|id| matches!(id.role, Role::KeyId | Role::Directory));
        number += usize::from(
            counts || (entry.dialect.numbers == Numbers::Graph && found[at].ids.iter().any(|id| id.role == Role::Id)),
        );
        entry.place.unwrap_or(Place::Record(number.max(1)))
    };
    entries.iter().enumerate().map(&mut place).collect()
}

/// Flaws, and Key IDs whose password is not there.
fn without_password(tree: &Tree<'_>, counts: &[usize], places: &[Place], reading: &mut Reading) {
    let no_records = reading.records.is_empty();
    let candidates = |record: &Candidate| record.key_id_candidates.iter().copied().map(KeyId::Full).collect::<Vec<_>>();
    let mut known: HashSet<KeyId> =
        reading.records.iter().flat_map(|record| [vec![record.key_id.clone()], candidates(record)].concat()).collect();
    let mut missing = Vec::new();
    for (at, entry) in tree.entries.iter().enumerate() {
        let found = &tree.found[at];
        for kind in &found.flaws {
            reading.remarks.push(Remark::at(places[at], *kind));
        }
        if counts[at] > 0 || tree.keys_inside[at] > 0 || found.other_protector {
            continue;
        }
        let is_graph = entry.dialect.numbers == Numbers::Graph && entry.dialect.source == SourceKind::Graph;
        // Of PowerShell's protectors most have no password to begin with.
        let meant = match entry.dialect.source {
            SourceKind::PowerShell => found.password_protector || !found.flaws.is_empty(),
            _ => no_records || !found.flaws.is_empty() || entry.fields.iter().any(|field| field.role == Role::Password),
        };
        let of_key = |role: Role| {
            matches!(role, Role::KeyId | Role::Directory)
                || ((is_graph || !found.flaws.is_empty()) && role == Role::Id && !entry.dialect.own_ids)
        };
        let ids: Vec<&KeyId> = found.ids.iter().filter(|id| of_key(id.role)).map(|id| &id.value).collect();
        let Some(first) = ids.first().filter(|_| meant) else { continue };
        if ids.iter().all(|id| id.may_equal(first)) && known.insert((*first).clone()) {
            reading.partial.push((*first).clone());
            if found.flaws.is_empty() {
                missing.push(places[at]);
            }
        }
    }
    if no_records {
        if reading.refusal().is_none() {
            reading.remarks.push(Remark::whole(RemarkKind::NoPasswordInFile));
        }
    } else {
        reading.remarks.extend(missing.into_iter().map(|place| Remark::at(place, RemarkKind::NoPasswordInFile)));
    }
    reading.remarks.sort_by_key(|remark| remark.place);
}
