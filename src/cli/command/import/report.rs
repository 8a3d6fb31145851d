//! The report of an import, put together from what became of each file. Must not change anything.

mod counts;
mod document;
mod file;
mod summed;
mod words;

use counts::Counts;

use super::sources::Sources;
use crate::cli::args::Shared;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{json as print, world::World};

pub(in crate::cli::command) use document::{document, tell};
pub(in crate::cli::command) use file::FileReport;
pub(in crate::cli::command) use words::{difference_words, lines, notes_words, summary};

/// The reports of all files, and how many more were looked at.
pub(in crate::cli::command) struct Reports {
    pub(in crate::cli::command) files: Vec<FileReport>,
    /// Files that were not worth reading.
    pub(in crate::cli::command) without: usize,
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

/// Prints the report and gives the exit code.
pub(in crate::cli::command) fn show(
    world: &mut World<'_>,
    shared: &Shared,
    reports: &Reports,
    dry_run: bool,
) -> Result<Exit, Failure> {
    let counts = Counts::of(reports);
    if shared.json {
        print::print(world.out, &document(reports, dry_run))?;
    } else {
        lines(world, reports, dry_run)?;
        summary(world, reports, dry_run)?;
        if !dry_run && counts.keys() > 0 {
            words::in_the_clear(world, shared, reports)?;
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

/// The exit code that the files call for.
pub(in crate::cli::command) fn exit(reports: &Reports) -> Exit {
    Counts::of(reports).exit()
}
