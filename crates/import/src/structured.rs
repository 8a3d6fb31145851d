//! Text with a grammar: JSON, XML, LDIF, tables, lists. One line for each format. What the plain scanner finds beyond
//! the structure is kept too, so that a wrong guess at the format never loses a key.

use std::collections::{HashMap, HashSet};
use std::hash::RandomState;
use std::ops::Range;

use zeroize::Zeroizing;

use super::decoded::{Decoded, RETRY_BYTES};
use super::entry::{self, Sheet};
use super::input::Input;
use super::source_text::SourceText;
use super::{
    Candidate, Place, Reading, Remark, RemarkKind, account, json, ldif, list, own, plain, residue, table, xml,
};
use drivekey_record::{KeyId, SourceKind, VolumeType};

/// A format: the entries of a text, or `None` where the text is none of it.
type Format = for<'t> fn(&'t SourceText<'_>) -> Option<Sheet<'t>>;

/// The formats, the choosy ones first.
const FORMATS: &[Format] =
    &[xml::read, json::read, ldif::read, account::read, table::transposed::read, table::read, list::read];

/// What a format found.
struct Found {
    reading: Reading,
    /// Whether its entries are a guess by layout.
    soft: bool,
    /// Where it named keys of other kinds: the text without what was read by the format.
    rest: Option<Zeroizing<String>>,
}

/// Reads it plainly, and by its format where one knows it.
pub(super) fn read(input: &Input<'_>) -> Reading {
    if let Some(own) = own::lines::read(input, read_whole) {
        return own;
    }
    let clean = residue::without_escapes(input.bytes);
    let bytes = clean.as_deref().map_or(input.bytes, Vec::as_slice);
    let input = Input { name: input.name.clone(), bytes, ..*input };
    let reading = read_whole(&input);
    let is_other = |remark: &Remark| matches!(remark.kind, RemarkKind::OtherKind { .. });
    if !reading.records.is_empty() || reading.remarks.iter().any(is_other) || bytes.len() > RETRY_BYTES {
        return reading;
    }
    let again = residue::rejoined(bytes)
        .into_iter()
        .map(|bytes| read_whole(&Input { name: input.name.clone(), bytes: &bytes, ..input }));
    again.into_iter().find(|again| !again.records.is_empty()).unwrap_or(reading)
}

fn read_whole(input: &Input<'_>) -> Reading {
    let text = Decoded::new(input.bytes);
    let found = read_by_format(&text);
    if let Some(reading) = read_in_pieces(found.as_ref(), input) {
        return reading;
    }
    match found {
        Some(found) => {
            let plain = read_beside(&found, input, &text);
            union(found.reading, plain, input, found.soft)
        }
        None => plain::read_decoded(input, &text),
    }
}

/// What is left of an export of our own that no format knows as one, and that names keys of other kinds.
fn read_in_pieces(found: Option<&Found>, input: &Input<'_>) -> Option<Reading> {
    let broken = |found: &Found| found.reading.remarks.iter().any(|remark| remark.kind == RemarkKind::BrokenStructure);
    if found.is_some_and(|found| found.rest.is_some() && !broken(found)) {
        return None;
    }
    own::pieces::read(input, found.is_none_or(broken), plain::read)
}

/// The plain reading of a text that a format knows.
fn read_beside(found: &Found, input: &Input<'_>, text: &Decoded<'_>) -> Reading {
    match &found.rest {
        None => plain::read_decoded(input, text),
        Some(rest) if rest.trim().is_empty() => Reading::default(),
        Some(rest) => {
            let rest = Input {
                name: input.name.clone(),
                bytes: rest.as_bytes(),
                nest: input.nest,
                is_part: false,
                pictures: None,
            };
            plain::read(&rest)
        }
    }
}

