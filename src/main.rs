//! The program: calls the library's command line and exits with its code.
#![forbid(unsafe_code)]

fn main() {}
