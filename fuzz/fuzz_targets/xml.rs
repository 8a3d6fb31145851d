//! XML: the bytes as they are, and inside the entry of a password safe.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = drivekey::import::read(None, &[&b"<?xml version=\"1.0\"?>"[..], bytes].concat());
    let inside = [&b"<KeePassFile><Root><Group><Entry>"[..], bytes, b"</Entry></Group></Root></KeePassFile>"].concat();
    let _ = drivekey::import::read(None, &inside);
});
