//! Flows from input to outcome, with real files and vaults, and no face.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

mod add;
mod give_out;
mod intake;
mod kit;
mod page_check;
mod sweep;
mod tools;
