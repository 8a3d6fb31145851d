//! The report for people: one line a file, counts, and which files now lie about in the clear.

use std::path::PathBuf;

use super::summed::sum_up;
use crate::cli::args::Shared;
use crate::cli::command::import::shown;
use crate::cli::failure::Failure;
use crate::cli::outlet::printable;
use crate::cli::remarks::{gather_words, refusal_words, remark_words, unread_names};
use crate::cli::world::World;
use drivekey_flows::intake::{Fate, FileOutcome, NoKeyBecause, Outcome};
use drivekey_import::Place;
use drivekey_record::{Difference, Handle, KeyId};
use drivekey_vault::{AttachedAs, RecordNotes, TakenIn};

/// The most files in the clear that are listed. The others are counted.
const SHOWN_FILES: usize = 20;
/// Lines of one file that say the same of different places; the rest is counted.
const SHOWN_ALIKE: usize = 5;
/// Most lines about single keys of one file.
const SHOWN_NOTES: usize = 20;

pub(in crate::cli::command) fn lines(world: &mut World<'_>, outcome: &Outcome, dry_run: bool) -> Result<(), Failure> {
    for file in outcome.files.iter().filter(|file| !file.is_unrelated()) {
        let mut ids: Vec<String> = file
            .taken
            .iter()
            .map(|(id, taken)| named(taken, id, dry_run))
            .chain(file.found.iter().map(brief))
            .collect();
        ids.extend(file.attached.iter().map(|attached| attachment_named(*attached, dry_run)));
        ids.extend((file.others_found > 0).then(|| "a startup key or key package".to_owned()));
        let (verdict, shown) = (fate_word(file.fate(), dry_run), shown(file.path.as_deref()));
        match refused_because(file) {
            Some(why) => writeln!(world.out, "{verdict:<14} {shown}: {why}")?,
            None if ids.len() > 4 => writeln!(world.out, "{verdict:<14} {shown}: {} keys", ids.len())?,
            None => writeln!(world.out, "{verdict:<14} {shown}: {}", ids.join(", "))?,
        }
        let told = file.remarks.iter().filter(|remark| !remark.kind.is_refusal() || file.holds_keys());
        let summed = sum_up(told, SHOWN_ALIKE);
        for remark in &summed.first {
            let line = match remark.place {
                Some(Place::Line(line)) => format!("line {line}: "),
                Some(Place::Record(record)) => format!("record {record}: "),
                None => String::new(),
            };
            let member = file.member(remark).map(|member| format!("{member}: ")).unwrap_or_default();
            writeln!(world.out, "               {member}{line}{}", remark_words(&remark.kind))?;
        }
        for (kind, count) in &summed.more {
            writeln!(world.out, "               and {count} more: {}", remark_words(kind))?;
        }
        more(world, summed.others, "of other kinds")?;
        for candidates in file.undecided.iter().take(SHOWN_ALIKE) {
            let ids: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            writeln!(
                world.out,
                "               its Key ID may be {}; 'drivekey edit' notes the right one",
                ids.join(" or ")
            )?;
        }
        more(world, file.undecided.len().saturating_sub(SHOWN_ALIKE), "whose Key ID is open")?;
        let beside: Vec<String> = file.noted().flat_map(|(taken, notes)| beside(taken, notes, dry_run)).collect();
        for line in beside.iter().take(SHOWN_NOTES) {
            writeln!(world.out, "               {line}")?;
        }
        if beside.len() > SHOWN_NOTES {
            writeln!(
                world.out,
                "               and {} more lines of this kind; --json has all",
                beside.len() - SHOWN_NOTES
            )?;
        }
    }
    Ok(())
}

/// The first word of a line.
const fn fate_word(fate: Fate, dry_run: bool) -> &'static str {
    match fate {
        Fate::Refused => "refused",
        Fate::Found => "found",
        Fate::AlreadyThere => "already there",
        Fate::Noted => "noted",
        // What is only looked at has neither come in nor got its name.
        Fate::Imported if dry_run => "new",
        Fate::Imported => "imported",
        Fate::Conflict => "conflict",
    }
}

/// Why no key was taken from a file, in words.
pub(super) fn refused_because(file: &FileOutcome) -> Option<String> {
    Some(match file.no_key_because()? {
        NoKeyBecause::Unreadable(error) => gather_words(error),
        NoKeyBecause::LeftOut => "left out, as you said".to_owned(),
        NoKeyBecause::Refused { remark, key_id } => {
            let why = remark.as_ref().map_or_else(|| "there is no recovery key in it".to_owned(), refusal_words);
            let id = key_id.map(|id| format!(" (Key ID {id})")).unwrap_or_default();
            format!("{why}{id}")
        }
    })
}

fn more(world: &mut World<'_>, count: usize, what: &str) -> Result<(), Failure> {
    if count > 0 {
        writeln!(world.out, "               and {count} more {what}")?;
    }
    Ok(())
}

