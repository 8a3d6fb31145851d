//! Whatever lies beside a vault under the names that SQLite would take up: the vault's bytes stay as they are, what was
//! asked is answered where it can be, and the exit code and the sentence say what is the matter.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says what it counted"
)]

use std::fs;
use std::path::PathBuf;

use crate::cli_house::{House, ID_1, ID_2, KEY_1, KEY_2};
use drivekey_testkit::planted::{Plant, journal_of, wal_of};

/// What a planted file must lead to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    /// SQLite would not take it up either: everything goes on.
    Nothing,
    /// It is refused: reading goes on with exit 10, changes wait.
    Refused(&'static str),
}

const NEVER: Expected = Expected::Refused("no drivekey makes such a file");
const NO_FILE: Expected = Expected::Refused("it is no ordinary file");
const NO_JOURNAL: Expected = Expected::Refused("it is not what a broken-off change leaves");
const DISAGREES: Expected = Expected::Refused("what it would make of the vault does not fit together");
/// What it holds decides which of two reasons is found first.
const EITHER: Expected = Expected::Refused("");
const OTHER_WRITE: Expected = Expected::Refused("it was left by another change than this file's last");

/// Commands that only read, each with a word of its answer.
const READING: [(&[&str], &str); 7] = [
    (&["list"], "7EDB30ED"),
    (&["list", "--json"], ID_1),
    (&["find", "7EDB30ED"], "r1"),
    (&["show", "7EDB30ED", "--json"], KEY_1),
    (&["show", "r2", "--json"], KEY_2),
    (&["keyslot", "list"], "passphrase"),
    (&["verify"], "whole"),
];

/// Commands that would change the vault.
const WRITING: [&[&str]; 4] = [
    &["edit", "r1", "--note", "changed"],
    &["import", "~/more", "--yes"],
    &["remove", "r2", "--yes"],
    &["undo", "--yes"],
];

/// A vault with two keys that was written several times, and its bytes after each write.
fn model() -> (House, Vec<Vec<u8>>) {
    let mut house = House::with_vault();
    house.key_file("~/keys/a.TXT", ID_1, KEY_1);
    house.key_file("~/keys2/b.TXT", ID_2, KEY_2);
    let third = "0A1B2C3D-52D3-4E0A-8F6B-00AA11BB22CC";
    house.key_file("~/more/c.TXT", third, "466895-217492-569250-069608-104434-135707-527241-083622");
    let mut states = Vec::new();
    for command in [
        &["import", "~/keys", "--yes"][..],
        &["import", "~/keys2", "--yes"],
        &["edit", "r1", "--note", "one"],
        &["edit", "r1", "--note", "two"],
    ] {
        let done = house.given(command, &["n"]);
        assert_eq!(done.exit, 0, "{:?}", done.log);
        states.push(fs::read(house.vault()).unwrap());
    }
    (house, states)
}

/// A name, what is put under which ending, and what must come of it.
type Case = (&'static str, Vec<(&'static str, Plant)>, Expected);

