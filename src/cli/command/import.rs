//! `import`: from files, folders or the clipboard into the vault, in one write; and the report of it.

mod bundle;
pub(super) mod preview;
pub(super) mod questions;
pub(super) mod report;
mod scan;
pub(super) mod sources;

use std::path::Path;

use report::{FileReport, Reports};
use sources::{Source, Sources};

use crate::cli::args::{ImportArgs, Said, Shared};
use crate::cli::command::{kit, prove};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard;
use crate::cli::outlet::printable;
use crate::cli::passphrase::{New, given};
use crate::cli::question;
use crate::cli::session::{create, exit_over, locked, unlock_with, unlocked, vault_path};
use crate::cli::volumes::Target;
use crate::cli::world::World;
use drivekey_import::{Attachment, Candidate};
use drivekey_record::{Details, Handle, LineText, SourceKind, normalise_mount_point};
use drivekey_vault::{Incoming, Intake, IntakeOutcome, NewAttachment, TakenIn, Taking, Unlocked, Vault};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &ImportArgs) -> Result<Exit, Failure> {
    let target = args.drive.as_deref().map(Target::read).transpose()?;
    let volumes = target.as_ref().map(Target::volumes).transpose()?.unwrap_or_default();
    let path = vault_path(world, shared)?;
    let there = path.symlink_metadata().is_ok();
    // An existing vault is opened before the files: a mistyped passphrase shows at once.
    let mut vault = if there { Some(unlocked(world, shared)?) } else { None };
    let mut sources = sources::read(world, args)?;
    bundle::open(world, args, &mut sources)?;
    if vault.is_none() && (args.dry_run || sources.is_empty()) {
        let reports = report::without_vault(sources);
        return report::show(world, shared, &reports, args.dry_run);
    }
    let asks = !shared.yes && world.terminal.is_present();
    if asks && !args.dry_run {
        questions::settle(world, vault.as_mut(), &mut sources)?;
    }
    let previews = asks && !args.dry_run && !shared.json;
    // Every question comes before anything is made or written: whoever gives up leaves nothing behind.
    if vault.is_none() {
        if previews {
            preview::found(world, &sources)?;
        }
        offer_vault(world, shared, &path, &sources)?;
    }
    if asks && !args.dry_run && args.said.device.is_none() {
        questions::propose(world, vault.as_mut(), &mut sources)?;
    }
    let mut sorted = sort(sources, args);
    let first = vault.is_none();
    let mut vault = match vault {
        Some(mut vault) => {
            // Whoever cannot write anyway is not asked first.
            if previews && vault.doubt().is_none() && vault.faults().is_empty() {
                let expected = vault.expect(&sorted.intake.records)?;
                preview::confirm(world, &sorted.intake.records, &expected, sorted.intake.attachments.len())?;
            }
            vault
        }
        None => make_vault(world, shared, &path)?,
    };
    let outcome = take_in(world, &mut vault, &mut sorted, args)?;
    let handles: Vec<Handle> = outcome.records.iter().map(TakenIn::handle).collect();
    let reports = sorted.reports(&outcome);
    let shown = report::show(world, shared, &reports, args.dry_run)?;
    let proved = if volumes.is_empty() { Ok(Exit::Done) } else { prove::taken(world, &mut vault, &volumes, &handles) };
    // What did not open its drive was taken in all the same.
    if !handles.is_empty() && !args.dry_run {
        guard::warn_of_vaults_place(world, &mut vault)?;
    }
    let proved = proved?;
    let exit = if shown == Exit::Done { proved } else { shown };
    if first && previews {
        world.settle()?;
        kit::offer(world, shared, &mut vault)?;
    }
    Ok(if exit == Exit::Done { exit_over(&vault) } else { exit })
}

/// The first import into nothing: one command from nothing to safe.
pub(super) fn offer_vault(
    world: &mut World<'_>,
    shared: &Shared,
    path: &Path,
    sources: &Sources,
) -> Result<(), Failure> {
    let keys = match (sources.keys(), sources.attachments()) {
        (0, 1) => "1 startup key was".to_owned(),
        (0, files) => format!("{files} startup keys were"),
        (1, _) => "1 recovery key was".to_owned(),
        (keys, _) => format!("{keys} recovery keys were"),
    };
    let question = format!("{keys} found. There is no vault at {} yet. Make one?", printable(path));
    let agreed = question::confirm(world, shared.yes, &question, || {
        Failure::no_terminal(
            "there is no vault yet",
            "make one with 'drivekey init', or say --yes and give a new passphrase with --passphrase-file FILE",
        )
    })?;
    if agreed { Ok(()) } else { Err(Failure::refused("nothing was imported", "'drivekey init' makes a vault")) }
}

pub(super) fn make_vault(world: &mut World<'_>, shared: &Shared, path: &Path) -> Result<Vault<Unlocked>, Failure> {
    let new = given(world, &shared.passphrase)?.map_or(New::Asked, New::Given);
    let passphrase = create(world, path, new, shared.yes)?;
    writeln!(world.err, "A new vault lies at {}", printable(path))?;
    writeln!(
        world.err,
        "Without its passphrase nobody can open it, not even we: keep a copy of the passphrase on paper."
    )?;
    let vault = locked(world, path)?;
    unlock_with(world, vault, &passphrase)
}

