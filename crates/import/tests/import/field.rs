//! The field cases: files of kinds that people told of in public, each read as an import would read it and compared with
//! what is expected of it. Prints a table of what was found.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use drivekey_import::{Candidate, Reading, Remark, read};
use drivekey_record::{KeyId, VolumeType};
use serde_json::Value;

/// What is said of files from which no key is expected.
const SAID: &[(&str, &[&str])] = &[
    ("filevault-key", &["other_kind_of_key"]),
    ("pdf-picture-only", &["not_looked_into"]),
    ("picture-png", &["not_looked_into"]),
    ("picture-tif", &["not_looked_into"]),
    ("packed-7z", &["not_looked_into"]),
    ("packed-bz2-zip", &["not_looked_into"]),
    ("smime-encrypted", &["encrypted"]),
    ("recovery-screen", &["no_password_in_file"]),
];
/// What is read although the list only asks that it is named.
const READ_ALL_THE_SAME: &str = "packed-d64-zip";

fn folder() -> PathBuf {
    drivekey_testkit::repository().join("../shared/samples/field")
}

#[test]
#[cfg_attr(not(shared_data), ignore = "the data beside the repository is absent")]
fn the_field_cases_read_as_expected() {
    let list: Value = serde_json::from_slice(&std::fs::read(folder().join("cases.json")).unwrap()).unwrap();
    let (mut table, mut wrong, mut count) = (String::new(), 0, 0);
    for case in list["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        if !case["recipe"].is_null() {
            // Images of drives are made from volumes and tried where drives are read.
            let _ = writeln!(table, "  -  {id}: an image of a drive");
            continue;
        }
        count += 1;
        let fault = judge(id, case, &readings(&folder().join(case["file"].as_str().unwrap())));
        wrong += usize::from(fault.is_some());
        let _ =
            writeln!(table, "{} {id}{}", if fault.is_some() { "WRONG" } else { " ok  " }, fault.unwrap_or_default());
    }
    println!("{table}");
    assert!(wrong == 0, "{wrong} of {count} cases:\n{table}");
    assert!(count >= 40, "only {count} cases");
}

/// A file, or each file of a folder.
fn readings(path: &Path) -> Vec<Reading> {
    if !path.is_dir() {
        return vec![read(path.to_str(), &std::fs::read(path).unwrap())];
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| readings(file)).collect()
}

/// What is wrong with the readings, if anything.
fn judge(id: &str, case: &Value, readings: &[Reading]) -> Option<String> {
    let records: Vec<&Candidate> = readings.iter().flat_map(|reading| &reading.records).collect();
    let codes: Vec<&str> = readings.iter().flat_map(|reading| &reading.remarks).map(Remark::code).collect();
    let shown = || {
        let all: Vec<String> = records.iter().map(|record| shown(record)).collect();
        format!("\n        found {}\n        said {codes:?}", all.join("\n              "))
    };
    match id {
        // Made-up keys may be taken in, but never without a remark.
        "placeholders" => {
            let remarked = codes.iter().filter(|code| matches!(**code, "made_up_key" | "weak_password")).count();
            return (remarked < records.len() || codes.is_empty()).then(shown);
        }
        // Everything in the folder has the same key but for what cannot be looked into.
        "stick-with-unread-files" => {
            let unread = codes.iter().filter(|code| matches!(**code, "not_looked_into" | "encrypted")).count();
            let expected = expected(&case["expected"][0]);
            let has = records.iter().any(|record| fits(record, &expected));
            return (!has || unread < 3).then(shown);
        }
        _ => {}
    }
    if id == READ_ALL_THE_SAME {
        return (records.is_empty() || records.iter().any(|record| record.key_id.full().is_none())).then(shown);
    }
    if id == "extractbitlockerkeys-sqlite" && records.is_empty() {
        return (!codes.contains(&"not_looked_into")).then(shown);
    }
    if let Some((_, said)) = SAID.iter().find(|(case, _)| *case == id) {
        return (!records.is_empty() || !said.iter().all(|said| codes.contains(said))).then(shown);
    }
    let wanted = case["expected"].as_array().unwrap();
    let right = records.len() == wanted.len()
        && wanted.iter().all(|wanted| records.iter().any(|record| fits(record, &expected(wanted))));
    (!right || (wanted.is_empty() && codes.is_empty())).then(|| format!("\n        want  {wanted:?}{}", shown()))
}

/// The fields of a record that a case names.
#[derive(Debug)]
struct Expected<'a> {
    key_id: Option<&'a str>,
    prefix: Option<&'a str>,
    password: &'a str,
    device: Option<&'a str>,
    mount_point: Option<&'a str>,
    volume_type: Option<&'a str>,
}

fn expected(record: &Value) -> Expected<'_> {
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    Expected {
        key_id: text("key_id"),
        prefix: text("key_id_prefix"),
        password: text("recovery_password").unwrap(),
        device: text("device"),
        mount_point: text("mount_point"),
        volume_type: text("volume_type"),
    }
}

fn fits(record: &Candidate, wanted: &Expected<'_>) -> bool {
    let (full, prefix) = match &record.key_id {
        KeyId::Full(guid) => (Some(guid.to_string()), None),
        KeyId::Prefix(prefix) => (None, Some(prefix.as_str().to_owned())),
        KeyId::Unknown => (None, None),
    };
    let named = |found: &Option<drivekey_record::LineText>, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| found.as_ref().is_some_and(|found| found.as_str() == wanted))
    };
    let kind = record.volume_type;
    record.password.expose_secret().as_str() == wanted.password
        && (full.as_deref() == wanted.key_id && prefix.as_deref() == wanted.prefix)
        && named(&record.device_name, wanted.device)
        && named(&record.mount_point, wanted.mount_point)
        && wanted.volume_type.is_none_or(|wanted| kind != VolumeType::Unknown && kind.word() == wanted)
}

fn shown(record: &Candidate) -> String {
    format!(
        "{} {:?} device {:?} drive {:?} {:?} candidates {:?}",
        record.password.expose_secret().as_str(),
        record.key_id,
        record.device_name,
        record.mount_point,
        record.volume_type,
        record.key_id_candidates
    )
}
