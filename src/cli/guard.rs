//! Warns where keys would be locked in with themselves, and asks for the word that overrides it. `flows` judges the
//! place.

use std::path::Path;

use super::failure::Failure;
use super::outlet::printable;
use super::question;
use super::volume_words::drive_words;
use super::world::{OutFile, World};
pub(super) use drivekey_flows::guard::Holding;
use drivekey_flows::guard::{Objection, judge, judge_vaults_place};
use drivekey_record::Handle;
use drivekey_vault::{Unlocked, Vault};

/// Called before anything is written to a file, and before the place is touched.
///
/// Refuses (exit 7) a destination on the drive that what is written unlocks, or on one whose only key is in this vault.
/// A person may override it by typing; that is remembered with the records. Where it cannot be known, it warns.
pub(super) fn check(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    destination: &Path,
    holding: &Holding<'_>,
) -> Result<(), Failure> {
    let judged = judge(vault, &world.surroundings.drives, destination, holding)?;
    let Some(objection) = judged.objection else {
        if judged.is_unsure {
            writeln!(
                world.err,
                "Warning: it cannot be known here whether {} lies on a drive that these keys unlock. If it does, \
                 write them elsewhere, too.",
                printable(destination)
            )?;
        }
        return Ok(());
    };
    let sentence = words(destination, &objection);
    let hint = "choose a place on another drive, such as a stick; in a terminal this can be overridden";
    if !world.terminal.is_present() {
        return Err(Failure::refused(sentence, hint));
    }
    let what = format!("Stop: {sentence}.\nWhoever needs the key then cannot get at it.\n");
    question::typed(world, &what, "OVERRIDE").map_err(|_| Failure::refused(sentence, hint))?;
    if !objection.handles().is_empty()
        && let Err(error) = vault.note_guard_override(objection.handles(), (world.now)())
    {
        writeln!(world.err, "Warning: that it was overridden could not be noted: {}.", Failure::from(error).sentence)?;
    }
    Ok(())
}

/// The same for standard output, where that goes into a file.
pub(super) fn check_output(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    holding: &Holding<'_>,
) -> Result<(), Failure> {
    match world.surroundings.out_file.clone() {
        OutFile::None => Ok(()),
        OutFile::At(path) => check(world, vault, &path, holding),
        OutFile::Somewhere => {
            writeln!(
                world.err,
                "Warning: it cannot be known here on which drive the output ends up. If these keys unlock it, write \
                 them elsewhere, too."
            )?;
            Ok(())
        }
    }
}

/// Warns when the vault itself lies on a drive whose only key it holds.
pub(super) fn warn_of_vaults_place(world: &mut World<'_>, vault: &mut Vault<Unlocked>) -> Result<(), Failure> {
    if let Some(Objection::OnlyHere { drive, handles }) = judge_vaults_place(vault, &world.surroundings.drives)? {
        writeln!(
            world.err,
            "Warning: this vault lies on {}, and the only key of that drive ({}) is in this vault. Keep a copy of the \
             vault, or of that key, elsewhere.",
            drive_words(&drive),
            key_names(&handles)
        )?;
    }
    Ok(())
}

fn words(destination: &Path, objection: &Objection) -> String {
    let place = printable(destination);
    match objection {
        Objection::Own { drive, handles } => {
            let what = if handles.is_empty() { "it".to_owned() } else { names(handles) };
            format!("{place} lies on {}, the very drive that {what} unlocks", drive_words(drive))
        }
        Objection::OnlyHere { drive, handles } => format!(
            "{place} lies on {}, an encrypted drive whose only key ({}) is in this vault",
            drive_words(drive),
            key_names(handles)
        ),
    }
}

fn key_names(handles: &[Handle]) -> String {
    if handles.is_empty() { "a startup key file".to_owned() } else { names(handles) }
}

fn names(handles: &[Handle]) -> String {
    handles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
