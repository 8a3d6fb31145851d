//! Bundles of our own: the JSON of one, and what stands in it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = drivekey::import::read(None, &[&b"age-encryption.org/v1\n"[..], bytes].concat());
    let json = [&b"drivekey bundle 1\n-----BEGIN DRIVEKEY JSON-----\n"[..], bytes, b"\n-----END DRIVEKEY JSON-----\n"].concat();
    let _ = drivekey::import::read(None, &json);
    let _ = drivekey::import::unpack_bundle(&json);
});
