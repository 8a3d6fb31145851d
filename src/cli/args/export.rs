//! Arguments of `export`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::volume_type;
use drivekey_record::{LineText, VolumeType};

/// The forms in which keys leave.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ExportCommand {
    /// Write key files to a stick, as Windows would, and read them back
    Usb(ExportUsbArgs),
    /// Write one encrypted file that the 'age' program and 'drivekey import' open
    Bundle(ExportBundleArgs),
    /// Write JSON that anybody can read
    Json(ExportPlainArgs),
    /// Write a table that anybody can read
    Csv(ExportPlainArgs),
}

/// Which keys.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub(in crate::cli) struct Which {
    /// This computer's
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) device: Option<LineText>,
    /// This type's: os, fixed, removable, data or unknown
    #[arg(long, value_name = "TYPE", value_parser = volume_type)]
    pub(in crate::cli) volume_type: Option<VolumeType>,
    /// This one: a record's name (r1), or any part of its Key ID; may be given several times
    #[arg(long = "id", value_name = "ID", conflicts_with_all = ["device", "volume_type"])]
    pub(in crate::cli) ids: Vec<String>,
    /// All but those in the trash
    #[arg(long, conflicts_with_all = ["device", "volume_type", "ids"])]
    pub(in crate::cli) all: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportUsbArgs {
    #[command(flatten)]
    pub(in crate::cli) which: Which,
    /// The stick, or a folder on it
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) to: Option<PathBuf>,
    /// What you call this copy, to find it again
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) name: Option<LineText>,
    /// Only tell what would be written
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportBundleArgs {
    #[command(flatten)]
    pub(in crate::cli) which: Which,
    /// The file to make; '-' is standard output
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) to: PathBuf,
    /// Read the bundle's passphrase from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "recipients")]
    pub(in crate::cli) bundle_passphrase_file: Option<PathBuf>,
    /// Somebody's age key (age1…), in place of a passphrase; may be given several times
    #[arg(long = "recipient", value_name = "KEY")]
    pub(in crate::cli) recipients: Vec<String>,
    /// What you call this copy, to find it again
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) name: Option<LineText>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportPlainArgs {
    #[command(flatten)]
    pub(in crate::cli) which: Which,
    /// The file to make; '-' is standard output
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) to: PathBuf,
    /// What you call this copy, to find it again
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) name: Option<LineText>,
}
