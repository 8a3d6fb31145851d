//! Arguments of the commands for copies and attachments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::values::{attachment_number, copy_number};
use drivekey_record::{ItemNumber, LineText};

#[derive(Debug, Args)]
pub(in crate::cli) struct CopiesArgs {
    /// Also those that were destroyed
    #[arg(long)]
    pub(in crate::cli) all: bool,
    #[command(subcommand)]
    pub(in crate::cli) command: Option<CopiesCommand>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CopiesCommand {
    /// Note that a copy was destroyed
    Destroyed(CopyArgs),
    /// Give a copy a name
    Name(CopyNameArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CopyArgs {
    /// The copy, such as c3
    #[arg(value_name = "COPY", value_parser = copy_number)]
    pub(in crate::cli) copy: ItemNumber,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CopyNameArgs {
    #[command(flatten)]
    pub(in crate::cli) copy: CopyArgs,
    /// The name
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: LineText,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum AttachmentCommand {
    /// List them
    List,
    /// Write one to a file, byte for byte
    Save(AttachmentSaveArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AttachmentSaveArgs {
    /// The attachment, such as a3
    #[arg(value_name = "ATTACHMENT", value_parser = attachment_number)]
    pub(in crate::cli) attachment: ItemNumber,
    /// The file to write, or a folder; nothing that exists is replaced
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) to: PathBuf,
}
