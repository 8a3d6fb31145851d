//! What fuzzing found worth keeping, and the seeds it begins with.

mod fuzz_corpora;
mod fve_seeds;
mod vault_seeds;
