//! The kept corpora, unpacked for tests and benchmarks.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::fs::File;
use std::io::Read;

/// The inputs of one target, each with its name.
pub fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let path = crate::repository().join("fuzz/kept").join(target).with_extension("zip");
    let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let inputs = (0..archive.len()).map(|at| {
        let mut member = archive.by_index(at).unwrap();
        let name = member.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        (name, bytes)
    });
    inputs.collect()
}
