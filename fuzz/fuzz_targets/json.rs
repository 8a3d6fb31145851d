//! JSON in every dialect: the bytes as they are, and as the value of the one name that a dialect goes by.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::json(bytes));
