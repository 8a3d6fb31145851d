//! Web pages: any bytes behind their mark.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::html(bytes));
