//! What is known of one file once it was read, and what became of it. Must not print anything.

use std::ops::Range;
use std::path::PathBuf;

use crate::cli::command::import::sources::Source;
use crate::cli::outlet::printable;
use crate::cli::remarks::refusal_words;
use crate::gather::GatherError;
use drivekey_import::{Remark, RemarkKind};
use drivekey_record::{Guid, KeyId, LineText};
use drivekey_vault::{AttachedAs, RecordNotes, TakenIn};

/// What became of one file.
#[expect(clippy::struct_excessive_bools, reason = "four facts of a file that do not depend on each other")]
pub(in crate::cli::command) struct FileReport {
    /// `None` for the clipboard.
    pub(in crate::cli::command) path: Option<PathBuf>,
    pub(super) named: bool,
    pub(super) was_sealed: bool,
    has_trace: bool,
    declined: bool,
    pub(super) remarks: Vec<Remark>,
    members: Vec<LineText>,
    refusal: Option<RemarkKind>,
    partial: Vec<KeyId>,
    failure: Option<GatherError>,
    /// Where its keys and its attachments stand among all, while they are taken in.
    pub(in crate::cli::command) keys: Range<usize>,
    pub(in crate::cli::command) others: Range<usize>,
    /// Its keys' IDs, until it is known what became of each.
    pub(in crate::cli::command) ids: Vec<KeyId>,
    pub(in crate::cli::command) taken: Vec<(KeyId, TakenIn)>,
    /// What is to be told of each of them besides, in the same order.
    pub(in crate::cli::command) notes: Vec<RecordNotes>,
    pub(in crate::cli::command) attached: Vec<AttachedAs>,
    /// Key IDs among which nobody has chosen, a list for each such key.
    pub(super) undecided: Vec<Vec<Guid>>,
    /// Attachments that were only counted.
    pub(super) others_found: usize,
    /// Keys that were only counted.
    pub(super) found: Vec<KeyId>,
}

impl FileReport {
    pub(in crate::cli::command) fn of(source: &Source) -> Self {
        let records = source.reading.records.iter();
        let others = source.reading.other_keys.iter().map(|one| &one.details.key_id);
        Self {
            path: source.path.clone(),
            named: source.named,
            was_sealed: source.was_sealed,
            has_trace: source.reading.has_trace(),
            declined: source.declined,
            remarks: source.reading.remarks.clone(),
            members: source.reading.members.clone(),
            refusal: source.reading.refusal(),
            partial: source.reading.partial.clone(),
            failure: None,
            keys: 0..0,
            others: 0..0,
            ids: records.clone().map(|one| &one.key_id).chain(others).cloned().collect(),
            taken: Vec::new(),
            notes: Vec::new(),
            attached: Vec::new(),
            undecided: records
                .filter(|one| !one.key_id_candidates.is_empty())
                .map(|one| one.key_id_candidates.clone())
                .collect(),
            others_found: 0,
            found: Vec::new(),
        }
    }

    pub(in crate::cli::command) fn failed(error: GatherError) -> Self {
        Self {
            path: Some(error.path().to_owned()),
            named: true,
            was_sealed: false,
            has_trace: true,
            declined: false,
            remarks: Vec::new(),
            members: Vec::new(),
            refusal: None,
            partial: Vec::new(),
            failure: Some(error),
            keys: 0..0,
            others: 0..0,
            ids: Vec::new(),
            taken: Vec::new(),
            notes: Vec::new(),
            attached: Vec::new(),
            undecided: Vec::new(),
            others_found: 0,
            found: Vec::new(),
        }
    }

    pub(super) fn shown(&self) -> String {
        self.path.as_ref().map_or_else(|| "the clipboard".to_owned(), |path| printable(path))
    }

    /// The file inside this one that a remark is about.
    pub(super) fn member(&self, remark: &Remark) -> Option<&LineText> {
        self.members.get(remark.member?)
    }

    /// Each key that was taken in, with what is to be told of it.
    pub(super) fn noted(&self) -> impl Iterator<Item = (&TakenIn, &RecordNotes)> {
        self.taken.iter().map(|(_, taken)| taken).zip(&self.notes)
    }

    pub(super) fn holds_keys(&self) -> bool {
        !self.taken.is_empty() || !self.found.is_empty() || !self.attached.is_empty() || self.others_found > 0
    }

    /// A file met on the way that has nothing to do with keys is counted, not refused.
    pub(super) fn is_unrelated(&self) -> bool {
        !self.holds_keys() && self.failure.is_none() && !self.declined && !self.named && !self.has_trace
    }

    /// Why no key was taken from it, in words.
    pub(super) fn refused_because(&self) -> Option<String> {
        if self.holds_keys() {
            return None;
        }
        if let Some(failure) = &self.failure {
            return Some(crate::cli::remarks::gather_words(failure));
        }
        if self.declined {
            return Some("left out, as you said".to_owned());
        }
        let id = self.partial.first().map(|id| format!(" (Key ID {id})")).unwrap_or_default();
        Some(format!(
            "{}{id}",
            self.refusal.as_ref().map_or_else(|| "there is no recovery key in it".to_owned(), refusal_words)
        ))
    }

    /// The word at the line's beginning.
    pub(super) fn word(&self) -> &'static str {
        if !self.holds_keys() {
            return "refused";
        }
        let only_found = self.taken.is_empty() && self.attached.is_empty();
        let mut word = if only_found { "found" } else { "already there" };
        if self.attached.iter().any(|attached| matches!(attached, AttachedAs::New(_))) {
            word = "imported";
        }
        for (_, taken) in &self.taken {
            word = match (taken, word) {
                (TakenIn::Conflict(..), _) | (_, "conflict") => "conflict",
                (TakenIn::New(_), _) | (_, "imported") => "imported",
                (TakenIn::Noted(_), _) | (_, "noted") => "noted",
                (TakenIn::Known(_), _) => "already there",
            };
        }
        word
    }
}
