//! Flows from input to outcome, with real files and vaults, and no face.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

mod intake;
mod sweep;
mod tools;
