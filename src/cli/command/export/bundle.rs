//! `export bundle`: writes one encrypted file for another person, another machine or a drawer.

use secrecy::SecretString;
use serde_json::json;

use super::chosen::{self, counted};
use super::saving::{Saved, is_output, save_to};
use crate::cli::args::{ExportBundleArgs, Shared};
use crate::cli::copy_note::{self, CopyPlace, Made};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard::{self, Holding};
use crate::cli::outlet::printable;
use crate::cli::passphrase::{self, NewPassphrase};
use crate::cli::session::unlocked;
use crate::cli::{json, world::World};
use drivekey_export::{Put, Seen};
use drivekey_flows::give_out::{self, WITH_BUNDLE};
use drivekey_record::CopyKind;
use drivekey_vault::seal::{BundleError, BundleLock, BundleRecipient};

/// To whom it will be sealed.
enum Lock {
    Passphrase(SecretString),
    Recipients(Vec<BundleRecipient>),
}

pub(super) fn run(world: &mut World<'_>, shared: &Shared, args: &ExportBundleArgs) -> Result<Exit, Failure> {
    let recipients: Vec<BundleRecipient> =
        args.recipients.iter().map(|typed| recipient(typed)).collect::<Result<_, _>>()?;
    let asks = recipients.is_empty() && args.bundle_passphrase_file.is_none();
    if asks && !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "the bundle needs a passphrase of its own",
            "give it with --bundle-passphrase-file FILE, or seal the bundle to somebody's age key with --recipient KEY",
        ));
    }
    if is_output(&args.to) && world.surroundings.out_is_terminal {
        return Err(Failure::usage(
            "a bundle is no text to look at",
            "send the output to a file, or name one with --to PATH",
        ));
    }
    let mut vault = unlocked(world, shared)?;
    let choice = chosen::choose(world, &mut vault, &args.which)?;
    let beside = choice.protectors_beside(&mut vault, WITH_BUNDLE)?;
    let holding = Holding::Both(&choice.entries, &beside);
    if is_output(&args.to) {
        guard::check_output(world, &mut vault, &holding)?;
    } else {
        guard::check(world, &mut vault, &args.to, &holding)?;
    }
    let lock = match &args.bundle_passphrase_file {
        _ if !recipients.is_empty() => Lock::Recipients(recipients),
        Some(path) => Lock::Passphrase(passphrase::choose(world, NewPassphrase::File(path), shared.yes)?),
        None => {
            world
                .terminal
                .say("The bundle gets a passphrase of its own. Tell it to nobody together with the file.\n")?;
            Lock::Passphrase(passphrase::choose(world, NewPassphrase::Asked, shared.yes)?)
        }
    };
    let chosen = choice.reveal(&mut vault, WITH_BUNDLE)?;
    let lock_with = match &lock {
        Lock::Passphrase(passphrase) => BundleLock::Passphrase(passphrase, world.kdf.limits),
        Lock::Recipients(recipients) => BundleLock::Recipients(recipients),
    };
    let sealed = give_out::bundle(&chosen, &lock_with, (world.now)())
        .map_err(|_| Failure::new(Exit::Failed, "the bundle could not be made", "try again"))?;
    let saved = save_to(world, &args.to, &sealed)?;
    let handles = chosen.handles();
    let place = printable(&args.to);
    if matches!(saved, Saved::File(..)) && shared.json {
        json::print(
            world.out,
            &json!({ "path": args.to.display().to_string(), "keys": handles, "readBack": read_back(saved) }),
        )?;
    }
    tell(world, &counted(handles.len()), &lock, if is_output(&args.to) { None } else { Some(&place) })?;
    warn_of_memory(world, saved)?;
    let made = Made {
        kind: CopyKind::Bundle,
        name: args.name.as_ref(),
        place: CopyPlace::Path(&args.to),
        records: &handles,
        compared: false,
        slot: None,
    };
    let noted = copy_note::note(world, &mut vault, &made)?;
    chosen::exit(&chosen, noted, &vault)
}

fn tell(world: &mut World<'_>, counted: &str, lock: &Lock, place: Option<&str>) -> Result<(), Failure> {
    let who = match lock {
        Lock::Passphrase(_) => "whoever has the file and its passphrase".to_owned(),
        Lock::Recipients(recipients) if recipients.len() == 1 => "the owner of that age key".to_owned(),
        Lock::Recipients(recipients) => format!("the owners of those {} age keys", recipients.len()),
    };
    let sealed = place.map_or_else(|| format!("{counted} sealed"), |place| format!("{counted} sealed in {place}"));
    writeln!(world.err, "{sealed}: {who} can read them, nobody else.")?;
    let place = place.unwrap_or("FILE");
    let identity = if matches!(lock, Lock::Passphrase(_)) { "" } else { "-i IDENTITY " };
    writeln!(
        world.err,
        "To open it: drivekey import \"{place}\"; or with the age program: age -d {identity}-o keys.txt \"{place}\""
    )?;
    Ok(())
}

fn recipient(typed: &str) -> Result<BundleRecipient, Failure> {
    typed.parse().map_err(|_: BundleError| {
        let hint = "an age key begins with 'age1'; 'age-keygen' makes one and prints it as its public key";
        if typed.trim().to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
            return Failure::usage(
                "a private age key is never an argument: the shell's history and other programs can see it",
                hint,
            );
        }
        Failure::usage(format!("\"{typed}\" is no age key"), hint)
    })
}

/// From where a file was read back, for programs.
pub(super) const fn read_back(saved: Saved) -> Option<&'static str> {
    match saved {
        Saved::File(_, Seen::Medium) => Some("medium"),
        Saved::File(_, Seen::Memory) => Some("memory"),
        Saved::Output => None,
    }
}

/// The same for people, where there is a doubt.
pub(super) fn warn_of_memory(world: &mut World<'_>, saved: Saved) -> Result<(), Failure> {
    if let Saved::File(Put::Written, Seen::Memory) = saved {
        writeln!(
            world.err,
            "It was compared with what this system remembers of it; the medium itself could not be read past that \
             memory."
        )?;
    }
    Ok(())
}
