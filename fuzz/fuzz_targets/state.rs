//! A hostile state under the true root: read, written on, repaired.
#![no_main]

#[path = "../../tests/house/mod.rs"]
mod house;
#[path = "../limit.rs"]
mod limit;
#[path = "../vault_inputs.rs"]
mod vault_inputs;
#[path = "../vaults.rs"]
mod vaults;

libfuzzer_sys::fuzz_target!(init: { vaults::base(); }, |input: &[u8]| limit::within(|| vault_inputs::state(input)));
