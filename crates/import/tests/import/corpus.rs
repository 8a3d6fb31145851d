//! Reads every sample file that an `expected.json` lists and compares all that the import says of it: our own made-up
//! files always, the shared corpus where it lies beside the repository.
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "the samples are called so, to the letter")]
#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

use std::path::{Path, PathBuf};

use drivekey_import::{Outcome, Reading, Remark, read};
use drivekey_record::{Created, KeyId, VolumeType};
use serde_json::Value;

/// Files of the shared corpus whose formats are not read yet.
const NOT_YET: [&str; 2] = ["other/wordpad.rtf", "other/922B7879-675D-4114-8E52-E5C89447ED8F.BEK"];

fn root() -> PathBuf {
    drivekey_testkit::repository()
}

#[test]
fn our_own_samples_read_as_expected() {
    let count = compare(&root().join("tests/data/formats"), |_| true);
    assert!(count >= 12, "only {count} files");
}

#[test]
#[cfg_attr(not(shared_data), ignore = "the data beside the repository is absent")]
fn the_shared_corpus_reads_as_expected() {
    let folder = root().join("../shared/samples/formats");
    let count = compare(&folder, |file| !NOT_YET.contains(&file));
    assert!(count >= 90, "only {count} files");
}

#[test]
#[cfg_attr(not(shared_data), ignore = "the data beside the repository is absent")]
fn the_shared_documents_read_as_expected() {
    let folder = root().join("../shared/samples/formats");
    let count = compare(&folder, |file| file.ends_with(".rtf") || file.ends_with(".BEK"));
    assert!(count >= 2, "only {count} files");
}

#[test]
fn the_first_samples_of_a_user_read_without_remark() {
    let mut files = Vec::new();
    collect(&root().join("samples"), &mut files);
    assert!(files.len() >= 6, "only {} samples", files.len());
    for file in files {
        let reading = read(file.to_str(), &std::fs::read(&file).unwrap());
        assert_eq!(reading.outcome(), Outcome::Ok, "{}: {:?}", file.display(), reading.remarks);
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// Compares the listed files of one folder; returns how many.
fn compare(folder: &Path, wanted: impl Fn(&str) -> bool) -> usize {
    let list: Value = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in list["files"].as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        if !wanted(file) {
            continue;
        }
        count += 1;
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let name = file.rsplit('/').next();
        let (found, expected) = (described(&read(name, &bytes)), expectation(case));
        if found != expected {
            wrong.push(format!("{file}\n     found {found:#}\n  expected {expected:#}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} files:\n{}", wrong.len(), wrong.join("\n"));
    count
}

/// What the list says, in the order and with the fields that are compared.
fn expectation(case: &Value) -> Value {
    let field = |record: &Value, name: &str| record.get(name).cloned().unwrap_or(Value::Null);
    let records: Vec<Value> = case["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| {
            let names = [
                "key_id",
                "key_id_prefix",
                "recovery_password",
                "device",
                "mount_point",
                "volume_type",
                "created",
                "created_raw",
                "device_id",
            ];
            let mut fields: serde_json::Map<String, Value> =
                names.iter().map(|name| ((*name).to_owned(), field(record, name))).collect();
            if record["recovery_password"].is_null() {
                // Of a key that was not read, only its ID is kept.
                fields.retain(|name, _| name.starts_with("key_id"));
            }
            let candidates = record.get("key_id_candidates").cloned().unwrap_or_else(|| Value::Array(Vec::new()));
            fields.insert("key_id_candidates".to_owned(), candidates);
            Value::Object(fields)
        })
        .collect();
    let mut codes: Vec<String> =
        case["warnings"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    codes.extend(case["error"].as_str().map(str::to_owned));
    codes.sort();
    serde_json::json!({ "expect": case["expect"], "codes": codes, "records": records })
}

fn described(reading: &Reading) -> Value {
    let outcome = match reading.outcome() {
        Outcome::Ok => "ok",
        Outcome::Warn => "warn",
        Outcome::Partial => "partial",
        Outcome::Error => "error",
    };
    let mut codes: Vec<&str> = reading.remarks.iter().map(Remark::code).collect();
    codes.sort_unstable();
    codes.dedup();
    let id_fields = |key_id: &KeyId| match key_id {
        KeyId::Full(guid) => (Some(guid.to_string()), None),
        KeyId::Prefix(prefix) => (None, Some(prefix.as_str().to_owned())),
        KeyId::Unknown => (None, None),
    };
    let text = |text: &Option<drivekey_record::LineText>| text.as_ref().map(|text| text.as_str().to_owned());
    let mut records: Vec<Value> = Vec::new();
    for record in &reading.records {
        let (key_id, key_id_prefix) = id_fields(&record.key_id);
        let candidates: Vec<String> = record.key_id_candidates.iter().map(ToString::to_string).collect();
        let created = record.created.as_ref().map(ToString::to_string);
        let is_zoned = matches!(record.created, Some(Created::Zoned(_)));
        records.push(serde_json::json!({
            "created": created.clone().filter(|_| is_zoned), "created_raw": created.filter(|_| !is_zoned), "device_id": text(&record.device_id),
            "key_id": key_id, "key_id_prefix": key_id_prefix, "recovery_password": record.password.expose_secret().as_str(),
            "device": text(&record.device_name), "mount_point": text(&record.mount_point),
            "volume_type": (record.volume_type != VolumeType::Unknown).then(|| record.volume_type.word()), "key_id_candidates": candidates,
        }));
    }
    for partial in &reading.partial {
        let (key_id, key_id_prefix) = id_fields(partial);
        records.push(serde_json::json!({ "key_id": key_id, "key_id_prefix": key_id_prefix, "key_id_candidates": [] }));
    }
    serde_json::json!({ "expect": outcome, "codes": codes, "records": records })
}
