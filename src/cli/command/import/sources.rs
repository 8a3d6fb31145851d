//! Reading what the user named: files and folders in parallel, or the clipboard. Must not know the vault.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::cli::args::ImportArgs;
use crate::cli::failure::Failure;
use crate::cli::outlet::printable;
use crate::cli::progress::Progress;
use crate::cli::source_text;
use crate::cli::world::{ScanReader, World};
use crate::gather::{self, Entry, FILE_CEILING_BYTES, GatherError};
use drivekey_import::{self, Reading};
use drivekey_record::{Details, LineText, RecoveryPassword};

/// A bar for fewer files would only flicker.
const PROGRESS_FILES: usize = 200;

/// One file, or the clipboard, with what it held.
pub(in crate::cli::command) struct Source {
    /// `None` for the clipboard.
    pub(in crate::cli::command) path: Option<PathBuf>,
    /// Whether the user named it.
    pub(in crate::cli::command) named: bool,
    pub(in crate::cli::command) reading: Reading,
    /// The device that its name or folder suggests, once a person agreed.
    pub(in crate::cli::command) suggestion: Option<LineText>,
    /// The bytes of a file encrypted with age, until it is opened.
    pub(in crate::cli::command) sealed: Option<Zeroizing<Vec<u8>>>,
    /// Whether it was encrypted when it was read: the file itself shows nobody a key.
    pub(in crate::cli::command) was_sealed: bool,
    /// All that a bundle says of its records, in their order; empty for other files.
    pub(in crate::cli::command) told: Vec<Details>,
    /// A person looked at a doubtful reading and refused it.
    pub(in crate::cli::command) declined: bool,
}

/// Everything that was read.
pub(in crate::cli::command) struct Sources {
    pub(in crate::cli::command) read: Vec<Source>,
    pub(in crate::cli::command) failed: Vec<GatherError>,
    /// Files met while walking that are too large to hold a key, or plainly no text.
    pub(in crate::cli::command) without: usize,
}

impl Source {
    pub(in crate::cli::command) fn new(path: Option<PathBuf>, named: bool, reading: Reading) -> Self {
        Self {
            path,
            named,
            reading,
            suggestion: None,
            sealed: None,
            was_sealed: false,
            told: Vec::new(),
            declined: false,
        }
    }

    pub(in crate::cli::command) fn shown(&self) -> String {
        self.path.as_ref().map_or_else(|| "the clipboard".to_owned(), |path| printable(path))
    }

    /// What the name or the folder suggests, where the file itself names no device.
    fn suggested(&self) -> Option<LineText> {
        let nameless = self.reading.records.iter().any(|candidate| candidate.device_name.is_none());
        if nameless { drivekey_import::suggestions(self.path.as_deref()?) } else { None }
    }
}

impl Sources {
    pub(in crate::cli::command) fn keys(&self) -> usize {
        let keys = |reading: &Reading| reading.records.len() + reading.other_keys.len();
        self.read.iter().map(|source| keys(&source.reading)).sum()
    }

    pub(in crate::cli::command) fn attachments(&self) -> usize {
        self.read.iter().map(|source| source.reading.attachments.len()).sum()
    }

    /// Whether nothing was found that could be kept.
    pub(in crate::cli::command) fn is_empty(&self) -> bool {
        self.keys() == 0 && self.attachments() == 0
    }

    /// Each suggested device with the places of the keys it would go to: file and key.
    pub(in crate::cli::command) fn suggestions(&self) -> BTreeMap<LineText, Vec<(usize, usize)>> {
        let mut places: BTreeMap<LineText, Vec<(usize, usize)>> = BTreeMap::new();
        for (file, source) in self.read.iter().enumerate() {
            if let Some(suggested) = source.suggested() {
                let nameless =
                    source.reading.records.iter().enumerate().filter(|(_, candidate)| candidate.device_name.is_none());
                places.entry(suggested).or_default().extend(nameless.map(|(key, _)| (file, key)));
            }
        }
        places
    }

    /// The key at a place.
    pub(in crate::cli::command) fn password(&self, (file, key): (usize, usize)) -> Option<&RecoveryPassword> {
        Some(&self.read.get(file)?.reading.records.get(key)?.password)
    }

    pub(in crate::cli::command) fn accept(&mut self, suggestion: &LineText) {
        for source in &mut self.read {
            if source.suggested().as_ref() == Some(suggestion) {
                source.suggestion = Some(suggestion.clone());
            }
        }
    }
}

/// Reads everything that was named.
pub(in crate::cli::command) fn read(world: &mut World<'_>, args: &ImportArgs) -> Result<Sources, Failure> {
    let mut read = Vec::new();
    if args.clipboard {
        let text = world.clipboard.text()?;
        let reading = drivekey_import::read(None, text.as_bytes());
        read.push(Source::new(None, true, reading));
    }
    let walk = gather::walk(&args.paths);
    let shown = world.surroundings.err_is_terminal && walk.entries.len() > PROGRESS_FILES;
    let progress = Progress::new(shown, "files read");
    let scans = world.scans;
    let (done, all) = (AtomicUsize::new(0), walk.entries.len());
    let outcomes: Vec<Result<Option<Source>, GatherError>> = walk
        .entries
        .into_par_iter()
        .map(|entry| {
            let reading = read_one(scans, &entry);
            progress.at(done.fetch_add(1, Ordering::Relaxed) + 1, all);
            let Some((reading, sealed)) = reading? else { return Ok(None) };
            let mut source = Source::new(Some(entry.path), entry.named, reading);
            source.was_sealed = sealed.is_some();
            source.sealed = sealed;
            Ok(Some(source))
        })
        .collect();
    progress.finish();
    let mut failed = walk.failures;
    let mut without = 0_usize;
    for outcome in outcomes {
        match outcome {
            Ok(Some(source)) => read.push(source),
            Ok(None) => without += 1,
            Err(error) => failed.push(error),
        }
    }
    Ok(Sources { read, failed, without })
}

/// What was read, and the bytes of a file that is encrypted with age.
type Read = (Reading, Option<Zeroizing<Vec<u8>>>);

/// `None` where a file was only met on the way and plainly holds no text.
fn read_one(scans: &dyn ScanReader, entry: &Entry) -> Result<Option<Read>, GatherError> {
    if entry.size_bytes > FILE_CEILING_BYTES {
        return Ok(source_text::read_long(entry)?.map(|reading| (reading, None)));
    }
    let Some(bytes) = gather::read_entry(entry)? else { return Ok(None) };
    let mut reading = drivekey_import::read(source_text::name_of(&entry.path).as_deref(), &bytes);
    // A document of our own has its keys as text; a scan of it has them as codes only.
    if reading.records.is_empty()
        && reading.other_keys.is_empty()
        && let Some(scanned) = super::scan::read(scans, &bytes)
    {
        reading = scanned;
    }
    Ok(Some((reading, drivekey_import::is_sealed(&bytes).then_some(bytes))))
}