/// What there is to say of one key besides its outcome.
fn beside(taken: &TakenIn, notes: &RecordNotes, dry_run: bool) -> Vec<String> {
    let mut lines = notes_words(taken.handle(), notes, dry_run);
    if let TakenIn::Conflict(handle, with) = taken {
        let others = with.len().saturating_sub(SHOWN_ALIKE);
        let mut with: Vec<String> = with.iter().take(SHOWN_ALIKE).map(ToString::to_string).collect();
        with.extend((others > 0).then(|| format!("{others} more")));
        let new = if dry_run { "this".to_owned() } else { handle.to_string() };
        lines.push(format!("{new} and {} say different things of one Key ID or key; all are kept", with.join(", ")));
    }
    lines
}

/// That a key lies in the trash, and what its source says otherwise.
pub(in crate::cli::command) fn notes_words(handle: Handle, notes: &RecordNotes, dry_run: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(since) = notes.in_trash_since {
        let since = since.format("%Y-%m-%d");
        lines.push(format!(
            "{handle} has been in the trash since {since} and stays there; 'drivekey restore {handle}' takes it out"
        ));
    }
    lines.extend(notes.differences.iter().map(|difference| difference_words(handle, difference, dry_run)));
    lines
}

/// Which of two sayings the record has, and what became of the other.
pub(in crate::cli::command) fn difference_words(handle: Handle, difference: &Difference, dry_run: bool) -> String {
    let Difference { field, kept, said, noted } = difference;
    let word = field.word();
    let end = match (noted, dry_run) {
        (true, false) => ", which is noted with it",
        (true, true) => "",
        (false, _) => ", which is not kept: this key has more sources than it can remember",
    };
    format!("{handle} keeps the {word} \"{kept}\"; here it is \"{said}\"{end}")
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
        AttachedAs::New(number) | AttachedAs::Known(number) | AttachedAs::Renewed(number) => {
            format!("a{number} (no digits to type)")
        }
    }
}

/// As the recovery screen shows it.
fn brief(id: &KeyId) -> String {
    id.known_hex().map_or_else(|| "(no Key ID)".to_owned(), |hex| hex.chars().take(8).collect())
}

pub(in crate::cli::command) fn summary(world: &mut World<'_>, outcome: &Outcome, dry_run: bool) -> Result<(), Failure> {
    let counts = outcome.counts();
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
    add(counts.not_looked_into.files(), "file not looked into", "files not looked into");
    if parts.is_empty() {
        return Ok(());
    }
    let nothing_new = !dry_run && counts.keys() > 0 && counts.keys() == counts.known;
    writeln!(world.out, "{}.{}", parts.join(", "), if nothing_new { " Nothing was changed." } else { "" })?;
    let kinds = counts.not_looked_into.kinds().map(|(kind, files)| {
        let (one, many) = unread_names(kind);
        format!("{files} {}", if files == 1 { one } else { many })
    });
    let kinds: Vec<String> = kinds.collect();
    if !kinds.is_empty() {
        let kinds = kinds.join(", ");
        writeln!(world.out, "Not looked into: {kinds}. 'drivekey import FILE' says of one what to do with it.")?;
    }
    match counts.in_trash {
        0 => {}
        1 => writeln!(world.out, "1 key of these is in the trash; 'drivekey list --trash' shows it.")?,
        some => writeln!(world.out, "{some} keys of these are in the trash; 'drivekey list --trash' shows them.")?,
    }
    if dry_run {
        writeln!(world.out, "This was a dry run: nothing was kept.")?;
    }
    Ok(())
}

/// Files that still hold keys for everybody to read.
pub(super) fn in_the_clear(world: &mut World<'_>, shared: &Shared, outcome: &Outcome) -> Result<(), Failure> {
    let files: Vec<&PathBuf> = outcome
        .files
        .iter()
        .filter(|file| file.holds_keys() && !file.was_sealed)
        .filter_map(|file| file.path.as_ref())
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    world.settle()?;
    let held = if files.len() == 1 {
        "This file still holds".to_owned()
    } else {
        format!("These {} files still hold", files.len())
    };
    writeln!(world.err, "\n{held} recovery keys that anybody can read:")?;
    for file in files.iter().take(SHOWN_FILES) {
        writeln!(world.err, "  {}", printable(file))?;
    }
    if files.len() > SHOWN_FILES {
        writeln!(world.err, "  and {} more; --json lists all", files.len() - SHOWN_FILES)?;
    }
    let delete = if cfg!(windows) { "with Shift+Delete in Explorer" } else { "with 'rm'" };
    let list = shared
        .vault
        .as_ref()
        .map_or_else(|| "drivekey list".to_owned(), |vault| format!("drivekey --vault \"{}\" list", printable(vault)));
    let them = if files.len() == 1 { "it" } else { "them" };
    writeln!(world.err, "Check first that '{list}' shows the keys, then delete {them} {delete}.")?;
    writeln!(world.err, "On a stick or SSD only destroying or re-encrypting it removes every trace.")?;
    Ok(())
}
