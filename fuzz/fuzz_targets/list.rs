//! Lists of names and values, and pages of an account: any lines below a first one.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::list(bytes));
