//! Startup keys and key packages: any bytes, and any entries behind a sound head.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::startup(bytes));
