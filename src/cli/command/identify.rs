//! `identify`: which drive this is, and which record of the vault is its. Works without the vault, too.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::args::{IdentifyArgs, Shared};
use crate::cli::drive_failure::{MORE_RIGHTS, TargetError, target_failure};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, capital};
use crate::cli::outlet::{on_one_line, printable};
use crate::cli::session::{end_over, unlocked_if_wanted};
use crate::cli::volumes::{self, Fits, Placed, Target};
use crate::cli::{json, volume_json, volume_words, world::World};
use drivekey_drives::{DriveError, attached};
use drivekey_fve::FveError;

/// What was looked at.
struct Looked {
    targets: Vec<Target>,
    /// Drives that could not be read, with the reason.
    unread: Vec<(PathBuf, TargetError)>,
}

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &IdentifyArgs) -> Result<Exit, Failure> {
    let looked = match &args.drive {
        Some(drive) => Looked { targets: vec![Target::of(drive, &args.remains)?], unread: Vec::new() },
        None => look_around(world),
    };
    if looked.targets.is_empty() {
        return nothing(world, shared, &looked.unread);
    }
    let mut vault = unlocked_if_wanted(world, shared)?;
    let mut shown = Vec::new();
    let (mut damaged, mut faults) = (Vec::new(), Vec::new());
    for target in &looked.targets {
        for found in &target.found {
            match &found.volume {
                Ok(volume) => {
                    let placed = Placed::alone(volumes::place(&target.path, found), volume);
                    let fits = vault.as_mut().map(|vault| Fits::of(vault, volume)).transpose()?;
                    if shared.json {
                        let mut map = volume_json::volume(&target.path.display().to_string(), Some(found), volume);
                        if let Some(fits) = &fits {
                            volume_json::add_fits(&mut map, fits);
                        }
                        shown.push(Value::Object(map));
                    } else {
                        say(world, &placed, fits.as_ref(), !shown.is_empty())?;
                        shown.push(Value::Null);
                    }
                    faults.extend(fits.into_iter().flat_map(|fits| fits.faults));
                    faults.dedup();
                }
                Err(error) => {
                    damaged.push((PathBuf::from(volumes::place(&target.path, found)), TargetError::Fve(*error)))
                }
            }
        }
    }
    if shared.json {
        let unread =
            looked.unread.iter().chain(&damaged).map(
                |(path, error)| json!({ "drive": path.display().to_string(), "refusedBecause": target_failure(path, *error).sentence }),
            );
        let unread: Vec<Value> = unread.collect();
        json::print(world.out, &json!({ "vaultOpened": vault.is_some(), "value": shown, "unreadable": unread }))?;
    }
    let failed = damaged.into_iter().next().map(|(path, error)| target_failure(&path, error));
    match failed {
        Some(failure) if args.drive.is_some() => return Err(failure),
        Some(failure) => writeln!(world.err, "{}.", capital(&failure.sentence))?,
        None => {}
    }
    say_unread(world, &looked.unread)?;
    vault.map_or(Ok(Exit::Done), |vault| end_over(&vault, &faults, "what is shown is sound"))
}

/// Every attached volume that is BitLocker's. What cannot be read is told apart from what is something else.
fn look_around(world: &World<'_>) -> Looked {
    let mut looked = Looked { targets: Vec::new(), unread: Vec::new() };
    for attached in attached(&world.surroundings.drives) {
        let Some(path) = attached.device else { continue };
        match volumes::found(&path) {
            Ok(found) => looked.targets.push(Target { path, found }),
            Err(
                TargetError::Fve(FveError::NotBitLocker | FveError::Container(_))
                | TargetError::Drive(DriveError::NoMedium | DriveError::NotFound),
            ) => {}
            Err(error) => looked.unread.push((path, error)),
        }
    }
    looked
}

fn say(world: &mut World<'_>, placed: &Placed<'_>, fits: Option<&Fits>, another: bool) -> Result<(), Failure> {
    if another {
        writeln!(world.out)?;
    }
    volume_words::show(world.out, placed, fits)?;
    for warning in volume_words::warnings(placed.volume) {
        writeln!(world.err, "Warning: {warning}.")?;
    }
    let Some(fits) = fits else { return Ok(()) };
    let first = fits.entries.iter().map(|(_, entry)| entry).chain(&fits.proved).next();
    match first {
        Some(first) => writeln!(world.err, "To see the digits: drivekey show {}", first.handle)?,
        None if placed.volume.is_suspended() => {
            writeln!(world.err, "'drivekey harvest' reads its recovery keys out; no key is needed for it.")?;
        }
        None => writeln!(
            world.err,
            "No key in this vault is this drive's. It may be in another vault, in the Microsoft account (aka.ms/myrecoverykey), or with an administrator."
        )?,
    }
    Ok(())
}

/// Drives that this user may not read go into one sentence.
fn say_unread(world: &mut World<'_>, unread: &[(PathBuf, TargetError)]) -> Result<(), Failure> {
    let (denied, others): (Vec<_>, Vec<_>) =
        unread.iter().partition(|(_, error)| *error == TargetError::Drive(DriveError::PermissionDenied));
    for (path, error) in others {
        writeln!(world.err, "{}.", on_one_line(&target_failure(path, *error).sentence))?;
    }
    if !denied.is_empty() {
        let names: Vec<String> = denied.iter().map(|(path, _)| printable(path)).collect();
        writeln!(world.err, "You may not read {} as you are; to look at them too, {MORE_RIGHTS}.", names.join(", "))?;
    }
    Ok(())
}

fn nothing(world: &mut World<'_>, shared: &Shared, unread: &[(PathBuf, TargetError)]) -> Result<Exit, Failure> {
    if shared.json {
        let unread: Vec<Value> = unread
            .iter()
            .map(|(path, error)| json!({ "drive": path.display().to_string(), "refusedBecause": target_failure(path, *error).sentence }))
            .collect();
        json::print(world.out, &json!({ "vaultOpened": false, "value": [], "unreadable": unread }))?;
    }
    say_unread(world, unread)?;
    if unread.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            "no locked BitLocker drive is attached",
            "plug it in, or name a drive or an image file: 'drivekey identify DRIVE'",
        ));
    }
    Err(Failure::new(Exit::NotFound, "among the drives that could be read none is a BitLocker drive", MORE_RIGHTS))
}
