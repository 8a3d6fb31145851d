//! Arguments of the commands that look keys up and show them: `list`, `find`, `show`, `whose`.

use clap::Args;

use super::values::volume_type;
use drivekey_record::{LineText, VolumeType};

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// Only this computer's; a part of its name will do where none is called so
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) device: Option<LineText>,
    /// Only this type's: os, fixed, removable, data or unknown
    #[arg(long, value_name = "TYPE", value_parser = volume_type)]
    pub(in crate::cli) volume_type: Option<VolumeType>,
    /// Only what is in the trash
    #[arg(long, conflicts_with = "all")]
    pub(in crate::cli) trash: bool,
    /// Also what is in the trash
    #[arg(long)]
    pub(in crate::cli) all: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct FindArgs {
    /// Any part of a Key ID from 4 characters up, or words from device, label, note or tags
    #[arg(value_name = "WORDS", required = true)]
    pub(in crate::cli) words: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct IdArgs {
    /// A record's name (r1), or any part of its Key ID from 4 characters up
    #[arg(value_name = "ID")]
    pub(in crate::cli) id: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    #[command(flatten)]
    pub(in crate::cli) id: IdArgs,
    /// Put the digits into the clipboard for 20 seconds instead of showing them
    #[arg(long, conflicts_with_all = ["read_aloud", "json"])]
    pub(in crate::cli) copy: bool,
    /// Show one group at a time, to be read out
    #[arg(long, conflicts_with = "json")]
    pub(in crate::cli) read_aloud: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct WhoseArgs {
    /// Read the recovery key from standard input
    #[arg(long)]
    pub(in crate::cli) key_stdin: bool,
}
