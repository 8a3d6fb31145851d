//! Bad sectors, damaged and changed copies: the best is used, and no right key is called wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::time::{Duration, Instant};

use crate::tools::{Failing, formatted, key_id, left, password, scanned, volume};
use drivekey_fve::{
    CopyState, FveError, Integrity, Kind, Level, Outcome, Source, Verdict, Volume, Warning, prove, scan, scan_remains,
};
use drivekey_record::KeyId;
use drivekey_testkit::fve_support::made::{Made, Protector, Secret, Shape, put_copy, salt_at};

#[test]
fn a_bad_sector_behind_a_copy_takes_its_checksum_only() {
    // Of a size that its checksum lies in the next sector.
    let described = |letters| Made { description: Some("x".repeat(letters)), ..Made::default() };
    let made = (1..256).map(described).find(|made| made.block().len() % 512 == 0).unwrap();
    let mut image = made.image();
    (1..3).for_each(|index| image.put(made.offsets[index], &[0; 8]));
    let end = made.offsets[0] + made.block().len() as u64;
    let found =
        scan(&mut Source::new(Failing(image, end..end + 512)).unwrap()).unwrap().found.remove(0).volume.unwrap();
    assert_eq!((found.copies[0].state, &found.warnings[..]), (CopyState::NoChecksum, &[Warning::NoValidCopy][..]));
}

#[test]
fn a_bad_sector_hides_no_copy_beside_it() {
    let made = Made::default();
    let mut image = formatted(made.image(), 0);
    (1..3).for_each(|index| image.put(made.offsets[index], &[0; 8]));
    // Read in one piece with the copy, and no part of it.
    let bad = made.offsets[0] + (100 << 10)..made.offsets[0] + (104 << 10);
    let found = scan_remains(&mut Source::new(Failing(image, bad)).unwrap()).unwrap();
    assert_eq!(found[0].volume.as_ref().unwrap().used, 0);
}

#[test]
fn a_first_sector_that_names_wrong_places_keeps_what_else_it_says() {
    let made = Made { shape: Shape::ToGo, ..Made::default() };
    let mut image = made.image();
    image.put(440, &[0x11; 24]);
    assert!(matches!(scanned(&image).err(), Some(FveError::NoMetadata { .. })));
    let remains = left(&image).unwrap();
    let volume = remains[0].volume.as_ref().unwrap();
    assert_eq!((volume.kind, &volume.warnings[..]), (Kind::ToGo, &[Warning::WrongPlaces][..]));
    let back = Volume::from_saved_header(&volume.to_saved_header()).unwrap();
    assert_eq!(format!("{back:?}"), format!("{volume:?}"));
}

#[test]
fn where_a_protector_cannot_be_read_no_key_is_called_wrong() {
    let made =
        Made { protectors: vec![Protector::of(2, 0x0100, Secret::Machine), Protector::recovery(1)], ..Made::default() };
    let mut block = made.block();
    // The recovery protector's length is below that of its header: the list ends before it.
    let at = salt_at(&block);
    let begins = (0..at).rev().find(|at| block[*at + 2..].starts_with(&[2, 0, 8, 0])).unwrap();
    block[begins..begins + 2].copy_from_slice(&[4, 0]);
    let mut image = made.image();
    (0..3).for_each(|index| put_copy(&mut image, &made, index, &block, true));
    let found = volume(&image);
    assert_eq!(found.warnings, [Warning::ListEndsEarly]);
    assert_eq!(prove(&found, &password(1), &key_id(1)).0.verdict, Verdict::CannotCheck);
}

#[test]
fn damaged_copies_are_told_and_the_best_is_used() {
    let made = Made::default();
    let mut image = made.image();
    image.put(made.offsets[0] + 90, &[0xFF]);
    image.put(made.offsets[1], &[0; 8]);
    let mended = volume(&image);
    assert_eq!(mended.copies.map(|copy| copy.state), [CopyState::BadChecksum, CopyState::Missing, CopyState::Valid]);
    assert_eq!((mended.used, mended.copies[0].differs, mended.warnings.len()), (2, true, 0));
    image.put(made.offsets[2] + 130, b"x");
    let doubtful = volume(&image);
    assert_eq!((doubtful.used, &doubtful.warnings[..]), (0, &[Warning::NoValidCopy][..]));
    for offset in made.offsets {
        image.put(offset, &[0; 8]);
    }
    assert!(matches!(scanned(&image).err(), Some(FveError::NoMetadata { .. })));
    let mut cut = made.image();
    cut.truncate(made.offsets[1] + 100);
    assert_eq!(
        volume(&cut).copies.map(|copy| copy.state),
        [CopyState::Valid, CopyState::Unreadable, CopyState::Unreadable]
    );
    cut.truncate(300);
    assert_eq!(scanned(&cut).err(), Some(FveError::Cut { bytes: 300 }));
}

#[test]
fn places_the_boot_sector_lost_are_taken_from_a_copy() {
    let made = Made::default();
    let mut image = made.image();
    // The GUID in front of them is gone, too.
    image.put(165, &[0xFF; 27]);
    let volume = volume(&image);
    assert_eq!(
        volume.copies.map(|copy| (copy.offset, copy.state)),
        made.offsets.map(|offset| (Some(offset), CopyState::Valid))
    );
}

#[test]
fn a_changed_description_opens_and_is_told() {
    let made = Made::default();
    let mut image = made.image();
    let mut block = made.block();
    let at = block.windows(2).position(|pair| pair == b"P\0").unwrap();
    block[at] = b'Q';
    let validation = made.validation(&made.block());
    let fixed = drivekey_testkit::fve_support::crypt::crc32(&block).to_le_bytes();
    for offset in made.offsets {
        image.put(offset, &[&block[..], &validation[..4], &fixed, &validation[8..]].concat());
    }
    let volume = volume(&image);
    let (proof, opened) = prove(&volume, &password(1), &key_id(1));
    assert_eq!(
        (proof.verdict, proof.level, proof.integrity),
        (Verdict::Opens, Some(Level::VolumeKey), Some(Integrity::Altered))
    );
    assert!(opened.is_some());
}

#[test]
fn a_hostile_number_of_protectors_costs_no_hours() {
    let made = Made::default();
    let block = made.block();
    // A protector whose parts are there and open to nobody, a thousand times over.
    let one =
        Protector { secret: Secret::Recovery { key: [0; 16], flags: 0, nested_role: 0x12 }, ..Protector::recovery(1) };
    let many = Made { protectors: vec![one; 120], ..made.clone() };
    assert!(block.len() < many.block().len());
    let begun = Instant::now();
    let volume = volume(&many.image());
    assert_eq!(volume.protectors.len(), 120);
    let (proof, _) = prove(&volume, &password(5), &KeyId::Unknown);
    assert_eq!(proof.verdict, Verdict::CannotCheck);
    assert!(proof.tried.iter().filter(|tried| tried.outcome == Outcome::DoesNotOpen).count() <= 32);
    assert!(begun.elapsed() < Duration::from_mins(5));
}