fn plants(states: &[Vec<u8>]) -> Vec<Case> {
    let mut other_house = House::with_vault();
    other_house.key_file("~/keys/a.TXT", ID_2, KEY_2);
    assert_eq!(other_house.given(&["import", "~/keys", "--yes"], &["n"]).exit, 0);
    let other_vault = fs::read(other_house.vault()).unwrap();
    let now = states.last().unwrap();
    let before = &states[states.len() - 2];
    let older = &states[0];
    let database = drivekey_testkit::planted::other_database(5);
    let all = "UPDATE sealed SET age = zeroblob(length(age)); UPDATE record SET summary = zeroblob(length(summary))";
    // The journal of the last write, as it lay there before the commit: it would take the file back to the state
    // before.
    let stale = drivekey_testkit::planted::journal_from(before, now);
    let stale_of_older = drivekey_testkit::planted::journal_from(older, before);
    let mut super_journal = journal_of(now, all);
    super_journal.extend(drivekey_testkit::planted::super_journal_name());
    let mut cut = stale.clone();
    cut.truncate(stale.len() - 2000);
    let mut off = journal_of(now, all);
    drivekey_testkit::planted::set_counter(&mut off, 77);
    let bytes = Plant::Bytes;
    vec![
        ("the log of another database", vec![("-wal", bytes(wal_of(&database)))], NEVER),
        ("the log of another vault", vec![("-wal", bytes(wal_of(&other_vault)))], NEVER),
        ("the log of an older copy", vec![("-wal", bytes(wal_of(older)))], NEVER),
        ("the log of a newer copy", vec![("-wal", bytes(wal_of(now)))], NEVER),
        ("a log of one byte", vec![("-wal", bytes(vec![1]))], NEVER),
        ("an empty log", vec![("-wal", bytes(vec![]))], NEVER),
        ("a zeroed log", vec![("-wal", bytes(vec![0; 4096]))], NEVER),
        ("a cut log", vec![("-wal", bytes(wal_of(older)[..5000].to_vec()))], NEVER),
        ("a huge log", vec![("-wal", Plant::Sparse(1 << 40, vec![0x37, 0x7f, 6, 0x82]))], NEVER),
        ("a folder as log", vec![("-wal", Plant::Folder)], NEVER),
        ("a pipe as log", vec![("-wal", Plant::Pipe)], NEVER),
        ("a link as log", vec![("-wal", Plant::Link("keys/a.TXT"))], NEVER),
        ("a log's index of zeros", vec![("-shm", bytes(vec![0; 32768]))], NEVER),
        ("a log's index of one byte", vec![("-shm", bytes(vec![9]))], NEVER),
        ("a folder as index", vec![("-shm", Plant::Folder)], NEVER),
        ("a log and its index", vec![("-wal", bytes(wal_of(older))), ("-shm", bytes(vec![0; 32768]))], NEVER),
        (
            "the journal of another database",
            vec![(
                "-journal",
                bytes(drivekey_testkit::planted::journal_from(
                    &database,
                    &drivekey_testkit::planted::other_database(9),
                )),
            )],
            EITHER,
        ),
        ("the journal of another vault", vec![("-journal", bytes(journal_of(&other_vault, all)))], EITHER),
        ("the journal of an older copy", vec![("-journal", bytes(journal_of(older, all)))], OTHER_WRITE),
        ("the journal of the last write", vec![("-journal", bytes(stale.clone()))], DISAGREES),
        ("the journal of an earlier write", vec![("-journal", bytes(stale_of_older))], OTHER_WRITE),
        ("a journal that was cut", vec![("-journal", bytes(cut))], DISAGREES),
        ("an empty journal", vec![("-journal", bytes(vec![]))], Expected::Nothing),
        ("a zeroed journal", vec![("-journal", bytes(vec![0; 5000]))], Expected::Nothing),
        ("a journal of one byte", vec![("-journal", bytes(vec![b'x']))], NO_JOURNAL),
        ("a text as journal", vec![("-journal", bytes(b"Dear diary, today I lost a key.".to_vec()))], NO_JOURNAL),
        ("a huge journal", vec![("-journal", Plant::Sparse(1 << 40, stale[..512].to_vec()))], NO_JOURNAL),
        (
            "a journal that names another",
            vec![("-journal", bytes(super_journal))],
            Expected::Refused("it belongs to a change of several databases"),
        ),
        ("a journal of another counter", vec![("-journal", bytes(off))], OTHER_WRITE),
        ("a pipe as journal", vec![("-journal", Plant::Pipe)], NO_FILE),
        ("a link as journal", vec![("-journal", Plant::Link("keys/a.TXT"))], NO_FILE),
        ("a link that leads nowhere as journal", vec![("-journal", Plant::Link("nowhere"))], NO_FILE),
        ("a folder as journal", vec![("-journal", Plant::Folder)], NO_FILE),
        ("a journal of somebody else", vec![("-journal", Plant::Anothers(stale.clone()))], DISAGREES),
        ("a log and a journal", vec![("-wal", bytes(wal_of(older))), ("-journal", bytes(stale))], NEVER),
    ]
}

