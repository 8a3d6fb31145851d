//! One byte of a closed vault is another one: every answer is the known one or a refusal that says damage, never other
//! content, never "wrong passphrase", never a panic, and reading changes nothing.
//!
//! The header, schema and slot pages are swept byte for byte, the others in steps; `DRIVEKEY_SWEEP=all` takes every
//! byte with every pattern.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use drivekey_testkit::house::{House, Known, PASSPHRASE, ask_everything, report};
use drivekey_vault::Machine;
use proptest::prelude::*;

const RECORDS: u32 = 4;
const PAGE: usize = 4096;
const PATTERNS: [u8; 3] = [0x01, 0x80, 0xFF];
/// Bytes between two that are tried on a page that is not swept whole. Odd, so that every column is met somewhere.
const STRIDE: usize = 17;

fn put(file: &mut File, at: usize, byte: u8) {
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(&[byte]).unwrap();
}

struct Flips {
    house: House,
    bytes: Vec<u8>,
    known: Known,
}

impl Flips {
    fn new() -> Self {
        let house = House::with(RECORDS);
        let known = Known::of(&mut house.open()).brief();
        let bytes = house.bytes();
        Self { house, bytes, known }
    }

    /// A copy in a house of its own, for one thread.
    fn copy(&self) -> House {
        let house = House::empty();
        house.put(&self.bytes);
        house
    }

    /// What is wrong with the answers when these bytes are changed.
    fn wrong(&self, house: &House, changes: &[(usize, u8)]) -> Option<String> {
        let mut file = File::options().write(true).open(house.path()).unwrap();
        for &(at, pattern) in changes {
            put(&mut file, at, self.bytes[at] ^ pattern);
        }
        let steps = ask_everything(&house.path(), Machine::new(None), PASSPHRASE, &self.known);
        for &(at, _) in changes {
            put(&mut file, at, self.bytes[at]);
        }
        let report = report(&steps);
        // A search that shows fewer is accepted only where verify names the damage.
        let hidden = !report.fewer.is_empty() && !report.calls.contains("verify");
        (hidden || !report.lies.is_empty()).then(|| {
            let pages: Vec<_> = changes.iter().map(|(at, pattern)| (at / PAGE + 1, at % PAGE, pattern)).collect();
            format!("{pages:?} {report:?}")
        })
    }

    fn is_swept_whole(&self, page: usize, slot_page: usize) -> bool {
        // Page 1 is the header and the schema's root; the schema's text goes on where its first words stand.
        let bytes = &self.bytes[page * PAGE..][..PAGE];
        page == 0
            || page == slot_page
            || bytes.windows(12).any(|window| window == b"CREATE TABLE" || window == b"CREATE INDEX")
    }
}

#[test]
fn no_flipped_byte_changes_an_answer_unnoticed() {
    let flips = Flips::new();
    let slot_page: usize = {
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'slot'";
        flips.house.stranger().query_one(sql, [], |row| row.get::<_, u32>(0)).unwrap() as usize - 1
    };
    let all = std::env::var_os("DRIVEKEY_SWEEP").is_some();
    let mut tries = Vec::new();
    for (at, &byte) in flips.bytes.iter().enumerate() {
        // The file and what reads it are the same on every system; an emulated one takes a sample.
        if cfg!(windows) && !all && at >= 100 && !at.is_multiple_of(7) {
            continue;
        }
        let whole = flips.is_swept_whole(at / PAGE, slot_page);
        for (number, pattern) in PATTERNS.into_iter().enumerate() {
            // The sweep of whole pages takes the patterns in turn, the first hundred bytes all of them.
            let turn = at % PATTERNS.len() == number;
            // Bytes that hold something tell more than the empty middle of a page.
            let sample = at % STRIDE == number && byte != 0 || at % (STRIDE * 41) == number;
            if all || at < 100 || whole && turn && (byte != 0 || at.is_multiple_of(8)) || sample {
                tries.push((at, pattern));
            }
        }
    }
    println!("{} tries on {} bytes", tries.len(), flips.bytes.len());
    let next = AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let house = flips.copy();
                while let Some(&change) = tries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    wrong.lock().unwrap().extend(flips.wrong(&house, &[change]));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_handful_of_changed_bytes_does_either() {
    let flips = Flips::new();
    let house = flips.copy();
    let change = (0..flips.bytes.len(), 1..=255_u8);
    // Bytes that hold something, three times out of four.
    let used: Vec<usize> = (0..flips.bytes.len()).filter(|&at| flips.bytes[at] != 0).collect();
    let used_change = (proptest::sample::select(used), 1..=255_u8);
    let config = ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(changes in proptest::collection::vec(prop_oneof![3 => used_change, 1 => change], 1..6))| {
        let wrong = flips.wrong(&house, &changes);
        prop_assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
    });
}
