//! What a person typed on a key outlives the undoing of its import, and comes back with the key: field by field, and in
//! random orders of importing, editing, undoing, removing and restoring, against a model.

use std::collections::{BTreeMap, BTreeSet};

use drivekey::record::{Details, Proof, ProofLevel, SourceKind, State, VolumeType};
use drivekey::vault::{Edit, Incoming, Setting, TakenIn, Taking, Unlocked, Vault};
use proptest::prelude::*;

use crate::house::{House, everything, handle, incoming, known_digits, known_key_id, now, text};
use crate::{import, one, startup_key};

fn to(value: &str) -> Setting<drivekey::record::LineText> {
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
    vault.edit(handle(1), Edit { volume_label: to("Horse"), add_tags: vec![text("striped")], ..Edit::default() }).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    import(&mut vault, vec![full("right")], 2);
    let back = details(&mut vault, 1);
    let expected = Details { volume_label: Some(text("Horse")), tags: vec![text("right"), text("striped")], ..full("right").details };
    assert_eq!(said(&Details { set_here: expected.set_here.clone(), ..back.clone() }), expected);
    // The label that was typed stays, the file's is kept beside its source.
    assert_eq!(back.sources[0].volume_label, Some(text("right label")));
}

#[test]
fn a_proof_and_a_warning_that_was_overridden_come_back_with_the_key() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![bare()], 1);
    let proof = Proof { at: now(), level: ProofLevel::FirstSector, volume: drivekey::record::Guid::from_bytes([7; 16]) };
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
        let attachment = drivekey::vault::NewAttachment { device_name: device.parse().ok(), ..startup_key(7) };
        drivekey::vault::Intake { records: vec![one(0, 1)], attachments: vec![attachment], origin: None }
    };
    vault.import(intake("wrong"), now(), Taking::Keep, |_| {}).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    let later = now() + chrono::TimeDelta::seconds(9);
    vault.import(intake("right"), later, Taking::Keep, |_| {}).unwrap();
    let info = vault.attachments().unwrap().remove(0).info;
    assert_eq!((info.device_name, info.removed_date_time, info.imported_date_time), (Some(text("right")), None, later));
}

/// One step of the model.
#[derive(Debug, Clone)]
enum Step {
    /// A file with these keys, which all say the same device, label and tag.
    Import {
        file: usize,
    },
    Undo,
    Edit {
        key: usize,
        field: usize,
        value: usize,
    },
    Clear {
        key: usize,
        field: usize,
    },
    AddTag {
        key: usize,
        tag: usize,
    },
    RemoveTag {
        key: usize,
        tag: usize,
    },
    Remove {
        key: usize,
    },
    Restore {
        key: usize,
    },
    Add {
        key: usize,
    },
}

const KEYS: usize = 3;
const FIELDS: usize = 5;
const VALUES: [&str; 3] = ["Zebra", "Horse", "file 1"];
const TAGS: [&str; 3] = ["striped", "Striped", "file 1"];
/// What each file holds: keys, and whether it says anything of them.
const FILES: [(&[usize], bool); 5] = [(&[0], false), (&[0, 1], true), (&[1, 2], true), (&[2], false), (&[0, 1, 2], true)];

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..KEYS;
    prop_oneof![
        5 => (0..FILES.len()).prop_map(|file| Step::Import { file }),
        4 => Just(Step::Undo),
        5 => (key(), 0..FIELDS, 0..VALUES.len()).prop_map(|(key, field, value)| Step::Edit { key, field, value }),
        1 => (key(), 0..FIELDS).prop_map(|(key, field)| Step::Clear { key, field }),
        2 => (key(), 0..TAGS.len()).prop_map(|(key, tag)| Step::AddTag { key, tag }),
        1 => (key(), 0..TAGS.len()).prop_map(|(key, tag)| Step::RemoveTag { key, tag }),
        1 => key().prop_map(|key| Step::Remove { key }),
        1 => key().prop_map(|key| Step::Restore { key }),
        1 => key().prop_map(|key| Step::Add { key }),
    ]
}

