//! `prove`: a stored key, or all that may fit, tried on a drive. The drive is only read.

use rayon::prelude::*;
use serde_json::{Value, json};

use crate::cli::args::{ProveArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard;
use crate::cli::progress::Progress;
use crate::cli::proving::{self, Trial, asked_for};
use crate::cli::repairing::grouped;
use crate::cli::session::{exit_over, one_entry, unlocked};
use crate::cli::trying::{Rounds, on_drive};
use crate::cli::volumes::{Placed, Target};
use crate::cli::{json, saved_header, table, world::World};
use drivekey_fve::Verdict;
use drivekey_record::{Handle, KeyId, RecoveryPassword};
use drivekey_vault::reveal::lend;
use drivekey_vault::{Entry, Filter, Unlocked, Vault};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &ProveArgs) -> Result<Exit, Failure> {
    // A wrong name of the drive shows before the passphrase is asked for.
    let target = args.drive.drive.as_deref().map(|drive| Target::of(drive, &args.remains)).transpose()?;
    let mut vault = unlocked(world, shared)?;
    let target = match (target, &args.drive.header) {
        (Some(target), _) => target,
        (None, Some(header)) => saved_header::target(&mut vault, header)?,
        (None, None) => return Err(Failure::usage("it is not said which drive", "name it with --drive")),
    };
    let volumes = target.volumes()?;
    let exit = match &args.id {
        Some(id) => one(world, shared, &mut vault, &volumes, id),
        None => all(world, shared, &mut vault, &volumes),
    }?;
    // A key that opened a drive brought its other keys into the vault.
    guard::warn_of_vaults_place(world, &mut vault)?;
    Ok(exit)
}

fn one(
    world: &mut World<'_>,
    shared: &Shared,
    vault: &mut Vault<Unlocked>,
    volumes: &[Placed<'_>],
    id: &str,
) -> Result<Exit, Failure> {
    let entry = one_entry(world, vault, id)?;
    let (entry, password) = lend(vault, &entry)?;
    let Some(trial) = Trial::of(volumes, &password, &entry.details.key_id) else { return Ok(Exit::Done) };
    drop(password);
    if shared.json {
        json::print(world.out, &json!({ "value": [of_record(&entry, &trial)] }))?;
    } else if trial.opened.is_some() {
        writeln!(world.out, "Record    {}", entry.handle)?;
        trial.show(world.out, &entry.details.key_id)?;
    }
    warn(world, &trial)?;
    let kept = proving::keep(world, vault, &entry, &trial)?;
    if trial.opened.is_none() {
        return Err(trial.failure_of(&entry));
    }
    let exit = exit_over(vault);
    Ok(if exit == Exit::Done { kept } else { exit })
}

fn warn(world: &mut World<'_>, trial: &Trial<'_>) -> Result<(), Failure> {
    for warning in trial.warnings() {
        writeln!(world.err, "Warning: {warning}.")?;
    }
    Ok(())
}

/// Every key that the drive lists; when it lists none of them, every key there is; when none of those opens it, others.
fn all(
    world: &mut World<'_>,
    shared: &Shared,
    vault: &mut Vault<Unlocked>,
    volumes: &[Placed<'_>],
) -> Result<Exit, Failure> {
    let listing = vault.list(&Filter::default())?;
    if !listing.faults.is_empty() {
        return Err(drivekey_vault::VaultError::Faults(listing.faults).into());
    }
    let keys = listing.entries.into_iter().filter(|entry| entry.details.is_recovery_password()).collect();
    let rounds = Rounds::of(keys, volumes);
    if rounds.first.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            "the vault has no key to try",
            "'drivekey import PATH' takes in key files",
        ));
    }
    let mut trials = try_all(world, vault, volumes, &rounds.first)?;
    if trials.iter().all(|(_, trial)| trial.opened.is_none()) {
        // A Key ID is a hint: in the vault it may have been mistyped, on the drive exchanged.
        let beyond = try_all(world, vault, volumes, &rounds.then)?;
        trials.extend(beyond.into_iter().filter(|(_, trial)| trial.opened.is_some()));
        if rounds.left_out > 0 && trials.iter().all(|(_, trial)| trial.opened.is_none()) {
            writeln!(
                world.err,
                "{} keys with other Key IDs were not tried; 'drivekey prove ID' tries one all the same.",
                grouped(rounds.left_out as u128)
            )?;
        }
    }
    report(world, shared, &trials)?;
    let exit = keep_all(world, vault, &trials)?;
    end(world, vault, volumes, &trials, exit)
}