/// Reads a text that was taken out of a file of this kind; tables and lists in it as such, where that finds all that a
/// plain reading finds: a document may hold prose and tables.
pub(super) fn read_extracted(input: &Input<'_>, kind: SourceKind) -> Reading {
    let read = |input: &Input<'_>| read_extracted_whole(input, kind);
    own::lines::read(input, read).unwrap_or_else(|| read(input))
}

fn read_extracted_whole(input: &Input<'_>, kind: SourceKind) -> Reading {
    let text = Decoded::new(input.bytes);
    let found = read_by_format(&text);
    let pieces = read_in_pieces(found.as_ref(), input);
    let mut reading = match found {
        _ if let Some(reading) = pieces => reading,
        Some(found) => {
            let plain = read_beside(&found, input, &text);
            if found.rest.is_some() || union_count(&found.reading, &plain) >= plain.records.len() {
                union(found.reading, plain, input, found.soft)
            } else {
                plain
            }
        }
        None => plain::read_decoded(input, &text),
    };
    for record in reading.records.iter_mut().filter(|record| record.source != SourceKind::OcrText) {
        record.source = kind;
    }
    reading.source = reading.source.map(|_| kind);
    reading
}

/// What the first format that knows the text finds.
fn read_by_format(text: &Decoded<'_>) -> Option<Found> {
    let source = SourceText::new(text);
    if !source.guessed_letters {
        return first_format(&source).map(|sheet| read_sheet(sheet, &source));
    }
    // With the right code page the names of fields are words.
    let known = |source: &SourceText<'_>| first_format(source).map(|sheet| known_names(&sheet));
    let mut best = known(&source).map(|names| (names, source));
    for page in SourceText::by_other_code_pages(text) {
        if let Some(names) = known(&page)
            && best.as_ref().is_none_or(|(most, _)| names > *most)
        {
            best = Some((names, page));
        }
    }
    let (_, source) = best?;
    let sheet = first_format(&source)?;
    Some(read_sheet(Sheet { guessed_letters: source.guessed_letters, ..sheet }, &source))
}

fn first_format<'t>(source: &'t SourceText<'_>) -> Option<Sheet<'t>> {
    FORMATS.iter().find_map(|format| format(source))
}

fn read_sheet(sheet: Sheet<'_>, source: &SourceText<'_>) -> Found {
    let (soft, span) = (sheet.soft, sheet.span.clone());
    let reading = entry::reading(sheet);
    Found { rest: reading.names_other_kinds().then(|| without(source.as_str(), &span)), reading, soft }
}

/// The text without a part of it; lines keep their numbers.
fn without(text: &str, part: &Range<usize>) -> Zeroizing<String> {
    let (start, end) = (part.start.min(text.len()), part.end.min(text.len()));
    let mut rest = Zeroizing::new(String::with_capacity(text.len()));
    rest.push_str(&text[..start]);
    rest.extend(text[start..end].matches('\n'));
    rest.push_str(&text[end..]);
    rest
}

/// How many field names of the first entries say what they are for.
fn known_names(sheet: &Sheet<'_>) -> usize {
    let fields = sheet.entries.iter().take(20).flat_map(|entry| &entry.fields);
    fields.filter(|field| !field.name.is_empty() && !matches!(entry::role(&field.name), entry::Role::Unknown)).count()
}

/// How many records the union of the two has.
fn union_count(structured: &Reading, plain: &Reading) -> usize {
    if structured.records.is_empty() {
        return plain.records.len();
    }
    let keys = RandomState::new();
    let mut marks: HashSet<u64> = structured.records.iter().map(|record| record.password.mark(&keys)).collect();
    let added = plain.records.iter().filter(|record| marks.insert(record.password.mark(&keys)));
    structured.records.len() + added.count()
}

