//! Lists of names and values, and pages of an account: any lines below a first one.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for head in ["ComputerName         : A\nVolumeType           : OperatingSystem\n", "Device name\tKey ID\tRecovery key\tDrive\tKey upload date\n"] {
        let _ = drivekey::import::read(None, &[head.as_bytes(), bytes].concat());
    }
});
