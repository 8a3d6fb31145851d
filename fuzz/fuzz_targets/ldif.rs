//! Directory listings: any lines of an entry, and any text behind its first.
#![no_main]

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::ldif(bytes));
