//! Hostile vault files: nothing may panic, take long, be written, or be answered otherwise than the sound vault did.
#![no_main]

#[path = "../limit.rs"]
mod limit;

use drivekey_testkit::hostile::{vault_inputs, vaults};

libfuzzer_sys::fuzz_target!(init: { vaults::base(); }, |input: &[u8]| limit::within(|| vault_inputs::vault(input)));
