//! The report of an import: one line a file, counts, and which files now lie about in the clear.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::sources::{Source, Sources};
use crate::cli::args::Shared;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::remarks::{refusal_words, remark_words};
use crate::cli::{json as print, world::World};
use crate::gather::GatherError;
use crate::import::{Place, Remark, RemarkKind};
use crate::record::KeyId;
use crate::vault::TakenIn;

/// Longest list of files in the clear; the rest is counted.
const SHOWN_FILES: usize = 20;

/// What became of one file.
pub(super) struct FileReport {
    /// `None` for the clipboard.
    pub(super) path: Option<PathBuf>,
    named: bool,
    was_sealed: bool,
    has_trace: bool,
    declined: bool,
    remarks: Vec<Remark>,
    refusal: Option<RemarkKind>,
    partial: Vec<KeyId>,
    failure: Option<GatherError>,
    /// Where its keys stand among all, while they are taken in.
    pub(super) first: usize,
    pub(super) count: usize,
    /// Its keys; without a vault `None` in place of what became of each.
    pub(super) taken: Vec<(KeyId, TakenIn)>,
    /// Keys that were only counted.
    found: Vec<KeyId>,
}

/// The reports of all files, and how many more were looked at.
pub(super) struct Reports {
    pub(super) files: Vec<FileReport>,
    /// Files that were not worth reading.
    pub(super) without: usize,
}

impl FileReport {
    pub(super) fn of(source: &Source) -> Self {
        Self {
            path: source.path.clone(),
            named: source.named,
            was_sealed: source.was_sealed,
            has_trace: source.reading.has_trace(),
            declined: source.declined,
            remarks: source.reading.remarks.clone(),
            refusal: source.reading.refusal(),
            partial: source.reading.partial.clone(),
            failure: None,
            first: 0,
            count: 0,
            taken: Vec::new(),
            found: Vec::new(),
        }
    }

    pub(super) fn failed(error: GatherError) -> Self {
        Self {
            path: Some(error.path().to_owned()),
            named: true,
            was_sealed: false,
            has_trace: true,
            declined: false,
            remarks: Vec::new(),
            refusal: None,
            partial: Vec::new(),
            failure: Some(error),
            first: 0,
            count: 0,
            taken: Vec::new(),
            found: Vec::new(),
        }
    }

    fn shown(&self) -> String {
        self.path.as_ref().map_or_else(|| "the clipboard".to_owned(), |path| printable(path))
    }

    fn holds_keys(&self) -> bool {
        !self.taken.is_empty() || !self.found.is_empty()
    }

    /// A file met on the way that has nothing to do with keys is counted, not refused.
    fn is_unrelated(&self) -> bool {
        !self.holds_keys() && self.failure.is_none() && !self.declined && !self.named && !self.has_trace
    }

    /// Why no key was taken from it, in words.
    fn refused_because(&self) -> Option<String> {
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
        Some(format!("{}{id}", self.refusal.as_ref().map_or_else(|| "there is no recovery key in it".to_owned(), refusal_words)))
    }

