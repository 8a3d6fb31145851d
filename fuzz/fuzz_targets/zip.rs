//! Archives: the bytes as they are, and behind the mark of a member.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = drivekey::import::read(None, bytes);
    let bytes = [&b"PK\x03\x04"[..], bytes].concat();
    let _ = drivekey::import::read(None, &bytes);
});
