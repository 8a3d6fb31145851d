//! How many keys and files met which fate.

use super::file::Outcome;
use super::not_looked_into::NotLookedInto;
use super::sources::PassedOver;
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
    /// Files that were met on the way and not looked into; none of them is among those without a key.
    pub not_looked_into: NotLookedInto,
}

impl Counts {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let PassedOver { without, not_looked_into } = outcome.passed_over;
        let mut counts = Self { without, not_looked_into, ..Self::default() };
        for file in &outcome.files {
            if file.is_unrelated() {
                match file.not_looked_into() {
                    Some(kind) => counts.not_looked_into.note(kind),
                    None => counts.without += 1,
                }
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
