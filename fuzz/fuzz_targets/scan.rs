//! Pictures and pages from a scanner.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = drivekey::sheet::read_scan(bytes);
    let _ = drivekey::sheet::read_scan(&[&b"%PDF-1.7\n"[..], bytes].concat());
});
