//! The report of an import: one line a file, counts, and which files now lie about in the clear.

use std::ops::Range;
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
use crate::record::{Guid, KeyId, LineText};
use crate::vault::{AttachedAs, TakenIn};

/// Longest list of files in the clear; the rest is counted.
const SHOWN_FILES: usize = 20;

/// What became of one file.
#[expect(clippy::struct_excessive_bools, reason = "four facts of a file that do not depend on each other")]
pub(in crate::cli::command) struct FileReport {
    /// `None` for the clipboard.
    pub(in crate::cli::command) path: Option<PathBuf>,
    named: bool,
    was_sealed: bool,
    has_trace: bool,
    declined: bool,
    remarks: Vec<Remark>,
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
    pub(in crate::cli::command) attached: Vec<AttachedAs>,
    /// Key IDs among which nobody has chosen, a list for each such key.
    undecided: Vec<Vec<Guid>>,
    /// Attachments that were only counted.
    others_found: usize,
    /// Keys that were only counted.
    found: Vec<KeyId>,
}

/// The reports of all files, and how many more were looked at.
pub(in crate::cli::command) struct Reports {
    pub(in crate::cli::command) files: Vec<FileReport>,
    /// Files that were not worth reading.
    pub(in crate::cli::command) without: usize,
}

impl FileReport {
    pub(in crate::cli::command) fn of(source: &Source) -> Self {
        let records = source.reading.records.iter();
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
            ids: records.clone().map(|one| one.key_id.clone()).collect(),
            taken: Vec::new(),
            attached: Vec::new(),
            undecided: records.filter(|one| !one.key_id_candidates.is_empty()).map(|one| one.key_id_candidates.clone()).collect(),
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
            attached: Vec::new(),
            undecided: Vec::new(),
            others_found: 0,
            found: Vec::new(),
        }
    }

    fn shown(&self) -> String {
        self.path.as_ref().map_or_else(|| "the clipboard".to_owned(), |path| printable(path))
    }

    /// The file inside this one that a remark is about.
    fn member(&self, remark: &Remark) -> Option<&LineText> {
        self.members.get(remark.member?)
    }

    fn holds_keys(&self) -> bool {
        !self.taken.is_empty() || !self.found.is_empty() || !self.attached.is_empty() || self.others_found > 0
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

/// What would be found, without a vault to compare with.
pub(in crate::cli::command) fn without_vault(sources: Sources) -> Reports {
    let mut files: Vec<FileReport> = Vec::with_capacity(sources.read.len());
    for source in sources.read {
        let mut report = FileReport::of(&source);
        report.found = std::mem::take(&mut report.ids);
        report.others_found = source.reading.attachments.len();
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
    others: usize,
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
            counts.others += file.others_found + file.attached.iter().filter(|attached| matches!(attached, AttachedAs::New(_))).count();
            counts.known += file.attached.iter().filter(|attached| matches!(attached, AttachedAs::Known(_))).count();
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
        self.new + self.known + self.noted + self.conflicts + self.found + self.others
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
pub(in crate::cli::command) fn show(world: &mut World<'_>, shared: &Shared, reports: &Reports, dry_run: bool) -> Result<Exit, Failure> {
    let counts = Counts::of(reports);
    if shared.json {
        print::print(world.out, &document(reports, dry_run))?;
    } else {
        lines(world, reports, dry_run)?;
        summary(world, reports, dry_run)?;
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

pub(in crate::cli::command) fn lines(world: &mut World<'_>, reports: &Reports, dry_run: bool) -> Result<(), Failure> {
    for file in reports.files.iter().filter(|file| !file.is_unrelated()) {
        let mut ids: Vec<String> =
            file.taken.iter().map(|(id, taken)| named(taken, id, dry_run)).chain(file.found.iter().map(brief)).collect();
        ids.extend(file.attached.iter().map(|attached| attachment_named(*attached, dry_run)));
        ids.extend((file.others_found > 0).then(|| "a startup key or key package".to_owned()));
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
            let member = file.member(remark).map(|member| format!("{member}: ")).unwrap_or_default();
            writeln!(world.out, "               {member}{line}{}", remark_words(&remark.kind))?;
        }
        for candidates in &file.undecided {
            let ids: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            writeln!(world.out, "               its Key ID may be {}; 'drivekey edit' notes the right one", ids.join(" or "))?;
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

fn attachment_named(attached: AttachedAs, dry_run: bool) -> String {
    match attached {
        AttachedAs::New(_) if dry_run => "a startup key or key package".to_owned(),
        AttachedAs::New(number) | AttachedAs::Known(number) => format!("a{number} (no digits to type)"),
    }
}

/// As the recovery screen shows it.
fn brief(id: &KeyId) -> String {
    id.known_hex().map_or_else(|| "(no Key ID)".to_owned(), |hex| hex.chars().take(8).collect())
}

pub(in crate::cli::command) fn summary(world: &mut World<'_>, reports: &Reports, dry_run: bool) -> Result<(), Failure> {
    let counts = Counts::of(reports);
    let mut parts = Vec::new();
    let mut add = |count: usize, one: &str, many: &str| {
        if count > 0 {
            parts.push(if count == 1 { format!("1 {one}") } else { format!("{count} {many}") });
        }
    };
    let new = if dry_run { ("new key", "new keys") } else { ("key imported", "keys imported") };
    add(counts.found, "key found", "keys found");
    add(counts.new, new.0, new.1);
    add(counts.others, "startup key or key package", "startup keys or key packages");
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
pub(in crate::cli::command) fn printable(path: &Path) -> String {
    path.display()
        .to_string()
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') { '\u{FFFD}' } else { c })
        .collect()
}

/// The exit code that the files call for.
pub(in crate::cli::command) fn exit(reports: &Reports) -> Exit {
    Counts::of(reports).exit()
}

/// All of it for programs.
pub(in crate::cli::command) fn document(reports: &Reports, dry_run: bool) -> serde_json::Value {
    let counts = Counts::of(reports);
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
            let attachments: Vec<_> = file
                .attached
                .iter()
                .map(|attached| match attached {
                    AttachedAs::New(number) => json!({ "attachment": format!("a{number}"), "outcome": "imported" }),
                    AttachedAs::Known(number) => json!({ "attachment": format!("a{number}"), "outcome": "alreadyThere" }),
                })
                .chain((0..file.others_found).map(|_| json!({ "outcome": "found" })))
                .collect();
            json!({
                "attachments": attachments,
                "keyIdCandidates": file.undecided.iter().map(|ids| ids.iter().map(ToString::to_string).collect()).collect::<Vec<Vec<String>>>(),
                "path": file.path.as_ref().map(|path| path.display().to_string()),
                "outcome": if file.holds_keys() { "read" } else { "refused" },
                "remarks": file.remarks.iter().map(|remark| remark_json(file, remark)).collect::<Vec<_>>(),
                "refusedBecause": file.refused_because(),
                "records": records,
            })
        })
        .collect();
    json!({
            "files": files,
            "dryRun": dry_run,
            "counts": {
                "found": counts.found,
                "imported": counts.new,
                "alreadyThere": counts.known,
                "noted": counts.noted,
                "conflicts": counts.conflicts,
                "attachments": counts.others,
                "refusedFiles": counts.refused,
                "filesWithoutKey": counts.without,
            },
    })
}

fn remark_json(file: &FileReport, remark: &Remark) -> serde_json::Value {
    let mut json = match remark.place {
        Some(Place::Line(line)) => json!({ "code": remark.code(), "line": line }),
        Some(Place::Record(record)) => json!({ "code": remark.code(), "record": record }),
        None => json!({ "code": remark.code() }),
    };
    if let Some(member) = file.member(remark) {
        json["inside"] = json!(member);
    }
    json
}

fn prefix(id: &KeyId) -> Option<String> {
    match id {
        KeyId::Prefix(prefix) => Some(prefix.as_str().to_owned()),
        KeyId::Full(_) | KeyId::Unknown => None,
    }
}
