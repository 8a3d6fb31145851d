//! Keys that leave the vault: which are meant, what goes along, what a stick holds afterwards.

use std::fs;

use drivekey_export::{Put, README_NAME, WriteError};
use drivekey_flows::Unwatched;
use drivekey_flows::give_out::{
    Along, Arrangement, Choice, Chosen, Form, GiveOutError, Stick, StickFile, StickLine, WITH_BUNDLE, WITH_STICK,
    bundle, pages, plain,
};
use drivekey_record::{AttachmentKind, Guid};
use drivekey_sheet::SplitKind;
use drivekey_testkit::house::{House, LIMITS, handle, known_device, known_digits, known_key_id, now, secret, text};
use drivekey_vault::seal::{BundleKey, BundleLock, open_bundle};
use drivekey_vault::{Filter, NewAttachment, Unlocked, Vault};

use crate::tools::{Looker, key_text};

const STARTUP: &str = "11111111-2222-4333-8444-555555555555";

/// Eight known records, and a startup key of the first record's computer.
fn house() -> (House, Vault<Unlocked>) {
    let house = House::with(8);
    let mut vault = house.open();
    let new = NewAttachment {
        kind: AttachmentKind::ExternalKey,
        guid: STARTUP.parse().unwrap(),
        key_ids: Vec::new(),
        bytes: zeroize::Zeroizing::new(b"not a real startup key".to_vec()),
        device_name: Some(text(&known_device(0))),
        volume_label: None,
        file_name: None,
        created: None,
    };
    vault.attach(new, now()).unwrap();
    (house, vault)
}

fn named(vault: &mut Vault<Unlocked>, numbers: &[u32]) -> Choice {
    Choice::of(numbers.iter().map(|number| vault.entry(handle(*number)).unwrap()).collect(), Vec::new())
}

fn all(vault: &mut Vault<Unlocked>) -> Choice {
    Choice::fitting(vault, &Filter::default()).unwrap()
}

fn chosen(vault: &mut Vault<Unlocked>, numbers: &[u32]) -> Chosen {
    named(vault, numbers).reveal(vault, WITH_STICK).unwrap()
}

#[test]
fn each_record_is_meant_once_and_what_is_its_own_goes_along() {
    let (_house, mut vault) = house();
    let startup: Guid = STARTUP.parse().unwrap();
    let choice = named(&mut vault, &[1, 2, 1]);
    assert_eq!(choice.entries.len(), 2);
    assert_eq!(choice.protectors_beside(&mut vault, WITH_STICK).unwrap(), [startup]);
    let kept = choice.reveal(&mut vault, WITH_STICK).unwrap();
    assert_eq!((kept.handles(), kept.parts().len()), (vec![handle(1), handle(2)], 1));
    assert_eq!(kept.items()[0].key.as_str(), known_digits(0));
    // Another computer's key goes alone, unless everything is meant.
    let other = named(&mut vault, &[5]);
    assert!(other.protectors_beside(&mut vault, WITH_STICK).unwrap().is_empty());
    assert!(other.reveal(&mut vault, WITH_STICK).unwrap().parts().is_empty());
    let everything = all(&mut vault);
    assert_eq!((everything.entries.len(), everything.faults.len()), (8, 0));
    assert_eq!(everything.protectors_beside(&mut vault, WITH_BUNDLE).unwrap(), [startup]);
    let of_other = Filter { device: Some(text(&known_device(4))), ..Filter::default() };
    let fitting = Choice::fitting(&mut vault, &of_other).unwrap();
    assert!(!fitting.entries.is_empty() && fitting.protectors_beside(&mut vault, WITH_STICK).unwrap().is_empty());
}

#[test]
fn one_that_is_not_what_was_written_is_left_out_and_named() {
    let (house, vault) = house();
    drop(vault);
    house.stranger().execute("UPDATE sealed SET age = zeroblob(length(age)) WHERE handle = 2", []).unwrap();
    let mut vault = house.open();
    assert!(named(&mut vault, &[1, 2]).reveal_whole(&mut vault).is_err());
    let choice = named(&mut vault, &[1, 2]);
    let kept = choice.reveal(&mut vault, Along::None).unwrap();
    assert_eq!((kept.handles(), kept.faults.len()), (vec![handle(1)], 1));
    let nothing = named(&mut vault, &[2]).reveal(&mut vault, Along::None);
    assert!(matches!(nothing, Err(GiveOutError::NothingSound(faults)) if faults[0].handle == Some(handle(2))));
}

