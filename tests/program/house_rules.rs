//! Rules of the house that a compiler does not know, as data: where secrets may be exposed, who may reveal digits, and
//! which part of the vault's crate may know which. Between crates, Cargo keeps the arrows.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every file in which a secret leaves its type, and how often. Longer only after somebody has looked at it.
const EXPOSING: &[(&str, usize)] = &[
    ("src/cli/passphrase.rs", 5),
    ("crates/fve/src/open.rs", 1),
    ("crates/record/src/secret.rs", 1),
    ("crates/vault/src/reveal.rs", 1),
    ("crates/vault/src/seal/kdf.rs", 1),
    ("crates/vault/src/seal/keyslot.rs", 1),
    ("crates/vault/src/seal/kit.rs", 1),
    ("crates/vault/src/seal/root.rs", 1),
    ("crates/vault/src/seal/sealed_record.rs", 1),
    ("crates/vault/src/seal/token.rs", 2),
    ("crates/sheet/src/page/kit.rs", 1),
];

/// Parts of the vault's crate, and the only other parts of it that they know.
const APART: &[(&str, &[&str])] =
    &[("crates/vault/src/seal/", &[]), ("crates/vault/src/store/", &[]), ("crates/vault/src/sqlite/", &["store"])];

/// In the flows and the command line, the only files that turn digits into something to look at, or compare a file with
/// them. Keys that are tried on a drive are lent, and stay what they are.
const REVEALING: &[&str] = &[
    "crates/flows/src/give_out/choice.rs",
    "crates/flows/src/give_out/pages.rs",
    "crates/flows/src/headers.rs",
    "crates/flows/src/sweep/judge.rs",
    "src/cli/command/attachment.rs",
    "src/cli/command/show.rs",
    "src/cli/vault_failure.rs",
];

/// The only files that are lent keys: they try them on drives.
const LENDING: &[&str] = &["crates/flows/src/harvest.rs", "crates/flows/src/keep.rs", "crates/flows/src/prove.rs"];

/// The only files that reach the standard streams or the terminal themselves: all else goes through the outlet.
const STREAMS: &[&str] =
    &["src/cli/progress.rs", "src/cli/scan_reader/child.rs", "src/cli/system.rs", "src/cli/terminal.rs"];

#[test]
fn everything_printed_goes_through_one_place() {
    let reaches = |text: &str| ["::stdout()", "::stderr()", "/dev/tty", "CONOUT$"].iter().any(|way| text.contains(way));
    let found: Vec<String> =
        sources().into_iter().filter(|(_, text)| reaches(product(text))).map(|(file, _)| file).collect();
    assert_eq!(found, STREAMS);
}

#[test]
fn secrets_are_exposed_where_it_is_known_and_reasoned() {
    let mut found = BTreeMap::new();
    for (file, text) in sources() {
        let lines: Vec<&str> = product(&text).lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if !code.contains(".expose_secret") && !code.contains("::expose_secret") {
                continue;
            }
            *found.entry(file.clone()).or_insert(0) += code.matches("expose_secret").count();
            // Above the line, or above the statement that asked for the first of two secrets to compare.
            let reasoned =
                lines[at.saturating_sub(7)..at].iter().any(|line| line.trim_start().starts_with("// EXPOSE: "));
            assert!(reasoned, "{file}:{}: no line '// EXPOSE: why' above", at + 1);
        }
    }
    let allowed: BTreeMap<String, usize> = EXPOSING.iter().map(|(file, count)| ((*file).to_owned(), *count)).collect();
    assert_eq!(found, allowed);
}

#[test]
fn every_reason_stands_above_an_exposure() {
    for (file, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with("// EXPOSE:")) {
            let next = lines[at + 1..].iter().take(3).any(|line| line.contains("expose_secret"));
            assert!(next, "{file}:{}: a reason without an exposure", at + 1);
        }
    }
}

/// Who else makes files or folders, and why not through `private`.
const MAKING: &[&str] = &[
    // A vault is a database, and its copies are the database's business.
    "crates/vault/src/sqlite/",
    "crates/flows/src/verify.rs",
    // Manual pages are for everybody.
    "src/cli/command/man.rs",
    // Only looks whether a file could be made.
    "crates/flows/src/erase.rs",
];

