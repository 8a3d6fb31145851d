//! What a person typed on a key outlives the undoing of its import, and comes back with the key: field by field.

mod model;

use super::{import, one, startup_key};
use drivekey_record::{Details, Proof, ProofLevel, State, VolumeType};
use drivekey_testkit::house::{House, handle, incoming, known_digits, known_key_id, now, text};
use drivekey_vault::{Edit, Incoming, Setting, TakenIn, Taking, Unlocked, Vault};

fn to(value: &str) -> Setting<drivekey_record::LineText> {
    Setting::To(text(value))
}

fn details(vault: &mut Vault<Unlocked>, number: u32) -> Details {
    vault.entry(handle(number)).unwrap().details
}

/// All that can be typed of a key.
fn all_of_it() -> Edit {
    Edit {
        key_id: None,
        device_name: to("Zebra"),
        volume_type: Some(VolumeType::RemovableData),
        mount_point: to("Z:"),
        volume_label: to("Horse"),
        note: to("im Keller"),
        add_tags: vec![text("striped")],
        remove_tags: Vec::new(),
        state: Some(State::Superseded),
    }
}

/// A key of which its file says nothing but the Key ID.
fn bare() -> Incoming {
    incoming(&known_digits(0), &known_key_id(0), "", "k.txt")
}

/// A key of which its file says everything.
fn full(file: &str) -> Incoming {
    let mut one = incoming(&known_digits(0), &known_key_id(0), file, &format!("{file}.txt"));
    one.details.volume_type = VolumeType::OperatingSystem;
    one.details.mount_point = Some(text("C:"));
    one.details.volume_label = Some(text(&format!("{file} label")));
    one.details.note = Some(text(&format!("{file} note")));
    one.details.device_id = Some(text(&format!("{file}-0001")));
    one.details.tags = vec![text(file)];
    one
}

/// What a person can set, apart from the history of the record.
fn said(details: &Details) -> Details {
    Details { sources: Vec::new(), removed: None, undone: false, ..details.clone() }
}

#[test]
fn everything_that_was_typed_comes_back_with_the_key() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![bare()], 1);
    vault.edit(handle(1), all_of_it()).unwrap();
    let left = details(&mut vault, 1);
    vault.undo_import(now()).unwrap().unwrap();
    assert_eq!(said(&details(&mut vault, 1)), said(&left), "in the trash");
    assert_eq!(import(&mut vault, vec![bare()], 2), [TakenIn::New(handle(1))]);
    let back = details(&mut vault, 1);
    assert_eq!(said(&back), said(&left));
    assert_eq!((back.removed, back.undone, back.sources.len()), (None, false, 1));
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
}

#[test]
fn what_the_undone_import_brought_goes_with_it_and_the_next_one_fills_the_gaps() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![full("wrong")], 1);
    vault
        .edit(handle(1), Edit { volume_label: to("Horse"), add_tags: vec![text("striped")], ..Edit::default() })
        .unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    import(&mut vault, vec![full("right")], 2);
    let back = details(&mut vault, 1);
    let expected = Details {
        volume_label: Some(text("Horse")),
        tags: vec![text("right"), text("striped")],
        ..full("right").details
    };
    assert_eq!(said(&Details { set_here: expected.set_here.clone(), ..back.clone() }), expected);
    // The label that was typed stays, the file's is kept beside its source.
    assert_eq!(back.sources[0].volume_label, Some(text("right label")));
}

#[test]
fn a_proof_and_a_warning_that_was_overridden_come_back_with_the_key() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![bare()], 1);
    let proof = Proof { at: now(), level: ProofLevel::FirstSector, volume: drivekey_record::Guid::from_bytes([7; 16]) };
    vault.note_proof(handle(1), proof.clone()).unwrap();
    vault.note_guard_override(&[handle(1)], now()).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    import(&mut vault, vec![bare()], 2);
    let back = details(&mut vault, 1);
    assert_eq!((back.proof, back.guard_override), (Some(proof), Some(now())));
}

#[test]
fn a_key_id_that_was_completed_stays_whole() {
    let house = House::new();
    let mut vault = house.open();
    let begun = || incoming(&known_digits(0), &known_key_id(0)[..8], "", "k.txt");
    import(&mut vault, vec![begun()], 1);
    vault.edit(handle(1), Edit { key_id: known_key_id(0).parse().ok(), ..Edit::default() }).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    import(&mut vault, vec![begun()], 2);
    assert_eq!(details(&mut vault, 1).key_id.to_string(), known_key_id(0));
}

