//! Saved headers are as good as the drive, and other bytes are refused.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use crate::tools::{all_kinds, key_id, password, volume};
use drivekey_fve::{Level, SavedHeaderError, Volume, prove};
use drivekey_testkit::fve_support::disks::with_gpt;
use drivekey_testkit::fve_support::made::Made;

#[test]
fn a_saved_header_lists_proves_and_harvests_as_the_drive_does() {
    let made = all_kinds();
    let drive = volume(&with_gpt(512, &[&made], false));
    let saved = drive.to_saved_header();
    let back = Volume::from_saved_header(&saved).unwrap();
    assert_eq!(format!("{drive:?}"), format!("{back:?}"));
    assert_eq!(back.to_saved_header(), saved);
    let mut image = made.image();
    // Found by the fuzzer: a place that no drive has.
    image.put(184, &[0xFF; 8]);
    image.put(made.offsets[0] + 40, &[0xFF; 8]);
    image.put(made.offsets[2], &[0; 8]);
    let lost = volume(&image);
    assert_eq!(format!("{lost:?}"), format!("{:?}", Volume::from_saved_header(&lost.to_saved_header()).unwrap()));
    let (proof, opened) = prove(&back, &password(1), &key_id(1));
    assert_eq!(proof, prove(&drive, &password(1), &key_id(1)).0);
    assert_eq!((proof.level, opened.unwrap().harvest().passwords.len()), (Some(Level::FirstSector), 3));
}

#[test]
fn bytes_that_are_no_saved_header_are_refused() {
    let saved = volume(&Made::default().image()).to_saved_header();
    let refused = |bytes: &[u8]| Volume::from_saved_header(bytes).map(drop);
    assert_eq!(refused(b"hello"), Err(SavedHeaderError::NotASavedHeader));
    assert_eq!(refused(&saved[..saved.len() - 1]), Err(SavedHeaderError::Damaged));
    let mut newer = saved.clone();
    newer[8] = 3;
    assert_eq!(refused(&newer), Err(SavedHeaderError::NewerVersion { found: 3 }));
    for at in (0..saved.len()).step_by(7) {
        let mut changed = saved.clone();
        changed[at] ^= 0x10;
        assert!(refused(&changed).is_err(), "{at}");
    }
}
