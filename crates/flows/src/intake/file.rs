//! What is known of one file after it was read, and what became of it.

use std::ops::Range;
use std::path::PathBuf;

use super::Counts;
use super::sources::{PassedOver, Source, Sources};
use crate::gather::GatherError;
use drivekey_import::{Remark, RemarkKind, Unread};
use drivekey_record::{Guid, Handle, KeyId, LineText};
use drivekey_vault::{AttachedAs, RecordNotes, TakenIn};

/// What became of all that was read.
#[derive(Default)]
pub struct Outcome {
    /// Each file, by its path; the clipboard first.
    pub files: Vec<FileOutcome>,
    /// Files of which no more than their beginning was read.
    pub passed_over: PassedOver,
}

/// What became of one file.
pub struct FileOutcome {
    /// `None` for the clipboard.
    pub path: Option<PathBuf>,
    /// Whether the user named it.
    pub named: bool,
    /// Whether it was encrypted: the file itself shows nobody a key.
    pub was_sealed: bool,
    /// What its reader remarks.
    pub remarks: Vec<Remark>,
    /// The names of the files inside it that remarks are about.
    members: Vec<LineText>,
    /// Why it has no key, where that is so.
    no_key: NoKey,
    /// Where its keys and its attachments stand among all, while they are taken in.
    pub(super) keys: Range<usize>,
    pub(super) others: Range<usize>,
    /// Its keys' IDs, until it is known what became of each.
    pub(super) ids: Vec<KeyId>,
    /// What became of each key.
    pub taken: Vec<(KeyId, TakenIn)>,
    /// What is to be told of each of them besides, in the same order.
    pub notes: Vec<RecordNotes>,
    /// What became of each startup key and key package.
    pub attached: Vec<AttachedAs>,
    /// Key IDs among which nobody has chosen, a list for each such key.
    pub undecided: Vec<Vec<Guid>>,
    /// Startup keys and key packages that were only counted.
    pub others_found: usize,
    /// Keys that were only counted.
    pub found: Vec<KeyId>,
}

/// What there is to say where a file has no key.
struct NoKey {
    has_trace: bool,
    declined: bool,
    refusal: Option<RemarkKind>,
    key_id: Option<KeyId>,
    failure: Option<GatherError>,
}

/// Why no key was taken from a file.
#[derive(Debug)]
pub enum NoKeyBecause<'a> {
    /// It could not be read.
    Unreadable(&'a GatherError),
    /// A person left its keys out.
    LeftOut,
    /// What is in it is no key that could be taken.
    Refused {
        /// What is wrong with it; `None`: there is no recovery key in it.
        remark: Option<RemarkKind>,
        /// The Key ID that stands there all the same.
        key_id: Option<&'a KeyId>,
    },
}

/// What became of a file as a whole: of its keys' fates the one that is to be told first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Nothing came of it.
    Refused,
    /// It has keys, and nothing was compared with a vault.
    Found,
    /// All of it was there already.
    AlreadyThere,
    /// Something new was noted with what was there.
    Noted,
    /// Something came in.
    Imported,
    /// Something is at odds with what was there.
    Conflict,
}

impl FileOutcome {
    pub(super) fn of(source: &Source) -> Self {
        let Source { reading, .. } = source;
        let others = reading.other_keys.iter().map(|one| &one.details.key_id);
        let undecided = reading.records.iter().map(|one| &one.key_id_candidates).filter(|ids| !ids.is_empty());
        Self {
            path: source.path.clone(),
            named: source.named,
            was_sealed: source.was_sealed,
            remarks: reading.remarks.clone(),
            members: reading.members.clone(),
            no_key: NoKey {
                has_trace: reading.has_trace(),
                declined: source.declined,
                refusal: reading.refusal(),
                key_id: reading.partial.first().cloned(),
                failure: None,
            },
            keys: 0..0,
            others: 0..0,
            ids: reading.records.iter().map(|one| &one.key_id).chain(others).cloned().collect(),
            taken: Vec::new(),
            notes: Vec::new(),
            attached: Vec::new(),
            undecided: undecided.cloned().collect(),
            others_found: 0,
            found: Vec::new(),
        }
    }

