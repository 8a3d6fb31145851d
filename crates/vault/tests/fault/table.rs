//! No call that changes a vault is forgotten: the source is read, and each stands among the acts or is known to read
//! only.

use std::collections::BTreeSet;
use std::path::Path;

use crate::acts::ACTS;

/// They take the vault for themselves, and write nothing.
const READING: [&str; 13] = [
    "are_known",
    "attachments",
    "copies",
    "copy_into",
    "entry",
    "expect",
    "find",
    "last_import",
    "list",
    "list_each",
    "resolve",
    "verify",
    "whose",
];
/// It writes what this machine remembers, and nothing else.
const REMEMBERING: [&str; 1] = ["accept_copy"];

#[test]
fn every_call_that_changes_a_vault_is_among_the_acts() {
    let found = calls_that_could_change(&drivekey_testkit::repository().join("crates/vault/src"));
    let known: BTreeSet<String> =
        ACTS.iter().map(|act| act.method).chain(READING).chain(REMEMBERING).map(str::to_owned).collect();
    assert_eq!(found, known);
}

fn calls_that_could_change(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        // Seal and store have no vault of their own to change.
        if path.ends_with("seal") || path.ends_with("store") {
            continue;
        }
        if path.is_dir() {
            found.extend(calls_that_could_change(&path));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("pub fn ") {
            let head = text[at + "pub fn ".len()..].split(['{', ';']).next().unwrap();
            if head.contains("mut self") {
                found.insert(head.split(['(', '<']).next().unwrap().to_owned());
            }
        }
    }
    found
}