/// The structure's reading, and the passwords that only the scanner found.
fn union(mut structured: Reading, plain: Reading, input: &Input<'_>, soft: bool) -> Reading {
    if structured.records.is_empty() && (!plain.records.is_empty() || structured.source.is_none()) {
        let attachments = std::mem::take(&mut structured.attachments);
        let broken: Vec<Remark> =
            structured.remarks.into_iter().filter(|remark| about_structure(remark.kind)).collect();
        let mut reading = Reading { package_left: structured.package_left, ..plain };
        if broken.iter().any(|remark| remark.kind.is_refusal()) {
            // A better reason is known.
            reading.remarks.retain(|remark| remark.kind != RemarkKind::NoPasswordInFile);
        }
        reading.attachments.extend(attachments);
        reading.remarks.extend(broken);
        return reading;
    }
    let remarks: Vec<Remark> = plain.remarks;
    let foreign = remarks.iter().find(|remark| matches!(remark.kind, RemarkKind::OtherKindOfKey { .. }));
    if let Some(foreign) = foreign.filter(|_| structured.records.is_empty()) {
        // A better reason is known.
        structured.remarks.retain(|remark| remark.kind != RemarkKind::NoPasswordInFile);
        structured.remarks.push(*foreign);
    }
    let of_file = remarks.iter().find(|remark| remark.kind == RemarkKind::OddLengthUtf16).copied();
    structured.remarks.splice(0..0, of_file);
    let keys = RandomState::new();
    let mut by_mark: HashMap<u64, usize> =
        structured.records.iter().enumerate().map(|(at, record)| (record.password.mark(&keys), at)).collect();
    let mut held: HashSet<KeyId> = HashSet::new();
    for record in &structured.records {
        held.insert(record.key_id.clone());
        held.extend(record.key_id_candidates.iter().copied().map(KeyId::Full));
    }
    held.remove(&KeyId::Unknown);
    let mut added: HashSet<Place> = HashSet::new();
    for mut record in plain.records {
        let twin = by_mark.get(&record.password.mark(&keys)).map(|at| &mut structured.records[*at]);
        if let Some(twin) = twin.filter(|twin| twin.password.same_digits(&record.password)) {
            if soft {
                let place = twin.place;
                complete(twin, record);
                if twin.key_id != KeyId::Unknown {
                    structured
                        .remarks
                        .retain(|remark| remark.kind != RemarkKind::NoKeyId || remark.place != Some(place));
                }
            }
            continue;
        }
        // What the structure holds for another password's is no longer free.
        if held.contains(&record.key_id) {
            record.key_id = KeyId::Unknown;
            structured.remarks.push(Remark::at(record.place, RemarkKind::NoKeyId));
        }
        structured.partial.retain(|partial| *partial != record.key_id);
        added.insert(record.place);
        by_mark.insert(record.password.mark(&keys), structured.records.len());
        structured.records.push(record);
    }
    structured
        .remarks
        .extend(remarks.into_iter().filter(|remark| remark.place.is_some_and(|place| added.contains(&place))));
    if plain::mismatch(input, &structured.records, &structured.partial, &[]) {
        structured.remarks.push(Remark::whole(RemarkKind::FilenameKeyIdMismatch));
    }
    structured
}

/// What the plain reader knows and the list does not: its blocks are looser than its labels.
fn complete(record: &mut Candidate, plain: Candidate) {
    if record.key_id == KeyId::Unknown && record.key_id_candidates.is_empty() && matches!(plain.key_id, KeyId::Full(_))
    {
        record.key_id = plain.key_id;
    }
    record.device_name = record.device_name.take().or(plain.device_name);
    record.mount_point = record.mount_point.take().or(plain.mount_point);
    record.volume_label = record.volume_label.take().or(plain.volume_label);
    if record.volume_type == VolumeType::Unknown {
        record.volume_type = plain.volume_type;
    }
}

const fn about_structure(kind: RemarkKind) -> bool {
    matches!(
        kind,
        RemarkKind::BrokenStructure | RemarkKind::BeyondCeiling | RemarkKind::Encrypted | RemarkKind::OtherKind { .. }
    )
}
