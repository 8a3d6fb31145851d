//! Mails: any bytes behind two headers.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::mail(bytes));
