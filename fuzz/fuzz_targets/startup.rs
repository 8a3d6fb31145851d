//! Startup keys and key packages: any bytes, and any entries behind a sound head.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = drivekey::import::read(Some("7EDB30ED-1234-4ABC-9DEF-0123456789AB.BEK"), bytes);
    let Ok(size) = u32::try_from(bytes.len() + 0x30) else { return };
    let head = [&size.to_le_bytes()[..], b"\x01\0\0\0\x30\0\0\0", &size.to_le_bytes(), &[7; 32]].concat();
    for name in ["x.BEK", "x.KPG"] {
        let _ = drivekey::import::read(Some(name), &[head.as_slice(), bytes].concat());
    }
});
