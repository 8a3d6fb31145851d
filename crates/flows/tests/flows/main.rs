//! Every flow as a face meets it: what goes in, what comes out, what is asked and how it is stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

mod copies;
mod drives;
#[cfg(target_os = "linux")]
mod guard;
mod harvest;
mod headers;
mod house;
mod identify;
mod lookup;
mod prove;
mod records;
mod repair;
mod upkeep;
