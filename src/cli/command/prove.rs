//! `prove`: tries a stored key, or all that may fit, on a drive. The drive is only read.

use serde_json::{Value, json};

use crate::cli::args::{ProveArgs, Shared};
use crate::cli::drive_failure::target_failure;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard;
use crate::cli::progress::Bar;
use crate::cli::proving::{Trial, TrialWords, asked_for, failure_of, say_kept};
use crate::cli::repairing::grouped;
use crate::cli::session::{exit_with_doubts, one_entry, unlocked};
use crate::cli::volumes::{self, Placed};
use crate::cli::{json, saved_header, table, world::World};
use drivekey_flows::prove::{self, Answer, ProveError, Proved, ProvedAll, Suspicion};
use drivekey_fve::Verdict;
use drivekey_record::Handle;
use drivekey_vault::{Entry, Unlocked, Vault};

/// The keys that were tried, for the sentence that none of them opens the drive.
#[derive(Clone, Copy)]
enum Among {
    /// All that may fit.
    Vault,
    /// Those that were just taken in.
    TakenIn,
}

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &ProveArgs) -> Result<Exit, Failure> {
    // A wrong drive is named before the passphrase is asked for.
    let target = args.drive.drive.as_deref().map(|drive| volumes::target(drive, &args.remains)).transpose()?;
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
    let Some(Proved { entry, trial, kept, .. }) = prove::one(vault, volumes, &entry, (world.now)())? else {
        return Ok(Exit::Done);
    };
    if shared.json {
        json::print(world.out, &json!({ "value": [of_record(&entry, &trial)] }))?;
    } else if trial.opened.is_some() {
        writeln!(world.out, "Record    {}", entry.handle)?;
        trial.show(world.out, &entry.details.key_id)?;
    }
    for warning in trial.warnings() {
        writeln!(world.err, "Warning: {warning}.")?;
    }
    let kept = say_kept(world, kept)?;
    if let Some(failure) = failure_of(&entry, &trial) {
        return Err(failure);
    }
    let exit = exit_with_doubts(vault);
    Ok(if exit == Exit::Done { kept } else { exit })
}

