//! Gives the kept corpora to the same functions again: nothing may panic, and the probe may turn down nothing that a
//! reader takes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use drivekey_testkit::hostile::{corpora, disks, drives, inputs, vault_inputs, vaults};
use rayon::prelude::*;

/// A target's name, and what it does with an input.
type Target = (&'static str, fn(&[u8]));

/// Each target by its name, as `fuzz/fuzz_targets` has them.
const READERS: [Target; 22] = [
    ("bundle", inputs::bundle),
    ("disk", disks::disk),
    ("fve", drives::drive),
    ("html", inputs::html),
    ("journal", vault_inputs::journal),
    ("json", inputs::json),
    ("ldif", inputs::ldif),
    ("list", inputs::list),
    ("mail", inputs::mail),
    ("office", inputs::office),
    ("pdf", inputs::pdf),
    ("record", vault_inputs::record),
    ("rtf", inputs::rtf),
    ("scan", inputs::scan),
    ("slot", vault_inputs::slot),
    ("startup", inputs::startup),
    ("state", vault_inputs::state),
    ("table", inputs::table),
    ("text", inputs::text),
    ("vault", vault_inputs::vault),
    ("xml", inputs::xml),
    ("zip", inputs::zip),
];

#[test]
fn kept_inputs_are_read_without_a_panic() {
    // Before the others: made by one of them, it would wait for a thread that waits for it.
    vaults::base();
    for (target, read) in READERS {
        let inputs = corpora::kept(target);
        assert!(inputs.len() >= 20, "{target}: {}", inputs.len());
        inputs.par_iter().for_each(|(name, bytes)| {
            let outcome = std::panic::catch_unwind(|| read(bytes));
            assert!(outcome.is_ok(), "fuzz/kept/{target}.zip: {name}");
        });
    }
}