#[test]
fn nothing_that_lies_beside_a_vault_can_change_it_or_keep_its_answers() {
    let (mut house, states) = model();
    let now = states.last().unwrap().clone();
    let (mut kinds, mut runs) = (0, 0);
    for (name, plants, expected) in plants(&states) {
        let commands = READING
            .iter()
            .map(|(command, word)| (*command, Some(*word)))
            .chain(WRITING.iter().map(|command| (*command, None)));
        let mut planted = false;
        for (command, word) in commands {
            fs::write(house.vault(), &now).unwrap();
            // This machine saw the vault as it is now: without that, undoing its last write could not be told from a
            // crash.
            assert_eq!(house.given(&["find", "r1"], &[]).exit, 0);
            let placed: Vec<(PathBuf, bool)> =
                plants.iter().map(|(ending, plant)| plant.put(&house.vault(), ending, house.root())).collect();
            if placed.iter().any(|(_, there)| !there) {
                // Not to be made on this system.
                for (path, _) in &placed {
                    drivekey_testkit::planted::clear(path);
                }
                break;
            }
            planted = true;
            let before: Vec<_> = placed.iter().map(|(path, _)| drivekey_testkit::planted::look(path)).collect();
            let outcome = house.given(command, &["n"]);
            runs += 1;
            let what = format!("{name}: {command:?}: {:?}", outcome.log);
            match expected {
                Expected::Nothing => {
                    assert_eq!(outcome.exit, 0, "{what}");
                    assert!(word.is_none_or(|word| outcome.out().contains(word)), "{what}");
                    assert!(word.is_none() || fs::read(house.vault()).unwrap() == now, "{what}");
                }
                Expected::Refused(why) => {
                    assert!(fs::read(house.vault()).unwrap() == now, "{what}");
                    assert_eq!(outcome.exit, 10, "{what}");
                    assert!(outcome.err().contains(why), "{what}");
                    assert!(outcome.err().contains("verify --set-aside"), "{what}");
                    match word {
                        Some(word) => assert!(outcome.out().contains(word), "{what}"),
                        None => assert!(outcome.err().contains("nothing was changed"), "{what}"),
                    }
                    let after: Vec<_> = placed.iter().map(|(path, _)| drivekey_testkit::planted::look(path)).collect();
                    assert_eq!(after, before, "{what}");
                }
            }
            for (path, _) in &placed {
                drivekey_testkit::planted::clear(path);
            }
            // What the command may have written is remembered; the next begins from the same file.
            fs::write(house.vault(), &now).unwrap();
            drivekey_testkit::planted::forget(&house.path("~/state"));
        }
        if planted {
            kinds += 1;
        } else {
            println!("skipped: {name} cannot be made here");
        }
    }
    println!("beside: {kinds} kinds of planted files, {runs} commands");
    assert!(kinds >= if cfg!(unix) { 30 } else { 25 });
}

#[test]
fn what_was_set_aside_is_renamed_and_changes_go_on() {
    let (mut house, states) = model();
    let journal = drivekey_testkit::planted::journal_from(&states[states.len() - 2], states.last().unwrap());
    let vault = house.vault();
    Plant::Bytes(journal.clone()).put(&vault, "-journal", house.root());
    Plant::Bytes(vec![1]).put(&vault, "-wal", house.root());
    let asked = house.given(&["verify", "--set-aside"], &["n"]);
    assert_eq!(asked.exit, 7, "{:?}", asked.log);
    let done = house.given(&["verify", "--set-aside", "--yes"], &[]);
    assert_eq!(done.exit, 0, "{:?}", done.log);
    assert_eq!(fs::read(vault.with_file_name("vault.drivekey-journal.set-aside-1")).unwrap(), journal);
    assert_eq!(fs::read(vault.with_file_name("vault.drivekey-wal.set-aside-1")).unwrap(), [1]);
    assert_eq!(house.given(&["edit", "r1", "--note", "again"], &[]).exit, 0);
    let again = house.given(&["verify", "--set-aside"], &[]);
    assert_eq!((again.exit, again.err().as_str()), (0, "Nothing lies beside the vault that does not belong to it.\n"));
}

