//! Mails: any bytes behind two headers.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let bytes = [&b"From: a\r\nMIME-Version: 1.0\r\n"[..], bytes].concat();
    let _ = drivekey::import::read(None, &bytes);
});
