//! Bundles of our own: the JSON of one, and what stands in it.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::bundle(bytes));
