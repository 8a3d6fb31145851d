//! Copies of a volume's metadata that say different things: none makes a right key wrong, and none hides another's
//! keys.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use drivekey_fve::{
    CopyState, Integrity, Level, Opener, Outcome, SavedHeaderError, Source, Verdict, Volume, Warning, open, prove, scan,
};
use drivekey_record::{Guid, KeyId, RecoveryPassword};
use drivekey_testkit::fve_support::made::{Made, Protector, Secret, digits, guid_of, key_of, put_copy, salt_at};
use drivekey_testkit::fve_support::sparse::Sparse;

fn volume(image: &Sparse) -> Volume {
    scan(&mut Source::new(image.clone()).unwrap()).unwrap().found.remove(0).volume.unwrap()
}

fn password(number: u8) -> RecoveryPassword {
    RecoveryPassword::parse(&digits(key_of(number))).unwrap()
}

fn key_id(number: u8) -> KeyId {
    guid_of(number).parse().unwrap()
}

fn guid(number: u8) -> Guid {
    guid_of(number).parse().unwrap()
}

fn with(protectors: Vec<Protector>) -> Made {
    Made { protectors, ..Made::default() }
}

/// A copy as it was written: its checksum and its sealed hash are right.
fn put_whole(image: &mut Sparse, made: &Made, index: usize) {
    let block = made.block();
    image.put(made.offsets[index], &[block.clone(), made.validation(&block)].concat());
}

/// Of a way that is not known, so that nobody can say whether a key is right.
fn newer_way(number: u8) -> Protector {
    Protector::of(number, 0x0800, Secret::Recovery { key: key_of(number), flags: 0x40, nested_role: 0x12 })
}

#[test]
fn a_damaged_or_stale_copy_makes_no_right_key_wrong() {
    let made = Made::default();
    let mut damaged = made.block();
    let at = salt_at(&damaged);
    damaged[at] ^= 1;
    // The first copy's checksum was mended, the others are as they were.
    let mut image = made.image();
    put_copy(&mut image, &made, 0, &damaged, true);
    let found = volume(&image);
    assert_eq!((found.used, &found.warnings[..]), (0, &[Warning::CopiesDiffer][..]));
    let (proof, opened) = prove(&found, &password(1), &key_id(1));
    assert_eq!((proof.verdict, proof.level), (Verdict::Opens, Some(Level::FirstSector)));
    assert!(opened.unwrap().harvest().passwords[0].password.same_digits(&password(1)));
    assert_eq!(prove(&found, &password(2), &key_id(1)).0.verdict, Verdict::DoesNotOpen);
    // No checksum is right, and only the last copy's salt is.
    let mut last = made.block();
    last[100] ^= 1;
    let mut image = made.image();
    put_copy(&mut image, &made, 0, &damaged, false);
    put_copy(&mut image, &made, 1, &damaged, false);
    put_copy(&mut image, &made, 2, &last, false);
    let found = volume(&image);
    assert_eq!(found.warnings, [Warning::NoValidCopy]);
    assert_eq!(prove(&found, &password(1), &key_id(1)).0.verdict, Verdict::Opens);
    // None opens: it may be the salt that is wrong, not the key.
    put_copy(&mut image, &made, 2, &damaged, false);
    let (proof, _) = prove(&volume(&image), &password(1), &key_id(1));
    assert_eq!((proof.verdict, proof.level), (Verdict::CannotCheck, Some(Level::KeyId)));
    // A stale copy that does not know the key yet.
    let both = Made { protectors: vec![Protector::recovery(1), Protector::recovery(2)], ..Made::default() };
    let mut image = both.image();
    put_copy(&mut image, &both, 0, &made.block(), true);
    let (proof, _) = prove(&volume(&image), &password(2), &key_id(2));
    assert_eq!((proof.verdict, proof.opened), (Verdict::Opens, guid_of(2).parse().ok()));
}

#[test]
fn a_saved_header_keeps_the_copies_that_say_something_else() {
    let (stale, made) =
        (Made::default(), Made { protectors: vec![Protector::recovery(1), Protector::recovery(2)], ..Made::default() });
    let mut damaged = made.block();
    let at = salt_at(&damaged);
    damaged[at] ^= 1;
    let mut image = made.image();
    put_copy(&mut image, &made, 0, &damaged, true);
    put_copy(&mut image, &made, 1, &stale.block(), true);
    let saved = volume(&image).to_saved_header();
    assert!(saved.len() <= drivekey_fve::SAVED_HEADER_BYTES_MAX);
    let back = Volume::from_saved_header(&saved).unwrap();
    assert_eq!((back.others().len(), back.warnings.contains(&Warning::CopiesDiffer)), (2, true));
    assert_eq!(back.to_saved_header(), saved);
    for number in [1, 2] {
        assert_eq!(
            prove(&back, &password(number), &key_id(number)).0,
            prove(&volume(&image), &password(number), &key_id(number)).0
        );
        assert_eq!(prove(&back, &password(number), &key_id(number)).0.verdict, Verdict::Opens, "key {number}");
    }
    // Where all copies agree, it is as it always was.
    assert_eq!((saved[8], volume(&made.image()).to_saved_header()[8]), (2, 1));
    // Three others are one too many, and half a one is none.
    let (body, _) = saved.split_at(saved.len() - 32);
    let last = 9 + made.block().len() + made.validation(&made.block()).len() + usize::from(made.sector);
    let one = &body[body.len() - last..];
    for body in [[body, one].concat(), body[..body.len() - 1].to_vec()] {
        let changed = [&body[..], &drivekey_testkit::fve_support::crypt::sha256(&body)].concat();
        assert_eq!(Volume::from_saved_header(&changed).map(drop), Err(SavedHeaderError::Damaged));
    }
}

