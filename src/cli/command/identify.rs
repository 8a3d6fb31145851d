//! `identify`: tells which drive this is, and which record is its. Works without a vault, too.

use serde_json::{Value, json};

use crate::cli::args::{IdentifyArgs, Shared};
use crate::cli::drive_failure::{MORE_RIGHTS, target_failure};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, capital};
use crate::cli::outlet::on_one_line;
use crate::cli::session::{end_with_faults, unlocked_if_wanted};
use crate::cli::volume_words::place_words;
use crate::cli::{json, volume_json, volume_words, volumes, world::World};
use drivekey_drives::DriveError;
use drivekey_flows::identify::{Identified, Looked, identify, look_around};
use drivekey_flows::volumes::{TargetError, TargetFailure};
use drivekey_vault::Fault;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &IdentifyArgs) -> Result<Exit, Failure> {
    let looked = match &args.drive {
        Some(drive) => Looked { targets: vec![volumes::target(drive, &args.remains)?], unread: Vec::new() },
        None => look_around(&world.surroundings.drives),
    };
    if looked.targets.is_empty() {
        return nothing(world, shared, &looked.unread);
    }
    let mut vault = unlocked_if_wanted(world, shared)?;
    let all = identify(&looked.targets, vault.as_mut())?;
    if shared.json {
        let shown: Vec<Value> = all.volumes.iter().map(as_json).collect();
        let unread: Vec<Value> = looked.unread.iter().chain(&all.damaged).map(unread_json).collect();
        json::print(world.out, &json!({ "vaultOpened": vault.is_some(), "value": shown, "unreadable": unread }))?;
    } else {
        for (at, one) in all.volumes.iter().enumerate() {
            say(world, one, at > 0)?;
        }
    }
    match all.damaged.first().map(target_failure) {
        Some(failure) if args.drive.is_some() => return Err(failure),
        Some(failure) => writeln!(world.err, "{}.", capital(&failure.sentence))?,
        None => {}
    }
    say_unread(world, &looked.unread)?;
    let mut faults: Vec<Fault> = Vec::new();
    faults.extend(all.volumes.iter().filter_map(|one| one.fits.as_ref()).flat_map(|fits| fits.faults.iter().cloned()));
    faults.dedup();
    vault.map_or(Ok(Exit::Done), |vault| end_with_faults(&vault, &faults, "what is shown is sound"))
}

fn as_json(one: &Identified<'_>) -> Value {
    let mut map = volume_json::volume(&one.placed);
    if let Some(fits) = &one.fits {
        volume_json::add_fits(&mut map, fits);
    }
    Value::Object(map)
}

fn unread_json(failure: &TargetFailure) -> Value {
    json!({ "drive": place_words(&failure.place), "refusedBecause": target_failure(failure).sentence })
}

fn say(world: &mut World<'_>, one: &Identified<'_>, another: bool) -> Result<(), Failure> {
    if another {
        writeln!(world.out)?;
    }
    volume_words::show(world.out, &one.placed, one.fits.as_ref())?;
    for warning in volume_words::warnings(one.placed.volume) {
        writeln!(world.err, "Warning: {warning}.")?;
    }
    let Some(fits) = &one.fits else { return Ok(()) };
    let first = fits.entries.iter().map(|(_, entry)| entry).chain(&fits.proved).next();
    match first {
        Some(first) => writeln!(world.err, "To see the digits: drivekey show {}", first.handle)?,
        None if one.placed.volume.is_suspended() => {
            writeln!(world.err, "'drivekey harvest' reads its recovery keys out; no key is needed for it.")?;
        }
        None => writeln!(
            world.err,
            "No key in this vault is this drive's. It may be in another vault, in the Microsoft account \
             (aka.ms/myrecoverykey), or with an administrator."
        )?,
    }
    Ok(())
}

/// Drives that this user may not read go into one sentence.
fn say_unread(world: &mut World<'_>, unread: &[TargetFailure]) -> Result<(), Failure> {
    let (denied, others): (Vec<_>, Vec<_>) =
        unread.iter().partition(|failure| failure.error == TargetError::Drive(DriveError::PermissionDenied));
    for failure in others {
        writeln!(world.err, "{}.", on_one_line(&target_failure(failure).sentence))?;
    }
    if !denied.is_empty() {
        let names: Vec<String> = denied.iter().map(|failure| place_words(&failure.place)).collect();
        writeln!(world.err, "You may not read {} as you are; to look at them too, {MORE_RIGHTS}.", names.join(", "))?;
    }
    Ok(())
}

fn nothing(world: &mut World<'_>, shared: &Shared, unread: &[TargetFailure]) -> Result<Exit, Failure> {
    if shared.json {
        let listed: Vec<Value> = unread.iter().map(unread_json).collect();
        json::print(world.out, &json!({ "vaultOpened": false, "value": [], "unreadable": listed }))?;
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
