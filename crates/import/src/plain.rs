//! The plain reading of all text: Windows' own files of every version and language, script-made copies, free text.
//! Joins decoding, scanning, pairing and context.

use std::hash::RandomState;

use super::context::Context;
use super::decoded::{Decoded, RETRY_BYTES};
use super::foreign;
use super::input::Input;
use super::labels::holds;
use super::merge::Merger;
use super::normalise::Normalised;
use super::pair::{self, Pairing, TextId};
use super::reading::{Candidate, Reading};
use super::scan::{self, Event, Found};
use super::{Place, Remark, RemarkKind};
use drivekey_extract::{Encoding, Unread, other_code_pages};
use drivekey_record::{Guid, KeyId, SourceKind};

/// How much of a text is looked at to see whether it is one.
const BINARY_HEAD_BYTES: usize = 64 << 10;
/// So many control characters make it none.
const BINARY_SIGNS: usize = 8;

/// A text with what was found in it.
struct Scanned<'a> {
    normalised: &'a Normalised,
    events: Vec<Event>,
}

/// Reads a text.
pub(super) fn read(input: &Input<'_>) -> Reading {
    read_decoded(input, &Decoded::new(input.bytes))
}

/// Reads a text that may have been decoded already.
pub(super) fn read_decoded(input: &Input<'_>, text: &Decoded<'_>) -> Reading {
    let detected = text.detected;
    let marks = RandomState::new();
    let first = scanned(text, detected.encoding, &marks);
    if first.normalised.text.trim().is_empty() {
        return empty(input);
    }
    let mut best = first;
    if detected.mixed {
        keep_better(&mut best, scanned(text, Encoding::SingleByte, &marks));
    } else if detected.encoding == Encoding::SingleByte && input.bytes.len() <= RETRY_BYTES {
        let found = keys(&best.events);
        for page in other_code_pages() {
            let other = scanned(text, page, &marks);
            // With as many keys, a label in the page's own script shows that it is the right one.
            let speaks = || {
                found > 0
                    && keys(&other.events) == found
                    && Context::of(&other.normalised.text, false).has_foreign_label()
            };
            if speaks() {
                best = other;
                break;
            }
            keep_better(&mut best, other);
        }
    }
    let mut reading = build(best, input);
    if detected.odd_length && reading.has_trace() {
        reading.remarks.insert(0, Remark::whole(RemarkKind::OddLengthUtf16));
    }
    reading
}

fn scanned<'a>(text: &'a Decoded<'_>, encoding: Encoding, marks: &RandomState) -> Scanned<'a> {
    let normalised = text.normalised(encoding);
    Scanned { normalised, events: scan::scan(normalised, marks.clone()) }
}

fn keys(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event.found, Found::Key { .. })).count()
}

fn keep_better<'a>(best: &mut Scanned<'a>, other: Scanned<'a>) {
    if keys(&other.events) > keys(&best.events) {
        *best = other;
    }
}

/// Zero bytes, blanks or nothing: the name may still tell which key was lost.
fn empty(input: &Input<'_>) -> Reading {
    let partial: Vec<KeyId> = input.name.guids.iter().copied().map(KeyId::Full).collect();
    let source = (!partial.is_empty()).then_some(SourceKind::WindowsTxt);
    Reading { remarks: vec![Remark::whole(RemarkKind::EmptyFile)], partial, source, ..Reading::default() }
}

