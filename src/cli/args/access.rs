//! Arguments of the commands for passphrases, keyslots and emergency kits.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use drivekey_record::LineText;

#[derive(Debug, Args)]
pub(in crate::cli) struct InitArgs {
    /// Propose a strong passphrase made of words
    #[arg(long)]
    pub(in crate::cli) generate: bool,
}

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct NewPassphraseArgs {
    /// Read the new passphrase from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "generate")]
    pub(in crate::cli) new_passphrase_file: Option<PathBuf>,
    /// Propose a strong passphrase made of words
    #[arg(long)]
    pub(in crate::cli) generate: bool,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeyslotCommand {
    /// List the ways to open the vault
    List,
    /// Add another passphrase
    Add(KeyslotAddArgs),
    /// Remove one
    #[command(after_help = super::OLD_DOORS)]
    Remove(KeyslotRemoveArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct KeyslotAddArgs {
    /// Whose it is, or what for
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: Option<LineText>,
    #[command(flatten)]
    pub(in crate::cli) new: NewPassphraseArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct KeyslotRemoveArgs {
    /// The keyslot; its first characters are enough
    // Under the name `slot` it would be taken for `--slot`, too, and the one to be removed would have to open the
    // vault.
    #[arg(value_name = "SLOT")]
    pub(in crate::cli) doomed: String,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KitCommand {
    /// Make a kit and print it, or write its page into a file
    Make(KitMakeArgs),
    /// See whether a kit still opens the vault
    Check(KitCheckArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct KitMakeArgs {
    /// The new file to write
    #[arg(long, value_name = "FILE", required_unless_present = "print")]
    pub(in crate::cli) to: Option<PathBuf>,
    /// Send the page to the printer, without a file of ours
    #[arg(long, conflicts_with = "to")]
    pub(in crate::cli) print: bool,
    /// Whose it is, or where it will lie
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: Option<LineText>,
    /// For Letter paper in place of A4
    #[arg(long)]
    pub(in crate::cli) letter: bool,
    /// A page for a browser in place of a PDF
    #[arg(long, conflicts_with = "print")]
    pub(in crate::cli) html: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct KitCheckArgs {
    /// A scan, a photo or a text file; without it the kit is typed
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
}