#[test]
fn files_and_folders_are_made_in_one_place() {
    const CALLS: [&str; 9] = [
        "create_dir",
        "DirBuilder",
        "File::create",
        "create_new(",
        "create(true)",
        "fs::write(",
        "tempfile::",
        "NamedTempFile",
        "fs::copy(",
    ];
    for (file, text) in sources() {
        if file.starts_with("crates/files/src/private/") || MAKING.iter().any(|known| file.starts_with(known)) {
            continue;
        }
        let made = product(&text)
            .lines()
            .find(|line| CALLS.iter().any(|call| line.split("//").next().unwrap_or_default().contains(call)));
        assert_eq!(made, None, "{file} makes files or folders by itself: crates/files does that");
    }
}

#[test]
fn seal_and_store_know_nothing_of_each_other() {
    for (part, others) in APART {
        let own = part.trim_end_matches('/').rsplit('/').next().unwrap();
        let files: Vec<(String, String)> = sources().into_iter().filter(|(file, _)| file.starts_with(part)).collect();
        assert!(!files.is_empty(), "{part}: a part without files");
        for (file, text) in files {
            let known: Vec<String> =
                crates_own(&text).into_iter().filter(|name| name != own && !others.contains(&name.as_str())).collect();
            assert!(known.is_empty(), "{file} knows {known:?}");
        }
    }
}

#[test]
fn digits_leave_through_few_files() {
    let reveals =
        |text: &str| text.contains("reveal::{") || text.contains("reveal::reveal") || text.contains("reveal::Reveal");
    assert_eq!(files_above_the_vault(reveals), REVEALING);
    assert_eq!(files_above_the_vault(|text| text.contains("reveal::lend")), LENDING);
}

fn files_above_the_vault(wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let is_above = |file: &str| file.starts_with("src/") || file.starts_with("crates/flows/");
    let found = sources().into_iter().filter(|(file, text)| is_above(file) && wanted(text));
    found.map(|(file, _)| file).collect()
}

/// What follows `crate::`, also in braces: `use crate::{vault::Entry, record::Handle}`.
fn crates_own(text: &str) -> BTreeSet<String> {
    let name = |text: &str| {
        text.trim_start().split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default().to_owned()
    };
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(list.split(['}', ';']).next().unwrap_or_default().split(',').map(name)),
            None => drop(names.insert(name(rest))),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The widest a line may be: two files fit side by side, and a diff fits a screen.
const LINE_CHARS_MAX: usize = 120;

/// Where lines may be wider: lists of code points, of names inside a macro, and documents written out for tests. The
/// folders are those whose long texts are not wrapped yet.
const WIDE: &[&str] = &[
    "benches/whole_process/keepassxc.rs",
    "crates/import/",
    "crates/record/src/details.rs",
    "crates/record/src/line_text.rs",
    "crates/record/src/password.rs",
    "crates/vault/",
];

#[test]
fn no_line_is_wider_than_the_house_allows() {
    let root = drivekey_testkit::repository();
    let mut open: Vec<PathBuf> = ["src", "crates", "tests", "benches"].map(|folder| root.join(folder)).to_vec();
    let (mut files, mut wide) = (0, Vec::new());
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files += 1;
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                let excused = WIDE.iter().any(|known| name.starts_with(known));
                let text = fs::read_to_string(&path).unwrap();
                let lines = text.lines().zip(1..).filter(|(line, _)| line.chars().count() > LINE_CHARS_MAX);
                wide.extend(lines.filter(|_| !excused).map(|(_, number)| format!("{name}:{number}")));
            }
        }
    }
    assert!(files > 200, "the sources are elsewhere");
    assert!(wide.is_empty(), "wider than {LINE_CHARS_MAX}: {wide:#?}");
}

/// Without the tests at its end.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

fn sources() -> Vec<(String, String)> {
    let root = drivekey_testkit::repository();
    // No part of the product.
    let testkit = root.join("crates/testkit");
    let crates =
        fs::read_dir(root.join("crates")).unwrap().map(|item| item.unwrap().path()).filter(|folder| *folder != testkit);
    let mut open: Vec<PathBuf> = crates.map(|folder| folder.join("src")).collect();
    open.push(root.join("src"));
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    assert!(files.len() > 50, "the sources are elsewhere");
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    // Tests of a floor stand in its folder and may look further.
    let ours =
        files.iter().filter(|path| path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs"));
    ours.map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}
