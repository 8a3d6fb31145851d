//! XML: the bytes as they are, and inside the entry of a password safe.
#![no_main]

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::xml(bytes));
