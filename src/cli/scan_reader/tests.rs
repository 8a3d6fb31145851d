//! Children that die, hang, lie or look around. Shells stand in for them; `tests/program/scan_child.rs` tries the real
//! one.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use super::*;

const SOON: Duration = Duration::from_secs(20);
/// What the children get. They read this many bytes, with the length in front.
const FILE: &[u8] = b"0123456789";
const TAKE: &str = "head -c 14 >/dev/null; ";
/// The first file's answer: no texts.
const NOTHING: &str = r"printf '\001\000\000\000\000\000\000\000\000'; ";

fn shell(script: &str, patience: Duration) -> ChildReader {
    ChildReader::new(
        Ok(PathBuf::from("/bin/sh")),
        vec!["-c".into(), format!("PATH=/usr/bin:/bin; {script}").into()],
        patience,
    )
}

fn ask(script: &str, patience: Duration) -> Result<usize, ScanError> {
    shell(script, patience).read(FILE).map(|found| found.len())
}

#[test]
fn whatever_a_child_does_is_an_answer() {
    assert_eq!(ask(&format!("{TAKE}{NOTHING} exec sleep 60"), SOON), Ok(0));
    assert_eq!(ask(&format!(r"{TAKE} printf '\001\000\000\000\002'; exec sleep 60"), SOON), Err(ScanError::TooLarge));
    for script in [
        "kill -ABRT $$",
        "exit 0",
        &format!("{TAKE} kill -KILL $$"),
        // Another file's answer, an unknown word, texts beyond counting, a text that is none, and no end of anything.
        &format!(r"{TAKE} printf '\002\000\000\000\000\000\000\000\000'; exec sleep 60"),
        &format!(r"{TAKE} printf '\001\000\000\000\011'; exec sleep 60"),
        &format!(r"{TAKE} printf '\001\000\000\000\000\377\377\377\377'; exec sleep 60"),
        &format!(r"{TAKE} printf '\001\000\000\000\000\001\000\000\000\001\000\000\000\377'; exec sleep 60"),
        "exec cat /dev/zero",
        "exec yes",
    ] {
        assert_eq!(ask(script, SOON), Err(ScanError::GaveUp), "{script}");
    }
    assert_eq!(
        ChildReader::new(Ok(PathBuf::from("/nowhere")), Vec::new(), SOON).read(FILE).unwrap_err(),
        ScanError::GaveUp
    );
    let lost = ChildReader::new(Err(io::ErrorKind::NotFound.into()), Vec::new(), SOON);
    assert_eq!(lost.read(FILE).unwrap_err(), ScanError::GaveUp);
}

#[test]
fn nobody_waits_longer_than_was_said() {
    let short = Duration::from_millis(300);
    let began = Instant::now();
    assert_eq!(ask("exec sleep 600", short), Err(ScanError::GaveUp));
    // A child that gives half an answer, one that takes nothing, and one whose own child keeps the pipe open.
    assert_eq!(ask(r"head -c 14 >/dev/null; printf '\001\000\000'; exec sleep 600", short), Err(ScanError::GaveUp));
    assert_eq!(shell("exec sleep 600", short).read(&vec![0; 1 << 20]).unwrap_err(), ScanError::GaveUp);
    assert_eq!(ask("sleep 5 & kill -KILL $$", short), Err(ScanError::GaveUp));
    // A bound for a program that hangs, not a measurement.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn the_next_file_gets_a_new_child() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("died");
    // The first child dies over the first file, each later one over its second.
    let script = format!(
        "if [ ! -e '{0}' ]; then : >'{0}'; kill -ABRT $$; fi; {TAKE}{NOTHING}{TAKE} kill -ABRT $$",
        mark.display()
    );
    let reader = shell(&script, SOON);
    assert_eq!(reader.read(FILE).unwrap_err(), ScanError::GaveUp);
    for _ in 0..4 {
        assert!(reader.read(FILE).unwrap().is_empty());
    }
}

#[test]
fn one_child_reads_many_files() {
    let folder = tempfile::tempdir().unwrap();
    let starts = folder.path().join("starts");
    let second = r"printf '\002\000\000\000\000\000\000\000\000'; ";
    let reader = shell(&format!("echo x >>'{}'; {TAKE}{NOTHING}{TAKE}{second} exec sleep 60", starts.display()), SOON);
    assert!(reader.read(FILE).unwrap().is_empty() && reader.read(FILE).unwrap().is_empty());
    assert_eq!(fs::read_to_string(starts).unwrap(), "x\n");
}

/// What a shell sets by itself.
const OF_SHELLS: [&str; 5] = ["PWD", "OLDPWD", "SHLVL", "_", "PATH"];

#[test]
fn a_child_knows_nothing_of_its_surroundings() {
    let folder = tempfile::tempdir().unwrap();
    let (told, place) = (folder.path().join("told"), folder.path().join("place"));
    let script = format!("env >'{}'; pwd >'{}'; {TAKE}{NOTHING} exec sleep 60", told.display(), place.display());
    assert!(shell(&script, SOON).read(FILE).unwrap().is_empty());
    assert!(std::env::vars_os().count() > OF_SHELLS.len(), "nothing to keep from it");
    let told = fs::read_to_string(told).unwrap();
    let names: Vec<&str> = told.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    assert!(names.iter().all(|name| OF_SHELLS.contains(name)), "{names:?}");
    assert_eq!(Path::new(fs::read_to_string(place).unwrap().trim()), Path::new("/"));
}

#[test]
fn the_word_is_no_command_of_people() {
    let asked = |line: &[&str]| is_asked(line.iter().map(OsString::from));
    assert!(asked(&["drivekey", WORD]));
    assert!(!asked(&["drivekey"]) && !asked(&["drivekey", WORD, "x"]) && !asked(&["drivekey", "list"]));
}
