//! What fuzzing found worth keeping, and the seeds it begins with.

mod fuzz_corpora;
mod fve_seeds;
mod memory_store;
mod vault_seeds;