#[test]
fn a_write_that_was_broken_off_is_undone_also_through_a_link() {
    let (mut house, states) = model();
    let now = states.last().unwrap();
    // A write that had made the file longer already.
    let growing = "UPDATE record SET summary = zeroblob(length(summary));
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO sealed SELECT i + 1000, zeroblob(3000) FROM n";
    let (torn, journal) = drivekey_testkit::planted::broken_off(now, growing);
    assert!(torn.len() > now.len());
    for through in ["~/data/vault.drivekey", "~/link.drivekey"] {
        fs::write(house.vault(), &torn).unwrap();
        Plant::Bytes(journal.clone()).put(&house.vault(), "-journal", house.root());
        if through.contains("link") && !drivekey_testkit::planted::link(&house.vault(), &house.path(through)) {
            println!("skipped: no links here");
            continue;
        }
        let listed = house.given(&["list", "--json", "--vault", through], &[]);
        assert_eq!(listed.exit, 0, "{:?}", listed.log);
        assert!(listed.out().contains(ID_1) && listed.out().contains(ID_2));
        assert!(listed.err().contains("A change that was broken off was undone"), "{:?}", listed.log);
        assert!(fs::read(house.vault()).unwrap() == *now);
        assert!(!house.vault().with_file_name("vault.drivekey-journal").exists());
        assert_eq!(house.given(&["edit", "r1", "--note", "through", "--vault", through], &[]).exit, 0);
        drivekey_testkit::planted::forget(&house.path("~/state"));
    }
}

/// The file is torn, its own journal lies beside it, and so does a log: what comes out on a copy answers.
#[test]
fn a_torn_vault_with_a_log_beside_it_still_answers() {
    let (mut house, states) = model();
    let now = states.last().unwrap();
    let (torn, journal) =
        drivekey_testkit::planted::broken_off(now, "UPDATE record SET summary = zeroblob(length(summary))");
    fs::write(house.vault(), &torn).unwrap();
    Plant::Bytes(journal).put(&house.vault(), "-journal", house.root());
    Plant::Bytes(wal_of(&states[0])).put(&house.vault(), "-wal", house.root());
    let shown = house.given(&["show", "7EDB30ED", "--json"], &[]);
    assert_eq!(shown.exit, 10, "{:?}", shown.log);
    assert!(shown.out().contains(KEY_1));
    assert!(fs::read(house.vault()).unwrap() == torn);
    assert_eq!(house.given(&["edit", "r1", "--note", "x"], &[]).exit, 10);
    assert!(fs::read(house.vault()).unwrap() == torn);
}

/// A backup that was put back beside the journal of a later write.
#[test]
fn a_backup_beside_a_stale_journal_is_not_spoiled() {
    let (mut house, states) = model();
    let (backup, now) = (&states[0], states.last().unwrap());
    let all = "UPDATE sealed SET age = zeroblob(length(age)); UPDATE record SET summary = zeroblob(length(summary))";
    let (_, journal) = drivekey_testkit::planted::broken_off(now, all);
    fs::write(house.vault(), backup).unwrap();
    drivekey_testkit::planted::forget(&house.path("~/state"));
    Plant::Bytes(journal).put(&house.vault(), "-journal", house.root());
    let shown = house.given(&["show", "7EDB30ED", "--json"], &[]);
    assert_eq!(shown.exit, 10, "{:?}", shown.log);
    assert!(shown.out().contains(KEY_1));
    assert!(fs::read(house.vault()).unwrap() == *backup);
}

#[cfg(unix)]
#[test]
fn two_hard_links_are_said_and_not_written() {
    let (mut house, _) = model();
    let second = house.path("~/second.drivekey");
    fs::hard_link(house.vault(), &second).unwrap();
    let before = fs::read(&second).unwrap();
    for path in ["~/data/vault.drivekey", "~/second.drivekey"] {
        let shown = house.given(&["show", "r1", "--json", "--vault", path], &[]);
        assert_eq!(shown.exit, 0, "{:?}", shown.log);
        assert!(shown.err().contains("has a second name"), "{:?}", shown.log);
        let edited = house.given(&["edit", "r1", "--note", "no", "--vault", path], &[]);
        assert_eq!(edited.exit, 7, "{:?}", edited.log);
        assert!(edited.err().contains("second name (a hard link)"), "{:?}", edited.log);
    }
    assert!(fs::read(&second).unwrap() == before);
    fs::remove_file(second).unwrap();
    assert_eq!(house.given(&["edit", "r1", "--note", "yes"], &[]).exit, 0);
}

/// A vault in a folder that is imported is not opened a second time: that would drop its locks.
#[test]
fn importing_the_folder_of_the_vault_leaves_the_vault_alone() {
    let (mut house, _) = model();
    house.key_file(
        "~/data/c.TXT",
        "0A1B2C3D-52D3-4E0A-8F6B-00AA11BB22CC",
        "466895-217492-569250-069608-104434-135707-527241-083622",
    );
    let imported = house.given(&["import", "~/data", "--yes"], &[]);
    assert_eq!(imported.exit, 0, "{:?}", imported.log);
    assert_eq!(house.given(&["verify"], &[]).exit, 0);
}

