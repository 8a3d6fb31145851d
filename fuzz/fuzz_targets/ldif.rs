//! Directory listings: any lines of an entry, and any text behind its first.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = drivekey::import::read(None, bytes);
    let _ = drivekey::import::read(None, &[&b"dn: CN=x\nobjectClass: msFVE-RecoveryInformation\n"[..], bytes].concat());
});
