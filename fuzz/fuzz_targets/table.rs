//! Tables: any lines below each kind of head.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for head in ["Key ID,Recovery Key,Computer\n", "id;key;createdDateTime\n", "a\tb\tc\n", "| Key ID | Key |\n|---|---|\n", "KeyProtectorId  RecoveryPassword\n--------------  ----------------\n"] {
        let _ = drivekey::import::read(None, &[head.as_bytes(), bytes].concat());
    }
});
