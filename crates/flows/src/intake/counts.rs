//! How many keys and files met which fate.

use super::file::Outcome;
use drivekey_vault::{AttachedAs, TakenIn};

/// The counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Keys that came in.
    pub new: usize,
    /// Keys, startup keys and key packages that were there already.
    pub known: usize,
    /// Keys that were there already, with which something new was noted.
    pub noted: usize,
    /// Keys that came in and are at odds with others.
    pub conflicts: usize,
    /// Of all these: those that lie in the trash, where a person put them.
    pub in_trash: usize,
    /// Startup keys and key packages, found or new.
    pub others: usize,
    /// Keys that were not compared with a vault.
    pub found: usize,
    /// Files that have to do with keys, or were named, and of which nothing came.
    pub refused: usize,
    /// Files without a key.
    pub without: usize,
}

impl Counts {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let mut counts = Self { without: outcome.without, ..Self::default() };
        for file in &outcome.files {
            if file.is_unrelated() {
                counts.without += 1;
            } else if !file.holds_keys() {
                counts.refused += 1;
            }
            counts.found += file.found.len();
            counts.others += file.others_found
                + file.attached.iter().filter(|attached| !matches!(attached, AttachedAs::Known(_))).count();
            counts.known += file.attached.iter().filter(|attached| matches!(attached, AttachedAs::Known(_))).count();
            counts.in_trash += file.noted().filter(|(_, notes)| notes.in_trash_since.is_some()).count();
            for (_, taken) in &file.taken {
                match taken {
                    TakenIn::New(_) => counts.new += 1,
                    TakenIn::Known(_) => counts.known += 1,
                    TakenIn::Noted(_) => counts.noted += 1,
                    TakenIn::Conflict(..) => counts.conflicts += 1,
                }
            }
        }
        counts
    }

    /// All keys, startup keys and key packages of which something came.
    #[must_use]
    pub const fn keys(&self) -> usize {
        self.new + self.known + self.noted + self.conflicts + self.found + self.others
    }
}
