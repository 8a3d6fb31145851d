//! Pictures and pages from a scanner.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::scan(bytes));