fn build(scanned: Scanned<'_>, input: &Input<'_>) -> Reading {
    let Scanned { normalised, mut events } = scanned;
    let text = normalised.text.as_str();
    let has_keys = keys(&events) > 0;
    // A GUID without a letter is more likely a row of numbers.
    let is_guid = |event: &Event| matches!(event.found, Found::Guid(guid) if guid.as_bytes().iter().any(|byte| byte & 0xF > 9 || byte >> 4 > 9));
    let about_keys = !has_keys && (events.iter().any(is_guid) || holds(text, "bitlocker"));
    // Without a key, a weak sign of one is only believed in a text that is about keys.
    events.retain(|event| !matches!(event.found, Found::Flaw { strong: false, .. }) || about_keys);
    let (pairings, text_ids) = pair::pair(text, &events, Some(&input.name), !input.is_part);
    let only_id = only_named(&text_ids);
    let ids: Vec<Guid> = text_ids.iter().filter_map(|id| id.value.full().copied()).collect();
    let context = if has_keys { Context::of(text, normalised.single_byte) } else { Context::default() };
    let kind = source_kind(normalised, &ids, !context.is_empty() || input.name.device.is_some());
    let mut merger = Merger::default();
    let mut flaws: Vec<(Remark, KeyId)> = Vec::new();
    let mut first_key = None;
    let finds = events.into_iter().filter(|event| !matches!(event.found, Found::Guid(_)));
    for (event, pairing) in finds.zip(pairings) {
        let folded =
            normalised.is_folded(&event.span) || pairing.span.as_ref().is_some_and(|span| normalised.is_folded(span));
        match event.found {
            Found::Key { password, mark } => {
                let first_key = *first_key.get_or_insert(event.span.start);
                let around = context.at(text, &event.span, first_key);
                let candidate = Candidate {
                    password,
                    key_id: pairing.key_id.clone(),
                    key_id_candidates: pairing.candidates.clone(),
                    device_name: around.device_name.or_else(|| input.name.device.clone()),
                    mount_point: around.mount_point.or_else(|| input.name.mount_point.clone()),
                    volume_label: around.volume_label,
                    volume_type: around.volume_type,
                    created: None,
                    source: if event.ocr || pairing.ocr { SourceKind::OcrText } else { kind },
                    device_id: None,
                    note: None,
                    place: Place::Line(event.line),
                    inside: None,
                    told: None,
                };
                let notes = notes(event.ocr, event.rejoined, folded, &pairing);
                merger.add(candidate, mark, notes);
            }
            Found::Flaw { kind, .. } => flaws.push((Remark::on(event.line, kind), pairing.key_id)),
            Found::Guid(_) => {}
        }
    }
    let is_binary = looks_binary(text);
    finish(merger, flaws, &Whole { text, ids: &ids, only_id, is_binary, kind }, input)
}

/// What is to be said of one record, its Key ID apart.
fn notes(ocr: bool, rejoined: bool, folded: bool, pairing: &Pairing) -> Vec<RemarkKind> {
    let ocr = ocr || pairing.ocr;
    [
        (folded, RemarkKind::DigitsFolded),
        (rejoined || pairing.rejoined, RemarkKind::RejoinedLines),
        (ocr, RemarkKind::OcrSubstitution),
        (ocr, RemarkKind::ConfirmWithUser),
        (pairing.ambiguous, RemarkKind::AmbiguousPairing),
        (pairing.unlabelled, RemarkKind::KeyIdNotLabelled),
    ]
    .into_iter()
    .filter_map(|(applies, kind)| applies.then_some(kind))
    .collect()
}

/// What is known of a whole text.
struct Whole<'a> {
    text: &'a str,
    /// The GUIDs that are or may be Key IDs.
    ids: &'a [Guid],
    /// The Key ID, where the text names one only.
    only_id: Option<KeyId>,
    /// Whether bytes stand in it that no text has.
    is_binary: bool,
    kind: SourceKind,
}

/// The one Key ID that a text names.
fn only_named(ids: &[TextId]) -> Option<KeyId> {
    let mut named = ids.iter().filter(|id| id.sure).map(|id| &id.value);
    let first = named.next()?;
    named.all(|other| other.may_equal(first)).then(|| first.clone())
}

/// Whether there are more control characters than texts and copies of terminals have.
fn looks_binary(text: &str) -> bool {
    let is_other = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A | 0x1B);
    text.bytes().take(BINARY_HEAD_BYTES).filter(is_other).count() >= BINARY_SIGNS
}

