//! Archives: the bytes as they are, and behind the mark of a member.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::zip(bytes));
