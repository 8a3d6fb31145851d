//! Hostile inputs, made from the fuzzer's bytes and from what fuzzing found worth keeping.

pub mod corpora;
pub mod disks;
pub mod drives;
pub mod inputs;
pub mod mutations;
pub mod vault_inputs;
pub mod vaults;
