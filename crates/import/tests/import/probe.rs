//! The probe's one property: what a reader takes a key or a file from, the probe lets through.

use drivekey_import::{could_hold, read};
use drivekey_testkit::documents::{Container, Leaf};
use drivekey_testkit::hostile::corpora;
use proptest::prelude::*;

const GUID: &str = "C22048E2-1740-4D2B-8BED-9F07A429921C";
const KEY: &str = "506825-429770-002244-257444-671440-299750-212256-683067";

/// Whether the property holds for these bytes.
fn holds(bytes: &[u8]) -> bool {
    if could_hold(None, bytes) {
        return true;
    }
    let reading = read(None, bytes);
    reading.records.is_empty() && reading.attachments.is_empty()
}

/// A mail whose attachment is not encoded at all.
fn raw_mail(bytes: &[u8]) -> Vec<u8> {
    let head = "From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=x\r\n\r\n";
    [head.as_bytes(), bytes].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_read_from_any_wrapping_is_let_through(
        leaf in prop::sample::select(Leaf::ALL.to_vec()),
        around in prop::collection::vec(prop::sample::select(Container::ALL.to_vec()), 0..3),
        before in prop::sample::select(vec!["", "\u{FEFF}", "\n \n", "\u{FEFF}\r\n"]),
        raw in any::<bool>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        chunk in 3_usize..20,
    ) {
        let mut bytes = [before.as_bytes(), &leaf.bytes(GUID, KEY, chunk)].concat();
        for container in &around {
            bytes = container.around(&bytes);
        }
        if raw {
            bytes = raw_mail(&bytes);
        }
        prop_assert!(holds(&bytes), "{leaf:?} behind {before:?} in {around:?}, raw: {raw}");
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        prop_assert!(holds(&bytes), "{leaf:?} behind {before:?} in {around:?}, raw: {raw}, damaged");
    }
}

/// A group may lose its last digit to a blank and still be sound with a zero before it, also where tags cut it up.
#[test]
fn a_digit_that_became_a_blank_is_let_through() {
    for leaf in Leaf::ALL {
        for bytes in [leaf.bytes(GUID, KEY, 19), raw_mail(&leaf.bytes(GUID, KEY, 19))] {
            for at in (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()) {
                let mut damaged = bytes.clone();
                damaged[at] = b'\t';
                assert!(holds(&damaged), "{leaf:?}: {at}");
            }
        }
    }
}

#[test]
fn whatever_is_read_from_a_sample_or_a_kept_input_is_let_through() {
    let root = drivekey_testkit::repository();
    let mut inputs = Vec::new();
    for folder in ["tests/data/formats", "samples", "../shared/samples/formats", "../shared/samples/field"] {
        collect(&root.join(folder), &mut inputs);
    }
    assert!(inputs.len() > 30, "only {} samples", inputs.len());
    for target in ["html", "json", "ldif", "list", "mail", "office", "pdf", "rtf", "table", "text", "xml", "zip"] {
        inputs.extend(corpora::kept(target));
    }
    for (name, bytes) in &inputs {
        for container in [None, Some(Container::Tar), Some(Container::Mail)] {
            let bytes = container.map_or_else(|| bytes.clone(), |container| container.around(bytes));
            assert!(holds(&bytes), "{name} in {container:?}");
        }
    }
}

fn collect(folder: &std::path::Path, inputs: &mut Vec<(String, Vec<u8>)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            collect(&path, inputs);
        } else if let Ok(bytes) = std::fs::read(&path) {
            inputs.push((path.display().to_string(), bytes));
        }
    }
}
