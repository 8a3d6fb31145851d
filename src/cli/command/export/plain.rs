//! `export json` and `export csv`: write keys in the clear, after a typed confirmation.

use serde_json::json;

use super::bundle;
use super::chosen::{self, counted};
use super::saving::{Saved, is_output, save_to};
use crate::cli::args::{ExportPlainArgs, Shared};
use crate::cli::copy_note::{self, CopyPlace, Made};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard::{self, Holding};
use crate::cli::outlet::printable;
use crate::cli::session::unlocked;
use crate::cli::{json, question, world::World};
use drivekey_export::Put;
use drivekey_flows::give_out::{Along, Form, plain};
use drivekey_record::CopyKind;

pub(super) fn run(world: &mut World<'_>, shared: &Shared, args: &ExportPlainArgs, form: Form) -> Result<Exit, Failure> {
    // Refused before the passphrase is asked for, so that nobody types it for nothing.
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "keys that anybody can read are only written after a typed confirmation",
            "start the program in a terminal, or use 'drivekey export bundle', which encrypts",
        ));
    }
    let mut vault = unlocked(world, shared)?;
    let choice = chosen::choose(world, &mut vault, &args.which)?;
    let holding = Holding::Records(&choice.entries);
    if is_output(&args.to) {
        guard::check_output(world, &mut vault, &holding)?;
    } else {
        guard::check(world, &mut vault, &args.to, &holding)?;
    }
    let place = if is_output(&args.to) { "standard output".to_owned() } else { printable(&args.to) };
    let what = format!(
        "{} will go to {place}, unencrypted: whoever reads it can unlock the drives.\n",
        counted(choice.entries.len())
    );
    question::typed(world, &what, "EXPORT")?;
    let chosen = choice.reveal(&mut vault, Along::None)?;
    let saved = save_to(world, &args.to, &plain(&chosen, form))?;
    let handles = chosen.handles();
    if let Saved::File(..) = saved {
        if shared.json {
            let (path, read_back) = (args.to.display().to_string(), bundle::read_back(saved));
            json::print(world.out, &json!({ "path": path, "keys": handles, "readBack": read_back }))?;
        }
        let lie = if handles.len() == 1 { "lies" } else { "lie" };
        writeln!(
            world.err,
            "{} now {lie} at {place}, readable by anybody who gets hold of it.",
            counted(handles.len())
        )?;
        writeln!(
            world.err,
            "Delete it as soon as it has served. On a stick or SSD only destroying or re-encrypting it removes every \
             trace."
        )?;
        bundle::warn_of_memory(world, saved)?;
    }
    let compared = matches!(saved, Saved::File(Put::AlreadyThere, _));
    let made = Made {
        kind: CopyKind::File,
        name: args.name.as_ref(),
        place: CopyPlace::Path(&args.to),
        records: &handles,
        compared,
        slot: None,
    };
    let noted = copy_note::note(world, &mut vault, &made)?;
    chosen::exit(&chosen, noted, &vault)
}
