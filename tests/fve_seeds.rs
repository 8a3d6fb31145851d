//! Writes the seeds the fuzzer begins with, where it is told to: `DRIVEKEY_FUZZ_SEEDS=FOLDER cargo test --test fve_seeds`.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod fve_support;

use fve_support::made::{MIB, Made, Protector, Secret, Shape};

#[test]
fn seeds_for_the_fuzzer() {
    let Some(folder) = std::env::var_os("DRIVEKEY_FUZZ_SEEDS").map(std::path::PathBuf::from) else {
        println!("skipped: no folder for seeds is named");
        return;
    };
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
