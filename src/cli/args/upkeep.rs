//! Arguments of the commands that look after the vault and the program.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// Take this copy for the right one from now on
    #[arg(long, conflicts_with = "repair")]
    pub(in crate::cli) accept_copy: bool,
    /// Rename what lies beside the vault and is none of its own
    #[arg(long, conflicts_with_all = ["accept_copy", "repair"])]
    pub(in crate::cli) set_aside: bool,
    /// Mend what can be mended; a copy of the file is kept
    #[arg(long)]
    pub(in crate::cli) repair: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(in crate::cli) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ManArgs {
    /// Write a page for each command into this folder
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) to: Option<PathBuf>,
}
