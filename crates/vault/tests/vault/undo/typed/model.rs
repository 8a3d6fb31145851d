//! Random orders of importing, editing, undoing, removing and restoring, against a model: what was typed is never lost,
//! and what nobody touched is decided by the imports that stand.

use std::collections::{BTreeMap, BTreeSet};

use drivekey_record::{Details, SourceKind, VolumeType};
use drivekey_vault::{Edit, Incoming, Setting, Taking, Unlocked, Vault};
use proptest::prelude::*;

use super::super::import;
use super::to;
use drivekey_testkit::house::{House, everything, handle, incoming, known_digits, known_key_id, now, text};

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
const FILES: [(&[usize], bool); 5] =
    [(&[0], false), (&[0, 1], true), (&[1, 2], true), (&[2], false), (&[0, 1, 2], true)];

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
        3 => {
            edit.mount_point =
                value.map_or(Setting::Clear, |value| to(letters.iter().find(|(of, _)| *of == value).unwrap().1));
        }
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
    /// Keys in the person's own trash after their import was undone, and those that the person took out of the trash
    /// since.
    orphans: BTreeSet<usize>,
    restored: BTreeSet<usize>,
}

impl Model {
    fn has(&self, key: usize) -> bool {
        self.added.contains(&key)
            || self.restored.contains(&key)
            || self.imports.iter().any(|file| FILES[*file].0.contains(&key))
    }

    fn check(&self, vault: &mut Vault<Unlocked>, handles: &BTreeMap<usize, u32>) {
        let listing = vault.list(&everything()).unwrap();
        assert!(listing.faults.is_empty(), "{:?}", listing.faults);
        assert_eq!(listing.entries.len(), handles.len(), "nothing is ever deleted");
        for (&key, &number) in handles {
            let details = &listing.entries.iter().find(|entry| entry.handle == handle(number)).unwrap().details;
            assert_eq!(
                details.removed.is_none(),
                self.has(key) && !self.removed.contains(&key),
                "key {key}: {details:?}"
            );
            for ((_, field), value) in self.typed.range((key, 0)..=(key, FIELDS)) {
                assert_eq!(field_of(details, *field).as_ref(), Some(value), "key {key}: {details:?}");
            }
            let tags: BTreeSet<String> = details.tags.iter().map(drivekey_record::LineText::normalised).collect();
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
                let edited =
                    vault.edit(handle, Edit { remove_tags: vec![text(TAGS[*tag])], ..Edit::default() }).unwrap();
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
                let typed = Incoming {
                    kind: SourceKind::Typed,
                    ..incoming(&known_digits(number), &known_key_id(number), "", "")
                };
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
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_steps_loses_what_was_typed(steps in prop::collection::vec(step(), 1..24)) {
        play(&steps);
    }
}