    pub(super) fn failed(error: GatherError) -> Self {
        let nothing = Source::new(Some(error.path().to_owned()), true, drivekey_import::Reading::default());
        let mut outcome = Self::of(&nothing);
        outcome.no_key.failure = Some(error);
        outcome
    }

    /// The file inside this one that a remark is about.
    #[must_use]
    pub fn member(&self, remark: &Remark) -> Option<&LineText> {
        self.members.get(remark.member?)
    }

    /// Each key that was taken in, with what is to be told of it.
    pub fn noted(&self) -> impl Iterator<Item = (&TakenIn, &RecordNotes)> {
        self.taken.iter().map(|(_, taken)| taken).zip(&self.notes)
    }

    /// Whether anything came of it.
    #[must_use]
    pub const fn holds_keys(&self) -> bool {
        !self.taken.is_empty() || !self.found.is_empty() || !self.attached.is_empty() || self.others_found > 0
    }

    /// A file met on the way that has nothing to do with keys is counted, not refused.
    #[must_use]
    pub const fn is_unrelated(&self) -> bool {
        let NoKey { has_trace, declined, failure, .. } = &self.no_key;
        !self.holds_keys() && failure.is_none() && !*declined && !self.named && !*has_trace
    }

    /// What kind of file it is, where it was recognised and not looked into.
    pub(super) const fn not_looked_into(&self) -> Option<Unread> {
        match self.no_key.refusal {
            Some(RemarkKind::NotLookedInto { what }) => Some(what),
            _ => None,
        }
    }

    /// Why no key was taken from it; `None` where one was.
    #[must_use]
    pub const fn no_key_because(&self) -> Option<NoKeyBecause<'_>> {
        if self.holds_keys() {
            return None;
        }
        Some(match &self.no_key {
            NoKey { failure: Some(failure), .. } => NoKeyBecause::Unreadable(failure),
            NoKey { declined: true, .. } => NoKeyBecause::LeftOut,
            NoKey { refusal, key_id, .. } => NoKeyBecause::Refused { remark: *refusal, key_id: key_id.as_ref() },
        })
    }

    /// What became of it as a whole.
    #[must_use]
    pub fn fate(&self) -> Fate {
        let of_keys = self.taken.iter().map(|(_, taken)| match taken {
            TakenIn::New(_) => Fate::Imported,
            TakenIn::Known(_) => Fate::AlreadyThere,
            TakenIn::Noted(_) => Fate::Noted,
            TakenIn::Conflict(..) => Fate::Conflict,
        });
        let of_others = self.attached.iter().map(|attached| match attached {
            AttachedAs::New(_) | AttachedAs::Renewed(_) => Fate::Imported,
            AttachedAs::Known(_) => Fate::AlreadyThere,
        });
        let nothing_taken = if self.holds_keys() { Fate::Found } else { Fate::Refused };
        of_keys.chain(of_others).max().unwrap_or(nothing_taken)
    }
}

impl Outcome {
    pub(super) fn new(mut files: Vec<FileOutcome>, failed: Vec<GatherError>, passed_over: PassedOver) -> Self {
        files.extend(failed.into_iter().map(FileOutcome::failed));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files, passed_over }
    }

    /// What would be found, without a vault to compare with.
    #[must_use]
    pub fn without_vault(sources: Sources) -> Self {
        let file = |source: &Source| {
            let mut outcome = FileOutcome::of(source);
            outcome.found = std::mem::take(&mut outcome.ids);
            outcome.others_found = source.reading.attachments.len();
            outcome
        };
        Self::new(sources.read.iter().map(file).collect(), sources.failed, sources.passed_over)
    }

    /// The records that keys were taken in as, in the order of their files.
    pub fn handles(&self) -> impl Iterator<Item = Handle> {
        self.files.iter().flat_map(|file| &file.taken).map(|(_, taken)| taken.handle())
    }

    /// How many keys and files met which fate.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(self)
    }
}
