//! `import`: from files, folders or the clipboard into the vault, in one write; and the report of it.

mod bundle;
mod report;
mod sources;

use std::path::Path;

use report::{FileReport, Reports};
use sources::{Source, Sources};

use crate::cli::args::{ImportArgs, Said, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::passphrase::{New, given};
use crate::cli::question;
use crate::cli::session::{create, exit_over, locked, unlock_with, unlocked, vault_path};
use crate::cli::world::World;
use crate::import::{Candidate, RemarkKind};
use crate::record::{Details, KeyId, LineText, SourceKind};
use crate::vault::{Incoming, TakenIn, Taking, Unlocked, Vault};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &ImportArgs) -> Result<Exit, Failure> {
    let path = vault_path(world, shared)?;
    let there = path.symlink_metadata().is_ok();
    // An existing vault is opened before the files: a mistyped passphrase shows at once.
    let vault = if there { Some(unlocked(world, shared)?) } else { None };
    let mut sources = sources::read(world, args)?;
    bundle::open(world, args, &mut sources)?;
    if args.dry_run && vault.is_none() {
        let reports = report::without_vault(sources);
        return report::show(world, shared, &reports, true);
    }
    confirm_readings(world, &mut sources, shared.yes)?;
    let proposes = !shared.yes && !args.dry_run && args.said.device.is_none();
    let mut vault = match vault {
        Some(mut vault) => {
            if proposes {
                propose(world, Some(&mut vault), &mut sources)?;
            }
            vault
        }
        None if sources.keys() == 0 => {
            let reports = report::without_vault(sources);
            return report::show(world, shared, &reports, args.dry_run);
        }
        None => {
            offer_vault(world, shared, &path, sources.keys())?;
            // Every question comes before the vault is made: whoever gives up leaves nothing behind.
            if proposes {
                propose(world, None, &mut sources)?;
            }
            make_vault(world, shared, &path)?
        }
    };
    let reports = take_in(world, &mut vault, sources, args)?;
    let exit = report::show(world, shared, &reports, args.dry_run)?;
    Ok(if exit == Exit::Done { exit_over(&vault) } else { exit })
}

/// The first import into nothing: one command from nothing to safe.
fn offer_vault(world: &mut World<'_>, shared: &Shared, path: &Path, keys: usize) -> Result<(), Failure> {
    let found = if keys == 1 { "1 recovery key was".to_owned() } else { format!("{keys} recovery keys were") };
    let question = format!("{found} found. There is no vault at {} yet. Make one?", path.display());
    let agreed = question::confirm(world, shared.yes, &question, || {
        Failure::no_terminal(
            "there is no vault yet",
            "make one with 'drivekey init', or say --yes and give a new passphrase with --passphrase-file FILE",
        )
    })?;
    if agreed { Ok(()) } else { Err(Failure::refused("nothing was imported", "'drivekey init' makes a vault")) }
}

fn make_vault(world: &mut World<'_>, shared: &Shared, path: &Path) -> Result<Vault<Unlocked>, Failure> {
    let new = given(world, &shared.passphrase)?.map_or(New::Asked, New::Given);
    let passphrase = create(world, path, new, shared.yes)?;
    writeln!(world.err, "A new vault lies at {}", path.display())?;
    writeln!(world.err, "Without its passphrase nobody can open it, not even we: keep a copy of the passphrase on paper.")?;
    let vault = locked(world, path)?;
    unlock_with(world, vault, &passphrase)
}

