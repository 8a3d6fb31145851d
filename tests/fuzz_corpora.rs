//! What the fuzzers found worth keeping is given to the same functions again: nothing may panic, and the
//! quick look may turn down nothing that is read.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

#[path = "../fuzz/drives.rs"]
mod drives;
#[path = "../fuzz/inputs.rs"]
mod inputs;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rayon::prelude::*;

/// A target's name, and what it does with an input.
type Target = (&'static str, fn(&[u8]));

/// Each target by its name, as `fuzz/fuzz_targets` has them.
const READERS: [Target; 16] = [
    ("bundle", inputs::bundle),
    ("fve", drives::drive),
    ("html", inputs::html),
    ("json", inputs::json),
    ("ldif", inputs::ldif),
    ("list", inputs::list),
    ("mail", inputs::mail),
    ("office", inputs::office),
    ("pdf", inputs::pdf),
    ("rtf", inputs::rtf),
    ("scan", inputs::scan),
    ("startup", inputs::startup),
    ("table", inputs::table),
    ("text", inputs::text),
    ("xml", inputs::xml),
    ("zip", inputs::zip),
];

/// The inputs of one target, each by its name.
fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/kept").join(target).with_extension("zip");
    let mut archive = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
    let inputs = (0..archive.len()).map(|at| {
        let mut member = archive.by_index(at).unwrap();
        let name = member.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        (name, bytes)
    });
    inputs.collect()
}

#[test]
fn kept_inputs_are_read_without_a_panic() {
    for (target, read) in READERS {
        let inputs = kept(target);
        assert!(inputs.len() >= 20, "{target}: {}", inputs.len());
        inputs.par_iter().for_each(|(name, bytes)| {
            let outcome = std::panic::catch_unwind(|| read(bytes));
            assert!(outcome.is_ok(), "fuzz/kept/{target}.zip: {name}");
        });
    }
}
