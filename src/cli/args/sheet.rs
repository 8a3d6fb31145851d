//! Arguments of `sheet`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::values::{copy_number, volume_type};
use drivekey_record::{ItemNumber, LineText, VolumeType};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(in crate::cli) struct SheetArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<SheetCommand>,
    #[command(flatten)]
    pub(in crate::cli) print: PrintArgs,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SheetCommand {
    /// Compare printed pages with the vault: scans, photos, or a key that is typed
    Check(CheckArgs),
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(in crate::cli) struct PrintArgs {
    /// Records (r1), or any part of their Key ID from 4 characters up
    #[arg(value_name = "ID", required_unless_present_any = ["device", "volume_type", "all"])]
    pub(in crate::cli) ids: Vec<String>,
    /// All of this computer's keys
    #[arg(long, value_name = "NAME", conflicts_with = "ids")]
    pub(in crate::cli) device: Option<LineText>,
    /// All keys of this type: os, fixed, removable, data or unknown
    #[arg(long, value_name = "TYPE", value_parser = volume_type, conflicts_with = "ids")]
    pub(in crate::cli) volume_type: Option<VolumeType>,
    /// All keys
    #[arg(long, conflicts_with_all = ["ids", "device", "volume_type"])]
    pub(in crate::cli) all: bool,
    /// Write the pages into this new file; - is standard output
    #[arg(long, value_name = "FILE", required_unless_present = "printer")]
    pub(in crate::cli) to: Option<PathBuf>,
    /// Hand the pages to the system's printer
    #[arg(long = "print", conflicts_with_all = ["to", "html"])]
    pub(in crate::cli) printer: bool,
    /// Letter paper in place of A4
    #[arg(long)]
    pub(in crate::cli) letter: bool,
    /// Several keys on a page
    #[arg(long, conflicts_with = "split")]
    pub(in crate::cli) compact: bool,
    /// A page for a browser in place of a PDF
    #[arg(long)]
    pub(in crate::cli) html: bool,
    /// Sheets that are worth nothing alone: 2, both needed, or 3, any two of which suffice
    #[arg(long, value_name = "SHEETS", value_enum)]
    pub(in crate::cli) split: Option<SplitInto>,
}

/// Into how many sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SplitInto {
    /// Two sheets, both needed
    #[value(name = "2")]
    Two,
    /// Three sheets, any two of which suffice
    #[value(name = "3")]
    Three,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// Scans or photos: PNG, JPEG or PDF
    #[arg(value_name = "SCAN", conflicts_with = "key_stdin")]
    pub(in crate::cli) scans: Vec<PathBuf>,
    /// Read the recovery key on the page from standard input
    #[arg(long)]
    pub(in crate::cli) key_stdin: bool,
    /// Which of the sheets in 'drivekey copies' it is, such as c3, to note that it was checked
    #[arg(long, value_name = "COPY", value_parser = copy_number)]
    pub(in crate::cli) copy: Option<ItemNumber>,
}
