//! Compound files: any bytes behind their mark; and bytes as the sheet of a workbook, unpacked.
#![no_main]

use drivekey_testkit::hostile::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::office(bytes));
