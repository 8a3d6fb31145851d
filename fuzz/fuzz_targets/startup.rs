//! Startup keys and key packages: any bytes, and any entries behind a sound head.
#![no_main]

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::startup(bytes));
