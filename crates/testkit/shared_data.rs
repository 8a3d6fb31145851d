//! The build script of crates whose tests read the data beside the repository: where it is absent, those tests are
//! counted as ignored, by name.
#![allow(clippy::print_stdout, reason = "how a build script speaks with Cargo")]

use std::path::Path;

pub(crate) fn main() {
    println!("cargo::rustc-check-cfg=cfg(shared_data)");
    let manifest = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let mut folder = Path::new(&manifest);
    // The repository is the outermost folder with a lock file: a crate's own, or two above it.
    while !folder.join("Cargo.lock").exists() {
        let Some(above) = folder.parent() else { return };
        folder = above;
    }
    let shared = folder.join("../shared");
    // A name that does not exist is looked for at each build.
    println!("cargo::rerun-if-changed={}", shared.join("samples/formats/expected.json").display());
    if shared.exists() {
        println!("cargo::rustc-cfg=shared_data");
    }
}
