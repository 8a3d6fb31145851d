//! Web pages: any bytes behind their mark.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let bytes = [&b"<!doctype html>"[..], bytes].concat();
    let _ = drivekey::import::read(None, &bytes);
});
