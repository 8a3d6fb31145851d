//! What can be typed: the one description from which help, completions and man pages are made.

mod drive;
mod export;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(super) use drive::{HarvestArgs, HeaderCommand, HeaderSaveArgs, IdentifyArgs, ProveArgs, RepairArgs};
pub(super) use export::{ExportBundleArgs, ExportCommand, ExportPlainArgs, ExportUsbArgs, Which};

use crate::record::{ItemNumber, KeyId, LineText, SlotId, State, VolumeType};

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
    #[arg(long, global = true, conflicts_with_all = ["passphrase_file", "passphrase_fd", "kit_file"], help_heading = "Everywhere")]
    pub(super) kit: bool,
    /// Open the vault with an emergency kit from this file: a scan, a photo or text
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["passphrase_file", "passphrase_fd"], help_heading = "Everywhere")]
    pub(super) kit_file: Option<PathBuf>,
    /// Try this keyslot only; its first characters are enough
    #[arg(long, global = true, value_name = "SLOT", help_heading = "Everywhere")]
    pub(super) slot: Option<String>,
}

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
    Sheet(super::command::sheet::SheetArgs),
    /// Change what is known of a key
    Edit(EditArgs),
    /// Put a key into the trash
    Remove(IdArgs),
    /// Take a key out of the trash
    Restore(IdArgs),
    /// Delete keys in the trash for good
    Purge(PurgeArgs),
    /// Change the passphrase
    Passphrase(NewPassphraseArgs),
    /// List, add and remove the ways to open the vault
    #[command(subcommand)]
    Keyslot(KeyslotCommand),
    /// Make or check an emergency kit: a printed page that opens the vault
    #[command(subcommand)]
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

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Propose a strong passphrase made of words
    #[arg(long)]
    pub(super) generate: bool,
}

/// What a person says of the keys that come in.
#[derive(Debug, Clone, Args)]
pub(super) struct Said {
    /// The computer they belong to
    #[arg(long, value_name = "NAME")]
    pub(super) device: Option<LineText>,
    /// os, fixed, removable, data or unknown
    #[arg(long, value_name = "TYPE", value_parser = volume_type)]
    pub(super) volume_type: Option<VolumeType>,
    /// The volume's label
    #[arg(long, value_name = "TEXT")]
    pub(super) label: Option<LineText>,
    /// A tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<LineText>,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Files or folders; a folder is searched with everything below it
    #[arg(value_name = "PATH", required_unless_present = "clipboard")]
    pub(super) paths: Vec<PathBuf>,
    /// Take in what is in the clipboard
    #[arg(long)]
    pub(super) clipboard: bool,
    #[command(flatten)]
    pub(super) said: Said,
    /// A file with the private age key that opens a bundle; may be given several times
    #[arg(long = "identity", value_name = "FILE")]
    pub(super) identities: Vec<PathBuf>,
    /// Read the passphrase of a bundle from the first line of this file
    #[arg(long, value_name = "FILE")]
    pub(super) bundle_passphrase_file: Option<PathBuf>,
    /// Only tell what would be taken in
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Try the keys on this drive, such as E: or /dev/sdb1, or an image file, and note what the drive says of itself
    #[arg(long, value_name = "DRIVE|IMAGE", conflicts_with = "dry_run")]
    pub(super) drive: Option<std::ffi::OsString>,
}

#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    /// Files, folders or drives; a folder is searched with everything below it, hidden files too
    #[arg(value_name = "PATH", required = true)]
    pub(super) paths: Vec<PathBuf>,
    /// Take in what the vault does not have yet
    #[arg(long)]
    pub(super) import: bool,
    /// Delete the files all of whose keys are in the vault, after a typed confirmation
    #[arg(long)]
    pub(super) erase: bool,
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// The Key ID, or its beginning
    #[arg(long, value_name = "KEY-ID", value_parser = key_id)]
    pub(super) id: Option<KeyId>,
    #[command(flatten)]
    pub(super) said: Said,
    /// A note
    #[arg(long, value_name = "TEXT")]
    pub(super) note: Option<LineText>,
    /// Read the recovery key from standard input
    #[arg(long)]
    pub(super) key_stdin: bool,
    /// Try the key on this drive, such as E: or /dev/sdb1, or an image file, and note what the drive says of itself
    #[arg(long, value_name = "DRIVE|IMAGE")]
    pub(super) drive: Option<std::ffi::OsString>,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only this computer's
    #[arg(long, value_name = "NAME")]
    pub(super) device: Option<LineText>,
    /// Only this type's: os, fixed, removable, data or unknown
    #[arg(long, value_name = "TYPE", value_parser = volume_type)]
    pub(super) volume_type: Option<VolumeType>,
    /// Only what is in the trash
    #[arg(long, conflicts_with = "all")]
    pub(super) trash: bool,
    /// Also what is in the trash
    #[arg(long)]
    pub(super) all: bool,
}

