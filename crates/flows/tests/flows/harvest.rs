//! Harvests: what opens a drive, what is read out of it, and what is told where nothing opens it.

use std::fs;
use std::io::ErrorKind;

use crate::house::{House, Stopping, guid, password, with, with_keys};
use drivekey_flows::Unwatched;
use drivekey_flows::drive_says::ByPerson;
use drivekey_flows::harvest::{self, HarvestError, OtherNotOpened, Secret, StartupKeyError, TakenOut};
use drivekey_flows::trial::NotOpened;
use drivekey_fve::ProtectorKind;
use drivekey_testkit::fve_support::made::{Protector, Secret as MadeSecret, bek};
use drivekey_testkit::fve_support::sparse::Sparse;
use drivekey_testkit::house::{now, secret, text};
use drivekey_vault::{TakenIn, Taking};

const STARTUP: [u8; 32] = [0x3C; 32];

fn take(house: &mut House, image: &Sparse, with: &Secret, taking: Taking) -> Result<TakenOut, HarvestError> {
    let target = house.drive("drive.img", image);
    let volumes = target.volumes().unwrap();
    let opened = harvest::open(&mut house.vault, &volumes, with, &Unwatched)?;
    assert_eq!(opened.len(), 1);
    Ok(harvest::take(
        &mut house.vault,
        &opened[0].1,
        ByPerson { device: Some(&text("PC-OTHER")), unconfirmed: None },
        now(),
        taking,
    )?)
}

#[test]
fn every_recovery_key_is_read_out_whatever_opened_the_drive() {
    let other =
        |secret| Protector::of(9, if matches!(secret, MadeSecret::External(_)) { 0x0200 } else { 0x2000 }, secret);
    let both = || vec![Protector::recovery(1), Protector::recovery(2)];
    let by = |secret: MadeSecret| with([vec![other(secret)], both()].concat());
    let mut house = House::new();
    fs::write(house.path("9.bek"), bek(9, &STARTUP)).unwrap();
    let startup = harvest::read_startup_key(&house.path("9.bek")).unwrap();
    let ways = [
        (with_keys(&[1, 2]), Secret::Digits(password(2))),
        (by(MadeSecret::Password("demopass")), Secret::Password(secret("demopass"))),
        (by(MadeSecret::External(STARTUP)), Secret::StartupKey(startup)),
    ];
    for (image, way) in ways {
        let mut house = House::new();
        let dry = take(&mut house, &image, &way, Taking::DryRun).unwrap();
        assert_eq!((dry.taken.len(), house.vault.last_import().unwrap()), (2, None), "{way:?}");
        let out = take(&mut house, &image, &way, Taking::Keep).unwrap();
        assert_eq!(out.taken.iter().map(|(guid, _)| *guid).collect::<Vec<_>>(), [guid(1), guid(2)], "{way:?}");
        assert_eq!((out.new_handles().len(), out.notes.len(), out.silent.len()), (2, 2, 0));
        let entry = house.vault.entry(out.new_handles()[0]).unwrap();
        assert_eq!(entry.details.device_name, Some(text("PC-OTHER")));
        let again = take(&mut house, &image, &way, Taking::Keep).unwrap();
        assert!(again.new_handles().is_empty() && matches!(again.taken[0].1, TakenIn::Known(_)), "{again:?}");
    }
    let own = house.add(1);
    let out = take(&mut house, &with_keys(&[1, 2]), &Secret::Record(Box::new(own)), Taking::Keep).unwrap();
    assert_eq!(out.new_handles().len(), 1);
}

#[test]
fn with_nothing_given_the_vaults_own_keys_are_tried() {
    let mut house = House::new();
    let image = with_keys(&[1, 2]);
    let nothing = take(&mut house, &image, &Secret::Whatever, Taking::Keep);
    assert!(matches!(nothing, Err(HarvestError::NothingFits)), "{nothing:?}");
    // Under a wrong Key ID, too.
    house.add_under(2, "FFFFFFFF");
    assert_eq!(take(&mut house, &image, &Secret::Whatever, Taking::Keep).unwrap().taken.len(), 2);
    let target = house.drive("drive.img", &image);
    let volumes = target.volumes().unwrap();
    let stopped = harvest::open(&mut house.vault, &volumes, &Secret::Whatever, &Stopping::default());
    assert!(matches!(stopped, Err(HarvestError::Stopped)), "{stopped:?}");
    let mut empty = House::new();
    let suspended = with(vec![Protector::of(9, 0, MadeSecret::Clear([7; 32])), Protector::recovery(1)]);
    assert_eq!(take(&mut empty, &suspended, &Secret::Whatever, Taking::Keep).unwrap().taken.len(), 1);
}

#[test]
fn what_does_not_open_is_told_apart() {
    let mut house = House::new();
    let image = with_keys(&[1]);
    match take(&mut house, &image, &Secret::Digits(password(3)), Taking::Keep) {
        Err(HarvestError::Key { why, record: None, .. }) => {
            assert_eq!(*why, NotOpened::AnotherDrives { listed: vec![guid(1)] });
        }
        other => panic!("{other:?}"),
    }
    let of_record = Secret::Record(Box::new(house.add(3)));
    assert!(matches!(
        take(&mut house, &image, &of_record, Taking::Keep),
        Err(HarvestError::Key { record: Some(handle), .. }) if handle.to_string() == "r1"
    ));
    let startup = || Secret::StartupKey(drivekey_fve::ExternalKey::parse(&bek(9, &[1; 32])).unwrap());
    let of = |code, secret| with(vec![Protector::of(9, code, secret)]);
    let password = || Secret::Password(secret("wrong"));
    let cases = [
        (of(0x2000, MadeSecret::Password("demopass")), password(), ProtectorKind::Password, OtherNotOpened::Wrong),
        (image.clone(), password(), ProtectorKind::Password, OtherNotOpened::NotThisWay),
        (of(0x0200, MadeSecret::External(STARTUP)), startup(), ProtectorKind::StartupKey, OtherNotOpened::Wrong),
        (image, startup(), ProtectorKind::StartupKey, OtherNotOpened::NotThisWay),
        (of(0x0300, MadeSecret::Machine), startup(), ProtectorKind::StartupKey, OtherNotOpened::OnlyInItsComputer),
    ];
    for (image, with, expected, because) in cases {
        match take(&mut house, &image, &with, Taking::Keep) {
            Err(HarvestError::Other { place: Some(_), kind, why }) => assert_eq!((kind, why), (expected, because)),
            other => panic!("{because:?}: {other:?}"),
        }
    }
}

#[test]
fn a_file_that_is_no_startup_key_is_told_from_one_that_cannot_be_read() {
    let house = House::new();
    fs::write(house.path("text"), "no key").unwrap();
    assert!(matches!(harvest::read_startup_key(&house.path("text")), Err(StartupKeyError::NotAStartupKey)));
    assert!(matches!(harvest::read_startup_key(&house.path("none")), Err(StartupKeyError::Unreadable(_))));
    // The vault itself: a second descriptor of it would drop its locks. Windows keeps them with the handle.
    let open = harvest::read_startup_key(&house.house.path());
    let is_busy = matches!(&open, Err(StartupKeyError::Unreadable(error)) if error.kind() == ErrorKind::ResourceBusy);
    assert!(is_busy || cfg!(windows) && matches!(open, Err(StartupKeyError::NotAStartupKey)));
}
