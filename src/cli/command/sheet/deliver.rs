//! Delivers a page: to a new file, to standard output, to the printer.

use std::path::PathBuf;

use super::{Made, SplitKind};
use crate::cli::args::{PrintArgs, Shared};
use crate::cli::failure::Failure;
use crate::cli::world::World;
use crate::cli::{json, new_file, printer};

/// Where the pages are to go.
pub(super) enum Target {
    File(PathBuf),
    Output,
    Printer,
}

/// Where it went.
pub(in crate::cli) enum Place {
    /// A file, by its full path.
    File(PathBuf),
    /// Standard output.
    Output,
    /// The printer; what the system said of the order.
    Printer(String),
}

impl Target {
    /// Looked at before anything is asked, so that nobody types a passphrase for nothing.
    pub(super) fn of(world: &World<'_>, json: bool, args: &PrintArgs) -> Result<Self, Failure> {
        let Some(path) = &args.to else { return Ok(Self::Printer) };
        if path.as_os_str() == "-" {
            if json {
                return Err(Failure::usage(
                    "the page and --json would both go to standard output",
                    "name a file with --to, or leave --json out",
                ));
            }
            if world.surroundings.out_is_terminal && !args.html {
                return Err(Failure::refused(
                    "a PDF is nothing for a terminal",
                    "name a file with --to, or send it on with |",
                ));
            }
            return Ok(Self::Output);
        }
        let path = std::path::absolute(path)?;
        new_file::free(&path)?;
        Ok(Self::File(path))
    }
}

pub(super) fn deliver(world: &mut World<'_>, target: &Target, document: &[u8]) -> Result<Place, Failure> {
    match target {
        Target::File(path) => {
            new_file::write(world, path, document)?;
            Ok(Place::File(path.clone()))
        }
        Target::Output => {
            world.out.write_all(document)?;
            world.out.flush()?;
            Ok(Place::Output)
        }
        Target::Printer => Ok(Place::Printer(printer::print(world, document)?)),
    }
}

/// Says where the keys are now, and what to do about it.
pub(super) fn say(world: &mut World<'_>, shared: &Shared, keys: &str, made: &Made<'_>) -> Result<(), Failure> {
    if shared.json {
        let file = match &made.place {
            Place::File(path) => Some(path.display().to_string()),
            Place::Output | Place::Printer(_) => None,
        };
        let records: Vec<String> = made.entries.iter().map(|entry| entry.handle.to_string()).collect();
        json::print(
            world.out,
            &serde_json::json!({ "file": file, "records": records, "sheets": made.split.map(SplitKind::sheets) }),
        )?;
    } else if let Place::File(path) = &made.place {
        writeln!(world.out, "{}", path.display())?;
    }
    let open = match made.split {
        None => "not encrypted",
        Some(SplitKind::TwoOfTwo) => "not encrypted, as two sheets that belong in different places",
        Some(SplitKind::TwoOfThree) => "not encrypted, as three sheets that belong in different places",
    };
    match &made.place {
        Place::File(_) => {
            writeln!(world.err, "{keys}: in this file, {open}. Whoever can read the file can read the drive.")?;
            writeln!(
                world.err,
                "Print it, compare the paper with 'drivekey sheet check', then delete the file; on a stick or SSD \
                 only destroying"
            )?;
            writeln!(world.err, "or re-encrypting it removes every trace.")?;
        }
        Place::Output => writeln!(world.err, "{keys}: written to standard output, {open}.")?,
        Place::Printer(said) => {
            writeln!(
                world.err,
                "{keys}: handed to the printer, {open}.{}{said}",
                if said.is_empty() { "" } else { " " }
            )?;
            writeln!(world.err, "{}", printer::COPIES)?;
        }
    }
    Ok(())
}
