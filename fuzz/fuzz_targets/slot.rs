//! Hostile keyslots: any value in any column, more and fewer of them.
#![no_main]

#[path = "../limit.rs"]
mod limit;

use drivekey_testkit::hostile::{vault_inputs, vaults};

libfuzzer_sys::fuzz_target!(init: { vaults::base(); }, |input: &[u8]| limit::within(|| vault_inputs::slot(input)));
