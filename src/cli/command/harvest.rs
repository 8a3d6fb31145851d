//! `harvest`: opens a drive and keeps every recovery key in it. The drive is only read.

use std::path::Path;

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::cli::args::{HarvestArgs, Shared};
use crate::cli::command::import::report::{notes_words, tell};
use crate::cli::drive_failure::target_failure;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, unreadable};
use crate::cli::guard;
use crate::cli::proving::{asked_for, not_opened_failure};
use crate::cli::session::{exit_with_doubts, one_entry, unlocked};
use crate::cli::volume_words::{drive_words, place_words, unconfirmed_note};
use crate::cli::volumes::{self, Placed};
use crate::cli::{json, key_entry, table, volume_words, world::World};
use drivekey_flows::Unwatched;
use drivekey_flows::drive_says::ByPerson;
use drivekey_flows::harvest::{self, HarvestError, OtherNotOpened, Secret, StartupKeyError, TakenOut};
use drivekey_fve::{ExternalKey, Integrity, Opened, ProtectorKind};
use drivekey_record::Guid;
use drivekey_vault::{Entry, RecordNotes, TakenIn, Taking, Unlocked, Vault};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &HarvestArgs) -> Result<Exit, Failure> {
    let target = volumes::target(&args.drive, &args.remains)?;
    let volumes = target.volumes()?;
    let typed = if args.key_stdin { Some(key_entry::from_stdin(world)?) } else { None };
    let bek = args.bek.as_deref().map(startup_key).transpose()?;
    let mut vault = unlocked(world, shared)?;
    let secret = if let Some(password) = typed {
        Secret::Digits(password)
    } else if let Some(bek) = bek {
        Secret::StartupKey(bek)
    } else if let Some(id) = &args.id {
        Secret::Record(Box::new(one_entry(world, &mut vault, id)?))
    } else if args.user_password {
        Secret::Password(drive_password(world)?)
    } else {
        Secret::Whatever
    };
    if let Some(unread) = volumes.iter().find_map(|placed| placed.unread.as_ref()) {
        writeln!(world.err, "Warning: {}.", target_failure(unread).sentence)?;
    }
    let opened = match harvest::open(&mut vault, &volumes, &secret, &Unwatched) {
        Err(HarvestError::NothingFits) => with_typed_key(world, &mut vault, &volumes)?,
        opened => opened.map_err(failure)?,
    };
    let taking = if args.dry_run { Taking::DryRun } else { Taking::Keep };
    let unconfirmed = unconfirmed_note();
    let mut all = Vec::new();
    for (placed, opened) in &opened {
        let by = ByPerson { device: args.device.as_ref(), unconfirmed: unconfirmed.as_ref() };
        let out = harvest::take(&mut vault, opened, by, (world.now)(), taking)?;
        all.push((*placed, opened, out));
    }
    report(world, shared, args, &mut vault, &all)
}

fn startup_key(path: &Path) -> Result<ExternalKey, Failure> {
    harvest::read_startup_key(path).map_err(|error| match error {
        StartupKeyError::Unreadable(error) => unreadable(path, &error),
        StartupKeyError::NotAStartupKey => Failure::new(
            Exit::Failed,
            format!("{} is no startup key file", path.display()),
            "such a file ends in .BEK and is hidden on its stick",
        ),
    })
}

fn drive_password(world: &mut World<'_>) -> Result<SecretString, Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "the drive's password is needed",
            "use another way to open it: a recovery key with --key-stdin, or --bek FILE",
        ));
    }
    Ok(world.terminal.ask_secret("The drive's own password: ")?)
}

/// No key of the vault fits: a person may type one.
fn with_typed_key<'v>(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
) -> Result<Vec<(&'v Placed<'v>, Opened<'v>)>, Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::new(
            Exit::NotFound,
            "no key of this vault was found to open the drive",
            other_ways(volumes),
        ));
    }
    world.terminal.say("No key of this vault was found to open the drive.\n")?;
    let password = key_entry::typed(world)?;
    harvest::open(vault, volumes, &Secret::Digits(password), &Unwatched).map_err(failure)
}

