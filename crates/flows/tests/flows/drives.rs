//! Reading what a person named: places, remains, and what is odd about a drive.

use std::ffi::OsStr;

use crate::house::{House, with, with_keys};
use drivekey_drives::DriveError;
use drivekey_flows::drive_says::{DriveWarning, details_of, warnings};
use drivekey_flows::volumes::{Part, Place, Target, TargetError};
use drivekey_fve::{FveError, Warning};
use drivekey_record::{KeyId, VolumeType};
use drivekey_testkit::fve_support::made::{MIB, Made, Protector, Secret};
use drivekey_testkit::fve_support::sparse::Sparse;

#[test]
fn an_image_is_no_live_drive_and_says_what_it_is() {
    let house = House::new();
    let target = house.drive("one.img", &with_keys(&[1]));
    let volumes = target.volumes().unwrap();
    let [placed] = &volumes[..] else { panic!("{volumes:?}") };
    assert_eq!(placed.place, Place::whole(&house.path("one.img")));
    assert!(!placed.live && placed.unread.is_none() && placed.is(placed.volume.guid));
    let name = placed.drive_name();
    assert_eq!(name.computer.as_ref().map(ToString::to_string).as_deref(), Some("PC-MADE"));
    assert_eq!(warnings(placed.volume), []);
    let details = details_of(placed.volume, crate::house::guid(1));
    assert_eq!((details.key_id, details.volume_type), (KeyId::Full(crate::house::guid(1)), VolumeType::Unknown));
    let by_computer = with(vec![Protector::of(8, 0x0100, Secret::Machine), Protector::recovery(1)]);
    let target = house.drive("windows.img", &by_computer);
    let details = details_of(target.volumes().unwrap()[0].volume, crate::house::guid(1));
    assert_eq!(details.volume_type, VolumeType::OperatingSystem);
}

#[test]
fn what_is_not_there_or_something_else_is_told_apart() {
    let house = House::new();
    let error = |name: &str| Target::read(house.path(name).as_os_str()).unwrap_err().error;
    assert_eq!(error("none.img"), TargetError::Drive(DriveError::NotFound));
    std::fs::write(house.path("plain"), vec![7; 1 << 20]).unwrap();
    assert_eq!(error("plain"), TargetError::Fve(FveError::NotBitLocker));
    assert!(error("plain").is_other_kind());
    let remains = |name: &OsStr| Target::with_remains(name).unwrap_err().error;
    assert_eq!(remains(house.path("plain").as_os_str()), TargetError::NoRemains);
    let mut dead = with_keys(&[1]);
    Made::default().offsets.iter().for_each(|at| dead.put(*at, &[0xFF; 64]));
    let target = house.drive_or_error("dead.img", &dead);
    assert!(matches!(target.unwrap_err().error, TargetError::Fve(FveError::NoMetadata { .. })));
}

#[test]
fn remains_are_found_and_named_as_such() {
    let house = House::new();
    let mut formatted = with_keys(&[1]);
    formatted.put(0, b"\xEB\x52\x90NTFS    ");
    assert!(house.drive_or_error("formatted.img", &formatted).is_err());
    let target = Target::with_remains(house.path("formatted.img").as_os_str()).unwrap();
    let volumes = target.volumes().unwrap();
    assert!(volumes[0].place.is_remains && volumes[0].place.part == Part::Whole);
    assert_eq!(warnings(volumes[0].volume), [DriveWarning::Read(Warning::BootSectorLost)]);
    let mut lost = Sparse::new(40 * MIB);
    Made::default().write(&mut lost, 17 * MIB);
    let target = house.drive("lost.img", &lost);
    assert_eq!(target.volumes().unwrap()[0].place.part, Part::Lost { start: 17 * MIB });
}

#[test]
fn a_failing_or_suspended_drive_is_warned_of() {
    let house = House::new();
    let mut failing = with_keys(&[1]);
    Made::default().offsets[..2].iter().for_each(|at| failing.put(at + 200, b"damage"));
    let target = house.drive("failing.img", &failing);
    assert_eq!(warnings(target.volumes().unwrap()[0].volume), [DriveWarning::DamagedCopies(2)]);
    let suspended = with(vec![Protector::of(9, 0, Secret::Clear([7; 32])), Protector::recovery(1)]);
    let target = house.drive("suspended.img", &suspended);
    assert_eq!(warnings(target.volumes().unwrap()[0].volume), [DriveWarning::Suspended]);
}
