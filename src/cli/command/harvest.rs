//! `harvest`: once anything opens a drive, every recovery key in it is read out and kept. The drive is only read.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use secrecy::SecretString;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::cli::args::{HarvestArgs, Shared};
use crate::cli::command::import::report::{notes_words, tell};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, unreadable};
use crate::cli::guard;
use crate::cli::harvesting::{self, Kept};
use crate::cli::proving::{Trial, asked_for};
use crate::cli::session::{exit_over, one_entry, unlocked};
use crate::cli::trying::by_nearness;
use crate::cli::volumes::{Fits, Placed, Target};
use crate::cli::{json, key_entry, table, volume_words, world::World};
use drivekey_files::vault_file::is_open_here;
use drivekey_fve::{self, ExternalKey, Integrity, Opened, Opener, Outcome, ProtectorKind};
use drivekey_record::{Handle, KeyId, RecoveryPassword};
use drivekey_vault::reveal::lend;
use drivekey_vault::{Entry, Filter, RecordNotes, TakenIn, Taking, Unlocked, Vault};

/// So many keys that the drive does not list are tried on it, each for a part of a second.
const NEAR_MAX: usize = 32;

/// What a drive is opened with.
enum Secret {
    Key(RecoveryPassword, KeyId, String),
    Bek(ExternalKey),
    Password(SecretString),
    /// Each fitting key of the vault, or none where protection is suspended.
    Whatever,
}

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &HarvestArgs) -> Result<Exit, Failure> {
    let target = Target::of(&args.drive, &args.remains)?;
    let volumes = target.volumes()?;
    let typed = if args.key_stdin { Some(key_entry::from_stdin(world)?) } else { None };
    let bek = args.bek.as_deref().map(bek).transpose()?;
    let mut vault = unlocked(world, shared)?;
    let secret = if let Some(password) = typed {
        Secret::Key(password, KeyId::Unknown, "the key".to_owned())
    } else if let Some(bek) = bek {
        Secret::Bek(bek)
    } else if let Some(id) = &args.id {
        let entry = one_entry(world, &mut vault, id)?;
        let (entry, password) = lend(&mut vault, &entry)?;
        Secret::Key(password, entry.details.key_id, entry.handle.to_string())
    } else if args.user_password {
        Secret::Password(drive_password(world)?)
    } else {
        Secret::Whatever
    };
    if let Some(unread) = volumes.iter().find_map(|placed| placed.unread.as_ref()) {
        writeln!(world.err, "Warning: {unread}.")?;
    }
    let opened = open(world, &mut vault, &volumes, secret)?;
    let taking = if args.dry_run { Taking::DryRun } else { Taking::Keep };
    let mut all = Vec::new();
    for (placed, opened) in &opened {
        let kept = harvesting::take(&mut vault, opened, args.device.as_ref(), (world.now)(), taking)?;
        all.push((*placed, opened, kept));
    }
    report(world, shared, args, &mut vault, &all)
}

