//! Files of this machine: those the program makes, for their owner only, and the one descriptor of a vault's file.
#![forbid(unsafe_code)]

pub mod private;
pub mod vault_file;
