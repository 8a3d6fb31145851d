//! Hostile journals and logs beside a vault: it is rolled back whole where they are its own, and untouched where they are not.
#![no_main]

#[path = "../limit.rs"]
mod limit;

use drivekey_testkit::hostile::{vault_inputs, vaults};

libfuzzer_sys::fuzz_target!(init: { vaults::base(); }, |input: &[u8]| limit::within(|| vault_inputs::journal(input)));
