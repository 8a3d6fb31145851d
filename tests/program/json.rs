//! `docs/JSON.md` says what `--json` prints: its examples have the shape of real answers, and every name that is
//! printed stands in it. Completions and man pages, the other things made for programs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::collections::BTreeSet;
use std::fs;

use crate::cli_house::{House, ID_1, KEY_1, KEY_2, Stream};
use serde_json::Value;

#[test]
fn the_examples_have_the_shape_of_real_answers() {
    let page = page();
    let mut house = House::new();
    house.key_file(&format!("~/keys/BitLocker Recovery Key {ID_1}.TXT"), ID_1, KEY_1);
    house.key_file("~/keys/A.txt", "9C1F44B2-52D3-4E0A-8F6B-00AA11BB22CC", &KEY_2.replace("034078", "034079"));
    house.write("~/keys/notes.txt", b"milk");
    let mut examples = 0;
    for part in page.split("```console\n").skip(1) {
        let (command, rest) = part.split_once("\n```\n```json\n").expect("an example below each command");
        let example: Value = serde_json::from_str(rest.split("\n```").next().unwrap()).expect(command);
        let arguments: Vec<String> = arguments(command.strip_prefix("drivekey ").unwrap());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        house.stdin = if arguments[0] == "add" { KEY_2 } else { KEY_1 }.to_owned();
        let answers: &[&str] = if arguments[0] == "purge" { &["DELETE"] } else { &[] };
        if arguments[0] == "verify" {
            let database = rusqlite::Connection::open(house.vault()).unwrap();
            database.execute_batch("UPDATE record SET summary = zeroblob(length(summary)) WHERE handle = 1").unwrap();
        }
        let outcome = house.given(&arguments, answers);
        assert!(matches!(outcome.exit, 0 | 6 | 8), "{command}: {:?}", outcome.log);
        let mut wrong = Vec::new();
        compare("", &example, &outcome.json(), &mut wrong);
        assert!(wrong.is_empty(), "{command}: {wrong:#?}\n{:#}", outcome.json());
        examples += 1;
    }
    assert!(examples > 12, "only {examples} examples");
}

/// Every command that can print data has its section.
#[test]
fn every_name_that_is_printed_is_explained() {
    let page = page();
    let folder = drivekey_testkit::repository().join("tests").join("transcripts");
    let mut names = BTreeSet::new();
    for item in fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).filter(|path| path.is_file()) {
        for line in fs::read_to_string(item).unwrap().lines() {
            let Some(printed) = line.strip_prefix('>') else { continue };
            if let Some((name, _)) = printed.trim_start().strip_prefix('"').and_then(|rest| rest.split_once("\":")) {
                names.insert(name.to_owned());
            }
        }
    }
    assert!(names.len() > 30, "{names:?}");
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !page.contains(&format!("`{name}`")) && !page.contains(&format!("\"{name}\"")))
        .collect();
    assert!(missing.is_empty(), "not in docs/JSON.md: {missing:?}");
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let outcome = House::new().run(&["completions", shell], &[]);
        assert_eq!((outcome.exit, outcome.on(Stream::Err).as_str()), (0, ""));
        for word in ["import", "read-aloud", "passphrase-file", "keyslot"] {
            assert!(outcome.out().contains(word), "{shell}: {word}");
        }
        assert!(!outcome.out().contains("Keeps a secret"), "{shell} proposes what is not for people");
    }
}

#[test]
fn a_man_page_for_every_command() {
    let mut house = House::new();
    let one = house.run(&["man"], &[]);
    assert!(one.exit == 0 && one.out().contains(".TH drivekey 1"), "{:?}", one.log);
    assert_eq!(house.run(&["man", "--to", "~/man/man1"], &[]).exit, 0);
    let mut pages: Vec<String> = fs::read_dir(house.path("man/man1"))
        .unwrap()
        .map(|item| item.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    let mut expected = vec!["drivekey.1".to_owned()];
    for command in commands_of(&house.run(&["--help"], &[]).out()) {
        expected.push(format!("drivekey-{command}.1"));
        let below = commands_of(&house.run(&[&command, "--help"], &[]).out());
        expected.extend(below.iter().map(|below| format!("drivekey-{command}-{below}.1")));
    }
    expected.sort();
    assert_eq!(pages, expected);
    for page in pages {
        let text = fs::read_to_string(house.path("man/man1").join(&page)).unwrap();
        assert!(text.contains(&format!(".TH {} 1", page.trim_end_matches(".1"))), "{page}: {text}");
        assert!(text.contains("passphrase\\-file") || page == "drivekey.1", "{page}");
    }
}

/// The commands that a help text lists.
fn commands_of(help: &str) -> Vec<String> {
    let list = help.split("Commands:\n").nth(1).and_then(|list| list.split("\n\n").next()).unwrap_or_default();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The proposed words are shown once, must be typed, and then open the vault.
#[test]
fn a_proposed_passphrase_is_shown_typed_and_cleared() {
    let mut house = House::new();
    let first = house.run(&["init", "--generate"], &["wrong"]);
    assert_eq!(first.exit, 1);
    assert!(!house.vault().exists());
    let said = first.on(Stream::Said);
    let words = said.lines().nth(2).unwrap().trim();
    assert_eq!(words.split(' ').count(), 6, "{said}");
    let rest = "\n\nWrite it down and keep it where you would keep a spare house key.\nThat is not it.\n";
    assert_eq!(said, format!("Proposed passphrase:\n\n    {words}{rest}"));
}

/// What the example has and the answer has not, and the other way round; types, not values.
fn compare(place: &str, example: &Value, real: &Value, wrong: &mut Vec<String>) {
    match (example, real) {
        (Value::Object(example), Value::Object(real)) => {
            for name in example.keys().chain(real.keys()).collect::<BTreeSet<_>>() {
                match (example.get(name), real.get(name)) {
                    (Some(example), Some(real)) => compare(&format!("{place}.{name}"), example, real, wrong),
                    (Some(_), None) => wrong.push(format!("{place}.{name} is only in the example")),
                    _ => wrong.push(format!("{place}.{name} is not in the example")),
                }
            }
        }
        (Value::Array(example), Value::Array(real)) => {
            if example.is_empty() != real.is_empty() {
                wrong.push(format!("{place} is empty in one"));
            }
            for (at, (example, real)) in example.iter().zip(real).enumerate() {
                compare(&format!("{place}[{at}]"), example, real, wrong);
            }
        }
        // Words of a fixed list must be the same.
        (Value::String(example), Value::String(real))
            if ["outcome", "kind", "state", "code", "volumeType", "readAs"]
                .iter()
                .any(|word| place.ends_with(word)) =>
        {
            if example != real {
                wrong.push(format!("{place}: {example} and {real}"));
            }
        }
        (example, real) if std::mem::discriminant(example) == std::mem::discriminant(real) => {}
        (example, real) => wrong.push(format!("{place}: {example} and {real}")),
    }
}

fn page() -> String {
    fs::read_to_string(drivekey_testkit::repository().join("docs").join("JSON.md")).unwrap().replace("\r\n", "\n")
}

/// As a shell divides them.
fn arguments(line: &str) -> Vec<String> {
    line.split('"')
        .enumerate()
        .flat_map(|(at, part)| {
            if at % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
        })
        .collect()
}
