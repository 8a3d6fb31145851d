//! One typed key: whose word counts, and what is told of it.

use crate::house::{House as DriveHouse, guid, password, with_keys};
use drivekey_flows::add::{OnDrive, Typed, add, differences};
use drivekey_flows::intake::Said;
use drivekey_flows::trial::Trial;
use drivekey_record::{Details, KeyId, RecoveryPassword, SourceKind, VolumeType};
use drivekey_testkit::house::{House, handle, now, text};
use drivekey_vault::TakenIn;

use crate::tools::{ID_1, KEY_1};

fn typed(device: Option<&str>, on_drive: Details) -> Typed {
    Typed {
        password: RecoveryPassword::parse(KEY_1).unwrap(),
        key_id: "7EDB30ED".parse().unwrap(),
        said: Said { device: device.map(text), ..Said::default() },
        note: Some(text("from paper")),
        on_drive,
    }
}

#[test]
fn the_drive_knows_its_key_id_and_the_person_the_rest() {
    let house = House::new();
    let mut vault = house.open();
    let on_drive = Details {
        key_id: ID_1.parse().unwrap(),
        device_name: Some(text("OTHER")),
        volume_type: VolumeType::FixedData,
        ..Details::default()
    };
    assert_eq!(add(&mut vault, typed(Some("PC-7"), on_drive), now()).unwrap(), TakenIn::New(handle(1)));
    let details = vault.entry(handle(1)).unwrap().details;
    assert_eq!((details.key_id, details.device_name), (ID_1.parse::<KeyId>().unwrap(), Some(text("PC-7"))));
    assert_eq!((details.volume_type, details.note), (VolumeType::FixedData, Some(text("from paper"))));
    assert_eq!(details.sources[0].kind, SourceKind::Typed);
}

#[test]
fn what_was_typed_otherwise_is_told() {
    let house = House::new();
    let mut vault = house.open();
    add(&mut vault, typed(Some("PC-7"), Details::default()), now()).unwrap();
    assert!(differences(&vault.entry(handle(1)).unwrap(), now()).is_empty());
    let later = now() + chrono::TimeDelta::hours(1);
    let again = add(&mut vault, typed(Some("PC-8"), Details::default()), later).unwrap();
    assert_eq!(again, TakenIn::Noted(handle(1)));
    let entry = vault.entry(handle(1)).unwrap();
    let told: Vec<(String, String)> =
        differences(&entry, later).into_iter().map(|one| (one.kept.to_string(), one.said.to_string())).collect();
    assert_eq!(told, [("PC-7".to_owned(), "PC-8".to_owned())]);
    assert!(differences(&entry, later + chrono::TimeDelta::hours(1)).is_empty());
}

#[test]
fn a_drive_names_a_typed_key_only_where_both_can_be_believed() {
    let house = DriveHouse::new();
    let target = house.drive("drive.img", &with_keys(&[1]));
    let volumes = target.volumes().unwrap();
    let answer = |number, key_id: &KeyId| {
        let password = password(number);
        OnDrive::of(&Trial::of(&volumes, &password, key_id).unwrap(), key_id)
    };
    let OnDrive::Opens(details) = answer(1, &KeyId::Unknown) else { panic!("it opens the drive") };
    assert_eq!(details.key_id, KeyId::Full(guid(1)));
    // The person read another Key ID: one of both is wrong, and the drive is not taken at its word.
    assert_eq!(answer(1, &KeyId::Full(guid(2))), OnDrive::Opens(Details::default()));
    assert_eq!(answer(2, &KeyId::Unknown), OnDrive::DoesNotOpen);
}
