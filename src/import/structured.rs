//! Text with a grammar: JSON, XML, LDIF, tables, lists. One line for each format. What the plain scanner finds beyond
//! the structure is kept too, so that a wrong guess at the format never loses a key. Must not know any grammar.

use super::entry::{self, Sheet};
use super::source_text::SourceText;
use super::{Input, Reading, Remark, RemarkKind, account, json, ldif, list, table, text, xml};
use crate::record::KeyId;

/// A format: the entries of a text, or `None` where the text is none of it.
type Format = for<'t> fn(&'t SourceText<'_>) -> Option<Sheet<'t>>;

/// The formats, the choosy ones first.
const FORMATS: &[Format] = &[xml::read, json::read, ldif::read, account::read, table::read, list::read];

/// Whether one of the formats knows it.
pub(super) fn sniff(input: &Input<'_>) -> bool {
    with_sheet(input, |_| ()).is_some()
}

/// Reads it by its format and as plain text.
pub(super) fn read(input: &Input<'_>) -> Reading {
    let plain = text::read(input);
    match with_sheet(input, entry::reading) {
        Some(structured) => union(structured, plain, input),
        None => plain,
    }
}

fn with_sheet<T>(input: &Input<'_>, then: impl FnOnce(Sheet<'_>) -> T) -> Option<T> {
    let source = SourceText::of(input.bytes);
    if !source.guessed_letters {
        return FORMATS.iter().find_map(|format| format(&source)).map(then);
    }
    // With the right page the names of fields are words.
    let known = |source: &SourceText<'_>| FORMATS.iter().find_map(|format| format(source)).map(|sheet| known_names(&sheet));
    let mut best: Option<(usize, SourceText<'_>)> = known(&source).map(|names| (names, source));
    let other = SourceText::of(input.bytes);
    for page in other.by_other_pages(input.bytes) {
        if let Some(names) = known(&page)
            && best.as_ref().is_none_or(|(most, _)| names > *most)
        {
            best = Some((names, page));
        }
    }
    let (_, source) = best?;
    let sheet = FORMATS.iter().find_map(|format| format(&source)).map(|sheet| Sheet { guessed_letters: source.guessed_letters, ..sheet });
    sheet.map(then)
}

/// How many field names of the first entries say what they are for.
fn known_names(sheet: &Sheet<'_>) -> usize {
    let fields = sheet.entries.iter().take(20).flat_map(|entry| &entry.fields);
    fields.filter(|field| !field.name.is_empty() && !matches!(entry::role(&field.name), entry::Role::Unknown)).count()
}

/// The structure's reading, and the passwords that only the scanner found.
fn union(mut structured: Reading, plain: Reading, input: &Input<'_>) -> Reading {
    if structured.records.is_empty() && (!plain.records.is_empty() || structured.source.is_none()) {
        let attachments = std::mem::take(&mut structured.attachments);
        let broken: Vec<Remark> = structured.remarks.into_iter().filter(|remark| about_structure(remark.kind)).collect();
        let mut reading = plain;
        if broken.iter().any(|remark| remark.kind.is_refusal()) {
            // A better reason is known.
            reading.remarks.retain(|remark| remark.kind != RemarkKind::NoPasswordInFile);
        }
        reading.attachments.extend(attachments);
        reading.remarks.extend(broken);
        return reading;
    }
    let mut remarks: Vec<Remark> = plain.remarks;
    let of_file = remarks.iter().find(|remark| remark.kind == RemarkKind::OddLengthUtf16).copied();
    structured.remarks.splice(0..0, of_file);
    for mut record in plain.records {
        let twin = structured.records.iter_mut().find(|other| other.password.same_digits(&record.password));
        let here = |remark: &Remark| remark.place == Some(record.place);
        if twin.is_some() {
            continue;
        }
        // What the structure holds for another password's is no longer free.
        if let KeyId::Full(guid) = record.key_id
            && structured.records.iter().any(|other| other.key_id == record.key_id || other.key_id_candidates.contains(&guid))
        {
            record.key_id = KeyId::Unknown;
            structured.remarks.push(Remark::at(record.place, RemarkKind::NoKeyId));
        }
        structured.remarks.extend(remarks.iter().filter(|remark| here(remark)));
        remarks.retain(|remark| !here(remark));
        structured.partial.retain(|partial| *partial != record.key_id);
        structured.records.push(record);
    }
    if text::mismatch(input, &structured.records, &structured.partial, &[]) {
        structured.remarks.push(Remark::whole(RemarkKind::FilenameKeyIdMismatch));
    }
    structured
}

const fn about_structure(kind: RemarkKind) -> bool {
    matches!(kind, RemarkKind::BrokenStructure | RemarkKind::BeyondCeiling | RemarkKind::Encrypted)
}