    /// The word at the line's beginning.
    fn word(&self) -> &'static str {
        if !self.holds_keys() {
            return "refused";
        }
        let mut word = if self.taken.is_empty() { "found" } else { "already there" };
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

/// What would be found, without a vault to compare with.
pub(super) fn without_vault(sources: Sources) -> Reports {
    let mut files: Vec<FileReport> = Vec::with_capacity(sources.read.len());
    for source in sources.read {
        let mut report = FileReport::of(&source);
        report.found = source.reading.records.iter().map(|candidate| candidate.key_id.clone()).collect();
        files.push(report);
    }
    files.extend(sources.failed.into_iter().map(FileReport::failed));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Reports { files, without: sources.without }
}

#[derive(Default)]
struct Counts {
    new: usize,
    known: usize,
    noted: usize,
    conflicts: usize,
    found: usize,
    refused: usize,
    refused_named: usize,
    without: usize,
}

impl Counts {
    fn of(reports: &Reports) -> Self {
        let mut counts = Self { without: reports.without, ..Self::default() };
        for file in &reports.files {
            if file.is_unrelated() {
                counts.without += 1;
            } else if !file.holds_keys() {
                counts.refused += 1;
                counts.refused_named += usize::from(file.named);
            }
            counts.found += file.found.len();
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

    const fn keys(&self) -> usize {
        self.new + self.known + self.noted + self.conflicts + self.found
    }

    /// All that was named refused is a failure, some of it is a part.
    const fn exit(&self) -> Exit {
        match (self.refused > 0, self.keys() > 0) {
            (false, _) => Exit::Done,
            (true, true) => Exit::Partly,
            (true, false) => Exit::Failed,
        }
    }
}

/// Prints the report and gives the exit code.
pub(super) fn show(world: &mut World<'_>, shared: &Shared, reports: &Reports, dry_run: bool) -> Result<Exit, Failure> {
    let counts = Counts::of(reports);
    if shared.json {
        as_json(world, reports, &counts, dry_run)?;
    } else {
        lines(world, reports, dry_run)?;
        summary(world, &counts, dry_run)?;
        if !dry_run && counts.keys() > 0 {
            in_the_clear(world, shared, reports)?;
        }
    }
    if counts.keys() == 0 && counts.refused == 0 {
        return Err(Failure::new(
            Exit::NotFound,
            "no recovery key was found",
            "Windows' files are called \"BitLocker Recovery Key ….TXT\"; 'drivekey add' takes a key typed from paper",
        ));
    }
    Ok(counts.exit())
}

fn lines(world: &mut World<'_>, reports: &Reports, dry_run: bool) -> Result<(), Failure> {
    for file in reports.files.iter().filter(|file| !file.is_unrelated()) {
        let ids: Vec<String> = file.taken.iter().map(|(id, taken)| named(taken, id, dry_run)).chain(file.found.iter().map(brief)).collect();
        // What is only looked at has neither come in nor got its name.
        let verdict = if dry_run && file.word() == "imported" { "new" } else { file.word() };
        match file.refused_because() {
            Some(why) => writeln!(world.out, "{verdict:<14} {}: {why}", file.shown())?,
            None if ids.len() > 4 => writeln!(world.out, "{verdict:<14} {}: {} keys", file.shown(), ids.len())?,
            None => writeln!(world.out, "{verdict:<14} {}: {}", file.shown(), ids.join(", "))?,
        }
        for remark in file.remarks.iter().filter(|remark| !remark.kind.is_refusal() || file.holds_keys()) {
            let line = match remark.place {
                Some(Place::Line(line)) => format!("line {line}: "),
                Some(Place::Record(record)) => format!("record {record}: "),
                None => String::new(),
            };
            writeln!(world.out, "               {line}{}", remark_words(&remark.kind))?;
        }
        for (_, taken) in &file.taken {
            if let TakenIn::Conflict(handle, with) = taken {
                let with: Vec<String> = with.iter().map(ToString::to_string).collect();
                let new = if dry_run { "this".to_owned() } else { handle.to_string() };
                writeln!(
                    world.out,
                    "               {new} and {} say different things of one Key ID or key; all are kept",
                    with.join(", ")
                )?;
            }
        }
    }
    Ok(())
}

/// A key by its record and the beginning of its Key ID.
fn named(taken: &TakenIn, id: &KeyId, dry_run: bool) -> String {
    if dry_run && matches!(taken, TakenIn::New(_) | TakenIn::Conflict(..)) {
        return brief(id);
    }
    format!("{} {}", taken.handle(), brief(id))
}

/// As the recovery screen shows it.
fn brief(id: &KeyId) -> String {
    id.known_hex().map_or_else(|| "(no Key ID)".to_owned(), |hex| hex.chars().take(8).collect())
}

fn summary(world: &mut World<'_>, counts: &Counts, dry_run: bool) -> Result<(), Failure> {
    let mut parts = Vec::new();
    let mut add = |count: usize, one: &str, many: &str| {
        if count > 0 {
            parts.push(if count == 1 { format!("1 {one}") } else { format!("{count} {many}") });
        }
    };
    let new = if dry_run { ("new key", "new keys") } else { ("key imported", "keys imported") };
    add(counts.found, "key found", "keys found");
    add(counts.new, new.0, new.1);
    add(counts.known, "already there", "already there");
    add(counts.noted, "already there with something new noted", "already there with something new noted");
    add(counts.conflicts, "in conflict (kept)", "in conflict (kept)");
    add(counts.refused, "file refused", "files refused");
    add(counts.without, "file without a key", "files without a key");
    if parts.is_empty() {
        return Ok(());
    }
    let nothing_new = !dry_run && counts.keys() > 0 && counts.keys() == counts.known;
    writeln!(world.out, "{}.{}", parts.join(", "), if nothing_new { " Nothing was changed." } else { "" })?;
    if dry_run {
        writeln!(world.out, "This was a dry run: nothing was kept.")?;
    }
    Ok(())
}

/// Files that still hold keys for everybody to read.
fn in_the_clear(world: &mut World<'_>, shared: &Shared, reports: &Reports) -> Result<(), Failure> {
    let files: Vec<&PathBuf> =
        reports.files.iter().filter(|file| file.holds_keys() && !file.was_sealed).filter_map(|file| file.path.as_ref()).collect();
    if files.is_empty() {
        return Ok(());
    }
    world.out.flush()?;
    let held = if files.len() == 1 { "This file still holds".to_owned() } else { format!("These {} files still hold", files.len()) };
    writeln!(world.err, "\n{held} recovery keys that anybody can read:")?;
    for file in files.iter().take(SHOWN_FILES) {
        writeln!(world.err, "  {}", printable(file))?;
    }
    if files.len() > SHOWN_FILES {
        writeln!(world.err, "  and {} more; --json lists all", files.len() - SHOWN_FILES)?;
    }
    let delete = if cfg!(windows) { "with Shift+Delete in Explorer" } else { "with 'rm'" };
    let list =
        shared.vault.as_ref().map_or_else(|| "drivekey list".to_owned(), |vault| format!("drivekey --vault \"{}\" list", vault.display()));
    let them = if files.len() == 1 { "it" } else { "them" };
    writeln!(world.err, "Check first that '{list}' shows the keys, then delete {them} {delete}.")?;
    writeln!(world.err, "On a stick or SSD only destroying or re-encrypting it removes every trace.")?;
    Ok(())
}

/// A path without anything that could steer a terminal.
fn printable(path: &Path) -> String {
    path.display()
        .to_string()
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') { '\u{FFFD}' } else { c })
        .collect()
}

fn as_json(world: &mut World<'_>, reports: &Reports, counts: &Counts, dry_run: bool) -> Result<(), Failure> {
    let files: Vec<_> = reports
        .files
        .iter()
        .filter(|file| !file.is_unrelated())
        .map(|file| {
            let records: Vec<_> = file
                .taken
                .iter()
                .map(|(id, taken)| {
                    let (outcome, with) = match taken {
                        TakenIn::New(_) => ("imported", Vec::new()),
                        TakenIn::Known(_) => ("alreadyThere", Vec::new()),
                        TakenIn::Noted(_) => ("noted", Vec::new()),
                        TakenIn::Conflict(_, with) => ("conflict", with.clone()),
                    };
                    json!({ "handle": taken.handle(), "id": id.full().map(ToString::to_string), "keyIdPrefix": prefix(id), "outcome": outcome, "conflictsWith": with })
                })
                .chain(file.found.iter().map(|id| json!({ "id": id.full().map(ToString::to_string), "keyIdPrefix": prefix(id), "outcome": "found" })))
                .collect();
            json!({
                "path": file.path.as_ref().map(|path| path.display().to_string()),
                "outcome": if file.holds_keys() { "read" } else { "refused" },
                "remarks": file.remarks.iter().map(remark_json).collect::<Vec<_>>(),
                "refusedBecause": file.refused_because(),
                "records": records,
            })
        })
        .collect();
    print::print(
        world.out,
        &json!({
            "files": files,
            "dryRun": dry_run,
            "counts": {
                "found": counts.found,
                "imported": counts.new,
                "alreadyThere": counts.known,
                "noted": counts.noted,
                "conflicts": counts.conflicts,
                "refusedFiles": counts.refused,
                "filesWithoutKey": counts.without,
            },
        }),
    )
}

fn remark_json(remark: &Remark) -> serde_json::Value {
    let (line, record) = match remark.place {
        Some(Place::Line(line)) => (Some(line), None),
        Some(Place::Record(record)) => (None, Some(record)),
        None => (None, None),
    };
    json!({ "code": remark.code(), "line": line, "record": record })
}

fn prefix(id: &KeyId) -> Option<String> {
    match id {
        KeyId::Prefix(prefix) => Some(prefix.as_str().to_owned()),
        KeyId::Full(_) | KeyId::Unknown => None,
    }
}
