//! Hostile disks: whatever their partition tables say, nothing may panic, take long, or allocate more than 1 MiB at once
//! (`-malloc_limit_mb=1`).
#![no_main]

#[path = "../limit.rs"]
mod limit;

use drivekey_testkit::hostile::disks;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| limit::within(|| disks::disk(input)));
