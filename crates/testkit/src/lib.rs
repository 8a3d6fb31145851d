//! What tests, benchmarks and fuzz targets share: vaults, volumes, documents and hostile inputs of our own making.
//! No part of the product.
#![forbid(unsafe_code)]
#![allow(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::new_without_default,
    clippy::return_self_not_must_use,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that cannot go on fails the test; its name and its use say what it is for"
)]

pub mod documents;
pub mod fve_support;
pub mod hostile;
pub mod house;
pub mod memory_store;
pub mod planted;
pub mod store_suite;
pub mod texts;

use std::path::PathBuf;

/// The folder of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