/// The first sector is torn, and its change counter with it: the journal of the write mends both.
#[test]
fn a_torn_beginning_is_mended_by_its_journal() {
    let (mut house, states) = model();
    let now = states.last().unwrap();
    let all = "UPDATE sealed SET age = zeroblob(length(age)); UPDATE record SET summary = zeroblob(length(summary))";
    let (mut torn, journal) = drivekey_testkit::planted::broken_off(now, all);
    for filling in [0_u8, 0xA7] {
        torn[..512].fill(filling);
        fs::write(house.vault(), &torn).unwrap();
        Plant::Bytes(journal.clone()).put(&house.vault(), "-journal", house.root());
        let shown = house.given(&["show", "7EDB30ED", "--json"], &[]);
        assert_eq!(shown.exit, 0, "{:?}", shown.log);
        assert!(shown.out().contains(KEY_1));
        assert!(fs::read(house.vault()).unwrap() == *now);
    }
}

/// A journal made by hand takes back two writes, with the right counter, on a machine that never saw the vault.
#[test]
fn no_more_than_the_write_that_was_broken_off_is_taken_back() {
    let (mut house, states) = model();
    let (older, now) = (&states[1], states.last().unwrap());
    let counter = u32::from_be_bytes(now[24..28].try_into().unwrap());
    let mut journal = drivekey_testkit::planted::journal_from(older, now);
    drivekey_testkit::planted::set_counter(&mut journal, counter - 1);
    fs::write(house.vault(), now).unwrap();
    drivekey_testkit::planted::forget(&house.path("~/state"));
    Plant::Bytes(journal).put(&house.vault(), "-journal", house.root());
    let shown = house.given(&["show", "7EDB30ED", "--json"], &[]);
    assert_eq!(shown.exit, 10, "{:?}", shown.log);
    assert!(shown.out().contains(KEY_1));
    assert!(fs::read(house.vault()).unwrap() == *now);
}

/// SQLite takes a page size of zero for the file's own, and would follow the name at the journal's end.
#[cfg(unix)]
#[test]
fn a_journal_without_a_page_size_leads_nowhere() {
    let (mut house, states) = model();
    let now = states.last().unwrap();
    let pipe = house.path("~/x-mj0123456789");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut journal = drivekey_testkit::planted::journal_from(&states[states.len() - 2], now);
    journal[24..28].fill(0);
    for super_journal in [false, true] {
        let mut journal = journal.clone();
        if super_journal {
            let name = pipe.to_str().unwrap().as_bytes();
            let sum = name.iter().fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
            journal.extend(262_145_u32.to_be_bytes());
            journal.extend(name);
            journal.extend(u32::try_from(name.len()).unwrap().to_be_bytes());
            journal.extend(sum.to_be_bytes());
            journal.extend([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
        }
        fs::write(house.vault(), now).unwrap();
        Plant::Bytes(journal).put(&house.vault(), "-journal", house.root());
        let shown = house.given(&["show", "7EDB30ED", "--json"], &[]);
        assert_eq!(shown.exit, 10, "{:?}", shown.log);
        assert!(fs::read(house.vault()).unwrap() == *now);
    }
}

/// What is being written right now is nobody's to rename.
#[test]
fn the_journal_of_a_write_that_goes_on_is_not_set_aside() {
    let (house, _) = model();
    let writer = rusqlite::Connection::open(house.vault()).unwrap();
    writer
        .execute_batch("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE sealed SET age = zeroblob(length(age))")
        .unwrap();
    let journal = house.vault().with_file_name("vault.drivekey-journal");
    assert!(journal.exists());
    let refused = drivekey_vault::store::RefusedFile {
        path: journal.clone(),
        kind: drivekey_vault::store::Beside::Journal,
        problem: drivekey_vault::store::BesideProblem::Disagrees,
    };
    assert!(matches!(
        drivekey_vault::sqlite::set_aside(&house.vault(), &refused),
        Err(drivekey_vault::store::StoreError::Busy)
    ));
    assert!(journal.exists());
    writer.execute_batch("ROLLBACK").unwrap();
}
