//! Lookup: one record or none, look-alikes that must be unique, parts of a device's name.

use crate::house::{House, password};
use drivekey_flows::lookup::{self, Answer, LookupError};
use drivekey_record::VolumeType;
use drivekey_testkit::house::{text, words};
use drivekey_vault::{Edit, Filter, Setting, TrashFilter, VaultError};

#[test]
fn one_record_is_meant_or_it_is_told_why_not() {
    let mut house = House::new();
    let (first, second) = (house.add_under(1, "7EDB30ED"), house.add_under(2, "7EDB44AA"));
    let one = |house: &mut House, id: &str| lookup::one(&mut house.vault, id);
    for id in ["r1", "7edb30ed", "7EDB3", "{7EDB30ED"] {
        let found = one(&mut house, id).unwrap();
        assert!(found.entry.handle == first.handle && !found.is_look_alike, "{id}");
    }
    assert!(matches!(one(&mut house, "r9"), Err(LookupError::NotFound)));
    assert!(matches!(one(&mut house, "1234"), Err(LookupError::NotFound)));
    match one(&mut house, "7EDB") {
        Err(LookupError::Ambiguous { entries, faults }) if faults.is_empty() => {
            assert_eq!(entries.iter().map(|entry| entry.handle).collect::<Vec<_>>(), [first.handle, second.handle]);
        }
        other => panic!("{other:?}"),
    }
    assert!(one(&mut house, "7EDB3OED").unwrap().is_look_alike);
}

#[test]
fn a_look_alike_must_be_unique() {
    let mut house = House::new();
    let first = house.add_under(1, "7EDB30ED");
    let find = |house: &mut House, phrase: &str| lookup::find(&mut house.vault, &words(phrase)).unwrap();
    let read = find(&mut house, "7EDB3OED");
    assert!(read.is_look_alike() && matches!(read, Answer::LookAlike(entry) if entry.handle == first.handle));
    let second = house.add_under(2, "7EDB3DED");
    let read = find(&mut house, "7EDB3OED");
    assert!(matches!(read, Answer::LookAlikes(_)), "{read:?}");
    let handles: Vec<_> = read.entries().iter().map(|entry| entry.handle).collect();
    assert_eq!(handles, [first.handle, second.handle]);
    assert!(matches!(find(&mut house, "7EDB30ED"), Answer::Hits { entries, .. } if entries.len() == 1));
    assert_eq!(find(&mut house, "nobody"), Answer::Nothing);
}

#[test]
fn digits_lead_to_their_record() {
    let mut house = House::new();
    let own = house.add(1);
    assert_eq!(lookup::whose(&mut house.vault, &password(1)).unwrap().entries, [own]);
    assert_eq!(lookup::whose(&mut house.vault, &password(2)).unwrap().entries, []);
}

#[test]
fn a_device_that_none_is_called_is_read_as_a_part_of_a_name() {
    let mut house = House::new();
    for (number, name) in [(1, "PC-ANNA"), (2, "pc-anna"), (3, "PC-BERTA"), (4, "ANNA")] {
        let entry = house.add(number);
        let edit = Edit { device_name: Setting::To(text(name)), ..Edit::default() };
        house.vault.edit(entry.handle, edit).unwrap();
    }
    let list = |house: &mut House, device: &str| {
        let filter = Filter { device: Some(text(device)), ..Filter::default() };
        let listed = lookup::list(&mut house.vault, &filter).unwrap();
        let names: Vec<String> = listed.read_as_part_of.iter().map(ToString::to_string).collect();
        (listed.listing.entries.len(), names, listed.in_trash)
    };
    assert_eq!(list(&mut house, "anna"), (1, vec![], 0));
    assert_eq!(list(&mut house, "pc-"), (3, vec!["PC-ANNA".to_owned(), "PC-BERTA".to_owned()], 0));
    assert_eq!(list(&mut house, "carla"), (0, vec![], 0));
    let berta = lookup::one(&mut house.vault, "r3").unwrap().entry;
    house.vault.remove(berta.handle, drivekey_testkit::house::now()).unwrap();
    assert_eq!(list(&mut house, "pc-berta"), (0, vec![], 1));
    let filter = Filter { volume_type: Some(VolumeType::FixedData), trash: TrashFilter::Only, ..Filter::default() };
    assert_eq!(lookup::list(&mut house.vault, &filter).unwrap().in_trash, 0);
}

#[test]
fn a_forged_row_hides_no_sound_record_and_nothing_is_changed_over_it() {
    let mut house = House::new();
    let own = house.add_under(1, "7EDB30ED");
    let forge = "INSERT INTO record SELECT 50, randomblob(16), revision, sealed_sha256, summary, device_token, \
                 device_type_token, key_id_token, prefix_token, folded_prefix_token, digits_token FROM record";
    house.house.stranger().execute(forge, []).unwrap();
    house.vault = house.house.open();
    let one = lookup::one(&mut house.vault, "7EDB30ED").unwrap();
    assert_eq!((one.entry.handle, one.faults.len()), (own.handle, 1));
    assert!(matches!(one.sound(), Err(VaultError::Faults(faults)) if faults.len() == 1));
    let found = lookup::find(&mut house.vault, &words("7EDB30ED")).unwrap();
    assert!(found.entries().len() == 1 && found.faults().len() == 1, "{found:?}");
    assert!(lookup::find(&mut house.vault, &words("7EDB3OED")).is_err());
    // By its own name it is meant alone.
    assert_eq!(lookup::one(&mut house.vault, "r1").unwrap().sound().unwrap().handle, own.handle);
}