#[test]
fn typing_what_an_import_had_brought_makes_it_ones_own() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![bare()], 1);
    import(&mut vault, vec![full("PC")], 2);
    let same = Edit { device_name: to("PC"), note: to("PC note"), add_tags: vec![text("PC")], ..Edit::default() };
    vault.edit(handle(1), same).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    let left = details(&mut vault, 1);
    assert_eq!((left.device_name, left.note, left.tags), (Some(text("PC")), Some(text("PC note")), vec![text("PC")]));
    assert_eq!((left.mount_point, left.volume_label, left.device_id), (None, None, None));
}

#[test]
fn undoing_the_second_of_two_imports_keeps_what_was_typed_and_undoing_the_first_too() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![full("one")], 1);
    import(&mut vault, vec![full("two")], 2);
    vault.edit(handle(1), all_of_it()).unwrap();
    for _ in 0..2 {
        vault.undo_import(now()).unwrap().unwrap();
        let left = details(&mut vault, 1);
        assert_eq!((left.device_name, left.note), (Some(text("Zebra")), Some(text("im Keller"))));
        assert!(left.tags.contains(&text("striped")));
    }
    import(&mut vault, vec![full("three")], 3);
    let back = details(&mut vault, 1);
    assert_eq!(back.device_name, Some(text("Zebra")));
    assert_eq!(back.tags, vec![text("striped"), text("three")]);
}

#[test]
fn what_a_person_put_into_the_trash_no_import_takes_out() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![bare()], 1);
    vault.edit(handle(1), all_of_it()).unwrap();
    vault.remove(handle(1), now()).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    assert!(!details(&mut vault, 1).undone, "the person put it there, not the undoing");
    assert_eq!(import(&mut vault, vec![bare()], 2), [TakenIn::Known(handle(1))]);
    let left = details(&mut vault, 1);
    assert_eq!((left.removed, left.device_name), (Some(now()), Some(text("Zebra"))));
}

#[test]
fn a_conflict_is_named_again_when_its_other_side_is_taken_out_of_the_trash() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![bare()], 1);
    let rival = || incoming(&known_digits(5), &known_key_id(0), "", "b.txt");
    import(&mut vault, vec![rival()], 2);
    vault.edit(handle(2), all_of_it()).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    assert!(details(&mut vault, 1).conflicts_with.is_empty());
    vault.restore(handle(2)).unwrap();
    assert_eq!(details(&mut vault, 1).conflicts_with, [handle(2)]);
    assert_eq!(details(&mut vault, 2).conflicts_with, [handle(1)]);
    vault.remove(handle(2), now()).unwrap();
    assert_eq!(import(&mut vault, vec![rival()], 3), [TakenIn::Known(handle(2))]);
    assert_eq!(details(&mut vault, 2).device_name, Some(text("Zebra")));
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
}

#[test]
fn after_a_purge_the_key_begins_anew() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![bare()], 1);
    vault.edit(handle(1), all_of_it()).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    vault.purge(&[handle(1)]).unwrap();
    assert_eq!(import(&mut vault, vec![bare()], 2), [TakenIn::New(handle(2))]);
    assert_eq!(details(&mut vault, 2).device_name, None);
}

#[test]
fn an_attachment_comes_back_as_the_new_import_says_it() {
    let house = House::new();
    let mut vault = house.open();
    let intake = |device: &str| {
        let attachment = drivekey_vault::NewAttachment { device_name: device.parse().ok(), ..startup_key(7) };
        drivekey_vault::Intake { records: vec![one(0, 1)], attachments: vec![attachment], origin: None }
    };
    vault.import(intake("wrong"), now(), Taking::Keep, |_| {}).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    let later = now() + chrono::TimeDelta::seconds(9);
    vault.import(intake("right"), later, Taking::Keep, |_| {}).unwrap();
    let info = vault.attachments().unwrap().sound().unwrap().remove(0).info;
    assert_eq!((info.device_name, info.removed_date_time, info.imported_date_time), (Some(text("right")), None, later));
}