fn bek(path: &Path) -> Result<ExternalKey, Failure> {
    /// Many times what Windows writes; a larger file is none.
    const BYTES_MAX: u64 = 64 * 1024;
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(BYTES_MAX).unwrap_or_default() + 1));
    if path.metadata().is_ok_and(|data| is_open_here(&data)) {
        return Err(unreadable(path, &std::io::ErrorKind::ResourceBusy.into()));
    }
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    ExternalKey::parse(&bytes).map_err(|_| {
        Failure::new(
            Exit::Failed,
            format!("{} is no startup key file", path.display()),
            "such a file ends in .BEK and is hidden on its stick",
        )
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

/// The volumes that open; a failure when none does.
fn open<'v>(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
    secret: Secret,
) -> Result<Vec<(&'v Placed<'v>, Opened<'v>)>, Failure> {
    match secret {
        Secret::Key(password, key_id, what) => with_key(volumes, &password, &key_id, &what),
        Secret::Bek(bek) => {
            with(volumes, &Opener::ExternalKey(&bek), "this startup key file", ProtectorKind::StartupKey)
        }
        Secret::Password(password) => {
            with(volumes, &Opener::UserPassword(&password), "this password", ProtectorKind::Password)
        }
        Secret::Whatever => {
            let opened = with_what_there_is(vault, volumes)?;
            if !opened.is_empty() {
                return Ok(opened);
            }
            if !world.terminal.is_present() {
                return Err(Failure::new(
                    Exit::NotFound,
                    "no key of this vault was found to open the drive",
                    other_ways(volumes),
                ));
            }
            world.terminal.say("No key of this vault was found to open the drive.\n")?;
            let password = key_entry::typed(world)?;
            with_key(volumes, &password, &KeyId::Unknown, "the key")
        }
    }
}

fn other_ways(volumes: &[Placed<'_>]) -> String {
    let ids: Vec<String> = volumes.iter().map(asked_for).collect();
    format!(
        "the drive asks for {}; give its key with --key-stdin, --bek FILE or --user-password",
        ids.join(", or for ")
    )
}

fn with_key<'v>(
    volumes: &'v [Placed<'v>],
    password: &RecoveryPassword,
    key_id: &KeyId,
    what: &str,
) -> Result<Vec<(&'v Placed<'v>, Opened<'v>)>, Failure> {
    match Trial::of(volumes, password, key_id) {
        Some(Trial { placed, opened: Some(opened), .. }) => Ok(vec![(placed, opened)]),
        Some(trial) => Err(trial.failure(what)),
        None => Ok(Vec::new()),
    }
}

fn with<'v>(
    volumes: &'v [Placed<'v>],
    opener: &Opener<'_>,
    what: &str,
    kind: ProtectorKind,
) -> Result<Vec<(&'v Placed<'v>, Opened<'v>)>, Failure> {
    let mut doubtful = false;
    for placed in volumes {
        let attempt = drivekey_fve::open(placed.volume, opener);
        doubtful |= placed.volume.is_list_doubtful() || placed.unread.is_some();
        doubtful |= attempt.tried.iter().any(|tried| matches!(tried.outcome, Outcome::CannotCheck(_)));
        if let Some(opened) = attempt.opened {
            return Ok(vec![(placed, opened)]);
        }
    }
    let drive = volumes.first().map(|placed| placed.place.clone()).unwrap_or_default();
    let has = |kinds: &[ProtectorKind]| {
        let mut all = volumes.iter().flat_map(|placed| placed.volume.all_copies()).flat_map(|copy| &copy.protectors);
        all.any(|protector| kinds.contains(&protector.kind))
    };
    let with_computer =
        kind == ProtectorKind::StartupKey && has(&[ProtectorKind::TpmStartupKey, ProtectorKind::TpmPinStartupKey]);
    Err(if doubtful {
        Failure::new(
            Exit::Failed,
            format!(
                "it cannot be checked whether {what} opens {drive}: what the drive says of it is damaged, or of a kind that this program does not know"
            ),
            "it may well be right; try it in Windows",
        )
    } else if has(&[kind]) {
        Failure::new(
            Exit::DoesNotOpen,
            format!("{what} does not open {drive}"),
            "check it and try again; 'drivekey identify' shows what opens the drive",
        )
    } else if with_computer {
        Failure::new(
            Exit::DoesNotOpen,
            format!("{drive} is opened by a startup key file in its own computer only, not by the file alone"),
            "with a recovery key: 'drivekey harvest DRIVE --key-stdin'",
        )
    } else {
        let none = if kind == ProtectorKind::Password { "by any password" } else { "by any startup key file" };
        Failure::new(
            Exit::DoesNotOpen,
            format!("{drive} is not opened {none}"),
            "'drivekey identify' shows what opens the drive",
        )
    })
}

