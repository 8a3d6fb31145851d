//! `sheet`: recovery keys on paper, whole or split.

mod args;
mod check;
mod deliver;

pub(in crate::cli) use args::SheetArgs;

use std::path::Path;

use args::{PrintArgs, SheetCommand, SplitInto};
use zeroize::Zeroizing;

use crate::cli::args::Shared;
use crate::cli::copy_note::{self, Made as Noted, Whereto};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::guard::{self, Holding};
use crate::cli::session::{exit_over, one_sound_entry, unlocked};
use crate::cli::{system_fonts, world::World};
use drivekey_record::{CopyKind, ProofLevel};
use drivekey_sheet::{self, KeyFacts, KeySheet, Page, Paper, SheetError, SplitKind};
use drivekey_vault::reveal::{Revealed, reveal};
use drivekey_vault::{Entry, Filter, TrashFilter, Unlocked, Vault};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &SheetArgs) -> Result<Exit, Failure> {
    match &args.command {
        Some(SheetCommand::Check(args)) => check::run(world, shared, args),
        None => print(world, shared, &args.print),
    }
}

/// What was made, for whoever keeps account of it.
pub(super) struct Made<'a> {
    /// Whose keys are on it.
    pub(super) entries: &'a [Entry],
    /// Where it went.
    pub(super) place: deliver::Place,
    /// Into how many sheets each key was split.
    pub(super) split: Option<SplitKind>,
}

fn print(world: &mut World<'_>, shared: &Shared, args: &PrintArgs) -> Result<Exit, Failure> {
    let target = deliver::Target::of(world, shared.json, args)?;
    let mut vault = unlocked(world, shared)?;
    let (entries, faults) = chosen(world, &mut vault, args)?;
    match &target {
        deliver::Target::File(path) => guard::check(world, &mut vault, path, &Holding::Records(&entries))?,
        deliver::Target::Output => guard::check_output(world, &mut vault, &Holding::Records(&entries))?,
        deliver::Target::Printer => {}
    }
    let mut keys = Vec::with_capacity(entries.len());
    for entry in &entries {
        keys.push(reveal(&mut vault, entry)?);
    }
    let split = args.split.map(|into| match into {
        SplitInto::Two => SplitKind::TwoOfTwo,
        SplitInto::Three => SplitKind::TwoOfThree,
    });
    let today = (world.now)().date_naive();
    let pages = pages(&keys, split, args.compact, today)?;
    drop(keys);
    let document = draw(&pages, args)?;
    drop(pages);
    let place = deliver::deliver(world, &target, &document)?;
    let noted = after(world, shared, &mut vault, &Made { entries: &entries, place, split })?;
    match faults {
        None if !noted && exit_over(&vault) == Exit::Done => Ok(Exit::Partly),
        None => Ok(exit_over(&vault)),
        Some(sentence) => Err(Failure::new(
            Exit::Damaged,
            sentence,
            "what was printed is sound; 'drivekey verify' names everything that is wrong",
        )),
    }
}

/// The records that are meant, and what is wrong with the vault around them.
fn chosen(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    args: &PrintArgs,
) -> Result<(Vec<Entry>, Option<String>), Failure> {
    if !args.ids.is_empty() {
        let (mut entries, mut faults) = (Vec::<Entry>::with_capacity(args.ids.len()), Vec::new());
        for id in &args.ids {
            let (entry, others) = one_sound_entry(world, vault, id)?;
            faults.extend(others);
            faults.dedup();
            if !entries.iter().any(|known| known.handle == entry.handle) {
                entries.push(entry);
            }
        }
        let faults = (!faults.is_empty()).then(|| faults_sentence(&faults));
        return Ok((entries, faults));
    }
    let filter = Filter { device: args.device.clone(), volume_type: args.volume_type, trash: TrashFilter::Without };
    let listing = vault.list(&filter)?;
    let faults = (!listing.faults.is_empty()).then(|| faults_sentence(&listing.faults));
    if listing.entries.is_empty() {
        return Err(match faults {
            Some(sentence) => Failure::new(
                Exit::Damaged,
                sentence,
                "nothing was printed; 'drivekey verify' names everything that is wrong",
            ),
            None => {
                Failure::new(Exit::NotFound, "there is no such key in this vault", "'drivekey list' shows all keys")
            }
        });
    }
    Ok((listing.entries, faults))
}

