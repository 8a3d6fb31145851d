//! The arguments of all commands. Help, completions and manual pages are made from this description.

mod access;
mod drive;
mod editing;
mod export;
mod intake;
mod items;
mod looking;
mod sheet;
mod upkeep;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(super) use access::{InitArgs, KeyslotCommand, KitCheckArgs, KitCommand, KitMakeArgs, NewPassphraseArgs};
pub(super) use drive::{HarvestArgs, HeaderCommand, HeaderSaveArgs, IdentifyArgs, ProveArgs, RemainsArgs, RepairArgs};
pub(super) use editing::{EditArgs, PurgeArgs};
pub(super) use export::{ExportBundleArgs, ExportCommand, ExportPlainArgs, ExportUsbArgs, Which};
pub(super) use intake::{AddArgs, ImportArgs, SweepArgs};
pub(super) use items::{AttachmentCommand, AttachmentSaveArgs, CopiesArgs, CopiesCommand};
pub(super) use looking::{FindArgs, IdArgs, ListArgs, ShowArgs, WhoseArgs};
pub(super) use sheet::{CheckArgs, PrintArgs, SheetArgs, SheetCommand, SplitInto};
pub(super) use upkeep::{CompletionsArgs, ManArgs, VerifyArgs};
use values::volume_type;

/// An encrypted local vault for drive recovery keys.
#[derive(Debug, Parser)]
#[command(name = "drivekey", version, about, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) shared: Shared,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Flags that mean the same everywhere.
#[derive(Debug, Clone, Args)]
pub(super) struct Shared {
    /// The vault file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub(super) vault: Option<PathBuf>,
    #[command(flatten)]
    pub(super) passphrase: PassphraseArgs,
    /// Print for programs; docs/JSON.md describes it
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(super) json: bool,
    /// Answer yes to the questions that may be answered so
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(super) yes: bool,
}

/// Where the vault's passphrase comes from when nobody is to be asked.
#[derive(Debug, Clone, Args)]
pub(super) struct PassphraseArgs {
    /// Read the passphrase from the first line of this file
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "passphrase_fd", help_heading = "Everywhere")]
    pub(super) passphrase_file: Option<PathBuf>,
    /// Read the passphrase from this open descriptor; 0 is standard input
    #[arg(long, global = true, value_name = "N", help_heading = "Everywhere")]
    pub(super) passphrase_fd: Option<u32>,
    /// Open the vault with an emergency kit, typed from its page
    #[arg(
        long,
        global = true,
        conflicts_with_all = ["passphrase_file", "passphrase_fd", "kit_file"],
        help_heading = "Everywhere"
    )]
    pub(super) kit: bool,
    /// Open the vault with an emergency kit from this file: a scan, a photo or text
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with_all = ["passphrase_file", "passphrase_fd"],
        help_heading = "Everywhere"
    )]
    pub(super) kit_file: Option<PathBuf>,
    /// Try this keyslot only; its first characters are enough
    #[arg(long, global = true, value_name = "SLOT", help_heading = "Everywhere")]
    pub(super) slot: Option<String>,
}

/// What no change of doors does.
pub(in crate::cli) const OLD_DOORS: &str = "\
A passphrase that was changed and a keyslot or kit that was removed still open every copy of the vault file from before,
and the present file too if somebody puts the old keyslot back into it. What was seen is safe again only when the drives
have new recovery keys, and those lie in a new vault.";

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a new vault
    Init(InitArgs),
    /// Take in recovery keys from files, folders, sticks or the clipboard
    Import(ImportArgs),
    /// Find recovery keys that lie about in the clear on folders and drives
    Sweep(SweepArgs),
    /// Undo the last import
    Undo,
    /// Type in one recovery key by hand
    Add(AddArgs),
    /// List the keys in the vault, without their digits
    List(ListArgs),
    /// Find a key by any part of its Key ID, or by device, label, note or tag
    Find(FindArgs),
    /// Show the digits of one key
    Show(ShowArgs),
    /// Find out to which computer a key on paper belongs
    Whose(WhoseArgs),
    /// Tell which drive this is, and which of your keys opens it
    Identify(IdentifyArgs),
    /// Try a key on its drive, without changing the drive
    Prove(ProveArgs),
    /// Read every recovery key out of a drive that one key opens
    Harvest(HarvestArgs),
    /// Mend a torn, faded or misread key
    Repair(RepairArgs),
    /// Keep the part of a drive by which a key can be proved when the drive is elsewhere
    #[command(subcommand)]
    Header(HeaderCommand),
    /// Print keys on paper, whole or split, and check what was printed
    Sheet(SheetArgs),
    /// Change what is known of a key
    Edit(EditArgs),
    /// Put a key into the trash
    Remove(IdArgs),
    /// Take a key out of the trash
    Restore(IdArgs),
    /// Delete keys in the trash for good
    Purge(PurgeArgs),
    /// Change the passphrase
    #[command(after_help = OLD_DOORS)]
    Passphrase(NewPassphraseArgs),
    /// List, add and remove the ways to open the vault
    #[command(subcommand, after_help = OLD_DOORS)]
    Keyslot(KeyslotCommand),
    /// Make or check an emergency kit: a printed page that opens the vault
    #[command(subcommand, after_help = OLD_DOORS)]
    Kit(KitCommand),
    /// Take keys out of the vault: to a stick, an encrypted file, JSON or a table
    #[command(subcommand)]
    Export(ExportCommand),
    /// List the sticks, files, sheets, kits and bundles that were made, and what is stale in them
    Copies(CopiesArgs),
    /// List, give out or remove startup keys, key packages and drive headers
    #[command(subcommand)]
    Attachment(AttachmentCommand),
    /// Open every record and compare everything with what was written
    Verify(VerifyArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual, or write all man pages into a folder
    Man(ManArgs),
}
