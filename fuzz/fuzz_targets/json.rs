//! JSON in every dialect: the bytes as they are, and as the value of the one name that a dialect goes by.
#![no_main]

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::json(bytes));
