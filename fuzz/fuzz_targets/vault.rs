//! Hostile vault files: nothing may panic, take long, be written, or be answered otherwise than the sound vault did.
#![no_main]

#[path = "../../tests/house/mod.rs"]
mod house;
#[path = "../limit.rs"]
mod limit;
#[path = "../vault_inputs.rs"]
mod vault_inputs;
#[path = "../vaults.rs"]
mod vaults;

libfuzzer_sys::fuzz_target!(init: { vaults::base(); }, |input: &[u8]| limit::within(|| vault_inputs::vault(input)));
