//! `kit`: makes and checks an emergency kit, a printed page that opens the vault without the passphrase.

use std::path::{Path, PathBuf};

use crate::cli::args::{KitCheckArgs, KitCommand, KitMakeArgs, Shared};
use crate::cli::copy_note::{self, CopyPlace, Made};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, short_slot};
use crate::cli::guard::{self, Holding};
use crate::cli::session::{exit_with_doubts, locked, unlocked, vault_path};
use crate::cli::{interrupt, json, kit_entry, new_file, printer, question, world::World};
use drivekey_flows::give_out::{self, DrawnAs};
use drivekey_flows::kit::{Kit, KitError, note_checked};
use drivekey_record::{CopyKind, LineText};
use drivekey_sheet::Paper;
use drivekey_vault::{Unlocked, Vault};
use serde_json::json;

/// The file name that is offered.
const USUAL_NAME: &str = match DrawnAs::USUAL {
    DrawnAs::Pdf => "drivekey-emergency-kit.pdf",
    DrawnAs::Html => "drivekey-emergency-kit.html",
};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, command: &KitCommand) -> Result<Exit, Failure> {
    match command {
        KitCommand::Make(args) => make(world, shared, args),
        KitCommand::Check(args) => check(world, shared, args),
    }
}

fn make(world: &mut World<'_>, shared: &Shared, args: &KitMakeArgs) -> Result<Exit, Failure> {
    let to = args.to.as_deref().map(std::path::absolute).transpose()?;
    if let Some(path) = &to {
        new_file::free(path)?;
    }
    let drawn_as = if args.html { DrawnAs::Html } else { DrawnAs::Pdf };
    drawn_as.check()?;
    let paper = if args.letter { Paper::Letter } else { Paper::A4 };
    let mut vault = unlocked(world, shared)?;
    let noted = print_kit(world, shared, &mut vault, to.as_deref(), args.name.as_ref(), (drawn_as, paper))?;
    let exit = exit_with_doubts(&vault);
    Ok(if exit == Exit::Done && !noted { Exit::Partly } else { exit })
}

/// Offers a kit to whoever has just made a vault.
pub(super) fn offer(world: &mut World<'_>, shared: &Shared, vault: &mut Vault<Unlocked>) -> Result<(), Failure> {
    let question = "If the passphrase is forgotten, nobody can open the vault. Make an emergency kit now, a page to \
                    print that opens it?";
    if !question::ask(world, question)? {
        return Ok(());
    }
    let answer = world.terminal.ask_line(&format!("Where to? (Enter for {USUAL_NAME} in this folder) "))?;
    let name = if answer.trim().is_empty() { USUAL_NAME } else { answer.trim() };
    let path = std::path::absolute(PathBuf::from(name))?;
    // The keys are safe already: a kit that cannot be written is told, and undoes nothing.
    let made = new_file::free(&path)
        .map_err(Failure::from)
        .and_then(|()| print_kit(world, shared, vault, Some(&path), None, (DrawnAs::USUAL, Paper::A4)));
    if let Err(failure) = made {
        writeln!(world.err, "No kit was made: {}. Try again with 'drivekey kit make --to FILE'.", failure.sentence)?;
    }
    Ok(())
}

