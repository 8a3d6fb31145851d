//! Arguments of the commands that read drives.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use drivekey_record::{KeyId, LineText};

/// Which drive is read.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct DriveArgs {
    /// A drive, such as E: or /dev/sdb1, or an image file
    #[arg(long, value_name = "DRIVE|IMAGE")]
    pub(in crate::cli) drive: Option<OsString>,
    /// A drive header in the vault, by the first characters of its name
    #[arg(long, value_name = "HEADER")]
    pub(in crate::cli) header: Option<String>,
}

/// How far is looked for it.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RemainsArgs {
    /// Look for what is left of a BitLocker volume after the drive was formatted or its beginning overwritten
    #[arg(long, requires = "drive")]
    pub(in crate::cli) remains: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct IdentifyArgs {
    /// A drive, such as E: or /dev/sdb1, or an image file; without one, all that are attached
    #[arg(value_name = "DRIVE|IMAGE")]
    pub(in crate::cli) drive: Option<OsString>,
    #[command(flatten)]
    pub(in crate::cli) remains: RemainsArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ProveArgs {
    /// A record's name (r1), or any part of its Key ID from 4 characters up
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(in crate::cli) id: Option<String>,
    /// Every key that may be this drive's
    #[arg(long, conflicts_with = "id")]
    pub(in crate::cli) all: bool,
    #[command(flatten)]
    pub(in crate::cli) drive: DriveArgs,
    #[command(flatten)]
    pub(in crate::cli) remains: RemainsArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct HarvestArgs {
    /// A drive, such as E: or /dev/sdb1, or an image file
    #[arg(value_name = "DRIVE|IMAGE")]
    pub(in crate::cli) drive: OsString,
    /// Open it with this key: a record's name (r1), or any part of its Key ID
    #[arg(value_name = "ID", conflicts_with_all = ["key_stdin", "bek", "user_password"])]
    pub(in crate::cli) id: Option<String>,
    /// Open it with a recovery key from standard input
    #[arg(long, conflicts_with_all = ["bek", "user_password"])]
    pub(in crate::cli) key_stdin: bool,
    /// Open it with a startup key file
    #[arg(long, value_name = "FILE", conflicts_with = "user_password")]
    pub(in crate::cli) bek: Option<PathBuf>,
    /// Open it with the drive's password, which is asked for
    #[arg(long)]
    pub(in crate::cli) user_password: bool,
    /// The computer the keys belong to; otherwise what the drive says
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) device: Option<LineText>,
    /// Only tell what would be taken in
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    #[command(flatten)]
    pub(in crate::cli) remains: RemainsArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RepairArgs {
    /// Read what is left of the key from standard input, ? for each digit that cannot be read
    #[arg(long)]
    pub(in crate::cli) key_stdin: bool,
    /// Try what it may have been on this drive, such as E: or /dev/sdb1, or an image file
    #[arg(long, value_name = "DRIVE|IMAGE")]
    pub(in crate::cli) drive: Option<OsString>,
    /// Try it on a drive header in the vault, by the first characters of its name
    #[arg(long, value_name = "HEADER", conflicts_with = "drive")]
    pub(in crate::cli) header: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) remains: RemainsArgs,
    /// The Key ID, or its beginning, where it can be read
    #[arg(long, value_name = "KEY-ID", value_parser = super::values::key_id)]
    pub(in crate::cli) id: Option<KeyId>,
    /// The computer the key belongs to
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) device: Option<LineText>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum HeaderCommand {
    /// Keep the part of a drive by which a key can be proved when the drive is elsewhere
    Save(HeaderSaveArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct HeaderSaveArgs {
    /// A drive, such as E: or /dev/sdb1, or an image file
    #[arg(value_name = "DRIVE|IMAGE")]
    pub(in crate::cli) drive: OsString,
    /// The computer it belongs to; otherwise what the drive says
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) device: Option<LineText>,
    #[command(flatten)]
    pub(in crate::cli) remains: RemainsArgs,
}
