//! The corpora that fuzzing left, and the seeds that it begins with.

mod fuzz_corpora;
mod fve_seeds;
mod memory_store;
mod vault_seeds;
