//! The program `drivekey`: its command line. What others could build on is in the crates below `crates/`.
#![forbid(unsafe_code)]

pub mod cli;