/// No key where protection is suspended; else the keys of the vault that fit.
fn with_what_there_is<'v>(
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
) -> Result<Vec<(&'v Placed<'v>, Opened<'v>)>, Failure> {
    let mut opened = Vec::new();
    for placed in volumes {
        if placed.volume.is_suspended()
            && let Some(one) = drivekey_fve::open(placed.volume, &Opener::ClearKey).opened
        {
            opened.push((placed, one));
            continue;
        }
        let fits: Vec<Entry> =
            Fits::of(vault, placed.volume)?.sound()?.entries.into_iter().map(|(_, entry)| entry).collect();
        let known: HashSet<Handle> = fits.iter().map(|entry| entry.handle).collect();
        if let Some(one) = first_that_opens(vault, placed, fits)? {
            opened.push((placed, one));
            continue;
        }
        // A Key ID is a hint: in the vault it may have been mistyped, on the drive exchanged.
        let rest = vault
            .list(&Filter::default())?
            .entries
            .into_iter()
            .filter(|entry| entry.details.is_recovery_password() && !known.contains(&entry.handle))
            .collect();
        let near = by_nearness(rest, std::slice::from_ref(placed)).into_iter().take(NEAR_MAX).collect();
        opened.extend(first_that_opens(vault, placed, near)?.map(|one| (placed, one)));
    }
    Ok(opened)
}

fn first_that_opens<'v>(
    vault: &mut Vault<Unlocked>,
    placed: &'v Placed<'v>,
    entries: Vec<Entry>,
) -> Result<Option<Opened<'v>>, Failure> {
    for entry in entries {
        let (entry, password) = lend(vault, &entry)?;
        let trial = Trial::of(std::slice::from_ref(placed), &password, &entry.details.key_id);
        if let Some(opened) = trial.and_then(|trial| trial.opened) {
            return Ok(Some(opened));
        }
    }
    Ok(None)
}

fn report(
    world: &mut World<'_>,
    shared: &Shared,
    args: &HarvestArgs,
    vault: &mut Vault<Unlocked>,
    all: &[(&Placed<'_>, &Opened<'_>, Kept)],
) -> Result<Exit, Failure> {
    for (placed, opened, _) in all {
        for warning in volume_words::warnings(placed.volume) {
            writeln!(world.err, "Warning: {warning}.")?;
        }
        match opened.integrity {
            Integrity::Intact if opened.harvest().passwords.iter().any(|one| one.integrity != Integrity::Intact) => {
                writeln!(
                    world.err,
                    "Warning: some of these keys are in a copy of the drive's list only that somebody changed: their digits are right, their Key IDs may not be."
                )?
            }
            Integrity::Intact => {}
            Integrity::Altered => writeln!(
                world.err,
                "Warning: somebody CHANGED what this drive says of itself: its digits are right, its computer, label and Key IDs may not be."
            )?,
            Integrity::Unknown => {
                writeln!(world.err, "Warning: what this drive says of itself could not be confirmed.")?
            }
        }
    }
    let taken: Vec<&(drivekey_record::Guid, TakenIn)> = all.iter().flat_map(|(_, _, kept)| &kept.taken).collect();
    let notes: Vec<&RecordNotes> = all.iter().flat_map(|(_, _, kept)| &kept.notes).collect();
    if shared.json {
        let records = taken.iter().zip(&notes).map(|((guid, taken), notes)| {
            let mut record = json!({ "handle": handle(args, taken), "id": guid.to_string(), "outcome": word(taken) });
            tell(&mut record, notes);
            record
        });
        let silent = all.iter().flat_map(|(_, _, kept)| &kept.silent).map(|guid| Value::from(guid.to_string()));
        let document = json!({ "dryRun": args.dry_run, "records": records.collect::<Vec<_>>(), "silent": silent.collect::<Vec<_>>() });
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
    Ok(if silent > 0 { Exit::Partly } else { exit_over(vault) })
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