fn finish(merger: Merger, flaws: Vec<(Remark, KeyId)>, whole: &Whole<'_>, input: &Input<'_>) -> Reading {
    let Whole { text, ids, kind, .. } = *whole;
    let (records, mut remarks) = merger.finish();
    let of_windows = matches!(kind, SourceKind::WindowsTxt | SourceKind::WindowsTxtWin7);
    let mut partial: Vec<KeyId> = Vec::new();
    for (remark, key_id) in flaws {
        remarks.push(remark);
        let known = key_id == KeyId::Unknown
            || partial.contains(&key_id)
            || records.iter().any(|record| record.key_id == key_id);
        if !known {
            partial.push(key_id);
        }
    }
    if whole.is_binary && records.is_empty() && !remarks.is_empty() {
        // Bytes of the records may touch a key: nobody's digits are wrong.
        remarks = vec![Remark::whole(RemarkKind::NotLookedInto { what: Unread::BinaryRecords })];
        partial.clear();
    }
    let mut trace = !records.is_empty() || !remarks.is_empty();
    if let Some(kind) = foreign::find(text).filter(|_| !trace) {
        remarks.push(Remark::whole(RemarkKind::OtherKindOfKey { kind }));
        trace = true;
    } else if !trace {
        remarks.push(Remark::whole(RemarkKind::NoPasswordInFile));
        let about_bitlocker = holds(text, "bitlocker");
        if of_windows {
            // Windows' own text, cut before its key: the last ID in it, or the one in its name.
            let from_text = ids.last().copied();
            partial.extend(from_text.or_else(|| input.name.only_guid()).map(KeyId::Full));
        } else if holds(text, "key id") {
            // The screen that asks, say: an ID whose key is elsewhere.
            partial.extend(whole.only_id.clone());
        }
        trace = !partial.is_empty()
            || (about_bitlocker && !ids.is_empty())
            || (about_bitlocker && !input.name.guids.is_empty());
    }
    if mismatch(input, &records, &partial, ids) {
        remarks.push(Remark::whole(RemarkKind::FilenameKeyIdMismatch));
    }
    Reading { records, remarks, partial, source: trace.then_some(kind), ..Reading::default() }
}

/// The name gives an ID that the text does not have, while the text has its own.
pub(super) fn mismatch(input: &Input<'_>, records: &[Candidate], partial: &[KeyId], ids: &[Guid]) -> bool {
    let name = &input.name.guids;
    let taken = records.iter().map(|record| &record.key_id).chain(partial);
    let fits = |key_id: &KeyId| name.iter().any(|guid| key_id.may_equal(&KeyId::Full(*guid)));
    let candidates = records.iter().flat_map(|record| &record.key_id_candidates);
    let mut known = taken.filter(|key_id| **key_id != KeyId::Unknown).peekable();
    !name.is_empty()
        && known.peek().is_some()
        && !known.any(fits)
        && !ids.iter().chain(candidates).any(|guid| name.contains(guid))
}

/// Which kind of text it is, by its form.
fn source_kind(normalised: &Normalised, ids: &[Guid], has_context: bool) -> SourceKind {
    let text = normalised.text.as_str();
    if ids.first().is_some_and(|id| has_short_form(text, *id)) {
        return SourceKind::WindowsTxtWin7;
    }
    if has_context {
        return SourceKind::ScriptTxt;
    }
    let title = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let titled = holds(title, "bitlocker") && !title.contains([':', ';', ',', '{', '"']) && !title.contains("  ");
    if titled || (normalised.had_nul && holds(text, "bitlocker")) || holds(text, "go.microsoft.com/fwlink") {
        SourceKind::WindowsTxt
    } else {
        SourceKind::FreeText
    }
}

/// Windows 7 writes the first sixteen characters of the ID by themselves before the whole.
fn has_short_form(text: &str, id: Guid) -> bool {
    let whole = id.to_string();
    let Some((begun, rest)) = whole.split_at_checked(16) else { return false };
    let bytes = text.as_bytes();
    let mut places =
        bytes.windows(begun.len()).enumerate().filter(|(_, window)| window.eq_ignore_ascii_case(begun.as_bytes()));
    places.next().is_some_and(|(at, _)| {
        let next = bytes.get(at + begun.len());
        !next.is_some_and(|byte| byte.eq_ignore_ascii_case(&rest.as_bytes()[0]))
            && !next.is_some_and(u8::is_ascii_alphanumeric)
    })
}
