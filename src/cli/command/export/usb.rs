//! `export usb`: writes key files to a stick, under the names that Windows gives them, and reads each back.

use super::{chosen, saving, sticks, usb_report};
use crate::cli::args::{ExportUsbArgs, Shared};
use crate::cli::copy_note::{self, CopyPlace, Made};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard::{self, Holding};
use crate::cli::progress::Bar;
use crate::cli::session::unlocked;
use crate::cli::world::World;
use crate::cli::{interrupt, leftovers};
use drivekey_export::README_NAME;
use drivekey_flows::give_out::{Stick, StickLine, WITH_STICK, Written};
use drivekey_record::{CopyKind, Handle};

/// For this many or fewer a progress bar would only flicker.
const FEW_FILES: u64 = 50;

pub(super) fn run(world: &mut World<'_>, shared: &Shared, args: &ExportUsbArgs) -> Result<Exit, Failure> {
    let to = match &args.to {
        Some(to) => to.clone(),
        None => sticks::choose(world)?,
    };
    // A mistyped path shows before the passphrase is asked for.
    let mut stick = Stick::open(&to).map_err(|error| saving::failure(error, &to.join(README_NAME)))?;
    let mut vault = unlocked(world, shared)?;
    let choice = chosen::choose(world, &mut vault, &args.which)?;
    if !args.dry_run {
        let beside = choice.protectors_beside(&mut vault, WITH_STICK)?;
        guard::check(world, &mut vault, &to, &Holding::Both(&choice.entries, &beside))?;
    }
    let chosen = choice.reveal(&mut vault, WITH_STICK)?;
    let written = if args.dry_run {
        Written { lines: stick.look(&chosen), ..Written::default() }
    } else {
        interrupt::sweep_at_the_end();
        stick.write(&chosen, &Bar::new(world, "files written").beyond(FEW_FILES))
    };
    let there: Vec<Handle> = written.lines.iter().filter_map(StickLine::key_that_is_there).collect();
    usb_report::show(world, shared, &to, &written, args.dry_run)?;
    let mut noted = true;
    if !args.dry_run && !there.is_empty() {
        let made = Made {
            kind: CopyKind::Stick,
            name: args.name.as_ref(),
            place: CopyPlace::Path(&to),
            records: &there,
            compared: written.all_there_before(),
            slot: None,
        };
        noted = copy_note::note(world, &mut vault, &made)?;
    }
    leftovers::tell(world, stick.path())?;
    usb_report::judge(&written.lines, &to)?;
    chosen::exit(&chosen, noted, &vault)
}
