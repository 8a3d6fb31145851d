//! Writes the first seeds of the fuzzers of vaults: `DRIVEKEY_FUZZ_SEEDS=FOLDER cargo test -p drivekey-testkit
//! vault_seeds`. Without a folder it gives each seed to its target.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::path::PathBuf;

use drivekey_testkit::hostile::vault_inputs;
use drivekey_testkit::hostile::vault_inputs::{STATE_PARTS, record_texts, state_text};
use drivekey_testkit::hostile::vaults::base;

/// A target's name, what it does with an input, and what it begins with.
type Target = (&'static str, fn(&[u8]), Vec<Vec<u8>>);

#[test]
fn seeds_for_the_fuzzers_of_vaults() {
    let folder = std::env::var_os("DRIVEKEY_FUZZ_SEEDS").map(PathBuf::from);
    let targets: [Target; 5] = [
        ("vault", vault_inputs::vault, vaults()),
        ("journal", vault_inputs::journal, journals()),
        ("slot", vault_inputs::slot, slots()),
        ("state", vault_inputs::state, states()),
        ("record", vault_inputs::record, records()),
    ];
    for (target, read, seeds) in targets {
        for (number, seed) in seeds.iter().enumerate() {
            if let Some(folder) = &folder {
                std::fs::create_dir_all(folder.join(target)).unwrap();
                std::fs::write(folder.join(target).join(format!("seed-{number}")), seed).unwrap();
            } else {
                read(seed);
            }
        }
    }
}

/// One step of each kind, on a few pages.
fn vaults() -> Vec<Vec<u8>> {
    let steps = (0..9_u8).flat_map(|what| [1, 2, 5, 9].map(|page| vec![what, page, 0, 40, 3, 1, 2, 3, 4]));
    steps.chain([Vec::new(), b"SQLite format 3\0".to_vec()]).collect()
}

fn journals() -> Vec<Vec<u8>> {
    let (torn, journal) = &base().torn;
    let raw = [0, 1, 2, 3].map(|what| [&[what][..], &journal[..3000]].concat());
    let own = (0..5_u8).flat_map(|change| [8, 24].map(|what| vec![what, 2, 40, change, 3, 1, 2, 3, 4]));
    let torn_page = [&[3][..], &wal_head(), &[0, 0, 0, 1, 0, 0, 0, 1], &torn[..4096]].concat();
    raw.into_iter().chain(own).chain([vec![8], vec![24], torn_page]).collect()
}

/// The head of a log with pages of 4096 bytes; its checksum is for the fuzzer to find.
fn wal_head() -> Vec<u8> {
    [0x377F_0682_u32, 3_007_000, 4096, 0, 1, 2, 0, 0].iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn slots() -> Vec<Vec<u8>> {
    let columns =
        (0..9_u8).flat_map(|column| [0, 1, 2, 4, 5, 6].map(|kind| vec![0, column % 2, column, kind, 7, 8, 9, 7]));
    let others = (3..8_u8).map(|what| vec![what, 1, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
    columns.chain(others).collect()
}

fn states() -> Vec<Vec<u8>> {
    let (mut state, parts) = state_text();
    let whole = state.to_string();
    for (number, part) in STATE_PARTS.iter().enumerate() {
        state[part] = serde_json::Value::String(format!("part {number}"));
    }
    let mut text = state.to_string();
    for number in 0..parts.len() {
        text = text.replace(&format!("\"part {number}\""), &char::from(u8::try_from(number).unwrap() + 1).to_string());
    }
    let grown = text.replacen('{', "{\"new\":[1,{\"a\":null}],", 1);
    [text.clone(), grown, text.replace(":4,", ":4294967295,"), whole.replace("null", "\"a\""), "{}".to_owned()]
        .map(String::into_bytes)
        .to_vec()
}

/// As they are, and each saying of itself what another one is.
fn records() -> Vec<Vec<u8>> {
    let texts = record_texts();
    let swaps = [
        (drivekey_testkit::house::known_digits(0), drivekey_testkit::house::known_digits(9)),
        ("\"r1\"".to_owned(), "\"r2\"".to_owned()),
        ("Station-00".to_owned(), "X".to_owned()),
    ];
    let swapped = texts.iter().flat_map(|(which, text)| {
        let text = String::from_utf8(text.clone()).unwrap();
        swaps.iter().map(move |(from, to)| (*which, text.replace(from, to).into_bytes())).collect::<Vec<_>>()
    });
    texts.iter().cloned().chain(swapped).map(|(which, text)| [&[which][..], &text].concat()).collect()
}
