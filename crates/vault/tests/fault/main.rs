//! The disk fails and the power goes: at every call that changes something, in every way, and with every part of what
//! was not synced lost. Afterwards a fresh opening sees the state before or after, whole.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod acts;
mod cuts;
mod disk;
mod going_on;
mod new_vault;
mod sight;
mod table;
mod vfs;

use std::io::Write;
use std::sync::Mutex;
use std::time::Instant;

use acts::{ACTS, Act};
use cuts::{Bench, Effort, Figures};

/// Fewer would mean that the layer is not in place.
const FEWEST_POINTS: u64 = 10_000;
const THREADS: u32 = 12;
const SAMPLE: Effort = Effort { lots: 2, stride: 11, cuts_a_failure: 1, writes_every: 4 };

#[test]
fn every_act_ends_before_or_after_wherever_it_is_cut() {
    let figures = try_all("sample", false, SAMPLE);
    assert!(figures.points >= FEWEST_POINTS, "{figures:?}");
}

/// What is rolled back is damaged, as it was before: that must not keep it from being rolled back, and repaired again.
#[test]
fn a_repair_ends_before_or_after_wherever_it_is_cut() {
    try_all("of damage", true, SAMPLE);
}

#[test]
#[ignore = "takes many minutes"]
fn every_act_ends_before_or_after_wherever_it_is_cut_at_length() {
    let figures = try_all("whole", false, Effort { lots: 32, stride: 1, cuts_a_failure: 4, writes_every: 1 });
    assert!(figures.points >= FEWEST_POINTS * 10, "{figures:?}");
}

/// Every act on sound vaults or on damaged ones; prints the figure.
fn try_all(name: &str, on_damage: bool, effort: Effort) -> Figures {
    let begun = Instant::now();
    let waiting: Mutex<Vec<&'static Act>> =
        Mutex::new(ACTS.iter().rev().filter(|act| act.on_damage == on_damage).collect());
    let acts = waiting.lock().unwrap().len();
    let sum = Mutex::new(Figures::default());
    let next = || waiting.lock().unwrap().pop();
    let work = || {
        while let Some(act) = next() {
            let mut bench = Bench::new(act, effort);
            bench.cut_everywhere();
            bench.fail_everywhere();
            let mut sum = sum.lock().unwrap();
            sum.points += bench.figures.points;
            sum.disks += bench.figures.disks;
        }
    };
    std::thread::scope(|scope| {
        // More than there are cores: who meets an unfinished write waits a moment and looks again.
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    let figures = sum.into_inner().unwrap();
    say(&format!(
        "fault: {} cut points in {acts} acts, {} different disks opened ({name}, {:.0} s)\n",
        figures.points,
        figures.disks,
        begun.elapsed().as_secs_f64()
    ));
    figures
}

/// Past the harness, which would swallow it.
fn say(line: &str) {
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}