fn other_ways(volumes: &[Placed<'_>]) -> String {
    let ids: Vec<String> = volumes.iter().map(|placed| asked_for(&placed.volume.recovery_key_ids())).collect();
    format!(
        "the drive asks for {}; give its key with --key-stdin, --bek FILE or --user-password",
        ids.join(", or for ")
    )
}

fn failure(error: HarvestError) -> Failure {
    match error {
        HarvestError::Vault(error) => error.into(),
        HarvestError::Key { drive, why, record } => {
            let what = record.map_or_else(|| "the key".to_owned(), |handle| handle.to_string());
            not_opened_failure(&why, &what, &drive_words(&drive))
        }
        HarvestError::Other { place, kind, why } => {
            other_failure(&place.as_ref().map(place_words).unwrap_or_default(), kind, why)
        }
        HarvestError::NothingFits | HarvestError::Stopped => {
            Failure::new(Exit::NotFound, "no key of this vault was found to open the drive", "")
        }
    }
}

/// A startup key or the drive's password did not open it.
fn other_failure(drive: &str, kind: ProtectorKind, why: OtherNotOpened) -> Failure {
    let is_password = kind == ProtectorKind::Password;
    let what = if is_password { "this password" } else { "this startup key file" };
    match why {
        OtherNotOpened::CannotCheck => Failure::new(
            Exit::Failed,
            format!(
                "it cannot be checked whether {what} opens {drive}: what the drive says of it is damaged, or of a \
                 kind that this program does not know"
            ),
            "it may well be right; try it in Windows",
        ),
        OtherNotOpened::Wrong => Failure::new(
            Exit::DoesNotOpen,
            format!("{what} does not open {drive}"),
            "check it and try again; 'drivekey identify' shows what opens the drive",
        ),
        OtherNotOpened::OnlyInItsComputer => Failure::new(
            Exit::DoesNotOpen,
            format!("{drive} is opened by a startup key file in its own computer only, not by the file alone"),
            "with a recovery key: 'drivekey harvest DRIVE --key-stdin'",
        ),
        OtherNotOpened::NotThisWay => {
            let none = if is_password { "by any password" } else { "by any startup key file" };
            Failure::new(
                Exit::DoesNotOpen,
                format!("{drive} is not opened {none}"),
                "'drivekey identify' shows what opens the drive",
            )
        }
    }
}

fn report(
    world: &mut World<'_>,
    shared: &Shared,
    args: &HarvestArgs,
    vault: &mut Vault<Unlocked>,
    all: &[(&Placed<'_>, &Opened<'_>, TakenOut)],
) -> Result<Exit, Failure> {
    for (placed, opened, _) in all {
        for warning in volume_words::warnings(placed.volume) {
            writeln!(world.err, "Warning: {warning}.")?;
        }
        match opened.integrity {
            Integrity::Intact if opened.harvest().passwords.iter().any(|one| one.integrity != Integrity::Intact) => {
                writeln!(
                    world.err,
                    "Warning: some of these keys are in a copy of the drive's list only that somebody changed: their \
                     digits are right, their Key IDs may not be."
                )?;
            }
            Integrity::Intact => {}
            Integrity::Altered => writeln!(
                world.err,
                "Warning: somebody CHANGED what this drive says of itself: its digits are right, its computer, label \
                 and Key IDs may not be."
            )?,
            Integrity::Unknown => {
                writeln!(world.err, "Warning: what this drive says of itself could not be confirmed.")?;
            }
        }
    }
    let taken: Vec<&(Guid, TakenIn)> = all.iter().flat_map(|(_, _, kept)| &kept.taken).collect();
    let notes: Vec<&RecordNotes> = all.iter().flat_map(|(_, _, kept)| &kept.notes).collect();
    if shared.json {
        let records = taken.iter().zip(&notes).map(|((guid, taken), notes)| {
            let mut record = json!({ "handle": handle(args, taken), "id": guid.to_string(), "outcome": word(taken) });
            tell(&mut record, notes);
            record
        });
        let silent = all.iter().flat_map(|(_, _, kept)| &kept.silent).map(|guid| Value::from(guid.to_string()));
        let (records, silent): (Vec<_>, Vec<_>) = (records.collect(), silent.collect());
        let document = json!({ "dryRun": args.dry_run, "records": records, "silent": silent });
        json::print(world.out, &document)?;
    } else if args.dry_run {
        for (guid, taken) in &taken {
            writeln!(world.out, "{guid}  {}", words(taken))?;
        }
    } else {
        let entries: Result<Vec<Entry>, _> = taken.iter().map(|(_, taken)| vault.entry(taken.handle())).collect();
        let entries = entries?;
        if !entries.is_empty() {
            table::entries(world.out, entries)?;
        }
    }
    if !shared.json {
        for ((_, taken), notes) in taken.iter().zip(&notes) {
            for line in notes_words(taken.handle(), notes, args.dry_run) {
                writeln!(world.out, "{line}")?;
            }
        }
    }
    let silent = all.iter().map(|(_, _, kept)| kept.silent.len()).sum::<usize>();
    if silent > 0 {
        let which = if silent == 1 {
            "One recovery key of the drive".to_owned()
        } else {
            format!("{silent} recovery keys of the drive")
        };
        writeln!(world.err, "{which} could not be read out; 'drivekey identify' lists all Key IDs.")?;
    }
    if taken.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            "the drive was opened, and there is no recovery key in it",
            "one can be added in Windows, in 'Manage BitLocker'",
        ));
    }
    let new = taken.iter().filter(|(_, taken)| matches!(taken, TakenIn::New(_) | TakenIn::Conflict(..))).count();
    writeln!(world.err, "{}", summary(taken.len(), new, args.dry_run))?;
    guard::warn_of_vaults_place(world, vault)?;
    Ok(if silent > 0 { Exit::Partly } else { exit_with_doubts(vault) })
}

fn summary(all: usize, new: usize, dry_run: bool) -> String {
    let end = if dry_run { " Nothing was kept: this was a dry run." } else { "" };
    let said = match (all, new) {
        (1, 0) => "1 recovery key was read out of the drive; the vault has it already.".to_owned(),
        (1, _) => "1 recovery key was read out of the drive; it is new.".to_owned(),
        (all, 0) => format!("{all} recovery keys were read out of the drive; the vault has them all already."),
        (all, new) if all == new => format!("{all} recovery keys were read out of the drive; all are new."),
        (all, new) => format!("{all} recovery keys were read out of the drive; {new} of them new."),
    };
    said + end
}

/// A dry run gives no names: they would be others the next time.
fn handle(args: &HarvestArgs, taken: &TakenIn) -> Value {
    match taken {
        TakenIn::New(_) | TakenIn::Conflict(..) if args.dry_run => Value::Null,
        _ => taken.handle().to_string().into(),
    }
}

const fn word(taken: &TakenIn) -> &'static str {
    match taken {
        TakenIn::New(_) => "imported",
        TakenIn::Known(_) => "alreadyThere",
        TakenIn::Noted(_) => "noted",
        TakenIn::Conflict(..) => "conflict",
    }
}

const fn words(taken: &TakenIn) -> &'static str {
    match taken {
        TakenIn::New(_) => "new",
        TakenIn::Known(_) => "in the vault already",
        TakenIn::Noted(_) => "in the vault already; something new would be noted",
        TakenIn::Conflict(..) => "new, and at odds with one in the vault",
    }
}
