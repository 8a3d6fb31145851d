//! What became of each file of a stick: for people, for programs, and as an exit code.

use std::path::Path;

use serde_json::json;

use super::chosen::counted;
use super::saving::{brief, failure};
use crate::cli::args::Shared;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::outlet::printable;
use crate::cli::{json, world::World};
use drivekey_export::{Put, Seen};
use drivekey_flows::give_out::{StickFile, StickLine, Written};

/// The word at the line's beginning, and the one for programs.
const fn words(line: &StickLine, dry_run: bool) -> (&'static str, &'static str) {
    match line.outcome {
        Ok(Put::Written) if dry_run => ("would write", "wouldWrite"),
        Ok(Put::Written) => ("written", "written"),
        Ok(Put::AlreadyThere) => ("already there", "alreadyThere"),
        Err(_) => ("not written", "notWritten"),
    }
}

/// Prints the report.
pub(super) fn show(
    world: &mut World<'_>,
    shared: &Shared,
    to: &Path,
    written: &Written,
    dry_run: bool,
) -> Result<(), Failure> {
    let Written { lines, seen, .. } = written;
    let there = lines.iter().filter(|line| line.key_that_is_there().is_some()).count();
    if shared.json {
        as_json(world, to, lines, *seen, dry_run)?;
    } else if there > 0 {
        as_lines(world, lines, dry_run)?;
        let written = lines.iter().filter(|line| line.is_key() && line.outcome == Ok(Put::Written)).count();
        match (dry_run, written) {
            (true, _) => writeln!(world.out, "This was a dry run: nothing was written.")?,
            (false, 0) => {
                writeln!(world.out, "{} there already, as they should be. Nothing was changed.", counted(there))?;
            }
            (false, _) => writeln!(world.out, "{} written to {} and read back.", counted(written), printable(to))?,
        }
    }
    world.settle()?;
    if there > 0 && !dry_run {
        writeln!(
            world.err,
            "\nThe keys lie there unencrypted: whoever has {} can unlock these drives.",
            printable(to)
        )?;
        writeln!(
            world.err,
            "Keep it away from the computers that it opens. To get rid of the keys, destroy the stick."
        )?;
    }
    if *seen == Some(Seen::Memory) {
        writeln!(
            world.err,
            "The files were compared with what this system remembers of them; the stick could not be read past that \
             memory."
        )?;
        writeln!(world.err, "Pull it out, plug it in again and repeat the command: it then only compares.")?;
    }
    Ok(())
}

fn as_lines(world: &mut World<'_>, lines: &[StickLine], dry_run: bool) -> Result<(), Failure> {
    // A cause that stopped everything is named once.
    let mut stopped = 0_usize;
    for line in lines {
        if line.outcome.is_err_and(|error| error.stops_all()) {
            stopped += 1;
            if stopped > 1 {
                continue;
            }
        }
        let (verdict, _) = words(line, dry_run);
        let of = match (line.file, &line.device) {
            (StickFile::Key(handle), Some(device)) => format!(": {handle}, {device}"),
            (StickFile::Key(handle), None) => format!(": {handle}"),
            (StickFile::Startup, Some(device)) => format!(": startup key, {device}"),
            (StickFile::Startup, None) => ": startup key".to_owned(),
            (StickFile::Readme, _) => String::new(),
        };
        let why = line.outcome.err().map(|error| format!(" ({})", brief(error))).unwrap_or_default();
        writeln!(world.out, "{verdict:<14} {}{of}{why}", line.name)?;
    }
    if stopped > 1 {
        let more = if stopped == 2 { "1 more file".to_owned() } else { format!("{} more files", stopped - 1) };
        writeln!(world.out, "{:<14} {more}, for the same reason", "not written")?;
    }
    Ok(())
}

fn as_json(
    world: &mut World<'_>,
    to: &Path,
    lines: &[StickLine],
    seen: Option<Seen>,
    dry_run: bool,
) -> Result<(), Failure> {
    let files: Vec<_> = lines
        .iter()
        .map(|line| {
            let handle = match line.file {
                StickFile::Key(handle) => Some(handle),
                StickFile::Startup | StickFile::Readme => None,
            };
            let (_, outcome) = words(line, dry_run);
            let because = line.outcome.err().map(brief);
            json!({ "name": line.name, "handle": handle, "outcome": outcome, "refusedBecause": because })
        })
        .collect();
    let seen = seen.map(|seen| if seen == Seen::Medium { "medium" } else { "memory" });
    json::print(
        world.out,
        &json!({ "path": to.display().to_string(), "files": files, "readBack": seen, "dryRun": dry_run }),
    )
}

/// Whether everything is where it should be. The explanation alone decides nothing.
pub(super) fn judge(lines: &[StickLine], to: &Path) -> Result<(), Failure> {
    let keys = || lines.iter().filter(|line| line.is_key());
    let Some((line, error)) = keys().find_map(|line| line.outcome.err().map(|error| (line, error))) else {
        return Ok(());
    };
    let reason = failure(error, &to.join(&line.name));
    let missing = keys().filter(|line| line.outcome.is_err()).count();
    if missing == keys().count() {
        return Err(reason);
    }
    Err(Failure {
        exit: Exit::Partly,
        sentence: format!("{} not written: {}", counted(missing), reason.sentence),
        hint: reason.hint,
    })
}
