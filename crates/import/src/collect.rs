//! What a file is taken apart into, read part by part: the readings of its texts and members as one.

use std::collections::HashMap;

use crate::file_name::FileName;
use crate::input::Input;
use crate::rows::Rows;
use crate::{Candidate, Reading, Remark, RemarkKind, structured};
use drivekey_extract::{Cells, Fault, Form, Member, Receiver, take_apart, take_mail_apart};
use drivekey_record::{KeyId, LineText, SourceKind};

/// Most records of one Key ID, or of none, that a new one is compared with.
const COMPARED_MAX: usize = 64;
/// Longest name of a member that is shown.
const NAME_CHARS: usize = 200;

/// Reads what a file is taken apart into; `None` where no format knows it. `read_member` reads the files inside it.
pub(super) fn read(input: &Input<'_>, read_member: ReadMember) -> Option<Reading> {
    let mut collected = Collected::new(input, read_member);
    take_apart(&input.source(), &mut collected).then(|| collected.finish())
}

/// How a file inside a file is read.
type ReadMember = fn(&Input<'_>) -> Reading;

/// The readings so far.
struct Collected<'a> {
    input: &'a Input<'a>,
    read_member: ReadMember,
    reading: Reading,
    seen: HashMap<KeyId, Vec<usize>>,
    beyond: bool,
    /// The kind of the whole, where its parts give none.
    kind: Option<SourceKind>,
}

impl Receiver for Collected<'_> {
    fn document(&mut self, form: Form, text: &[u8]) {
        self.reading = self.extracted(form, text);
    }

    fn text(&mut self, form: Form, text: &[u8]) {
        let reading = self.extracted(form, text);
        // A mail has its text in several forms; the second says nothing new.
        if form != Form::Mail || !self.knows_all(&reading) {
            self.add(reading, None);
        }
    }

    fn sheet(&mut self, fill: &mut dyn FnMut(&mut dyn Cells) -> Result<(), Fault>) {
        let mut rows = Rows::new();
        match fill(&mut rows) {
            Ok(()) => self.add(rows.read(self.input), None),
            Err(fault) => self.fault(fault, None),
        }
    }

    fn member(&mut self, member: Member<'_>) {
        let Member { name, bytes, nest, is_mail } = member;
        let input = Input { name: FileName::new(name), bytes, nest, is_part: false, pictures: self.input.pictures };
        let reading = if is_mail {
            let mut mail = Collected::new(&input, self.read_member);
            take_mail_apart(&input.source(), &mut mail);
            mail.finish()
        } else {
            (self.read_member)(&input)
        };
        // Nameless streams of one file hold the same text in several forms.
        if name.is_some() || !self.knows_all(&reading) {
            self.add(reading, name);
        }
    }

    fn fault(&mut self, fault: Fault, member: Option<&str>) {
        let kind = match fault {
            Fault::Encrypted => RemarkKind::Encrypted,
            Fault::BeyondCeiling => RemarkKind::BeyondCeiling,
            Fault::NotRead(what) => RemarkKind::NotLookedInto { what },
            Fault::Broken => RemarkKind::BrokenStructure,
        };
        let of_whole = member.is_none();
        if of_whole && matches!(kind, RemarkKind::NotLookedInto { .. }) {
            // A better reason than that nothing was found.
            let is_empty = |kind: RemarkKind| matches!(kind, RemarkKind::EmptyFile | RemarkKind::NoPasswordInFile);
            self.reading.remarks.retain(|remark| !is_empty(remark.kind));
        }
        if kind == RemarkKind::BeyondCeiling && of_whole && std::mem::replace(&mut self.beyond, true) {
            return;
        }
        let member = member.and_then(|name| self.member_index(name));
        self.reading.remarks.push(Remark { member, ..Remark::whole(kind) });
    }

    fn listed(&mut self, names: &[String]) {
        if names.iter().any(|name| speaks_of_keys(name)) {
            self.kind = Some(SourceKind::WindowsTxt);
        }
    }

    fn form(&mut self, form: Form) {
        self.kind = Some(source_kind(form));
    }

    fn wants_pictures(&self) -> bool {
        self.input.pictures.is_some()
    }
}

const fn source_kind(form: Form) -> SourceKind {
    match form {
        Form::Html => SourceKind::Html,
        Form::Rtf => SourceKind::Rtf,
        Form::Pdf => SourceKind::Pdf,
        Form::Mail => SourceKind::Mail,
        Form::Document => SourceKind::Document,
        Form::Spreadsheet => SourceKind::Spreadsheet,
        Form::PasswordSafe => SourceKind::KeePass,
        Form::Card => SourceKind::FreeText,
        Form::Tree => SourceKind::Xml,
    }
}

fn speaks_of_keys(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("bitlocker") || [".bek", ".kpg"].iter().any(|end| name.ends_with(end))
}

impl<'a> Collected<'a> {
    fn new(input: &'a Input<'a>, read_member: ReadMember) -> Self {
        let (reading, seen) = (Reading::default(), HashMap::new());
        Self { input, read_member, reading, seen, beyond: false, kind: None }
    }

    /// Reads a text that was taken out of the file. A mail's own text is not what the file's name is about.
    fn extracted(&self, form: Form, text: &[u8]) -> Reading {
        let name = if form == Form::Mail { FileName::default() } else { self.input.name.clone() };
        structured::read_extracted(
            &Input { name, bytes: text, nest: self.input.nest, is_part: false, pictures: None },
            source_kind(form),
        )
    }

    /// Takes over what was read; `name` is `None` for what the file itself says, such as a mail's own text.
    fn add(&mut self, reading: Reading, name: Option<&str>) {
        let member = if reading.is_silent() { None } else { name.and_then(|name| self.member_index(name)) };
        let own = |remark: &Remark| reading.source.is_some() || remark.kind.is_of_structure();
        for remark in reading.remarks.iter().filter(|remark| own(remark)) {
            // What a member of the member says is told of the innermost one.
            let inner = remark.member.and_then(|inner| reading.members.get(inner)).map(LineText::as_str);
            let member = match (inner, name) {
                (Some(inner), Some(name)) => self.member_index(&format!("{name}/{inner}")),
                (Some(inner), None) => self.member_index(inner),
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

    /// Whether all keys of this reading are there already: the other form of the same text. Keys of kinds that this
    /// version does not know are not compared.
    fn knows_all(&self, reading: &Reading) -> bool {
        let known = |record: &Candidate| self.twin(record).is_some();
        !self.reading.records.is_empty() && reading.other_keys.is_empty() && reading.records.iter().all(known)
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
            first.told = first.told.take().or(record.told);
            return;
        }
        let places = self.seen.entry(record.key_id.clone()).or_default();
        if record.key_id.full().is_some() && !places.is_empty() {
            self.reading.remarks.push(Remark { member, ..Remark::at(record.place, RemarkKind::ConflictingPasswords) });
        }
        places.push(self.reading.records.len());
        self.reading.records.push(record);
    }

    fn member_index(&mut self, name: &str) -> Option<usize> {
        let name = line(name)?;
        let members = &mut self.reading.members;
        if members.last() != Some(&name) {
            members.push(name);
        }
        members.len().checked_sub(1)
    }

    /// All of it.
    fn finish(mut self) -> Reading {
        let reading = &mut self.reading;
        reading.source = reading.source.or(self.kind);
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
