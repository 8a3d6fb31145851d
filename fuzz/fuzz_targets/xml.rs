//! XML: the bytes as they are, and inside the entry of a password safe.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::xml(bytes));