/// Makes a kit and its page. Returns `false` if it could not be noted among the copies.
fn print_kit(
    world: &mut World<'_>,
    shared: &Shared,
    vault: &mut Vault<Unlocked>,
    to: Option<&Path>,
    name: Option<&LineText>,
    (drawn_as, paper): (DrawnAs, Paper),
) -> Result<bool, Failure> {
    if let Some(path) = to {
        guard::check(world, vault, path, &Holding::WholeVault)?;
    }
    let kit = Kit::make(vault, name.cloned())?;
    let slot = kit.slot();
    let page = kit.page(vault_name(vault)?, (world.now)().date_naive())?;
    let document = give_out::draw(&[page], drawn_as, paper)?;
    let said = if let Some(path) = to {
        interrupt::sweep_at_the_end();
        kit.into_file(vault, path, &document).map(|_| String::new())?
    } else {
        let said = kit.to_printer(vault, || printer::print(world, &document))?;
        if said.is_empty() { said } else { format!(" {said}") }
    };
    if shared.json {
        json::print(
            world.out,
            &json!({ "slot": slot.to_string(), "file": to.map(|path| path.display().to_string()) }),
        )?;
    } else if let Some(path) = to {
        writeln!(world.out, "{}", path.display())?;
    }
    if let Some(path) = to {
        writeln!(
            world.err,
            "The emergency kit is in this file (keyslot {}). Whoever has it and the vault file can open the vault.",
            short_slot(slot)
        )?;
        writeln!(
            world.err,
            "Print it, keep the page with your papers, and delete the file. 'drivekey kit check' sees whether it \
             still opens the vault."
        )?;
        writeln!(
            world.err,
            "If it is ever lost or seen, 'drivekey keyslot remove {}' shuts this file to it, but no copy of the file \
             made until then.",
            short_slot(slot)
        )?;
        new_file::tell_of_leftovers(world, path)?;
    } else {
        writeln!(world.err, "The emergency kit was handed to the printer (keyslot {}).{said}", short_slot(slot))?;
        writeln!(world.err, "{}", printer::COPIES)?;
    }
    let place = to.map_or(CopyPlace::Printer, CopyPlace::Path);
    copy_note::note(
        world,
        vault,
        &Made { kind: CopyKind::Kit, name, place, records: &[], compared: false, slot: Some(slot) },
    )
}

impl<E: Into<Self>> From<KitError<E>> for Failure {
    fn from(error: KitError<E>) -> Self {
        let (failure, outcome) = match error {
            KitError::Page(error) => return error.into(),
            KitError::Slot(error) => return error.into(),
            KitError::WithoutPage { because, is_removed: true, .. } => {
                (because.into(), "the kit's keyslot was removed again".to_owned())
            }
            KitError::WithoutPage { because, slot, is_removed: false } => {
                let remove = format!("remove it with 'drivekey keyslot remove {}'", short_slot(slot));
                (because.into(), format!("the kit's keyslot is still there: {remove}"))
            }
        };
        let hint = failure.hint.map_or_else(|| outcome.clone(), |hint| format!("{hint}; {outcome}"));
        Self { hint: Some(hint), ..failure }
    }
}

/// The vault as its kit's page names it.
fn vault_name(vault: &Vault<Unlocked>) -> Result<LineText, Failure> {
    let file = vault.path().and_then(Path::file_name).and_then(|name| LineText::shortened(&name.to_string_lossy()));
    file.map_or_else(|| Ok("vault.drivekey".parse()?), Ok)
}

fn check(world: &mut World<'_>, shared: &Shared, args: &KitCheckArgs) -> Result<Exit, Failure> {
    let path = vault_path(world, shared)?;
    let vault = locked(world, &path)?;
    let kit = match (&args.file, kit_entry::given(world, &shared.passphrase)?) {
        (Some(file), _) => kit_entry::from_file(world.scans, file)?,
        (None, Some(kit)) => kit,
        (None, None) => kit_entry::typed(world)?,
    };
    let mut vault = vault.unlock_with_kit(&kit).map_err(|failure| Failure::from(failure.error))?;
    let used = note_checked(&mut vault, (world.now)())?;
    let slot = used.as_ref().map(|info| info.slot.to_string());
    if shared.json {
        json::print(world.out, &json!({ "opens": true, "slot": slot }))?;
    } else {
        let which = used.map(|info| format!(" (keyslot {})", short_slot(info.slot))).unwrap_or_default();
        writeln!(world.out, "This kit opens the vault{which}.")?;
    }
    Ok(exit_with_doubts(&vault))
}
