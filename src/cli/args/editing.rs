//! Arguments of the commands that change or delete a record.

use clap::Args;

use super::looking::IdArgs;
use super::values::{key_id, state, volume_type};
use drivekey_record::{KeyId, LineText, State, VolumeType};

#[derive(Debug, Args)]
pub(in crate::cli) struct EditArgs {
    #[command(flatten)]
    pub(in crate::cli) id: IdArgs,
    /// The Key ID, where it was not known whole
    #[arg(long, value_name = "KEY-ID", value_parser = key_id)]
    pub(in crate::cli) key_id: Option<KeyId>,
    /// The computer; an empty text clears it
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) device: Option<String>,
    /// os, fixed, removable, data or unknown
    #[arg(long, value_name = "TYPE", value_parser = volume_type)]
    pub(in crate::cli) volume_type: Option<VolumeType>,
    /// The drive letter, or the folder where the drive is mounted; an empty text clears it
    #[arg(long, value_name = "LETTER")]
    pub(in crate::cli) mount_point: Option<String>,
    /// The volume's label; an empty text clears it
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) label: Option<String>,
    /// A note; an empty text clears it
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) note: Option<String>,
    /// A tag to add; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(in crate::cli) add_tags: Vec<LineText>,
    /// A tag to take away; may be given several times
    #[arg(long = "remove-tag", value_name = "TAG")]
    pub(in crate::cli) remove_tags: Vec<LineText>,
    /// current, superseded, used or retired
    #[arg(long, value_name = "STATE", value_parser = state)]
    pub(in crate::cli) state: Option<State>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PurgeArgs {
    /// A record's name (r1) or any part of its Key ID
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(in crate::cli) id: Option<String>,
    /// Everything that is in the trash
    #[arg(long, conflicts_with = "id")]
    pub(in crate::cli) all: bool,
}
