//! What a sweep found, for people and for programs.

use std::path::PathBuf;

use serde_json::json;

use super::erasing::{left_because, swept_json};
use crate::cli::args::Shared;
use crate::cli::command::import::report;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::outlet::printable;
use crate::cli::world::World;
use drivekey_flows::intake::Outcome;
use drivekey_flows::sweep::{Swept, Tally};

/// The most files in the clear that are listed. The others are counted.
const SHOWN_FILES: usize = 20;
const MIB: u64 = 1 << 20;

/// One sweep.
pub(super) struct Sweep {
    pub(super) tally: Tally,
    /// The files that hold keys in the clear.
    pub(super) lying: Vec<PathBuf>,
    pub(super) erased: Option<Vec<Swept>>,
}

/// Prints it and gives the exit code. `dry`: nothing was taken in.
pub(super) fn show(
    world: &mut World<'_>,
    shared: &Shared,
    sweep: &Sweep,
    outcome: &Outcome,
    dry: bool,
) -> Result<Exit, Failure> {
    let exit = report::exit(&outcome.counts());
    if shared.json {
        let mut document = report::document(outcome, dry);
        document["sweep"] = json!({
            "files": sweep.tally.files,
            "bytes": sweep.tally.bytes,
            "leftAlone": sweep.tally.left_alone,
            "stopped": sweep.tally.stopped,
            "erased": sweep.erased.as_ref().map(|all| all.iter().map(swept_json).collect::<Vec<_>>()),
        });
        crate::cli::json::print(world.out, &document)?;
    } else {
        report::lines(world, outcome, dry)?;
        report::summary(world, outcome, dry)?;
        searched(world, &sweep.tally)?;
        in_the_clear(world, &sweep.lying)?;
    }
    if sweep.tally.stopped {
        return Ok(exit.max(Exit::Partly));
    }
    if sweep.lying.is_empty() && exit == Exit::Done {
        return Err(Failure::new(Exit::NotFound, "no recovery key lies about there", ""));
    }
    Ok(exit)
}

fn searched(world: &mut World<'_>, tally: &Tally) -> Result<(), Failure> {
    let files = if tally.files == 1 { "1 file was".to_owned() } else { format!("{} files were", tally.files) };
    let size = if tally.bytes < MIB { String::new() } else { format!(" ({} MiB)", tally.bytes / MIB) };
    writeln!(world.out, "{files} searched{size}.")?;
    if tally.stopped {
        writeln!(
            world.out,
            "You stopped the search: what lies beyond these files is not known. Start it again for the rest."
        )?;
    }
    Ok(())
}

/// Files that hold keys for everybody to read.
fn in_the_clear(world: &mut World<'_>, files: &[PathBuf]) -> Result<(), Failure> {
    if files.is_empty() {
        return Ok(());
    }
    world.settle()?;
    let hold =
        if files.len() == 1 { "This file holds".to_owned() } else { format!("These {} files hold", files.len()) };
    writeln!(world.err, "\n{hold} recovery keys that anybody can read:")?;
    for file in files.iter().take(SHOWN_FILES) {
        writeln!(world.err, "  {}", printable(file))?;
    }
    if files.len() > SHOWN_FILES {
        writeln!(world.err, "  and {} more; --json lists all", files.len() - SHOWN_FILES)?;
    }
    writeln!(
        world.err,
        "'drivekey sweep --import --erase PATH' takes their keys in and then deletes them, after you confirmed it."
    )?;
    Ok(())
}

/// Reports what became of the files to be erased, and returns whether some are left.
pub(super) fn erased(world: &mut World<'_>, all: &[Swept]) -> Result<bool, Failure> {
    for one in all {
        match left_because(one) {
            None => writeln!(world.out, "{:<14} {}", "erased", printable(&one.path))?,
            Some(why) => writeln!(world.out, "{:<14} {}: {why}", "left", printable(&one.path))?,
        }
    }
    let gone = all.iter().filter(|one| one.left.is_none()).count();
    let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    writeln!(world.out, "{} erased, {} left.", files(gone), files(all.len() - gone))?;
    if gone > 0 {
        writeln!(
            world.err,
            "A stick, an SSD, a snapshot or a backup may still have the old content: only destroying or re-encrypting \
             the whole medium removes every trace."
        )?;
    }
    Ok(gone < all.len())
}
