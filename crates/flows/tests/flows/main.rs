//! Every flow as a face meets it: what goes in, what comes out, what is asked and how it is stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

mod add;
mod copies;
mod drives;
mod give_out;
#[cfg(target_os = "linux")]
mod guard;
mod harvest;
mod headers;
mod house;
mod identify;
mod intake;
mod kit;
mod lookup;
mod page_check;
mod prove;
mod records;
mod repair;
mod sweep;
mod tools;
mod upkeep;
