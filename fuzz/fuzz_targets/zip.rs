//! Archives: the bytes as they are, and behind the mark of a member.
#![no_main]

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::zip(bytes));