#[derive(Debug, Args)]
pub(super) struct FindArgs {
    /// Any part of a Key ID from 4 characters up, or words from device, label, note or tags
    #[arg(value_name = "WORDS", required = true)]
    pub(super) words: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct IdArgs {
    /// A record's name (r1), or any part of its Key ID from 4 characters up
    #[arg(value_name = "ID")]
    pub(super) id: String,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    pub(super) id: IdArgs,
    /// Put the digits into the clipboard for 20 seconds instead of showing them
    #[arg(long, conflicts_with_all = ["read_aloud", "json"])]
    pub(super) copy: bool,
    /// Show one group at a time, to be read out
    #[arg(long, conflicts_with = "json")]
    pub(super) read_aloud: bool,
}

#[derive(Debug, Args)]
pub(super) struct WhoseArgs {
    /// Read the recovery key from standard input
    #[arg(long)]
    pub(super) key_stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct EditArgs {
    #[command(flatten)]
    pub(super) id: IdArgs,
    /// The Key ID, where it was not known whole
    #[arg(long, value_name = "KEY-ID", value_parser = key_id)]
    pub(super) key_id: Option<KeyId>,
    /// The computer; an empty text clears it
    #[arg(long, value_name = "NAME")]
    pub(super) device: Option<String>,
    /// os, fixed, removable, data or unknown
    #[arg(long, value_name = "TYPE", value_parser = volume_type)]
    pub(super) volume_type: Option<VolumeType>,
    /// The drive letter; an empty text clears it
    #[arg(long, value_name = "LETTER")]
    pub(super) mount_point: Option<String>,
    /// The volume's label; an empty text clears it
    #[arg(long, value_name = "TEXT")]
    pub(super) label: Option<String>,
    /// A note; an empty text clears it
    #[arg(long, value_name = "TEXT")]
    pub(super) note: Option<String>,
    /// A tag to add; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) add_tags: Vec<LineText>,
    /// A tag to take away; may be given several times
    #[arg(long = "remove-tag", value_name = "TAG")]
    pub(super) remove_tags: Vec<LineText>,
    /// current, superseded, used or retired
    #[arg(long, value_name = "STATE", value_parser = state)]
    pub(super) state: Option<State>,
}

#[derive(Debug, Args)]
pub(super) struct PurgeArgs {
    /// A record's name (r1) or any part of its Key ID
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(super) id: Option<String>,
    /// Everything that is in the trash
    #[arg(long, conflicts_with = "id")]
    pub(super) all: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct NewPassphraseArgs {
    /// Read the new passphrase from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "generate")]
    pub(super) new_passphrase_file: Option<PathBuf>,
    /// Propose a strong passphrase made of words
    #[arg(long)]
    pub(super) generate: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyslotCommand {
    /// List the ways to open the vault
    List,
    /// Add another passphrase
    Add(KeyslotAddArgs),
    /// Remove one
    Remove(KeyslotRemoveArgs),
}

#[derive(Debug, Args)]
pub(super) struct KeyslotAddArgs {
    /// Whose it is, or what for
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<LineText>,
    #[command(flatten)]
    pub(super) new: NewPassphraseArgs,
}

#[derive(Debug, Args)]
pub(super) struct KeyslotRemoveArgs {
    /// The keyslot; its first characters are enough
    // Under the name `slot` it would be taken for `--slot`, too, and the one to be removed would have to open the vault.
    #[arg(value_name = "SLOT")]
    pub(super) doomed: String,
}

#[derive(Debug, Args)]
pub(super) struct CopiesArgs {
    /// Also those that were destroyed
    #[arg(long)]
    pub(super) all: bool,
    #[command(subcommand)]
    pub(super) command: Option<CopiesCommand>,
}

#[derive(Debug, Subcommand)]
pub(super) enum CopiesCommand {
    /// Note that a copy was destroyed
    Destroyed(CopyArgs),
    /// Give a copy a name
    Name(CopyNameArgs),
}

#[derive(Debug, Args)]
pub(super) struct CopyArgs {
    /// The copy, such as c3
    #[arg(value_name = "COPY", value_parser = copy_number)]
    pub(super) copy: ItemNumber,
}

#[derive(Debug, Args)]
pub(super) struct CopyNameArgs {
    #[command(flatten)]
    pub(super) copy: CopyArgs,
    /// The name
    #[arg(value_name = "NAME")]
    pub(super) name: LineText,
}

#[derive(Debug, Subcommand)]
pub(super) enum AttachmentCommand {
    /// List them
    List,
    /// Write one to a file, byte for byte
    Save(AttachmentSaveArgs),
}

#[derive(Debug, Args)]
pub(super) struct AttachmentSaveArgs {
    /// The attachment, such as a3
    #[arg(value_name = "ATTACHMENT", value_parser = attachment_number)]
    pub(super) attachment: ItemNumber,
    /// The file to write, or a folder; nothing that exists is replaced
    #[arg(long, value_name = "PATH")]
    pub(super) to: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(super) enum KitCommand {
    /// Make a kit and print it, or write its page into a file
    Make(KitMakeArgs),
    /// See whether a kit still opens the vault
    Check(KitCheckArgs),
}

#[derive(Debug, Args)]
pub(super) struct KitMakeArgs {
    /// The PDF to write; nothing that exists is replaced
    #[arg(long, value_name = "FILE", required_unless_present = "print")]
    pub(super) to: Option<PathBuf>,
    /// Send the page to the printer, without a file of ours
    #[arg(long, conflicts_with = "to")]
    pub(super) print: bool,
    /// Whose it is, or where it will lie
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<LineText>,
    /// For Letter paper in place of A4
    #[arg(long)]
    pub(super) letter: bool,
}

#[derive(Debug, Args)]
pub(super) struct KitCheckArgs {
    /// A scan, a photo or a text file; without it the kit is typed
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Take this copy for the right one from now on
    #[arg(long, conflicts_with = "repair")]
    pub(super) accept_copy: bool,
    /// Mend what can be mended; a copy of the file is kept
    #[arg(long)]
    pub(super) repair: bool,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write a page for each command into this folder
    #[arg(long, value_name = "PATH")]
    pub(super) to: Option<PathBuf>,
}

pub(super) fn volume_type(text: &str) -> Result<VolumeType, String> {
    text.parse().map_err(|_| "one of os, fixed, removable, data, unknown is meant".to_owned())
}

fn key_id(text: &str) -> Result<KeyId, String> {
    text.parse().map_err(|_| "a Key ID has 32 hexadecimal digits; its beginning needs at least 4".to_owned())
}

pub(super) fn copy_number(text: &str) -> Result<ItemNumber, String> {
    item_number(text, ['c', 'C']).ok_or_else(|| "a copy is named c1, c2 and so on; 'drivekey copies' lists them".to_owned())
}

fn attachment_number(text: &str) -> Result<ItemNumber, String> {
    item_number(text, ['a', 'A']).ok_or_else(|| "an attachment is named a1, a2 and so on; 'drivekey attachment list' lists them".to_owned())
}

fn item_number(text: &str, letters: [char; 2]) -> Option<ItemNumber> {
    text.strip_prefix(letters)?.parse().ok().and_then(ItemNumber::new)
}

fn state(text: &str) -> Result<State, String> {
    let states = [State::Current, State::Superseded, State::Used, State::Retired];
    states.into_iter().find(|state| state.word() == text).ok_or_else(|| "one of current, superseded, used, retired is meant".to_owned())
}

/// The slots whose name begins so.
pub(super) fn slots_beginning(typed: &str, slots: impl Iterator<Item = SlotId>) -> Vec<SlotId> {
    let typed = typed.to_lowercase();
    slots.filter(|slot| !typed.is_empty() && slot.to_string().starts_with(&typed)).collect()
}