fn pages(
    keys: &[Revealed],
    split: Option<SplitKind>,
    compact: bool,
    today: drivekey_sheet::Day,
) -> Result<Vec<Page>, Failure> {
    let facts = |key: &Revealed| facts(&key.entry);
    if let Some(kind) = split {
        let mut pages = Vec::new();
        for key in keys {
            let Some(digits) = key.key.digits() else { return Err(only_whole(&key.entry)) };
            let shares = drivekey_sheet::split(digits, kind, &mut |bytes: &mut [u8]| getrandom::fill(bytes))
                .map_err(|_| Failure::new(Exit::Failed, "the system gave no random numbers", "try again"))?;
            pages.extend(shares.iter().map(|share| drivekey_sheet::share_page(&facts(key), share, today)));
        }
        return Ok(pages);
    }
    let sheets: Vec<KeySheet<'_>> = keys.iter().map(|key| KeySheet { facts: facts(key), key: &key.key }).collect();
    if compact {
        return Ok(vec![drivekey_sheet::list_page(&sheets, today)]);
    }
    Ok(sheets.iter().map(|sheet| drivekey_sheet::key_page(sheet, today)).collect())
}

fn only_whole(entry: &Entry) -> Failure {
    let Entry { handle, details, .. } = entry;
    Failure::refused(
        format!("{handle} is a key of the kind {}: only BitLocker recovery keys can be split", details.kind),
        "print it whole, without --split",
    )
}

fn facts(entry: &Entry) -> KeyFacts {
    let details = &entry.details;
    let proof = details.proof.as_ref().filter(|proof| proof.level >= ProofLevel::OpensVolume);
    KeyFacts {
        record: entry.handle,
        kind: details.kind,
        device: details.device_name.clone(),
        drive: details.mount_point.clone(),
        label: details.volume_label.clone(),
        volume_type: details.volume_type,
        key_id: details.key_id.clone(),
        created: details.created.clone(),
        proven: proof.map(|proof| proof.at.date_naive()),
        state: details.state,
    }
}

fn draw(pages: &[Page], args: &PrintArgs) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let paper = if args.letter { Paper::Letter } else { Paper::A4 };
    if args.html {
        let html = drivekey_sheet::html(pages, paper)?;
        return Ok(Zeroizing::new(html.as_bytes().to_vec()));
    }
    let fonts = system_fonts::covering(pages)?;
    Ok(drivekey_sheet::pdf(pages, paper, &fonts)?)
}

/// Says what now lies where. The one place that knows of each sheet that was made.
/// `false` where it could not be noted in the vault.
fn after(
    world: &mut World<'_>,
    shared: &Shared,
    vault: &mut Vault<Unlocked>,
    made: &Made<'_>,
) -> Result<bool, Failure> {
    let keys = match made.entries {
        [one] => format!("The recovery key of {}", one.handle),
        many => format!("{} recovery keys", many.len()),
    };
    deliver::say(world, shared, &keys, made)?;
    let records: Vec<_> = made.entries.iter().map(|entry| entry.handle).collect();
    let place = match &made.place {
        deliver::Place::File(path) => Whereto::Path(path),
        deliver::Place::Output => Whereto::Path(Path::new("-")),
        deliver::Place::Printer(_) => Whereto::Printer,
    };
    copy_note::note(
        world,
        vault,
        &Noted { kind: CopyKind::Sheet, name: None, place, records: &records, compared: false, slot: None },
    )
}

impl From<SheetError> for Failure {
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::Typeface => Self::new(Exit::Failed, "a font of this system cannot be read", "try --html"),
            SheetError::Symbol => {
                Self::new(Exit::Failed, "a name is too long for a page", "shorten it with 'drivekey edit'")
            }
            SheetError::Document => Self::new(Exit::Failed, "the page could not be made", "try --html"),
        }
    }
}