#[test]
fn files_hold_the_keys_and_a_bundle_opens_again() {
    let (_house, mut vault) = house();
    let kept = chosen(&mut vault, &[1, 2]);
    for form in [Form::Json, Form::Csv] {
        let text = String::from_utf8(plain(&kept, form).to_vec()).unwrap();
        assert!(text.contains(&known_digits(0)) && text.contains(&known_digits(1)), "{form:?}");
    }
    let passphrase = secret("bundle");
    let sealed = bundle(&kept, &BundleLock::Passphrase(&passphrase, LIMITS), now()).unwrap();
    let open = open_bundle(&sealed, &BundleKey::Passphrase(&passphrase, LIMITS)).unwrap();
    let read = drivekey_import::unpack_bundle(&open).unwrap();
    assert_eq!((read.records.len(), read.attachments.len()), (2, 1));
}

#[test]
fn keys_are_arranged_as_asked() {
    let (_house, mut vault) = house();
    let keys = named(&mut vault, &[1, 2, 4]).reveal_whole(&mut vault).unwrap();
    let today = now().date_naive();
    for (arrangement, count) in [
        (Arrangement::Whole, 3),
        (Arrangement::List, 1),
        (Arrangement::Split(SplitKind::TwoOfTwo), 6),
        (Arrangement::Split(SplitKind::TwoOfThree), 9),
    ] {
        assert_eq!(pages(&keys, arrangement, today).unwrap().len(), count, "{arrangement:?}");
    }
}

#[test]
fn a_stick_gets_each_file_once_and_nothing_else_is_touched() {
    let (_house, mut vault) = house();
    let folder = tempfile::tempdir().unwrap();
    let kept = chosen(&mut vault, &[1, 2]);
    let mut stick = Stick::open(folder.path()).unwrap();
    let foreseen = stick.look(&kept);
    assert!(foreseen.len() == 4 && foreseen.iter().all(|line| line.outcome == Ok(Put::Written)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let looker = Looker::default();
    let written = stick.write(&kept, &looker);
    assert!(written.lines.iter().all(|line| line.outcome == Ok(Put::Written)) && written.seen.is_some());
    assert_eq!((written.not_begun, written.all_there_before()), (0, false));
    let there: Vec<_> = written.lines.iter().filter_map(StickLine::key_that_is_there).collect();
    assert_eq!(there, [handle(1), handle(2)]);
    let files: Vec<_> = written.lines.iter().map(|line| line.file).collect();
    assert_eq!(files[2..], [StickFile::Startup, StickFile::Readme]);
    assert_eq!(looker.told.into_inner().unwrap().last().map(|one| (one.done, one.all)), Some((4, Some(4))));
    // Again: all of it is there. The same key in other words is as good, another key under its name is not.
    let first = folder.path().join(&written.lines[0].name);
    let words = fs::read(&first).unwrap();
    fs::write(&first, [&words[..], b"\r\0\n\0"].concat()).unwrap();
    fs::write(folder.path().join(README_NAME), "what somebody noted").unwrap();
    let second = folder.path().join(&written.lines[1].name);
    fs::write(&second, words).unwrap();
    let again = Stick::open(folder.path()).unwrap().write(&kept, &Unwatched);
    let outcomes: Vec<_> = again.lines.iter().map(|line| line.outcome).collect();
    let there = Ok(Put::AlreadyThere);
    assert_eq!((outcomes, again.seen), (vec![there, Err(WriteError::Exists), there, there], None));
    assert_eq!(fs::read_to_string(folder.path().join(README_NAME)).unwrap(), "what somebody noted");
}

/// The same digits under another Key ID are another key to whoever looks for it by its name.
#[test]
fn a_file_with_these_digits_under_another_key_id_is_not_as_good() {
    let (_house, mut vault) = house();
    let folder = tempfile::tempdir().unwrap();
    let kept = chosen(&mut vault, &[1]);
    let name = drivekey_export::key_file_name(&kept.items()[0]);
    for (key_id, outcome) in [(known_key_id(0), Ok(Put::AlreadyThere)), (known_key_id(1), Err(WriteError::Exists))] {
        fs::write(folder.path().join(&name), key_text(&key_id, &known_digits(0))).unwrap();
        assert_eq!(Stick::open(folder.path()).unwrap().look(&kept)[0].outcome, outcome, "{key_id}");
    }
}

#[test]
fn a_stopped_stick_says_what_was_not_begun() {
    let (_house, mut vault) = house();
    let folder = tempfile::tempdir().unwrap();
    let kept = chosen(&mut vault, &[1, 2]);
    let looker = Looker { stops: true, ..Looker::default() };
    let written = Stick::open(folder.path()).unwrap().write(&kept, &looker);
    assert_eq!((written.lines.len(), written.not_begun, written.seen), (0, 4, None));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