/// Every key that the drive lists; when it lists none of them, every key there is; when none of those opens it, others.
fn all(
    world: &mut World<'_>,
    shared: &Shared,
    vault: &mut Vault<Unlocked>,
    volumes: &[Placed<'_>],
) -> Result<Exit, Failure> {
    let mut proved = prove::all(vault, volumes, (world.now)(), &bar(world)).map_err(|error| match error {
        ProveError::Vault(error) => error.into(),
        ProveError::NoKeys => {
            Failure::new(Exit::NotFound, "the vault has no key to try", "'drivekey import PATH' takes in key files")
        }
    })?;
    if proved.not_tried > 0 {
        writeln!(
            world.err,
            "{} keys with other Key IDs were not tried; 'drivekey prove ID' tries one all the same.",
            grouped(proved.not_tried as u128)
        )?;
    }
    report(world, shared, &proved.trials)?;
    let kept = say_all_kept(world, &mut proved)?;
    end(world, vault, volumes, &proved, kept, Among::Vault)
}

/// Keys that were just taken in, as far as they may be this drive's. What opens is noted with its record.
pub(super) fn taken(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    volumes: &[Placed<'_>],
    handles: &[Handle],
) -> Result<Exit, Failure> {
    let mut proved = prove::taken_in(vault, volumes, handles, (world.now)(), &bar(world))?;
    warn_once(world, &proved.trials)?;
    for one in proved.trials.iter().filter(|one| one.trial.opened.is_some()) {
        writeln!(world.err, "{} opens {}.", one.entry.handle, one.trial.drive())?;
    }
    let kept = say_all_kept(world, &mut proved)?;
    end(world, vault, volumes, &proved, kept, Among::TakenIn)
}

fn bar(world: &World<'_>) -> Bar {
    Bar::new(world, "keys tried").beyond(8)
}

fn say_all_kept(world: &mut World<'_>, proved: &mut ProvedAll<'_>) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for one in &mut proved.trials {
        let kept = std::mem::replace(&mut one.kept, Ok(drivekey_flows::keep::Kept::default()));
        exit = exit.max(say_kept(world, kept)?);
    }
    Ok(exit)
}

fn report(world: &mut World<'_>, shared: &Shared, trials: &[Proved<'_>]) -> Result<(), Failure> {
    if shared.json {
        let value: Vec<Value> = trials.iter().map(|one| of_record(&one.entry, &one.trial)).collect();
        json::print(world.out, &json!({ "value": value }))?;
    } else {
        let mut rows = vec![["RECORD", "KEY ID", "DEVICE", "RESULT"].map(str::to_owned).to_vec()];
        rows.extend(trials.iter().map(|Proved { entry, trial, .. }| {
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
fn warn_once(world: &mut World<'_>, trials: &[Proved<'_>]) -> Result<(), Failure> {
    let unread = trials.iter().filter(|one| one.trial.opened.is_none());
    let unread = unread.filter_map(|one| Some(target_failure(one.trial.placed.unread.as_ref()?).sentence));
    let mut said: Vec<String> = trials.iter().flat_map(|one| one.trial.warnings()).chain(unread).collect();
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
    proved: &ProvedAll<'_>,
    kept: Exit,
    among: Among,
) -> Result<Exit, Failure> {
    let suspected: Vec<(&Proved<'_>, Suspicion)> =
        proved.trials.iter().filter_map(|one| Some((one, one.suspicion()?))).collect();
    for (one, _) in suspected.iter().filter(|(_, suspicion)| *suspicion == Suspicion::OpenedBefore) {
        if let Some(failure) = failure_of(&one.entry, &one.trial) {
            writeln!(world.err, "{}; {}.", failure.sentence, failure.hint.unwrap_or_default())?;
        }
    }
    if let Some(failure) = no_answer(volumes, proved.answer(), among) {
        return Err(failure);
    }
    for (one, suspicion) in &suspected {
        if let Suspicion::ExchangedWith(other) = suspicion {
            writeln!(
                world.err,
                "What the drive lists under the Key ID of {} is opened by {other}: in the vault or on the drive that \
                 Key ID is wrong.",
                one.entry.handle
            )?;
        }
    }
    let wrong: Vec<String> = suspected
        .iter()
        .filter(|(_, suspicion)| *suspicion == Suspicion::WrongDigit)
        .map(|(one, _)| one.entry.handle.to_string())
        .collect();
    if !wrong.is_empty() {
        writeln!(
            world.err,
            "The drive lists the Key ID of {}, and it does not open: a digit is wrong there.",
            wrong.join(", ")
        )?;
    }
    if !suspected.is_empty() {
        return Ok(Exit::Partly);
    }
    let exit = exit_with_doubts(vault);
    Ok(if exit == Exit::Done { kept } else { exit })
}

fn no_answer(volumes: &[Placed<'_>], answer: Answer, among: Among) -> Option<Failure> {
    let (exit, none) = match (answer, among) {
        (Answer::Opens, _) => return None,
        (Answer::Unsure, _) => (Exit::Failed, "no key was seen to open the drive, and not all could be checked"),
        (Answer::NoneOpens, Among::Vault) => (Exit::DoesNotOpen, "no key in this vault opens the drive"),
        (Answer::NoneOpens, Among::TakenIn) => (Exit::DoesNotOpen, "none of them opens the drive"),
    };
    let sentence = match among {
        Among::Vault => none.to_owned(),
        Among::TakenIn => format!("the keys were taken in, and {none}"),
    };
    let ids: Vec<String> = volumes.iter().map(|placed| asked_for(&placed.volume.recovery_key_ids())).collect();
    Some(Failure::new(exit, sentence, format!("the drive asks for {}", ids.join(", or for "))))
}
