//! How many keys and files met which fate, and the exit code that this calls for. Must not print anything.

use super::Reports;
use crate::cli::exit::Exit;
use drivekey_vault::{AttachedAs, TakenIn};

/// The counts.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) new: usize,
    pub(super) known: usize,
    pub(super) noted: usize,
    pub(super) conflicts: usize,
    /// Of all these: those that lie in the trash, where a person put them.
    pub(super) in_trash: usize,
    pub(super) others: usize,
    pub(super) found: usize,
    pub(super) refused: usize,
    pub(super) refused_named: usize,
    pub(super) without: usize,
}

impl Counts {
    pub(super) fn of(reports: &Reports) -> Self {
        let mut counts = Self { without: reports.without, ..Self::default() };
        for file in &reports.files {
            if file.is_unrelated() {
                counts.without += 1;
            } else if !file.holds_keys() {
                counts.refused += 1;
                counts.refused_named += usize::from(file.named);
            }
            counts.found += file.found.len();
            counts.others += file.others_found
                + file.attached.iter().filter(|attached| matches!(attached, AttachedAs::New(_))).count();
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

    pub(super) const fn keys(&self) -> usize {
        self.new + self.known + self.noted + self.conflicts + self.found + self.others
    }

    /// All that was named refused is a failure, some of it is a part.
    pub(super) const fn exit(&self) -> Exit {
        match (self.refused > 0, self.keys() > 0) {
            (false, _) => Exit::Done,
            (true, true) => Exit::Partly,
            (true, false) => Exit::Failed,
        }
    }
}
