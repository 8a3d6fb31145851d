//! Packs the addresses that the loader has to fill in, where the system of the build can read them packed. Each lookup
//! is a process of its own, and its loader would read a megabyte and a half of them.

#[path = "crates/testkit/shared_data.rs"]
mod shared_data;

use std::env;
use std::process::Command;

/// The first C library that reads them (its release notes: `DT_RELR`).
const GLIBC_MIN: (u32, u32) = (2, 36);

fn main() {
    shared_data::main();
    println!("cargo::rerun-if-changed=build.rs");
    let of = |name: &str| env::var(name).unwrap_or_default();
    let here =
        of("HOST") == of("TARGET") && of("CARGO_CFG_TARGET_OS") == "linux" && of("CARGO_CFG_TARGET_ENV") == "gnu";
    // A program built on an older system has to run there, and is left as it is.
    if here && glibc().is_some_and(|found| found >= GLIBC_MIN) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of the system's C library, as `getconf` prints it: `glibc 2.36`.
fn glibc() -> Option<(u32, u32)> {
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
