//! The readings of the members of one archive, mail or document as one reading. Must not know what holds them.

use std::collections::HashMap;

use crate::nested::Nest;
use crate::{Candidate, FileName, Input, Reading, Remark, RemarkKind, read_input};
use drivekey_record::{KeyId, LineText, SourceKind};

/// Most records of one Key ID, or of none, that a new one is compared with.
const COMPARED_MAX: usize = 64;
/// Longest name of a member that is shown.
const NAME_CHARS: usize = 200;

/// Collects them.
pub(crate) struct Members<'a> {
    /// `None` where the members would lie too deep.
    nest: Option<Nest<'a>>,
    reading: Reading,
    seen: HashMap<KeyId, Vec<usize>>,
    beyond: bool,
}

impl<'a> Members<'a> {
    pub(crate) fn of(input: &Input<'a>) -> Self {
        Self { nest: input.nest.deeper(), reading: Reading::default(), seen: HashMap::new(), beyond: false }
    }

    /// Whether one more member may be read. Says so once where none may.
    pub(crate) fn admit(&mut self) -> Option<Nest<'a>> {
        let nest = self.nest.filter(|nest| nest.take_member());
        if nest.is_none() {
            self.beyond();
        }
        nest
    }

    /// Notes that something was too deep or too large.
    pub(crate) fn beyond(&mut self) {
        if !std::mem::replace(&mut self.beyond, true) {
            self.reading.remarks.push(Remark::whole(RemarkKind::BeyondCeiling));
        }
    }

    /// Reads a member by its content. Its name may hold folders, and a Key ID.
    pub(crate) fn read(&mut self, nest: Nest<'_>, name: &str, bytes: &[u8]) {
        let reading = read_input(&Input { name: FileName::new(Some(name)), bytes, nest });
        self.add(reading, Some(name));
    }

    /// A remark on the whole.
    pub(crate) fn remark_whole(&mut self, kind: RemarkKind) {
        self.reading.remarks.push(Remark::whole(kind));
    }

    /// A remark on one member.
    pub(crate) fn remark(&mut self, name: &str, kind: RemarkKind) {
        let member = self.member(name);
        self.reading.remarks.push(Remark { member, ..Remark::whole(kind) });
    }

    /// Takes over what was read; `name` is `None` for what the file itself says, such as a mail's own text.
    pub(crate) fn add(&mut self, reading: Reading, name: Option<&str>) {
        let member = if reading.is_silent() { None } else { name.and_then(|name| self.member(name)) };
        let own = |remark: &Remark| reading.source.is_some() || remark.kind.is_of_structure();
        for remark in reading.remarks.iter().filter(|remark| own(remark)) {
            // What a member of the member says is told of the innermost one.
            let inner = remark.member.and_then(|inner| reading.members.get(inner)).map(LineText::as_str);
            let member = match (inner, name) {
                (Some(inner), Some(name)) => self.member(&format!("{name}/{inner}")),
                (Some(inner), None) => self.member(inner),
                (None, _) => member,
            };
            if remark.kind == RemarkKind::BeyondCeiling && std::mem::replace(&mut self.beyond, true) {
                continue;
            }
            self.reading.remarks.push(Remark { member, ..*remark });
        }
        for mut record in reading.records {
            record.inside = inside(name, record.inside.as_ref());
            self.record(record, member);
        }
        for mut key in reading.other_keys {
            key.inside = inside(name, key.inside.as_ref());
            self.reading.other_keys.push(key);
        }
        for mut attachment in reading.attachments {
            attachment.inside = inside(name, attachment.inside.as_ref());
            self.reading.attachments.push(attachment);
        }
        for id in reading.partial {
            if !self.reading.partial.contains(&id) {
                self.reading.partial.push(id);
            }
        }
        self.reading.package_left |= reading.package_left;
        self.reading.source = self.reading.source.or(reading.source);
    }

    /// Whether all records of this reading are there already: the other form of the same text.
    pub(crate) fn knows_all(&self, reading: &Reading) -> bool {
        let known = |record: &Candidate| self.twin(record).is_some();
        !self.reading.records.is_empty() && reading.records.iter().all(known)
    }

    fn twin(&self, record: &Candidate) -> Option<usize> {
        let places = self.seen.get(&record.key_id)?;
        places
            .iter()
            .rev()
            .take(COMPARED_MAX)
            .copied()
            .find(|at| self.reading.records[*at].password.same_digits(&record.password))
    }

    fn record(&mut self, record: Candidate, member: Option<usize>) {
        if let Some(twin) = self.twin(&record) {
            self.reading.remarks.push(Remark { member, ..Remark::at(record.place, RemarkKind::DuplicateRecord) });
            let first = &mut self.reading.records[twin];
            first.device_name = first.device_name.take().or(record.device_name);
            first.mount_point = first.mount_point.take().or(record.mount_point);
            first.volume_label = first.volume_label.take().or(record.volume_label);
            return;
        }
        let places = self.seen.entry(record.key_id.clone()).or_default();
        if record.key_id.full().is_some() && !places.is_empty() {
            self.reading.remarks.push(Remark { member, ..Remark::at(record.place, RemarkKind::ConflictingPasswords) });
        }
        places.push(self.reading.records.len());
        self.reading.records.push(record);
    }

    fn member(&mut self, name: &str) -> Option<usize> {
        let name = line(name)?;
        let members = &mut self.reading.members;
        if members.last() != Some(&name) {
            members.push(name);
        }
        members.len().checked_sub(1)
    }

    /// All of it. `kind` is the kind of the whole, where its parts give none.
    pub(crate) fn finish(mut self, kind: Option<SourceKind>) -> Reading {
        let reading = &mut self.reading;
        reading.source = reading.source.or(kind);
        if !reading.holds_anything() && reading.refusal().is_none() {
            reading.remarks.push(Remark::whole(RemarkKind::NoPasswordInFile));
        }
        self.reading
    }
}

fn inside(outer: Option<&str>, inner: Option<&LineText>) -> Option<LineText> {
    match (outer, inner) {
        (Some(outer), Some(inner)) => line(&format!("{outer}/{}", inner.as_str())),
        (Some(outer), None) => line(outer),
        (None, inner) => inner.cloned(),
    }
}

/// A member's name, its end where it is very long.
fn line(name: &str) -> Option<LineText> {
    let from = name.char_indices().rev().nth(NAME_CHARS).map_or(0, |(at, _)| at);
    name[from..].parse().ok()
}
