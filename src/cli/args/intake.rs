//! Arguments of the commands that take keys in: `import`, `sweep`, `add`.

use std::path::PathBuf;

use clap::Args;

use super::values::{key_id, volume_type};
use drivekey_record::{KeyId, LineText, VolumeType};

/// What a person says of the keys that come in.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Said {
    /// The computer they belong to
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) device: Option<LineText>,
    /// os, fixed, removable, data or unknown
    #[arg(long, value_name = "TYPE", value_parser = volume_type)]
    pub(in crate::cli) volume_type: Option<VolumeType>,
    /// The volume's label
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) label: Option<LineText>,
    /// A tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(in crate::cli) tags: Vec<LineText>,
}

impl From<Said> for drivekey_flows::intake::Said {
    fn from(Said { device, volume_type, label, tags }: Said) -> Self {
        Self { device, volume_type, label, tags }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// Files or folders; a folder is searched with everything below it; - is standard input
    #[arg(value_name = "PATH", required_unless_present = "clipboard")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Take in what is in the clipboard
    #[arg(long)]
    pub(in crate::cli) clipboard: bool,
    #[command(flatten)]
    pub(in crate::cli) said: Said,
    /// A file with the private age key that opens a bundle; may be given several times
    #[arg(long = "identity", value_name = "FILE")]
    pub(in crate::cli) identities: Vec<PathBuf>,
    /// Read the passphrase of a bundle from the first line of this file
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) bundle_passphrase_file: Option<PathBuf>,
    /// Only tell what would be taken in
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Try the keys on this drive, such as E: or /dev/sdb1, or an image file, and note what the drive says of itself
    #[arg(long, value_name = "DRIVE|IMAGE", conflicts_with = "dry_run")]
    pub(in crate::cli) drive: Option<std::ffi::OsString>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SweepArgs {
    /// Files, folders or drives; a folder is searched with everything below it, hidden files too; - is standard input
    #[arg(value_name = "PATH", required = true)]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Take in what the vault does not have yet
    #[arg(long)]
    pub(in crate::cli) import: bool,
    /// Delete the files all of whose keys are in the vault, after a typed confirmation
    #[arg(long)]
    pub(in crate::cli) erase: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AddArgs {
    /// The Key ID, or its beginning
    #[arg(long, value_name = "KEY-ID", value_parser = key_id)]
    pub(in crate::cli) id: Option<KeyId>,
    #[command(flatten)]
    pub(in crate::cli) said: Said,
    /// A note
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) note: Option<LineText>,
    /// Read the recovery key from standard input
    #[arg(long)]
    pub(in crate::cli) key_stdin: bool,
    /// Try the key on this drive, such as E: or /dev/sdb1, or an image file, and note what the drive says of itself
    #[arg(long, value_name = "DRIVE|IMAGE")]
    pub(in crate::cli) drive: Option<std::ffi::OsString>,
}
