//! Hostile inputs, made from the fuzzer's bytes and from the corpora that were kept.

pub mod corpora;
pub mod disks;
pub mod drives;
pub mod inputs;
pub mod mutations;
pub mod vault_inputs;
pub mod vaults;
