//! Plain text in every encoding, in one piece and in two; and whatever the quick look turns down, no reader takes a key from.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::text(bytes));
