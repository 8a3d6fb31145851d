//! What was read: files and folders in parallel, and the text in the clipboard.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::not_looked_into::NotLookedInto;
use super::origin::Origin;
use super::{scanned, source_text};
use crate::gather::{self, Entry, FILE_CEILING_BYTES, GatherError};
use crate::{Progress, ScanReader, Watch, Work};
use drivekey_import::{self, Reading, Unread};
use drivekey_record::LineText;

/// What a person names.
#[derive(Clone, Copy, Default)]
pub struct Named<'a> {
    /// Files, and folders with everything below them.
    pub paths: &'a [PathBuf],
    /// What is in the clipboard.
    pub clipboard: Option<&'a str>,
}

/// One file, or what was handed over without one, with what it held.
pub struct Source {
    /// Where it came from.
    pub origin: Origin,
    /// Whether the user named it.
    pub named: bool,
    /// What was read in it.
    pub reading: Reading,
    /// The device that its name or folder suggests, once a person agreed.
    pub(super) suggestion: Option<LineText>,
    /// The bytes of a file encrypted with age, until it is opened.
    pub(super) sealed: Option<Zeroizing<Vec<u8>>>,
    /// Whether it was encrypted when it was read: the file itself shows nobody a key.
    pub(super) was_sealed: bool,
    /// A person looked at a doubtful reading and refused it.
    pub(super) declined: bool,
}

/// Everything that was read.
#[derive(Default)]
pub struct Sources {
    /// What was handed over, then the files in the order of their paths.
    pub read: Vec<Source>,
    /// What was named or met and could not be read.
    pub failed: Vec<GatherError>,
    /// Files met while walking of which no more than their beginning was read.
    pub passed_over: PassedOver,
    /// Somebody stopped it: there may be more.
    pub stopped: bool,
}

/// Files of which no more than their beginning was read.
#[derive(Debug, Clone, Copy, Default)]
pub struct PassedOver {
    /// Those that are too large to hold a key, or plainly no text.
    pub without: usize,
    /// Those of a kind that is recognised and not taken apart.
    pub not_looked_into: NotLookedInto,
}

impl PassedOver {
    pub(crate) fn note(&mut self, kind: Option<Unread>) {
        match kind {
            Some(kind) => self.not_looked_into.note(kind),
            None => self.without += 1,
        }
    }
}

impl Source {
    pub(crate) const fn new(origin: Origin, named: bool, reading: Reading) -> Self {
        Self { origin, named, reading, suggestion: None, sealed: None, was_sealed: false, declined: false }
    }

    /// Whether it holds something that can be kept.
    #[must_use]
    pub const fn holds_keys(&self) -> bool {
        self.reading.holds_anything()
    }

    /// The file's name alone.
    #[must_use]
    pub fn file_name(&self) -> Option<LineText> {
        self.origin.path().and_then(Path::file_name)?.to_string_lossy().parse().ok()
    }

    /// What the name or the folder suggests, where the file itself names no device.
    pub(super) fn suggested(&self) -> Option<LineText> {
        let nameless = self.reading.records.iter().any(|candidate| candidate.device_name.is_none());
        if nameless { drivekey_import::suggestions(self.origin.path()?) } else { None }
    }
}

impl Sources {
    /// Reads what came in by standard input, whatever it is: a text, an archive, a picture, a bundle. It comes first.
    pub fn hand_over(&mut self, bytes: Zeroizing<Vec<u8>>, scans: &dyn ScanReader) {
        self.read.insert(0, whole(scans, Origin::StandardInput, true, None, bytes));
    }

    /// How many keys there are.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.read.iter().map(|source| source.reading.keys()).sum()
    }

    /// How many startup keys and key packages there are.
    #[must_use]
    pub fn attachments(&self) -> usize {
        self.read.iter().map(|source| source.reading.attachments.len()).sum()
    }

    /// Whether nothing was found that could be kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys() == 0 && self.attachments() == 0
    }
}

/// Reads everything that was named.
#[must_use]
pub fn read(named: Named<'_>, scans: &dyn ScanReader, watch: &dyn Watch) -> Sources {
    let mut sources = Sources::default();
    if let Some(text) = named.clipboard {
        sources.read.push(Source::new(Origin::Clipboard, true, drivekey_import::read(None, text.as_bytes())));
    }
    let walk = gather::walk(named.paths);
    sources.failed = walk.failures;
    let (done, all) = (AtomicU64::new(0), walk.entries.len());
    let outcomes: Vec<Option<Result<Met, GatherError>>> = walk
        .entries
        .into_par_iter()
        .map(|entry| {
            if watch.is_cancelled() {
                return None;
            }
            let source = read_one(scans, entry);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            watch.progress(Progress { work: Work::FilesRead, done, all: Some(all as u64), bytes: 0 });
            Some(source)
        })
        .collect();
    for outcome in outcomes {
        match outcome {
            Some(Ok(Met::Read(source))) => sources.read.push(*source),
            Some(Ok(Met::PassedOver(kind))) => sources.passed_over.note(kind),
            Some(Err(error)) => sources.failed.push(error),
            None => sources.stopped = true,
        }
    }
    sources
}

/// What became of one file.
enum Met {
    Read(Box<Source>),
    /// It was met on the way and plainly holds no text; what it is, where that is known.
    PassedOver(Option<Unread>),
}

fn read_one(scans: &dyn ScanReader, entry: Entry) -> Result<Met, GatherError> {
    if entry.size_bytes > FILE_CEILING_BYTES {
        return Ok(match source_text::read_long(&entry)? {
            Some(reading) => Met::Read(Box::new(Source::new(Origin::File(entry.path), entry.named, reading))),
            None => Met::PassedOver(source_text::unread_kind(&entry.path)),
        });
    }
    let Some(bytes) = gather::read_entry(&entry)? else {
        return Ok(Met::PassedOver(source_text::unread_kind(&entry.path)));
    };
    let name = source_text::name_of(&entry.path);
    Ok(Met::Read(Box::new(whole(scans, Origin::File(entry.path), entry.named, name.as_deref(), bytes))))
}

fn whole(scans: &dyn ScanReader, origin: Origin, named: bool, name: Option<&str>, bytes: Zeroizing<Vec<u8>>) -> Source {
    let reading = drivekey_import::read_with(name, &bytes, &scanned::Pictures(scans));
    let was_sealed = drivekey_import::is_sealed(&bytes);
    let sealed = was_sealed.then_some(bytes);
    Source { sealed, was_sealed, ..Source::new(origin, named, reading) }
}
