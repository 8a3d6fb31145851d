//! Writes the first seeds of the fuzzers of drives: `DRIVEKEY_FUZZ_SEEDS=FOLDER cargo test -p drivekey-testkit
//! fve_seeds`.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::path::{Path, PathBuf};

use drivekey_testkit::fve_support::disks::{mbr, mbr_entry, with_gpt};
use drivekey_testkit::fve_support::made::{MIB, Made, Protector, Secret, Shape};
use drivekey_testkit::fve_support::sparse::Sparse;

#[test]
fn seeds_for_the_fuzzer() {
    let Some(folder) = std::env::var_os("DRIVEKEY_FUZZ_SEEDS").map(PathBuf::from) else {
        println!("skipped: no folder for seeds is named");
        return;
    };
    let [volumes, disks] = ["fve", "disk"].map(|target| folder.join(target));
    for folder in [&volumes, &disks] {
        std::fs::create_dir_all(folder).unwrap();
    }
    seed_volumes(&volumes);
    seed_disks(&disks);
}

fn seed_volumes(folder: &Path) {
    let offsets = [MIB, 2 * MIB, 3 * MIB];
    let protectors = vec![
        Protector::of(3, 0x0000, Secret::Clear([0x42; 32])),
        Protector { label: Some("DiskPassword"), hint: Some("***@example.org"), ..Protector::recovery(1) },
        Protector::of(4, 0x0500, Secret::Machine),
        Protector::of(5, 0x0200, Secret::External([7; 32])),
    ];
    for shape in [Shape::Fixed, Shape::FixedEow, Shape::ToGo, Shape::Vista] {
        for cipher in [0x8000, 0x8004, 0x8005] {
            let made = Made { shape, cipher, offsets, protectors: protectors.clone(), ..Made::default() };
            let block = made.block();
            let seed = [&made.image().get(0, 512)[..], &block, &made.validation(&block)].concat();
            std::fs::write(folder.join(format!("{shape:?}-{cipher:x}")), seed).unwrap();
        }
    }
}

/// Their tables only: the volumes are the fuzzer's own, one at every MiB.
fn seed_disks(folder: &Path) {
    let made = Made { protectors: Vec::new(), ..Made::default() };
    let write = |name: String, image: &Sparse, first: usize, last: usize| {
        let last = image.get(image.size() - last as u64, last);
        let seed = [&u16::try_from(first).unwrap().to_le_bytes()[..], &image.get(0, first), &last].concat();
        std::fs::write(folder.join(name), seed).unwrap();
    };
    for (sector, bytes) in [(512, 512), (4096, 4096)] {
        write(format!("gpt-{sector}"), &with_gpt(sector, &[&made, &made], false), 3 * bytes, 0);
        let mut image = Sparse::new(64 * MIB);
        let in_sectors = MIB / sector;
        mbr(&mut image, 0, &[mbr_entry(7, in_sectors, in_sectors), mbr_entry(0x0F, 2, 8 * in_sectors)]);
        mbr(&mut image, 2 * sector, &[mbr_entry(7, 2 * in_sectors - 2, in_sectors), mbr_entry(5, 2, in_sectors)]);
        mbr(&mut image, 4 * sector, &[mbr_entry(7, 3 * in_sectors - 4, in_sectors)]);
        write(format!("mbr-{sector}"), &image, 5 * bytes, 0);
    }
    write("spare".to_owned(), &with_gpt(512, &[&made, &made], true), 512, 40 * 512);
}
