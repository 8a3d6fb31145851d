//! Searching and erasing without a face: what is found, what may go, and what a second look still saves.

use std::fs;

use drivekey_flows::Work;
use drivekey_flows::sweep::{Doomed, Left, SweepError, search};
use drivekey_testkit::house::House;

use crate::tools::{ID_1, ID_2, KEY_1, KEY_2, Looker, keep, key_text, read_below, write};

#[test]
fn keys_are_found_at_any_depth_and_the_rest_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let one = write(folder.path(), "a/.b/one.txt", key_text(ID_1, KEY_1));
    let two = write(folder.path(), "two.txt", key_text(ID_2, KEY_2));
    write(folder.path(), "three.txt", "nothing of interest");
    let looker = Looker::default();
    let (sources, tally) = search(&[folder.path().to_owned(), folder.path().join("absent")], &looker);
    let found: Vec<_> = sources.read.iter().map(|source| source.path.clone().unwrap()).collect();
    assert_eq!((found, sources.passed_over.without, sources.failed.len()), (vec![one, two], 1, 1));
    assert_eq!((tally.files, tally.stopped, sources.stopped), (3, false, false));
    assert!(tally.bytes > 100);
    let told = looker.told.into_inner().unwrap();
    assert!(!told.is_empty() && told.iter().all(|one| one.work == Work::FilesSearched && one.all.is_none()));
    let looker = Looker { stops: true, ..Looker::default() };
    let (sources, tally) = search(&[folder.path().to_owned()], &looker);
    assert!(sources.is_empty() && sources.stopped && tally.stopped);
}

#[test]
fn only_what_the_vault_has_may_go() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    let safe = write(folder.path(), "safe.txt", key_text(ID_1, KEY_1));
    let mut vault = house.open();
    keep(&mut vault, read_below(folder.path()));
    let new = write(folder.path(), "new.txt", key_text(ID_2, KEY_2));
    let large = write(folder.path(), "large.txt", key_text(ID_1, KEY_1) + &"\n".repeat(1 << 20));
    let gone = folder.path().join("gone.txt");
    let doomed = Doomed::of(&mut vault, &[safe.clone(), new.clone(), large, gone]).unwrap();
    assert_eq!(doomed.paths().collect::<Vec<_>>(), [safe.as_path()]);
    assert!(doomed.startup_keys.is_empty() && safe.exists());
    let swept = doomed.erase(&mut vault).unwrap();
    let left: Vec<&Option<Left>> = swept.iter().map(|one| &one.left).collect();
    assert!(matches!(left[..], [None, Some(Left::NotAllKnown), Some(Left::MoreInside), Some(Left::Unreadable)]));
    assert!(!safe.exists() && new.exists());
}

/// No reader of JSON or CSV takes in a key of another kind, nor an attachment: such a file may be their only place.
#[test]
fn a_file_that_names_other_kinds_stays() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    let known = format!(r#"{{"id":"{ID_1}","key":"{KEY_1}"}}"#);
    let plain = write(folder.path(), "plain.json", format!(r#"{{"value":[{known}]}}"#));
    let mut vault = house.open();
    keep(&mut vault, read_below(folder.path()));
    let other = r#"{"kind" : "luks2","key":"any text"}"#;
    let files = [
        plain.clone(),
        write(folder.path(), "kinds.json", format!(r#"{{"value":[{other},{known}]}}"#)),
        write(folder.path(), "attached.json", format!(r#"{{"value":[{known}],"attachments":[]}}"#)),
        write(folder.path(), "kinds.csv", format!("id,key,kind\n{ID_1},{KEY_1},bitlocker\n,any text,luks2\n")),
    ];
    let doomed = Doomed::of(&mut vault, &files).unwrap();
    assert_eq!(doomed.paths().collect::<Vec<_>>(), [plain.as_path()]);
}

#[test]
fn what_changed_since_it_was_judged_is_left() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "safe.txt", key_text(ID_1, KEY_1));
    let mut vault = house.open();
    keep(&mut vault, read_below(folder.path()));
    let doomed = Doomed::of(&mut vault, std::slice::from_ref(&path)).unwrap();
    let both = key_text(ID_1, KEY_1) + &key_text(ID_2, KEY_2);
    fs::write(&path, &both).unwrap();
    let swept = doomed.erase(&mut vault).unwrap();
    assert!(matches!(swept[0].left, Some(Left::NotAllKnown)), "{swept:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), both);
}

#[test]
fn a_vault_that_is_not_sound_lets_nothing_go() {
    let house = House::with(3);
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "safe.txt", key_text(ID_1, KEY_1));
    keep(&mut house.open(), read_below(folder.path()));
    house.stranger().execute("UPDATE record SET sealed_sha256 = zeroblob(32) WHERE handle = 1", []).unwrap();
    let mut vault = house.open();
    let refused = Doomed::of(&mut vault, std::slice::from_ref(&path));
    assert!(matches!(refused, Err(SweepError::Unsound(_))), "{refused:?}");
    assert!(path.exists());
}
