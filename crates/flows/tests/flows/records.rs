//! Changing records: edits of one and of many, the trash, and undoing an import.

use crate::house::{House, password};
use drivekey_flows::edit::{EditError, edit};
use drivekey_flows::trash::{self, TrashError};
use drivekey_flows::undo::{self, UndoError};
use drivekey_record::{Details, KeyId, SourceKind, State};
use drivekey_testkit::house::{now, text};
use drivekey_vault::{Edit, Incoming, Intake, Setting, Taking};

#[test]
fn one_edit_changes_many_records() {
    let mut house = House::new();
    let entries = [house.add(1), house.add(2)];
    let retired = Edit { state: Some(State::Retired), note: Setting::To(text("sold")), ..Edit::default() };
    let changed = edit(&mut house.vault, &entries, &retired).unwrap();
    assert_eq!(
        changed.iter().map(|entry| entry.handle).collect::<Vec<_>>(),
        entries.each_ref().map(|entry| entry.handle)
    );
    for entry in &changed {
        assert_eq!((entry.details.state, entry.details.note.clone()), (State::Retired, Some(text("sold"))));
        assert_eq!(house.entry(entry), *entry);
    }
    assert!(matches!(edit(&mut house.vault, &entries, &Edit::default()), Err(EditError::Nothing)));
}

#[test]
fn a_key_id_is_completed_and_never_exchanged_nor_given_to_many() {
    let mut house = House::new();
    let (begun, other) = (house.add_under(1, "7EDB30ED"), house.add_under(2, "AAAA0000"));
    let whole: KeyId = "7EDB30ED-0001-0002-0003-000000000001".parse().unwrap();
    let edit_id = Edit { key_id: Some(whole.clone()), note: Setting::To(text("x")), ..Edit::default() };
    let both = [begun.clone(), other.clone()];
    assert!(matches!(edit(&mut house.vault, &both, &edit_id), Err(EditError::KeyIdForMany)));
    match edit(&mut house.vault, std::slice::from_ref(&other), &edit_id) {
        Err(EditError::OtherKeyId { handle, key_id }) => {
            assert_eq!((handle, key_id), (other.handle, other.details.key_id.clone()));
        }
        refused => panic!("{refused:?}"),
    }
    assert_eq!(house.entry(&other).details.note, None);
    let changed = edit(&mut house.vault, std::slice::from_ref(&begun), &edit_id).unwrap();
    assert_eq!(changed[0].details.key_id, whole);
}

#[test]
fn a_record_that_is_gone_stops_the_rest_and_what_was_changed_is_told() {
    let mut house = House::new();
    let entries = [house.add(1), house.add(2), house.add(3)];
    let doomed = trash::remove(&mut house.vault, &entries[1], now()).unwrap();
    house.vault.purge(&[doomed.handle]).unwrap();
    let note = Edit { note: Setting::To(text("x")), ..Edit::default() };
    match edit(&mut house.vault, &entries, &note) {
        Err(EditError::Vault { changed, .. }) => assert_eq!(changed[..].len(), 1),
        other => panic!("{other:?}"),
    }
    assert_eq!(house.entry(&entries[2]).details.note, None);
}

#[test]
fn only_what_is_in_the_trash_leaves_it_or_is_deleted() {
    let mut house = House::new();
    let (first, second) = (house.add(1), house.add(2));
    assert!(matches!(trash::doomed(&mut house.vault, None), Err(TrashError::Empty)));
    assert!(matches!(trash::doomed(&mut house.vault, Some(first.clone())), Err(TrashError::NotInTrash(_))));
    assert!(matches!(trash::restore(&mut house.vault, &first), Err(TrashError::NotInTrash(_))));
    let removed = trash::remove(&mut house.vault, &first, now()).unwrap();
    assert_eq!(removed.details.removed, Some(now()));
    assert!(matches!(trash::can_remove(&removed), Err(TrashError::InTrash(_))));
    assert!(matches!(trash::remove(&mut house.vault, &removed, now()), Err(TrashError::InTrash(_))));
    let restored = trash::restore(&mut house.vault, &removed).unwrap();
    assert_eq!(restored.details.removed, None);
    trash::remove(&mut house.vault, &first, now()).unwrap();
    let doomed = trash::doomed(&mut house.vault, None).unwrap();
    assert_eq!(trash::purge(&mut house.vault, &doomed).unwrap(), [first.handle]);
    assert!(house.vault.entry(first.handle).is_err() && house.vault.entry(second.handle).is_ok());
    // What was taken out of the trash since it was confirmed stays.
    let doomed = trash::remove(&mut house.vault, &second, now()).unwrap();
    trash::restore(&mut house.vault, &doomed).unwrap();
    assert!(trash::purge(&mut house.vault, &[doomed]).is_err());
    assert!(house.vault.entry(second.handle).is_ok());
}

fn import(house: &mut House, number: u8) {
    let incoming = Incoming {
        secret: password(number).into(),
        details: Details::default(),
        kind: SourceKind::WindowsTxt,
        file_name: None,
    };
    let intake = Intake { records: vec![incoming], ..Intake::default() };
    let later = now() + chrono::Duration::seconds(number.into());
    house.vault.import(intake, later, Taking::Keep, |_| {}).unwrap();
}

#[test]
fn only_the_import_that_was_agreed_to_is_undone() {
    let mut house = House::new();
    assert_eq!(undo::last(&mut house.vault).unwrap(), None);
    import(&mut house, 1);
    let agreed = undo::last(&mut house.vault).unwrap().unwrap();
    import(&mut house, 2);
    assert!(matches!(undo::undo(&mut house.vault, &agreed, now()), Err(UndoError::AnotherImport)));
    let last = undo::last(&mut house.vault).unwrap().unwrap();
    let undone = undo::undo(&mut house.vault, &last, now()).unwrap();
    assert_eq!(undone.removed.len(), 1);
    assert_eq!(undo::last(&mut house.vault).unwrap(), Some(agreed));
}