/// Names that a file's name or folder suggests are offered to a person, never taken by themselves; for keys that are
/// in the vault already nobody is asked again.
fn propose(world: &mut World<'_>, mut vault: Option<&mut Vault<Unlocked>>, sources: &mut Sources) -> Result<(), Failure> {
    if !world.terminal.is_present() {
        return Ok(());
    }
    for (suggestion, places) in sources.suggestions() {
        let passwords: Vec<_> = places.iter().filter_map(|place| sources.password(*place)).collect();
        let known = vault.as_mut().map(|vault| vault.are_known(&passwords)).transpose()?;
        let new = known.map_or(passwords.len(), |known| known.into_iter().filter(|known| !known).count());
        if new == 0 {
            continue;
        }
        let keys = if new == 1 { "1 key".to_owned() } else { format!("{new} keys") };
        if question::ask(world, &format!("The file or folder name suggests the computer \"{suggestion}\" for {keys}. Note it?"))? {
            sources.accept(&suggestion);
        }
    }
    Ok(())
}

/// Letters that were read as digits must be compared by a person; without one the key is kept and says so.
fn confirm_readings(world: &mut World<'_>, sources: &mut Sources, yes: bool) -> Result<(), Failure> {
    if yes || !world.terminal.is_present() {
        return Ok(());
    }
    for source in &mut sources.read {
        let doubtful = source.reading.remarks.iter().any(|remark| matches!(remark.kind, RemarkKind::ConfirmWithUser));
        if doubtful
            && !question::ask(
                world,
                &format!(
                    "In {} some letters were read as the digits they look like, and the result is a sound key. Take it in?",
                    source.shown()
                ),
            )?
        {
            source.reading.records.clear();
            source.declined = true;
        }
    }
    Ok(())
}

fn take_in(world: &mut World<'_>, vault: &mut Vault<Unlocked>, sources: Sources, args: &ImportArgs) -> Result<Reports, Failure> {
    let mut incoming = Vec::with_capacity(sources.keys());
    let mut reports = Vec::with_capacity(sources.read.len());
    let Sources { read, failed, without } = sources;
    for source in read {
        let mut report = FileReport::of(&source);
        let Source { path, reading, suggestion, told, .. } = source;
        let mut told = told.into_iter();
        report.first = incoming.len();
        report.count = reading.records.len();
        let kind = if path.is_none() { Some(SourceKind::Clipboard) } else { None };
        let name = path.as_deref().and_then(file_name);
        incoming.extend(reading.records.into_iter().map(|candidate| {
            let incoming = one(candidate, kind, name.clone(), suggestion.as_ref(), &args.said);
            bundle::with_all(incoming, told.next())
        }));
        reports.push(report);
    }
    let taking = if args.dry_run { Taking::DryRun } else { Taking::Keep };
    let all = incoming.len();
    let progress = crate::cli::progress::Progress::new(world.surroundings.err_is_terminal && all > 2000, "keys sealed");
    let ids: Vec<KeyId> = incoming.iter().map(|one| one.details.key_id.clone()).collect();
    let taken: Vec<TakenIn> = if incoming.is_empty() {
        Vec::new()
    } else {
        vault.take_in(incoming, (world.now)(), taking, |done| progress.at(done.min(all), all))?
    };
    progress.finish();
    for report in &mut reports {
        let range = report.first..report.first + report.count;
        report.taken = ids[range.clone()].iter().cloned().zip(taken[range].iter().cloned()).collect();
    }
    reports.extend(failed.into_iter().map(FileReport::failed));
    reports.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Reports { files: reports, without })
}

fn file_name(path: &Path) -> Option<LineText> {
    path.file_name()?.to_string_lossy().parse().ok()
}

/// What the user says goes before what the file says.
fn one(
    candidate: Candidate,
    kind: Option<SourceKind>,
    file_name: Option<LineText>,
    suggestion: Option<&LineText>,
    said: &Said,
) -> Incoming {
    let details = Details {
        key_id: candidate.key_id,
        device_name: said.device.clone().or(candidate.device_name).or_else(|| suggestion.cloned()),
        volume_type: said.volume_type.unwrap_or(candidate.volume_type),
        mount_point: candidate.mount_point,
        volume_label: said.label.clone().or(candidate.volume_label),
        created: candidate.created,
        tags: said.tags.clone(),
        ..Details::default()
    };
    Incoming { password: candidate.password, details, kind: kind.unwrap_or(candidate.source), file_name }
}
