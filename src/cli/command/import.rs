//! `import`: takes keys from files, folders, the clipboard or standard input into the vault, in one write.

mod bundle;
pub(super) mod preview;
pub(super) mod questions;
pub(super) mod report;

use std::path::Path;

use crate::cli::args::{ImportArgs, Shared};
use crate::cli::command::{kit, prove};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard;
use crate::cli::outlet::printable;
use crate::cli::passphrase::{NewPassphrase, given};
use crate::cli::progress::Bar;
use crate::cli::question;
use crate::cli::session::{create, exit_with_doubts, locked, unlock_with, unlocked, vault_path};
use crate::cli::standard_input::{self, Sorted};
use crate::cli::volumes::Target;
use crate::cli::world::World;
use drivekey_flows::intake::{self, Named, Origin, Outcome, Ready, Sources};
use drivekey_record::{Handle, LineText};
use drivekey_vault::{Taking, Unlocked, Vault};

/// For this many or fewer a progress bar would only flicker.
const FEW_FILES: u64 = 200;
const FEW_KEYS: u64 = 2000;
const STANDARD_INPUT: &str = "standard input";

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &ImportArgs) -> Result<Exit, Failure> {
    let target = args.drive.as_deref().map(Target::read).transpose()?;
    let volumes = target.as_ref().map(Target::volumes).transpose()?.unwrap_or_default();
    let path = vault_path(world, shared)?;
    let there = path.symlink_metadata().is_ok();
    // An existing vault is opened before the files: a mistyped passphrase shows at once.
    let mut vault = if there { Some(unlocked(world, shared)?) } else { None };
    let mut sources = read(world, args)?;
    bundle::open(world, args, &mut sources)?;
    if vault.is_none() && (args.dry_run || sources.is_empty()) {
        return report::show(world, shared, &Outcome::without_vault(sources), args.dry_run);
    }
    let asks = !shared.yes && world.terminal.is_present();
    if asks && !args.dry_run {
        questions::settle(world, vault.as_mut(), &mut sources)?;
    }
    let previews = asks && !args.dry_run && !shared.json;
    // Every question comes before anything is made or written: whoever gives up leaves nothing behind.
    if vault.is_none() {
        if previews {
            preview::found(world, &sources)?;
        }
        offer_vault(world, shared, &path, &sources)?;
    }
    if asks && !args.dry_run && args.said.device.is_none() {
        questions::propose(world, vault.as_mut(), &mut sources)?;
    }
    let ready = sources.sort(&args.said.clone().into(), origin(args));
    let first = vault.is_none();
    let mut vault = match vault {
        Some(mut vault) => {
            // Nobody is asked if the vault cannot be written anyway.
            if previews && vault.doubt().is_none() && vault.faults().is_empty() {
                let expected = ready.expect(&mut vault)?;
                preview::confirm(world, &ready, &expected)?;
            }
            vault
        }
        None => make_vault(world, shared, &path)?,
    };
    let outcome = take_in(world, &mut vault, ready, args.dry_run)?;
    let handles: Vec<Handle> = outcome.handles().collect();
    let shown = report::show(world, shared, &outcome, args.dry_run)?;
    let proved = if volumes.is_empty() { Ok(Exit::Done) } else { prove::taken(world, &mut vault, &volumes, &handles) };
    // What did not open its drive was taken in all the same.
    if !handles.is_empty() && !args.dry_run {
        guard::warn_of_vaults_place(world, &mut vault)?;
    }
    let proved = proved?;
    let exit = if shown == Exit::Done { proved } else { shown };
    if first && previews {
        world.settle()?;
        kit::offer(world, shared, &mut vault)?;
    }
    Ok(if exit == Exit::Done { exit_with_doubts(&vault) } else { exit })
}

/// The first import into nothing: one command from nothing to safe.
pub(super) fn offer_vault(
    world: &mut World<'_>,
    shared: &Shared,
    path: &Path,
    sources: &Sources,
) -> Result<(), Failure> {
    let keys = match (sources.keys(), sources.attachments()) {
        (0, 1) => "1 startup key was".to_owned(),
        (0, files) => format!("{files} startup keys were"),
        (1, _) => "1 recovery key was".to_owned(),
        (keys, _) => format!("{keys} recovery keys were"),
    };
    let question = format!("{keys} found. There is no vault at {} yet. Make one?", printable(path));
    let agreed = question::confirm(world, shared.yes, &question, || {
        Failure::no_terminal(
            "there is no vault yet",
            "make one with 'drivekey init', or say --yes and give a new passphrase with --passphrase-file FILE",
        )
    })?;
    if agreed { Ok(()) } else { Err(Failure::refused("nothing was imported", "'drivekey init' makes a vault")) }
}

pub(super) fn make_vault(world: &mut World<'_>, shared: &Shared, path: &Path) -> Result<Vault<Unlocked>, Failure> {
    let new = given(world, &shared.passphrase)?.map_or(NewPassphrase::Asked, NewPassphrase::Given);
    let passphrase = create(world, path, new, shared.yes)?;
    writeln!(world.err, "A new vault lies at {}", printable(path))?;
    writeln!(
        world.err,
        "Without its passphrase nobody can open it, not even we: keep a copy of the passphrase on paper."
    )?;
    let vault = locked(world, path)?;
    unlock_with(world, vault, &passphrase)
}

/// What a person calls it.
fn shown(origin: &Origin) -> String {
    match origin {
        Origin::Clipboard => "the clipboard".to_owned(),
        Origin::StandardInput => STANDARD_INPUT.to_owned(),
        Origin::File(path) => printable(path),
    }
}

/// What the journal calls this import.
fn origin(args: &ImportArgs) -> Option<LineText> {
    let mut names: Vec<String> = args.clipboard.then(|| "the clipboard".to_owned()).into_iter().collect();
    names.extend(args.paths.iter().map(|path| path_name(path)));
    LineText::shortened(&names.join(", "))
}

/// What a person calls a path that was typed.
pub(super) fn path_name(path: &Path) -> String {
    if standard_input::is_meant(path) { STANDARD_INPUT.to_owned() } else { path.display().to_string() }
}

fn read(world: &mut World<'_>, args: &ImportArgs) -> Result<Sources, Failure> {
    let text = if args.clipboard { Some(world.clipboard.text()?) } else { None };
    let Sorted { paths, input } = standard_input::sort(world, &args.paths)?;
    let named = Named { paths: &paths, clipboard: text.as_ref().map(|text| text.as_str()) };
    let mut sources = intake::read(named, world.scans, &Bar::new(world, "files read").beyond(FEW_FILES));
    if let Some(bytes) = input {
        sources.hand_over(bytes, world.scans);
    }
    Ok(sources)
}

/// Keeps it, or only tells what would become of it.
pub(super) fn take_in(
    world: &World<'_>,
    vault: &mut Vault<Unlocked>,
    ready: Ready,
    dry_run: bool,
) -> Result<Outcome, Failure> {
    let taking = if dry_run { Taking::DryRun } else { Taking::Keep };
    Ok(ready.take_in(vault, (world.now)(), taking, &Bar::new(world, "keys sealed").beyond(FEW_KEYS))?)
}
