//! Rich text: any bytes behind its mark.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let bytes = [&b"{\\rtf1\\ansi "[..], bytes].concat();
    let _ = drivekey::import::read(None, &bytes);
});
