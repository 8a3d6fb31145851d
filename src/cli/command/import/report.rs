//! The report of an import, made from what became of each file.

mod document;
mod summed;
mod words;

use crate::cli::args::Shared;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{json, world::World};
use drivekey_flows::intake::{Counts, Outcome};

pub(in crate::cli::command) use document::{document, tell};
pub(in crate::cli::command) use words::{difference_words, lines, notes_words, summary};

/// Prints the report and gives the exit code.
pub(in crate::cli::command) fn show(
    world: &mut World<'_>,
    shared: &Shared,
    outcome: &Outcome,
    dry_run: bool,
) -> Result<Exit, Failure> {
    let counts = outcome.counts();
    if shared.json {
        json::print(world.out, &document(outcome, dry_run))?;
    } else {
        lines(world, outcome, dry_run)?;
        summary(world, outcome, dry_run)?;
        if !dry_run && counts.keys() > 0 {
            words::in_the_clear(world, shared, outcome)?;
        }
    }
    if counts.keys() == 0 && counts.refused == 0 {
        return Err(Failure::new(
            Exit::NotFound,
            "no recovery key was found",
            "Windows' files are called \"BitLocker Recovery Key ….TXT\"; 'drivekey add' takes a key typed from paper",
        ));
    }
    Ok(exit(&counts))
}

/// It is a failure if all that was named was refused, and done in part if some of it was.
pub(in crate::cli::command) const fn exit(counts: &Counts) -> Exit {
    match (counts.refused > 0, counts.keys() > 0) {
        (false, _) => Exit::Done,
        (true, true) => Exit::Partly,
        (true, false) => Exit::Failed,
    }
}