fn of_file(file: usize, key: usize) -> Incoming {
    let number = u32::try_from(key).unwrap();
    let mut one = incoming(&known_digits(number), &known_key_id(number), "", &format!("{file}.txt"));
    if FILES[file].1 {
        let says = Some(text(&format!("file {file}")));
        one.details = Details {
            device_name: says.clone(),
            volume_label: says.clone(),
            note: says.clone(),
            tags: says.into_iter().collect(),
            mount_point: Some(text("C:")),
            volume_type: VolumeType::FixedData,
            ..one.details
        };
    }
    one
}

fn field_edit(field: usize, value: Option<&str>) -> Edit {
    let setting = value.map_or(Setting::Clear, to);
    let letters = [("Zebra", "Z:"), ("Horse", "H:"), ("file 1", "C:")];
    let mut edit = Edit::default();
    match field {
        0 => edit.device_name = setting,
        1 => edit.volume_label = setting,
        2 => edit.note = setting,
        3 => edit.mount_point = value.map_or(Setting::Clear, |value| to(letters.iter().find(|(of, _)| *of == value).unwrap().1)),
        _ => edit.volume_type = Some(value.map_or(VolumeType::Unknown, volume_type)),
    }
    edit
}

fn volume_type(value: &str) -> VolumeType {
    match value {
        "Zebra" => VolumeType::RemovableData,
        "Horse" => VolumeType::Data,
        _ => VolumeType::FixedData,
    }
}

/// A field as text, whatever it is.
fn field_of(details: &Details, field: usize) -> Option<String> {
    match field {
        0 => details.device_name.as_ref().map(ToString::to_string),
        1 => details.volume_label.as_ref().map(ToString::to_string),
        2 => details.note.as_ref().map(ToString::to_string),
        3 => details.mount_point.as_ref().map(ToString::to_string),
        _ => (details.volume_type != VolumeType::Unknown).then(|| details.volume_type.to_string()),
    }
}

fn field_set_to(edit: &Edit, field: usize) -> Option<String> {
    let setting = match field {
        0 => &edit.device_name,
        1 => &edit.volume_label,
        2 => &edit.note,
        3 => &edit.mount_point,
        _ => return edit.volume_type.filter(|kind| *kind != VolumeType::Unknown).map(|kind| kind.to_string()),
    };
    match setting {
        Setting::To(value) => Some(value.to_string()),
        _ => None,
    }
}

/// What must be true of a key, whatever was done.
#[derive(Debug, Clone, Default)]
struct Model {
    /// The imports that stand, oldest first.
    imports: Vec<usize>,
    /// Values that a person set and has not cleared since, by key and field.
    typed: BTreeMap<(usize, usize), String>,
    /// Fields that a person ever touched: of all others the imports alone decide.
    touched: BTreeSet<(usize, usize)>,
    tags: BTreeMap<usize, BTreeSet<String>>,
    /// Keys that a person put into the trash, and those that came in by hand.
    removed: BTreeSet<usize>,
    added: BTreeSet<usize>,
    /// Keys in the person's own trash after their import was undone, and those that the person took out of the trash since.
    orphans: BTreeSet<usize>,
    restored: BTreeSet<usize>,
}

impl Model {
    fn has(&self, key: usize) -> bool {
        self.added.contains(&key) || self.restored.contains(&key) || self.imports.iter().any(|file| FILES[*file].0.contains(&key))
    }

    fn check(&self, vault: &mut Vault<Unlocked>, handles: &BTreeMap<usize, u32>) {
        let listing = vault.list(&everything()).unwrap();
        assert!(listing.faults.is_empty(), "{:?}", listing.faults);
        assert_eq!(listing.entries.len(), handles.len(), "nothing is ever deleted");
        for (&key, &number) in handles {
            let details = &listing.entries.iter().find(|entry| entry.handle == handle(number)).unwrap().details;
            assert_eq!(details.removed.is_none(), self.has(key) && !self.removed.contains(&key), "key {key}: {details:?}");
            for ((_, field), value) in self.typed.range((key, 0)..=(key, FIELDS)) {
                assert_eq!(field_of(details, *field).as_ref(), Some(value), "key {key}: {details:?}");
            }
            let tags: BTreeSet<String> = details.tags.iter().map(drivekey::record::LineText::normalised).collect();
            for tag in self.tags.get(&key).into_iter().flatten() {
                assert!(tags.contains(tag), "key {key} lost the tag {tag}: {details:?}");
            }
            assert_eq!(tags.len(), details.tags.len(), "one tag in two spellings: {details:?}");
            // In the trash lies the key as it was left; what nobody touched is decided by the imports that stand.
            if details.removed.is_some() || self.added.contains(&key) || self.restored.contains(&key) {
                continue;
            }
            let first = self.imports.iter().find(|file| FILES[**file].0.contains(&key) && FILES[**file].1);
            for field in (0..FIELDS).filter(|field| !self.touched.contains(&(key, *field))) {
                let expected = first.and_then(|file| field_of(&of_file(*file, key).details, field));
                assert_eq!(field_of(details, field), expected, "key {key}, field {field}: {details:?}");
            }
        }
    }
}