/// What goes into the vault, and the report of each file, which says where its keys stand among all.
pub(super) struct Sorted {
    intake: Intake,
    files: Vec<FileReport>,
    without: usize,
}

pub(super) fn sort(sources: Sources, args: &ImportArgs) -> Sorted {
    let mut intake = Intake { origin: origin(args), ..Intake::default() };
    let Sources { read, failed, without } = sources;
    let mut files = Vec::with_capacity(read.len() + failed.len());
    for source in read {
        let mut report = FileReport::of(&source);
        let Source { path, reading, suggestion, told, .. } = source;
        let mut told = told.into_iter();
        let keys = reading.records.len() + reading.other_keys.len();
        report.keys = intake.records.len()..intake.records.len() + keys;
        report.others = intake.attachments.len()..intake.attachments.len() + reading.attachments.len();
        let kind = if path.is_none() { Some(SourceKind::Clipboard) } else { None };
        let name = path.as_deref().and_then(file_name);
        let records = reading.records.into_iter();
        intake.records.extend(records.map(|candidate| {
            let incoming = one(candidate, kind, name.clone(), suggestion.as_ref(), &args.said);
            let mut incoming = bundle::with_all(incoming, told.next());
            incoming.details.mount_point = incoming.details.mount_point.map(normalise_mount_point);
            incoming
        }));
        let others = reading.other_keys.into_iter();
        intake.records.extend(others.map(|key| bundle::other_key(key, name.clone(), suggestion.as_ref(), &args.said)));
        let attachments = reading.attachments.into_iter();
        intake
            .attachments
            .extend(attachments.map(|attachment| other(attachment, name.clone(), suggestion.as_ref(), &args.said)));
        files.push(report);
    }
    files.extend(failed.into_iter().map(FileReport::failed));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Sorted { intake, files, without }
}

impl Sorted {
    /// Records, and how many attachments.
    pub(super) const fn found(&self) -> (&Vec<Incoming>, usize) {
        (&self.intake.records, self.intake.attachments.len())
    }

    pub(super) fn reports(mut self, outcome: &IntakeOutcome) -> Reports {
        for report in &mut self.files {
            let ids = report.ids.drain(..);
            report.taken = ids.zip(outcome.records[report.keys.clone()].iter().cloned()).collect();
            report.notes = outcome.notes[report.keys.clone()].to_vec();
            report.attached = outcome.attachments[report.others.clone()].to_vec();
        }
        Reports { files: self.files, without: self.without }
    }
}

/// What the journal calls this import.
fn origin(args: &ImportArgs) -> Option<LineText> {
    let paths: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
    let text = if args.clipboard { "the clipboard".to_owned() } else { paths.join(", ") };
    LineText::shortened(&text)
}

pub(super) fn take_in(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    sorted: &mut Sorted,
    args: &ImportArgs,
) -> Result<IntakeOutcome, Failure> {
    let intake = std::mem::take(&mut sorted.intake);
    if intake.records.is_empty() && intake.attachments.is_empty() {
        return Ok(IntakeOutcome::default());
    }
    let taking = if args.dry_run { Taking::DryRun } else { Taking::Keep };
    let all = intake.records.len();
    let progress = crate::cli::progress::Progress::new(world.surroundings.err_is_terminal && all > 2000, "keys sealed");
    let outcome = vault.import(intake, (world.now)(), taking, |done| progress.at(done.min(all), all))?;
    progress.finish();
    Ok(outcome)
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
    let file_name = inside(file_name, candidate.inside.as_ref());
    let details = Details {
        key_id: candidate.key_id,
        device_name: said.device.clone().or(candidate.device_name).or_else(|| suggestion.cloned()),
        device_id: candidate.device_id,
        volume_type: said.volume_type.unwrap_or(candidate.volume_type),
        mount_point: candidate.mount_point,
        volume_label: said.label.clone().or(candidate.volume_label),
        created: candidate.created,
        note: candidate.note,
        tags: said.tags.clone(),
        ..Details::default()
    };
    Incoming { secret: candidate.password.into(), details, kind: kind.unwrap_or(candidate.source), file_name }
}

fn other(
    attachment: Attachment,
    file_name: Option<LineText>,
    suggestion: Option<&LineText>,
    said: &Said,
) -> NewAttachment {
    let key_ids =
        if attachment.kind == drivekey_record::AttachmentKind::KeyPackage { vec![attachment.guid] } else { Vec::new() };
    NewAttachment {
        kind: attachment.kind,
        guid: attachment.guid,
        key_ids,
        bytes: attachment.bytes,
        device_name: said.device.clone().or(attachment.device_name).or_else(|| suggestion.cloned()),
        volume_label: said.label.clone(),
        file_name: inside(file_name, attachment.inside.as_ref()),
        created: attachment.created,
    }
}

/// A file inside an archive or a mail, behind the name of that.
fn inside(file_name: Option<LineText>, inside: Option<&LineText>) -> Option<LineText> {
    match (file_name, inside) {
        (Some(name), Some(inside)) => LineText::shortened(&format!("{name}/{inside}")),
        (name, inside) => name.or_else(|| inside.cloned()),
    }
}