/// Keeps what each trial gave with its record.
fn keep_all(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    trials: &[(Entry, Trial<'_>)],
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    // That a Key ID is wrong somewhere says nothing against the digits.
    for (entry, trial) in trials.iter().filter(|(_, trial)| exchanged_with(trials, trial).is_none()) {
        exit = exit.max(proving::keep(world, vault, entry, trial)?);
    }
    Ok(exit)
}

/// The key of another Key ID that opens what the drive lists under the Key ID of this one.
fn exchanged_with(trials: &[(Entry, Trial<'_>)], trial: &Trial<'_>) -> Option<Handle> {
    let listed = trial.proof.key_id_match.filter(|_| trial.opened.is_none())?;
    let is_other = |entry: &Entry| !entry.details.key_id.may_equal(&KeyId::Full(listed));
    let (entry, _) = trials.iter().find(|(entry, other)| other.proof.opened == Some(listed) && is_other(entry))?;
    Some(entry.handle)
}

/// Keys that were just taken in, as far as they may be this drive's. What opens is noted with its record.
pub(super) fn taken(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    volumes: &[Placed<'_>],
    handles: &[Handle],
) -> Result<Exit, Failure> {
    let entries: Result<Vec<Entry>, _> = handles.iter().map(|handle| vault.entry(*handle)).collect();
    let on_drive = on_drive(volumes);
    let may_fit = |entry: &Entry| {
        entry.details.is_recovery_password() && on_drive.iter().any(|id| id.may_equal(&entry.details.key_id))
    };
    let entries: Vec<Entry> = entries?.into_iter().filter(may_fit).collect();
    let trials = try_all(world, vault, volumes, &entries)?;
    warn_once(world, &trials)?;
    for (entry, trial) in trials.iter().filter(|(_, trial)| trial.opened.is_some()) {
        writeln!(world.err, "{} opens {}.", entry.handle, trial.drive())?;
    }
    let exit = keep_all(world, vault, &trials)?;
    end(world, vault, volumes, &trials, exit).map_err(|failure| Failure {
        sentence: format!(
            "the keys were taken in, and {}",
            failure.sentence.replace("no key in this vault", "none of them")
        ),
        ..failure
    })
}

/// On all cores.
fn try_all<'v>(
    world: &World<'_>,
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
    entries: &[Entry],
) -> Result<Vec<(Entry, Trial<'v>)>, Failure> {
    /// Keys opened at a time.
    const BATCH: usize = 64;
    let progress = Progress::new(world.surroundings.err_is_terminal && entries.len() > 8, "keys tried");
    let count = entries.len();
    let mut trials = Vec::with_capacity(count);
    for batch in entries.chunks(BATCH) {
        let keys: Result<Vec<(Entry, RecoveryPassword)>, _> = batch.iter().map(|entry| lend(vault, entry)).collect();
        let tried = keys?.into_par_iter().filter_map(|(entry, password)| {
            let trial = Trial::of(volumes, &password, &entry.details.key_id)?;
            Some((entry, trial))
        });
        trials.extend(tried.collect::<Vec<_>>());
        progress.at(trials.len(), count);
    }
    progress.finish();
    Ok(trials)
}

fn report(world: &mut World<'_>, shared: &Shared, trials: &[(Entry, Trial<'_>)]) -> Result<(), Failure> {
    if shared.json {
        let value: Vec<Value> = trials.iter().map(|(entry, trial)| of_record(entry, trial)).collect();
        json::print(world.out, &json!({ "value": value }))?;
    } else {
        let mut rows = vec![["RECORD", "KEY ID", "DEVICE", "RESULT"].map(str::to_owned).to_vec()];
        rows.extend(trials.iter().map(|(entry, trial)| {
            let device = entry.details.device_name.as_ref().map(ToString::to_string).unwrap_or_default();
            vec![
                entry.handle.to_string(),
                table::first_8(&entry.details.key_id).into_owned(),
                device,
                result_words(trial).to_owned(),
            ]
        }));
        table::write(world.out, rows)?;
    }
    warn_once(world, trials)
}

/// Of one drive, each warning once.
fn warn_once(world: &mut World<'_>, trials: &[(Entry, Trial<'_>)]) -> Result<(), Failure> {
    let unread =
        trials.iter().filter(|(_, trial)| trial.opened.is_none()).filter_map(|(_, trial)| trial.placed.unread.clone());
    let mut said: Vec<String> = trials.iter().flat_map(|(_, trial)| trial.warnings()).chain(unread).collect();
    said.sort_unstable();
    said.dedup();
    for warning in said {
        writeln!(world.err, "Warning: {warning}.")?;
    }
    Ok(())
}