fn play(steps: &[Step]) {
    let house = House::new();
    let mut vault = house.open();
    let mut model = Model::default();
    let mut handles: BTreeMap<usize, u32> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        let seconds = i64::try_from(at).unwrap();
        let time = now() + chrono::TimeDelta::seconds(seconds);
        let known = |key: &usize| handles.get(key).map(|number| handle(*number));
        match step {
            Step::Import { file } => {
                let keys = FILES[*file].0;
                let taken = import(&mut vault, keys.iter().map(|key| of_file(*file, *key)).collect(), seconds);
                for (key, taken) in keys.iter().zip(taken) {
                    let number = *handles.entry(*key).or_insert(taken.handle().number());
                    assert_eq!(taken.handle().number(), number, "a key has one handle for good");
                }
                model.imports.push(*file);
            }
            Step::Undo => {
                let undone = vault.undo_import(time).unwrap();
                assert_eq!(undone.is_some(), model.imports.pop().is_some());
            }
            Step::Edit { key, field, value } => {
                let Some(handle) = known(key) else { continue };
                let edit = field_edit(*field, Some(VALUES[*value]));
                model.typed.insert((*key, *field), field_set_to(&edit, *field).unwrap());
                model.touched.insert((*key, *field));
                vault.edit(handle, edit).unwrap();
            }
            Step::Clear { key, field } => {
                let Some(handle) = known(key) else { continue };
                model.typed.remove(&(*key, *field));
                model.touched.insert((*key, *field));
                vault.edit(handle, field_edit(*field, None)).unwrap();
            }
            Step::AddTag { key, tag } => {
                let Some(handle) = known(key) else { continue };
                model.tags.entry(*key).or_default().insert(text(TAGS[*tag]).normalised());
                vault.edit(handle, Edit { add_tags: vec![text(TAGS[*tag])], ..Edit::default() }).unwrap();
            }
            Step::RemoveTag { key, tag } => {
                let Some(handle) = known(key) else { continue };
                model.tags.entry(*key).or_default().remove(&text(TAGS[*tag]).normalised());
                let edited = vault.edit(handle, Edit { remove_tags: vec![text(TAGS[*tag])], ..Edit::default() }).unwrap();
                assert!(edited.details.tags.iter().all(|left| left.normalised() != text(TAGS[*tag]).normalised()));
            }
            Step::Remove { key } => {
                let Some(handle) = known(key) else { continue };
                vault.remove(handle, time).unwrap();
                model.removed.insert(*key);
            }
            Step::Restore { key } => {
                let Some(handle) = known(key) else { continue };
                if !model.has(*key) || model.orphans.contains(key) {
                    model.restored.insert(*key);
                }
                vault.restore(handle).unwrap();
                model.removed.remove(key);
            }
            Step::Add { key } => {
                let number = u32::try_from(*key).unwrap();
                let typed = Incoming { kind: SourceKind::Typed, ..incoming(&known_digits(number), &known_key_id(number), "", "") };
                let taken = vault.take_in(vec![typed], time, Taking::Keep, |_| {}).unwrap();
                handles.entry(*key).or_insert(taken[0].handle().number());
                model.added.insert(*key);
            }
        }
        let orphans: Vec<usize> = model.removed.iter().copied().filter(|key| !model.has(*key)).collect();
        model.orphans.extend(orphans);
        model.check(&mut vault, &handles);
    }
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_steps_loses_what_was_typed(steps in prop::collection::vec(step(), 1..24)) {
        play(&steps);
    }
}
