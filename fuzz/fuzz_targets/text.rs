//! Plain text in every encoding, in one piece and in two; and whatever the quick look turns down, no reader takes a key from.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let found = drivekey::import::read(None, bytes);
    assert!(drivekey::import::could_hold(None, bytes) || found.records.is_empty() && found.attachments.is_empty());
    for text in [[&b"\xFF\xFE"[..], bytes].concat(), [&b"\xFE\xFF"[..], bytes].concat()] {
        let _ = drivekey::import::read(Some("BitLocker Recovery Key 7EDB30ED-1234-4ABC-9DEF-0123456789AB.TXT"), &text);
    }
});