const fn result_words(trial: &Trial<'_>) -> &'static str {
    match trial.proof.verdict {
        Verdict::Opens => "opens the drive",
        Verdict::DoesNotOpen | Verdict::NoRecoveryPassword => "does not open it",
        Verdict::CannotCheck => "cannot be checked",
    }
}

fn of_record(entry: &Entry, trial: &Trial<'_>) -> Value {
    let mut map = trial.json();
    map.insert("handle".to_owned(), entry.handle.to_string().into());
    Value::Object(map)
}

fn end(
    world: &mut World<'_>,
    vault: &Vault<Unlocked>,
    volumes: &[Placed<'_>],
    trials: &[(Entry, Trial<'_>)],
    kept: Exit,
) -> Result<Exit, Failure> {
    let opens = trials.iter().filter(|(_, trial)| trial.opened.is_some()).count();
    let unsure =
        trials.iter().any(|(_, trial)| trial.proof.verdict == Verdict::CannotCheck || trial.may_be_of_unread());
    // The drive lists it, and it does not open: worth an answer of its own.
    let listed = trials
        .iter()
        .filter(|(_, trial)| trial.proof.verdict == Verdict::DoesNotOpen && trial.proof.key_id_match.is_some());
    let (before, wrong): (Vec<_>, Vec<_>) = listed.partition(|(entry, trial)| trial.opened_before(entry).is_some());
    for (entry, trial) in &before {
        let failure = trial.failure_of(entry);
        writeln!(world.err, "{}; {}.", failure.sentence, failure.hint.unwrap_or_default())?;
    }
    if opens == 0 {
        let ids: Vec<String> = volumes.iter().map(asked_for).collect();
        let hint = format!("the drive asks for {}", ids.join(", or for "));
        return Err(if unsure {
            Failure::new(Exit::Failed, "no key was seen to open the drive, and not all could be checked", hint)
        } else {
            Failure::new(Exit::DoesNotOpen, "no key in this vault opens the drive", hint)
        });
    }
    let (exchanged, wrong): (Vec<_>, Vec<_>) =
        wrong.into_iter().partition(|(_, trial)| exchanged_with(trials, trial).is_some());
    for (entry, trial) in &exchanged {
        if let Some(other) = exchanged_with(trials, trial) {
            writeln!(
                world.err,
                "What the drive lists under the Key ID of {} is opened by {other}: in the vault or on the drive that Key ID is wrong.",
                entry.handle
            )?;
        }
    }
    let wrong: Vec<String> = wrong.iter().map(|(entry, _)| entry.handle.to_string()).collect();
    if wrong.is_empty() && !(before.is_empty() && exchanged.is_empty()) {
        return Ok(Exit::Partly);
    }
    if !wrong.is_empty() {
        writeln!(
            world.err,
            "The drive lists the Key ID of {}, and it does not open: a digit is wrong there.",
            wrong.join(", ")
        )?;
        return Ok(Exit::Partly);
    }
    let exit = exit_over(vault);
    Ok(if exit == Exit::Done { kept } else { exit })
}
