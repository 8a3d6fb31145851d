//! The known answers of the vault format: every file in `tests/vectors/` is walked, and must give what its head says.
//! One file, one scenario; docs/FORMAT.md, "Known answers", describes the files.
#![expect(clippy::unwrap_used, reason = "a test that meets what it did not expect has failed")]

mod check;
mod file;
mod make;
mod make_vault;
mod tools;

use std::collections::BTreeMap;
use std::path::PathBuf;

use check::{
    check_item, check_keyslot, check_kit, check_padding, check_sealed_record, check_state, check_summary, check_tokens,
    check_total, check_vault,
};
use file::{folder, hex, read};
use make::Maker;
use tools::{FIRST, GUID, Roots};

#[test]
fn every_known_answer_holds() {
    let mut roots = Roots::default();
    let mut vaults = Vec::new();
    let mut kept = Vec::new();
    let mut seen = BTreeMap::new();
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("drivekey") => kept.push(name),
            Some("txt") => {
                println!("{name}");
                let vector = read(&path);
                *seen.entry(vector.get("kind").to_owned()).or_insert(0) += 1;
                match vector.get("kind") {
                    "keyslot" => check_keyslot(&vector),
                    "sealed record" => check_sealed_record(&vector, &mut roots),
                    "summary" => check_summary(&vector, &mut roots),
                    "kit" => check_kit(&vector),
                    "item" => check_item(&vector, &mut roots),
                    "state" => check_state(&vector, &mut roots),
                    "tokens" => check_tokens(&vector, &mut roots),
                    "total" => check_total(&vector, &mut roots),
                    "padding" => check_padding(&vector, &mut roots),
                    "vault" => {
                        check_vault(&vector);
                        vaults.push(vector.get("file").to_owned());
                    }
                    other => panic!("{name}: nobody checks the kind `{other}`"),
                }
            }
            _ => panic!("{name}: nobody checks this file"),
        }
    }
    assert_eq!(seen.len(), 10, "a kind has no vector left: {seen:?}");
    assert_eq!(vaults, kept, "each vault file has its text beside it");
}

/// The numbers that docs/FORMAT.md quotes are those of the vectors; the keys are derived here by its words.
#[test]
fn the_format_page_quotes_these_answers() {
    let page = std::fs::read_to_string(drivekey_testkit::repository().join("docs/FORMAT.md")).unwrap();
    let (slot, summary) = (read(&folder().join("keyslot.txt")), read(&folder().join("summary.txt")));
    let names = ["vault", "slot", "salt", "slot identity", "check_value", "checksum", "fingerprint"];
    let mut quoted: Vec<String> = names.iter().map(|name| slot.get(name).to_owned()).collect();
    quoted.extend(["record", "sealed_sha256"].map(|name| summary.get(name).to_owned()));
    let tokens = read(&folder().join("tokens.txt")).json();
    let columns = ["Annas  Laptop", "Annas  Laptop/operatingSystemVolume", GUID, "7EDB30ED", FIRST];
    let rows = tokens.as_array().unwrap().iter().filter(|row| columns.contains(&row["value"].as_str().unwrap()));
    quoted.extend(rows.map(|row| row["token"].as_str().unwrap().to_owned()));
    let root = slot.get("identity file").rsplit("\\n").next().unwrap();
    quoted.push(root.to_owned());
    let (_, secret) = bech32::decode(root).unwrap();
    for label in ["summary", "state", "item", "index", "total", "fingerprint"] {
        let mut key = [0; 32];
        let derivation = hkdf::Hkdf::<sha2::Sha256>::new(Some(&slot.bytes::<16>("vault")), &secret);
        derivation.expand(format!("drivekey/1/{label}").as_bytes(), &mut key).unwrap();
        quoted.push(hex(&key));
    }
    for number in quoted {
        assert!(page.contains(&format!("`{number}`")), "docs/FORMAT.md does not quote {number}");
    }
}

/// Writes new answers, from what the code does today, to a folder of their own, under the root and the slot of the old
/// ones: only what is made in another way needs to be replaced. Until 0.1.0 is tagged they may replace the old ones;
/// after that a vector is only ever added.
#[test]
#[ignore = "writes new vectors to a temporary folder"]
fn make_new_vectors() {
    let maker = Maker::new();
    maker.keyslots();
    maker.sealed_records();
    maker.summaries();
    maker.tokens();
    maker.total();
    maker.padding();
    maker.kit();
    maker.item();
    maker.vault();
    println!("{}", maker.folder.display());
}
