//! Volumes, tables and files that mean harm never make it panic.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::time::{Duration, Instant};

use crate::tools::{scanned, volume};
use drivekey_fve::{ExternalKey, Opener, Volume, open};
use drivekey_testkit::fve_support::disks::{with_gpt, with_mbr};
use drivekey_testkit::fve_support::made::{MIB, Made, Protector, Secret, bek, put_copy};
use drivekey_testkit::fve_support::sparse::Sparse;
use drivekey_testkit::hostile::{drives, mutations};
use proptest::prelude::*;

/// Opens without a stretch, so that thousands of cases are no matter.
fn cheap() -> Made {
    let clear = Protector::of(3, 0x0000, Secret::Clear([0x42; 32]));
    Made {
        protectors: vec![
            Protector { label: Some("x"), ..clear },
            Protector::recovery(1),
            Protector::of(2, 0x0500, Secret::Machine),
        ],
        ..Made::default()
    }
}

/// Everything that costs no stretch.
fn exercise(image: &Sparse) {
    let begun = Instant::now();
    for found in scanned(image).map(|scan| scan.found).unwrap_or_default() {
        let Ok(volume) = found.volume else { continue };
        if let Some(opened) = open(&volume, &Opener::ClearKey).opened {
            let _ = opened.harvest();
        }
        let file = ExternalKey::parse(&bek(2, &[0x42; 32])).unwrap();
        let _ = open(&volume, &Opener::ExternalKey(&file)).tried.len();
        let saved = volume.to_saved_header();
        assert!(Volume::from_saved_header(&saved).is_ok());
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn changed_volumes_never_make_it_panic(
        changes in proptest::collection::vec((0_usize..3000, any::<[u8; 2]>()), 1..12),
        in_boot in any::<bool>(),
        mend in any::<bool>(),
    ) {
        use std::sync::OnceLock;
        static MADE: OnceLock<(Made, Sparse, Vec<u8>)> = OnceLock::new();
        let (made, image, block) = MADE.get_or_init(|| (cheap(), cheap().image(), cheap().block()));
        let mut image = image.clone();
        let mut changed = block.clone();
        for (at, bytes) in &changes {
            if in_boot {
                image.put((at % 510) as u64, bytes);
            } else {
                let at = at % (changed.len() - 1);
                changed[at..at + 2].copy_from_slice(bytes);
            }
        }
        let mut validation = made.validation(block);
        if mend {
            validation[4..8].copy_from_slice(&drivekey_testkit::fve_support::crypt::crc32(&changed).to_le_bytes());
        }
        for offset in made.offsets {
            image.put(offset, &[changed.clone(), validation.clone()].concat());
        }
        exercise(&image);
    }

    #[test]
    fn volumes_changed_by_their_structure_never_make_it_panic(
        seeds in proptest::collection::vec(any::<u32>(), 1..8),
        noise in any::<u8>(),
    ) {
        let made = Made { offsets: drives::COPIES, ..cheap() };
        let block = made.block();
        let mut input = [&made.image().get(0, drives::BOOT_BYTES)[..], &block, &made.validation(&block)].concat();
        for seed in seeds {
            let mut blind = |part: &mut Vec<u8>| {
                let at = usize::from(noise) % (part.len() + 1);
                part.insert(at, noise);
                part.truncate(300);
            };
            if let Some(changed) = mutations::volume(&input, &mut mutations::Dice::new(seed), &mut blind) {
                input = changed;
            }
        }
        drives::drive(&input);
    }

    #[test]
    fn changed_tables_never_make_it_panic(
        changes in proptest::collection::vec((0_u64..18_000, any::<[u8; 4]>()), 1..8),
        gpt in any::<bool>(),
    ) {
        use std::sync::OnceLock;
        static DISKS: OnceLock<[Sparse; 2]> = OnceLock::new();
        let with_tables = || [with_gpt(512, &[&cheap()], false), with_mbr(512, &cheap(), [&cheap(), &cheap()])];
        let disks = DISKS.get_or_init(with_tables);
        let mut image = disks[usize::from(gpt)].clone();
        for (at, bytes) in &changes {
            image.put(if gpt { 20 * MIB + at % 512 } else { at % 18_000 }, bytes);
            image.put(446 + at % 64, &bytes[..1]);
        }
        exercise(&image);
    }

    #[test]
    fn no_bytes_are_a_key_file_by_accident(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..300),
        mended in any::<bool>(),
    ) {
        if mended && bytes.len() > 48 {
            let len = u32::try_from(bytes.len()).unwrap();
            bytes[..12].copy_from_slice(&[len.to_le_bytes(), 1_u32.to_le_bytes(), 48_u32.to_le_bytes()].concat());
        }
        let _ = ExternalKey::parse(&bytes);
    }

    #[test]
    fn no_saved_header_panics_even_with_a_right_hash(
        changes in proptest::collection::vec((0_usize..4000, any::<u8>()), 1..6),
        cut in 0_usize..4000,
    ) {
        use std::sync::OnceLock;
        static SAVED: OnceLock<Vec<u8>> = OnceLock::new();
        // With a copy that says something else.
        let differing = || {
            let (made, mut other) = (cheap(), cheap().block());
            other[100] ^= 1;
            let mut image = made.image();
            put_copy(&mut image, &made, 1, &other, true);
            volume(&image).to_saved_header()
        };
        let mut bytes = SAVED.get_or_init(differing).clone();
        bytes.truncate(bytes.len() - 32);
        for (at, byte) in changes {
            let at = 10 + at % (bytes.len() - 10);
            bytes[at] = byte;
        }
        if cut % 3 == 0 {
            bytes.truncate(cut);
        }
        let hash = drivekey_testkit::fve_support::crypt::sha256(&bytes);
        bytes.extend(hash);
        if let Ok(volume) = Volume::from_saved_header(&bytes) {
            let _ = open(&volume, &Opener::ClearKey).opened.map(|opened| opened.harvest().passwords.len());
        }
    }
}
