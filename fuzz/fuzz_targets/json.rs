//! JSON in every dialect: the bytes as they are, and as the value of the one name that a dialect goes by.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = drivekey::import::read(None, bytes);
    for (before, after) in [(&b"{\"value\":["[..], &b"]}"[..]), (b"[{\"KeyProtector\":", b"}]"), (b"{\"encrypted\":false,\"items\":[{\"notes\":\"", b"\"}]}")] {
        let _ = drivekey::import::read(None, &[before, bytes, after].concat());
    }
});
