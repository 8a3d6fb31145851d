//! Directory listings: any lines of an entry, and any text behind its first.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::ldif(bytes));
