//! `sweep`: finds recovery keys that lie about in the clear, says which of them the vault has, takes the others in, and
//! destroys the files if it is told so twice.

mod erasing;
mod summary;

use std::path::{Path, PathBuf};

use summary::Sweep;

use super::import::{self, preview, questions};
use crate::cli::args::{Shared, SweepArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard;
use crate::cli::passphrase::given;
use crate::cli::progress::Rate;
use crate::cli::session::{exit_with_doubts, locked, unlock_with, unlocked, vault_path};
use crate::cli::standard_input::{self, Sorted};
use crate::cli::world::World;
use drivekey_flows::intake::{Outcome, Ready, Said};
use drivekey_flows::sweep::search;
use drivekey_record::LineText;
use drivekey_vault::{Unlocked, Vault};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &SweepArgs) -> Result<Exit, Failure> {
    if args.erase && !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "erasing files must be confirmed by typing",
            "start the program in a terminal; without --erase it only reports",
        ));
    }
    let path = vault_path(world, shared)?;
    let there = path.symlink_metadata().is_ok();
    // A mistyped passphrase shows at once, not after an hour of searching.
    let mut vault = if there { open(world, shared, args)? } else { None };
    let Sorted { paths: roots, input } = standard_input::sort(world, &args.paths)?;
    let (mut sources, mut tally) = search(&roots, &Rate::of_search(world));
    if let Some(bytes) = input {
        tally.files += 1;
        tally.bytes += bytes.len() as u64;
        sources.hand_over(bytes, world.scans);
    }
    let with_keys = sources.read.iter().filter(|source| source.holds_keys());
    let lying: Vec<PathBuf> = with_keys.filter_map(|source| source.origin.path()).map(Path::to_owned).collect();
    if vault.is_none() && !there && args.import && !sources.is_empty() {
        import::offer_vault(world, shared, &path, &sources)?;
        vault = Some(import::make_vault(world, shared, &path)?);
    }
    let Some(mut vault) = vault else {
        let found = Outcome::without_vault(sources);
        return summary::show(world, shared, &Sweep { tally, lying, erased: None }, &found, true);
    };
    let asks = !shared.yes && world.terminal.is_present() && !shared.json;
    let writable = vault.doubt().is_none() && vault.faults().is_empty();
    if args.import && asks {
        questions::settle(world, Some(&mut vault), &mut sources)?;
        questions::propose(world, Some(&mut vault), &mut sources)?;
    }
    let ready = sources.sort(&Said::default(), origin(&args.paths));
    let keeps = if args.import || (asks && writable) {
        takes_in(world, &mut vault, &ready, args.import, asks && writable)?
    } else {
        false
    };
    let outcome = import::take_in(world, &mut vault, ready, !keeps)?;
    let kept = keeps && outcome.handles().next().is_some();
    let mut sweep = Sweep { tally, lying, erased: None };
    if shared.json {
        warn(world, &mut vault, kept)?;
        sweep.erased = args.erase.then(|| erasing::erase(world, &mut vault, &sweep.lying)).transpose()?;
        let exit = summary::show(world, shared, &sweep, &outcome, !keeps)?;
        return Ok(final_exit(exit, &vault));
    }
    let exit = summary::show(world, shared, &sweep, &outcome, !keeps)?;
    warn(world, &mut vault, kept)?;
    if args.erase {
        let erased = erasing::erase(world, &mut vault, &sweep.lying)?;
        if summary::erased(world, &erased)? && exit == Exit::Done {
            return Ok(final_exit(Exit::Partly, &vault));
        }
    }
    Ok(final_exit(exit, &vault))
}

/// What the journal calls what was taken in.
fn origin(roots: &[PathBuf]) -> Option<LineText> {
    let roots: Vec<String> = roots.iter().map(|path| import::path_name(path)).collect();
    LineText::shortened(&roots.join(", "))
}

/// Before the files are gone: afterwards the vault may be the only place of a key.
fn warn(world: &mut World<'_>, vault: &mut Vault<Unlocked>, kept: bool) -> Result<(), Failure> {
    if kept { guard::warn_of_vaults_place(world, vault) } else { Ok(()) }
}

fn final_exit(exit: Exit, vault: &Vault<Unlocked>) -> Exit {
    if exit == Exit::Done { exit_with_doubts(vault) } else { exit }
}

/// The vault, or nothing where the person at the terminal leaves it out, or nobody is there to ask and it is not
/// needed.
fn open(world: &mut World<'_>, shared: &Shared, args: &SweepArgs) -> Result<Option<Vault<Unlocked>>, Failure> {
    let scripted = shared.passphrase.passphrase_file.is_some() || shared.passphrase.passphrase_fd.is_some();
    if scripted || args.import || args.erase {
        return unlocked(world, shared).map(Some);
    }
    if !world.terminal.is_present() {
        return Ok(None);
    }
    let path = vault_path(world, shared)?;
    let vault = locked(world, &path)?;
    let passphrase = match given(world, &shared.passphrase)? {
        Some(passphrase) => passphrase,
        None => world.terminal.ask_secret("Passphrase (Enter searches without the vault): ")?,
    };
    if crate::cli::passphrase::is_empty(&passphrase) {
        Ok(None)
    } else {
        unlock_with(world, vault, &passphrase).map(Some)
    }
}

/// Whether what was found is to be kept.
fn takes_in(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    ready: &Ready,
    wanted: bool,
    asks: bool,
) -> Result<bool, Failure> {
    if !asks {
        return Ok(wanted);
    }
    let expected = ready.expect(vault)?;
    if !ready.brings_news(&expected) {
        return Ok(wanted);
    }
    match preview::confirm(world, ready, &expected) {
        Ok(()) => Ok(true),
        // A person who asked for it and then declines is done. One to whom it was only offered still gets the report.
        Err(refusal) if wanted || refusal.exit != Exit::Refused => Err(refusal),
        Err(_) => Ok(false),
    }
}
