//! The report for programs, described in docs/JSON.md.

use std::collections::BTreeMap;

use serde_json::json;

use super::summed::sum_up;
use super::words::refused_because;
use drivekey_flows::intake::{FileOutcome, Outcome};
use drivekey_import::{Place, Remark};
use drivekey_record::KeyId;
use drivekey_vault::{AttachedAs, RecordNotes, TakenIn};

/// Remarks of one file that say the same of different places; the rest is counted.
const LISTED_ALIKE: usize = 1_000;

/// A key that was found, where nothing is kept.
fn found(id: &KeyId) -> serde_json::Value {
    json!({ "id": id.full().map(ToString::to_string), "keyIdPrefix": prefix(id), "outcome": "found" })
}

/// All of it for programs.
pub(in crate::cli::command) fn document(outcome: &Outcome, dry_run: bool) -> serde_json::Value {
    let counts = outcome.counts();
    let files: Vec<_> = outcome
        .files
        .iter()
        .filter(|file| !file.is_unrelated())
        .map(|file| {
            let records: Vec<_> = file
                .taken
                .iter()
                .zip(&file.notes)
                .map(|((id, taken), notes)| record(id, taken, notes))
                .chain(file.found.iter().map(found))
                .collect();
            let attachments: Vec<_> = file
                .attached
                .iter()
                .map(|attached| match attached {
                    AttachedAs::New(number) | AttachedAs::Renewed(number) => (number, "imported"),
                    AttachedAs::Known(number) => (number, "alreadyThere"),
                })
                .map(|(number, outcome)| json!({ "attachment": format!("a{number}"), "outcome": outcome }))
                .chain((0..file.others_found).map(|_| json!({ "outcome": "found" })))
                .collect();
            let candidates: Vec<Vec<String>> =
                file.undecided.iter().map(|ids| ids.iter().map(ToString::to_string).collect()).collect();
            let listed = sum_up(file.remarks.iter(), LISTED_ALIKE).first;
            let mut json = json!({
                "attachments": attachments,
                "keyIdCandidates": candidates,
                "path": file.origin.path().map(|path| path.display().to_string()),
                "outcome": if file.holds_keys() { "read" } else { "refused" },
                "remarks": listed.iter().map(|remark| remark_json(file, remark)).collect::<Vec<_>>(),
                "refusedBecause": refused_because(file),
                "records": records,
            });
            if listed.len() < file.remarks.len() {
                json["remarkCounts"] = json!(remark_counts(file));
            }
            json
        })
        .collect();
    let mut document = json!({
            "files": files,
            "dryRun": dry_run,
            "counts": {
                "found": counts.found,
                "imported": counts.new,
                "alreadyThere": counts.known,
                "noted": counts.noted,
                "conflicts": counts.conflicts,
                "attachments": counts.others,
                "refusedFiles": counts.refused,
                "filesWithoutKey": counts.without,
            },
    });
    if counts.not_looked_into.files() > 0 {
        let kinds: serde_json::Map<String, serde_json::Value> =
            counts.not_looked_into.kinds().map(|(kind, files)| (kind.word().to_owned(), json!(files))).collect();
        document["counts"]["filesNotLookedInto"] = json!(kinds);
    }
    if counts.in_trash > 0 {
        document["counts"]["inTrash"] = json!(counts.in_trash);
    }
    document
}

/// A key that was taken in.
fn record(id: &KeyId, taken: &TakenIn, notes: &RecordNotes) -> serde_json::Value {
    let (outcome, with) = match taken {
        TakenIn::New(_) => ("imported", Vec::new()),
        TakenIn::Known(_) => ("alreadyThere", Vec::new()),
        TakenIn::Noted(_) => ("noted", Vec::new()),
        TakenIn::Conflict(_, with) => ("conflict", with.clone()),
    };
    let mut record = json!({
        "handle": taken.handle(),
        "id": id.full().map(ToString::to_string),
        "keyIdPrefix": prefix(id),
        "outcome": outcome,
        "conflictsWith": with,
    });
    tell(&mut record, notes);
    record
}

/// That a key lies in the trash, and what its source says otherwise; neither is there where it is not so.
pub(in crate::cli::command) fn tell(record: &mut serde_json::Value, notes: &RecordNotes) {
    if let Some(since) = notes.in_trash_since {
        record["removedDateTime"] = json!(since);
    }
    if !notes.differences.is_empty() {
        record["differences"] = json!(notes.differences);
    }
}

fn remark_counts(file: &FileOutcome) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for remark in &file.remarks {
        *counts.entry(remark.code()).or_default() += 1;
    }
    counts
}

fn remark_json(file: &FileOutcome, remark: &Remark) -> serde_json::Value {
    let mut json = match remark.place {
        Some(Place::Line(line)) => json!({ "code": remark.code(), "line": line }),
        Some(Place::Record(record)) => json!({ "code": remark.code(), "record": record }),
        None => json!({ "code": remark.code() }),
    };
    if let Some(member) = file.member(remark) {
        json["inside"] = json!(member);
    }
    if let Some(what) = remark.kind.subject() {
        json["what"] = json!(what);
    }
    json
}

fn prefix(id: &KeyId) -> Option<String> {
    match id {
        KeyId::Prefix(prefix) => Some(prefix.as_str().to_owned()),
        KeyId::Full(_) | KeyId::Unknown => None,
    }
}