#[test]
fn a_copy_of_an_earlier_encryption_makes_no_right_key_wrong() {
    let (now, before) = (with(vec![Protector::recovery(2)]), Made { number: 0xAB, ..Made::default() });
    let mut image = now.image();
    put_whole(&mut image, &before, 0);
    let found = volume(&image);
    assert_eq!((found.guid, &found.warnings[..]), (guid(0xAB), &[Warning::CopiesDiffer][..]));
    assert_eq!(found.recovery_key_ids(), [guid(1), guid(2)]);
    let (proof, opened) = prove(&found, &password(2), &key_id(2));
    assert_eq!((proof.verdict, proof.level), (Verdict::Opens, Some(Level::FirstSector)));
    let opened = opened.unwrap();
    assert_eq!(opened.volume().guid, guid(0xEE));
    // What the other encryption had is not this one's.
    assert_eq!(opened.harvest().passwords.len(), 1);
    assert!(opened.harvest().silent.is_empty());
}

#[test]
fn a_stale_copy_hides_no_key_of_the_others() {
    let (stale, now) = (Made::default(), with(vec![Protector::recovery(1), Protector::recovery(2)]));
    let mut image = now.image();
    put_whole(&mut image, &stale, 0);
    let found = volume(&image);
    assert_eq!(found.recovery_key_ids(), [guid(1), guid(2)]);
    let (_, opened) = prove(&found, &password(1), &key_id(1));
    let harvest = opened.unwrap().harvest();
    let read: Vec<_> = harvest.passwords.iter().map(|one| (one.protector.guid, one.integrity)).collect();
    assert_eq!((read, harvest.silent.len()), (vec![(guid(1), Integrity::Intact), (guid(2), Integrity::Intact)], 0));
    assert!(harvest.passwords[1].password.same_digits(&password(2)));
    // What only a changed copy lists is read, and told as what it is.
    let mut image = stale.image();
    put_copy(&mut image, &now, 2, &now.block(), true);
    let mut changed = now.block();
    *changed.last_mut().unwrap() ^= 1;
    put_copy(&mut image, &now, 1, &changed, true);
    let found = volume(&image);
    let harvest = prove(&found, &password(1), &key_id(1)).1.unwrap().harvest();
    let read: Vec<_> = harvest.passwords.iter().map(|one| (one.protector.guid, one.integrity)).collect();
    assert_eq!(read, [(guid(1), Integrity::Intact), (guid(2), Integrity::Altered)]);
}

#[test]
fn what_a_damaged_copy_lists_is_not_listed() {
    let made = Made::default();
    let mut image = made.image();
    put_copy(&mut image, &made, 1, &with(vec![Protector::recovery(7)]).block(), false);
    let found = volume(&image);
    assert_eq!(found.copies[1].state, CopyState::BadChecksum);
    assert_eq!((found.recovery_key_ids(), found.is_list_doubtful()), (vec![guid(1)], false));
    // All the same, it may be the one with the right salt.
    assert_eq!(prove(&found, &password(7), &key_id(7)).0.verdict, Verdict::Opens);
    assert_eq!(prove(&found, &password(2), &key_id(1)).0.verdict, Verdict::DoesNotOpen);
    // What it cannot tell is no doubt about the others.
    put_copy(&mut image, &made, 1, &with(vec![newer_way(1)]).block(), false);
    assert_eq!(prove(&volume(&image), &password(2), &key_id(1)).0.verdict, Verdict::DoesNotOpen);
}

#[test]
fn what_another_copy_cannot_tell_is_no_no() {
    for used in [vec![Protector::recovery(1)], vec![Protector::of(8, 0x0100, Secret::Machine)]] {
        let mut image = with(vec![Protector::recovery(1), newer_way(2)]).image();
        put_whole(&mut image, &with(used), 0);
        let (proof, _) = prove(&volume(&image), &password(2), &key_id(2));
        assert_eq!((proof.verdict, proof.key_id_match), (Verdict::CannotCheck, Some(guid(2))));
    }
    // The same protector, once judged, once not.
    let mut image = with(vec![newer_way(2)]).image();
    put_whole(&mut image, &with(vec![Protector::recovery(2)]), 0);
    let (proof, _) = prove(&volume(&image), &password(3), &key_id(2));
    assert_eq!((proof.verdict, proof.tried.len()), (Verdict::CannotCheck, 1));
    assert!(matches!(proof.tried[0].outcome, Outcome::CannotCheck(_)));
}

#[test]
fn an_open_key_in_any_copy_means_suspended() {
    let open_key = Protector::of(9, 0x0000, Secret::Clear([7; 32]));
    let mut image = with(vec![open_key, Protector::recovery(1)]).image();
    put_whole(&mut image, &Made::default(), 0);
    let found = volume(&image);
    assert!(found.is_suspended());
    assert_eq!(open(&found, &Opener::ClearKey).opened.unwrap().harvest().passwords.len(), 1);
}

#[test]
fn a_version_that_is_not_known_makes_no_key_wrong() {
    let made = Made::default();
    let mut block = made.block();
    block[10] = 3;
    let mut image = made.image();
    (0..3).for_each(|index| put_copy(&mut image, &made, index, &block, true));
    let found = volume(&image);
    assert_eq!(found.warnings, [Warning::Version(3)]);
    assert_eq!(prove(&found, &password(2), &key_id(1)).0.verdict, Verdict::CannotCheck);
    assert_eq!(prove(&found, &password(1), &key_id(1)).0.verdict, Verdict::Opens);
}
