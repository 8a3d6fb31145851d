//! Bundles of our own: the JSON of one, and what stands in it.
#![no_main]

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::bundle(bytes));
