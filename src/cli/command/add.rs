//! `add`: takes in one recovery key that is typed, and tries it on its drive if the drive is there.

use crate::cli::args::{AddArgs, Shared};
use crate::cli::command::import::report::difference_words;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard;
use crate::cli::proving::{self, Trial, TrialWords};
use crate::cli::session::{exit_with_doubts, unlocked};
use crate::cli::volumes::Target;
use crate::cli::{json, key_entry, table, world::World};
use drivekey_flows::add::{OnDrive, Typed, add, differences};
use drivekey_flows::intake::Said;
use drivekey_record::{Details, KeyId, LineText};
use drivekey_vault::TakenIn;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &AddArgs) -> Result<Exit, Failure> {
    let target = args.drive.as_deref().map(Target::read).transpose()?;
    let volumes = target.as_ref().map(Target::volumes).transpose()?.unwrap_or_default();
    let given = if args.key_stdin { Some(key_entry::from_stdin(world)?) } else { None };
    let mut vault = unlocked(world, shared)?;
    let asking = given.is_none();
    let password = match given {
        Some(password) => password,
        None => key_entry::typed(world)?,
    };
    let key_id = match &args.id {
        Some(key_id) => key_id.clone(),
        None if asking && volumes.is_empty() => ask_key_id(world)?,
        None => KeyId::Unknown,
    };
    let trial = Trial::of(&volumes, &password, &key_id);
    let on_drive = trial.as_ref().map(|trial| tell_trial(world, trial, &key_id)).transpose()?.unwrap_or_default();
    let mut said = Said::from(args.said.clone());
    if asking && said.device.is_none() && on_drive.device_name.is_none() {
        said.device = ask_device(world)?;
    }
    let now = (world.now)();
    let taken = add(&mut vault, Typed { password, key_id, said, note: args.note.clone(), on_drive }, now)?;
    let mut entry = vault.entry(taken.handle())?;
    let mut kept = Exit::Done;
    if let Some(trial) = &trial {
        kept = proving::keep(world, &mut vault, &entry, trial)?;
        entry = vault.entry(entry.handle)?;
    }
    if shared.json {
        json::print(world.out, &json::entry(&entry))?;
    } else {
        table::one(world.out, &entry)?;
    }
    let said = match &taken {
        TakenIn::New(_) => "The key is in the vault.".to_owned(),
        TakenIn::Known(_) => "The key was in the vault already; nothing was changed.".to_owned(),
        TakenIn::Noted(_) => "The key was in the vault already; what is new was noted with it.".to_owned(),
        TakenIn::Conflict(_, with) => {
            let names: Vec<String> = with.iter().map(ToString::to_string).collect();
            format!(
                "The key is in the vault, but {} says otherwise: the same Key ID with other digits, or the same \
                 digits under another Key ID. Both are kept.",
                names.join(", ")
            )
        }
    };
    writeln!(world.err, "{said}")?;
    if let TakenIn::Noted(handle) = taken {
        for difference in differences(&entry, now) {
            writeln!(world.err, "{}.", difference_words(handle, &difference, false))?;
        }
    }
    if entry.details.weak {
        writeln!(world.err, "Warning: the same group stands there eight times; Windows makes no such key.")?;
    }
    if entry.details.removed.is_some() {
        writeln!(world.err, "It lies in the trash; 'drivekey restore {}' takes it out.", entry.handle)?;
    }
    guard::warn_of_vaults_place(world, &mut vault)?;
    let exit = exit_with_doubts(&vault);
    Ok(if exit == Exit::Done { kept } else { exit })
}

/// Tells what the drive answers to the key, and gives what it says of it. A key that does not open it is refused.
fn tell_trial(world: &mut World<'_>, trial: &Trial<'_>, key_id: &KeyId) -> Result<Details, Failure> {
    for warning in trial.warnings() {
        writeln!(world.err, "Warning: {warning}.")?;
    }
    match OnDrive::of(trial, key_id) {
        OnDrive::Opens(details) => {
            writeln!(world.err, "The key opens {}.", trial.drive())?;
            Ok(details)
        }
        OnDrive::CannotCheck(details) => {
            writeln!(world.err, "Warning: {}.", trial.failure("the key").sentence)?;
            Ok(details)
        }
        OnDrive::DoesNotOpen => {
            let failure = trial.failure("the key");
            let hint = failure.hint.map(|hint| format!("{hint}; ")).unwrap_or_default();
            Err(Failure {
                hint: Some(format!("nothing was kept: {hint}leave --drive out to keep it all the same")),
                ..failure
            })
        }
    }
}

fn ask_key_id(world: &mut World<'_>) -> Result<KeyId, Failure> {
    loop {
        let line = world.terminal.ask_line("Key ID, or its beginning (Enter if not known): ")?;
        if line.trim().is_empty() {
            return Ok(KeyId::Unknown);
        }
        match line.parse() {
            Ok(key_id) => return Ok(key_id),
            Err(_) => world
                .terminal
                .say("A Key ID has 32 characters from 0 to 9 and A to F; its beginning needs at least 4.\n")?,
        }
    }
}

fn ask_device(world: &mut World<'_>) -> Result<Option<LineText>, Failure> {
    let line = world.terminal.ask_line("Which computer is it for (Enter if not known): ")?;
    Ok(line.parse().ok())
}
