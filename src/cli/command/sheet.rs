//! `sheet`: draws recovery keys on pages, whole or split.

mod check;
mod deliver;

use std::path::Path;

use crate::cli::args::{PrintArgs, Shared, SheetArgs, SheetCommand, SplitInto};
use crate::cli::command::export::chosen::named;
use crate::cli::copy_note::{self, CopyPlace, Made as Noted};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::guard::{self, Holding};
use crate::cli::session::{end_with_faults, exit_with_doubts, unlocked};
use crate::cli::world::World;
use drivekey_flows::give_out::{self, Arrangement, Choice, DrawnAs, PagesError, pages};
use drivekey_record::CopyKind;
use drivekey_sheet::{Paper, SheetError, SplitKind};
use drivekey_vault::{Entry, Filter, TrashFilter, Unlocked, Vault};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &SheetArgs) -> Result<Exit, Failure> {
    match &args.command {
        Some(SheetCommand::Check(args)) => check::run(world, shared, args),
        None => print(world, shared, &args.print),
    }
}

/// The sheets that were made.
pub(super) struct Made<'a> {
    /// Whose keys are on it.
    pub(super) entries: &'a [Entry],
    /// Where it went.
    pub(super) place: deliver::Place,
    /// Into how many sheets each key was split.
    pub(super) split: Option<SplitKind>,
}

fn print(world: &mut World<'_>, shared: &Shared, args: &PrintArgs) -> Result<Exit, Failure> {
    let drawn_as = if args.html { DrawnAs::Html } else { DrawnAs::Pdf };
    drawn_as.check()?;
    let target = deliver::Target::of(world, shared.json, args)?;
    let mut vault = unlocked(world, shared)?;
    let choice = choose(world, &mut vault, args)?;
    let holding = Holding::Records(&choice.entries);
    match &target {
        deliver::Target::File(path) => guard::check(world, &mut vault, path, &holding)?,
        deliver::Target::Output => guard::check_output(world, &mut vault, &holding)?,
        deliver::Target::Printer => {}
    }
    let keys = choice.reveal_whole(&mut vault)?;
    let split = args.split.map(|into| match into {
        SplitInto::Two => SplitKind::TwoOfTwo,
        SplitInto::Three => SplitKind::TwoOfThree,
    });
    let arrangement = match split {
        Some(kind) => Arrangement::Split(kind),
        None if args.compact => Arrangement::List,
        None => Arrangement::Whole,
    };
    let today = (world.now)().date_naive();
    let pages = pages(&keys, arrangement, today)?;
    drop(keys);
    let document = give_out::draw(&pages, drawn_as, if args.letter { Paper::Letter } else { Paper::A4 })?;
    drop(pages);
    let place = deliver::deliver(world, &target, &document)?;
    let noted = after(world, shared, &mut vault, &Made { entries: &choice.entries, place, split })?;
    if !choice.faults.is_empty() {
        return end_with_faults(&vault, &choice.faults, "what was printed is sound");
    }
    let exit = exit_with_doubts(&vault);
    Ok(if exit == Exit::Done && !noted { Exit::Partly } else { exit })
}

/// The records that are meant.
fn choose(world: &mut World<'_>, vault: &mut Vault<Unlocked>, args: &PrintArgs) -> Result<Choice, Failure> {
    if !args.ids.is_empty() {
        return named(world, vault, &args.ids);
    }
    let filter = Filter { device: args.device.clone(), volume_type: args.volume_type, trash: TrashFilter::Without };
    let choice = Choice::fitting(vault, &filter)?;
    match (choice.entries.is_empty(), choice.faults.is_empty()) {
        (false, _) => Ok(choice),
        (true, false) => Err(Failure::new(
            Exit::Damaged,
            faults_sentence(&choice.faults),
            "nothing was printed; 'drivekey verify' names everything that is wrong",
        )),
        (true, true) => {
            Err(Failure::new(Exit::NotFound, "there is no such key in this vault", "'drivekey list' shows all keys"))
        }
    }
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
        deliver::Place::File(path) => CopyPlace::Path(path),
        deliver::Place::Output => CopyPlace::Path(Path::new("-")),
        deliver::Place::Printer(_) => CopyPlace::Printer,
    };
    copy_note::note(
        world,
        vault,
        &Noted { kind: CopyKind::Sheet, name: None, place, records: &records, compared: false, slot: None },
    )
}

impl From<PagesError> for Failure {
    fn from(error: PagesError) -> Self {
        match error {
            PagesError::NoRandomNumbers(_) => Self::new(Exit::Failed, "the system gave no random numbers", "try again"),
            PagesError::OnlyWhole(entry) => Self::refused(
                format!(
                    "{} is a key of the kind {}: only BitLocker recovery keys can be split",
                    entry.handle, entry.details.kind
                ),
                "print it whole, without --split",
            ),
        }
    }
}

impl From<SheetError> for Failure {
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::Typeface => Self::new(Exit::Failed, "a font of this system cannot be read", "try --html"),
            SheetError::Symbol => {
                Self::new(Exit::Failed, "a name is too long for a page", "shorten it with 'drivekey edit'")
            }
            SheetError::NotInThisBuild => Self::new(
                Exit::Failed,
                "this drivekey was built without the drawing of PDF pages",
                "add --html for a page that a browser prints, or use the full program",
            ),
            SheetError::Document => Self::new(Exit::Failed, "the page could not be made", "try --html"),
        }
    }
}
