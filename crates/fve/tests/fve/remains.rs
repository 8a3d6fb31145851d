//! What is left of volumes after formatting, and of earlier encryptions.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use crate::tools::{formatted, key_id, left, password, scanned};
use drivekey_fve::{CopyState, FirstSector, Found, FveError, Level, Verdict, Volume, Warning, prove};
use drivekey_testkit::fve_support::disks::with_gpt;
use drivekey_testkit::fve_support::made::{MIB, Made, Protector, Shape, guid_of};
use drivekey_testkit::fve_support::sparse::Sparse;

#[test]
fn what_formatting_left_is_found_by_its_metadata_and_proves_its_key() {
    for (shape, sector, level) in [
        (Shape::Fixed, 512, Level::FirstSector),
        (Shape::Fixed, 4096, Level::FirstSector),
        (Shape::ToGo, 512, Level::FirstSector),
        (Shape::Vista, 512, Level::MetadataIntact),
    ] {
        let made = Made { shape, sector, ..Made::default() };
        let image = formatted(made.image(), 0);
        assert_eq!(scanned(&image).err(), Some(FveError::NotBitLocker));
        let remains = left(&image).unwrap();
        let volume = remains[0].volume.as_ref().unwrap();
        assert_eq!((&volume.warnings[..], volume.sector_size), (&[Warning::BootSectorLost][..], sector));
        assert_eq!(
            volume.copies.map(|copy| (copy.offset, copy.state)),
            made.offsets.map(|offset| (Some(offset), CopyState::Valid))
        );
        let (proof, _) = prove(volume, &password(1), &key_id(1));
        assert_eq!((proof.verdict, proof.level), (Verdict::Opens, Some(level)), "{shape:?}");
        assert!(!matches!(proof.first_sector, Some(FirstSector::InClear(_))), "nothing of it stands there");
        let back = Volume::from_saved_header(&volume.to_saved_header()).unwrap();
        assert_eq!(format!("{back:?}"), format!("{volume:?}"));
    }
}

#[test]
fn remains_are_looked_for_in_every_partition_and_believed_only_in_their_place() {
    let made = Made::default();
    let image = formatted(with_gpt(512, &[&made, &made], false), 18 * MIB);
    let remains = left(&image).unwrap();
    let found: Vec<_> = remains.iter().map(|found| (found.start, found.partition.as_ref().unwrap().number)).collect();
    assert_eq!(found, [(2 * MIB, 2), (18 * MIB, 3)]);
    assert!(remains[0].volume.as_ref().unwrap().warnings.is_empty());
    // It began elsewhere than what is there now: two copies agree on where.
    let mut image = formatted(Sparse::new(40 * MIB), 0);
    made.write(&mut image, 20 * MIB + 512);
    image.put(20 * MIB + 512, &[0; 512]);
    let remains = left(&image).unwrap();
    assert_eq!((remains.len(), remains[0].start, remains[0].is_named()), (1, 20 * MIB + 512, false));
    // A single copy that says it lies elsewhere is not believed.
    for offset in &made.offsets[1..] {
        image.put(20 * MIB + 512 + offset, &[0; 512]);
    }
    assert_eq!(left(&image).err(), Some(FveError::NotBitLocker));
    // Another volume's metadata before them end no search.
    let mut image = formatted(made.image(), 0);
    let other = Made { offsets: [5 * MIB, 6 * MIB, 7 * MIB], ..Made::default() };
    image.put(MIB + 8192, &[other.block(), other.validation(&other.block())].concat());
    assert_eq!(left(&image).unwrap()[0].volume.as_ref().unwrap().copies[0].offset, Some(made.offsets[0]));
    // In its place, but no copy is whole.
    let mut image = formatted(made.image(), 0);
    for offset in made.offsets {
        image.put(offset + 200, b"damage");
    }
    assert_eq!(left(&image).err(), Some(FveError::NotBitLocker));
    // The second is.
    let mut image = formatted(made.image(), 0);
    image.put(made.offsets[0], &[0; 600]);
    assert_eq!(left(&image).unwrap()[0].volume.as_ref().unwrap().used, 1);
}

#[test]
fn an_earlier_encryption_is_told_though_its_first_copy_was_written_over_by_the_next() {
    let now = Made::default();
    let offsets = [now.offsets[0], 5 * MIB, 6 * MIB];
    let before = Made { offsets, protectors: vec![Protector::recovery(2)], number: 0xDD, ..Made::default() };
    let mut image = before.image();
    now.write(&mut image, 0);
    for image in [image.clone(), formatted(image, 0)] {
        let remains = left(&image).unwrap();
        let ids: Vec<String> =
            remains.iter().map(|one| one.volume.as_ref().unwrap().protectors[0].guid.to_string()).collect();
        assert_eq!(ids, [guid_of(1), guid_of(2)]);
        let states = remains[1].volume.as_ref().unwrap().copies.map(|copy| copy.state);
        assert_eq!(states, [CopyState::Missing, CopyState::Valid, CopyState::Valid]);
    }
}

#[test]
fn each_time_a_drive_was_encrypted_is_told() {
    let now = Made::default();
    let before = Made {
        offsets: [5 * MIB, 6 * MIB, 7 * MIB],
        protectors: vec![Protector::recovery(2)],
        number: 0xDD,
        ..Made::default()
    };
    let mut image = now.image();
    let earlier = [before.block(), before.validation(&before.block())].concat();
    for offset in before.offsets {
        image.put(offset, &earlier);
    }
    assert_eq!(scanned(&image).unwrap().found.len(), 1);
    let ids = |found: &[Found]| {
        found.iter().map(|one| one.volume.as_ref().unwrap().protectors[0].guid.to_string()).collect::<Vec<_>>()
    };
    let remains = left(&image).unwrap();
    assert_eq!(ids(&remains), [guid_of(1), guid_of(2)]);
    assert_eq!(remains[1].volume.as_ref().unwrap().warnings, [Warning::WrongPlaces]);
    let (proof, _) = prove(remains[1].volume.as_ref().unwrap(), &password(2), &key_id(2));
    assert_eq!(proof.level, Some(Level::FirstSector));
    assert_eq!(ids(&left(&formatted(image, 0)).unwrap()), [guid_of(1), guid_of(2)]);
}
