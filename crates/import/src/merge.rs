//! The records of one file: the same one twice is kept once, contradictions are kept and named.

use std::collections::HashMap;

use super::{Candidate, Remark, RemarkKind};
use drivekey_record::{Guid, KeyId, VolumeType};

/// Takes records in the order of the text.
#[derive(Default)]
pub(super) struct Merger {
    records: Vec<Candidate>,
    notes: Vec<Vec<RemarkKind>>,
    /// The last record with each mark, and for each record the one before it with the same.
    by_password: HashMap<u64, usize>,
    earlier: Vec<Option<usize>>,
    by_id: HashMap<Guid, usize>,
    remarks: Vec<Remark>,
}

impl Merger {
    /// Takes one record. `mark` is equal for equal passwords; `notes` are the remarks on it.
    pub(super) fn add(&mut self, candidate: Candidate, mark: u64, mut notes: Vec<RemarkKind>) {
        let last = self.by_password.get(&mark).copied();
        let same = std::iter::successors(last, |index| self.earlier[*index])
            .filter(|index| self.records[*index].password.same_digits(&candidate.password));
        let mut conflict = false;
        let mut twin = None;
        for index in same {
            if self.records[index].key_id.may_equal(&candidate.key_id) {
                twin = Some(index);
                break;
            }
            conflict = true;
        }
        if let Some(twin) = twin {
            self.remarks.push(Remark::at(candidate.place, RemarkKind::DuplicateRecord));
            self.merge(twin, candidate, notes);
            return;
        }
        if conflict {
            notes.push(RemarkKind::ConflictingKeyIds);
        }
        let index = self.records.len();
        self.earlier.push(self.by_password.insert(mark, index));
        if let KeyId::Full(guid) = candidate.key_id
            && self.by_id.insert(guid, index).is_some()
        {
            notes.push(RemarkKind::ConflictingPasswords);
        }
        self.records.push(candidate);
        self.notes.push(notes);
    }

    /// What the second says and the first does not is added to the first.
    fn merge(&mut self, index: usize, second: Candidate, notes: Vec<RemarkKind>) {
        let first = &mut self.records[index];
        let hex = |key_id: &KeyId| key_id.known_hex().map_or(0, |hex| hex.len());
        if hex(&second.key_id) > hex(&first.key_id) {
            first.key_id = second.key_id;
            first.key_id_candidates = second.key_id_candidates;
            self.notes[index] = notes;
            if let KeyId::Full(guid) = first.key_id {
                self.by_id.insert(guid, index);
            }
        }
        first.device_name = first.device_name.take().or(second.device_name);
        first.mount_point = first.mount_point.take().or(second.mount_point);
        first.volume_label = first.volume_label.take().or(second.volume_label);
        first.device_id = first.device_id.take().or(second.device_id);
        first.created = first.created.take().or(second.created);
        first.note = first.note.take().or(second.note);
        if first.volume_type == VolumeType::Unknown {
            first.volume_type = second.volume_type;
        }
    }

    /// The records, and the remarks on them.
    pub(super) fn finish(mut self) -> (Vec<Candidate>, Vec<Remark>) {
        for (record, notes) in self.records.iter().zip(self.notes) {
            let mut say = |kind| self.remarks.push(Remark::at(record.place, kind));
            match record.key_id {
                KeyId::Prefix(_) => say(RemarkKind::KeyIdPrefixOnly),
                KeyId::Unknown if record.key_id_candidates.is_empty() => say(RemarkKind::NoKeyId),
                KeyId::Full(_) | KeyId::Unknown => {}
            }
            if record.password.is_weak() {
                say(RemarkKind::WeakPassword);
            } else if record.password.is_made_up() {
                say(RemarkKind::MadeUpKey);
            }
            notes.into_iter().for_each(say);
        }
        self.remarks.sort_by_key(|remark| remark.place);
        (self.records, self.remarks)
    }
}
