//! Erases files after a typed word, and says why files are left.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::outlet::printable;
use crate::cli::world::World;
use crate::cli::{exit::Exit, question};
use drivekey_flows::erase::EraseError;
use drivekey_flows::sweep::{Doomed, Left, SweepError, Swept};
use drivekey_record::ItemNumber;
use drivekey_vault::{Unlocked, Vault};

/// Erases what may be erased of these files, after a typed confirmation.
pub(super) fn erase(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    files: &[PathBuf],
) -> Result<Vec<Swept>, Failure> {
    let doomed = Doomed::of(vault, files)?;
    let mut what = String::new();
    for path in doomed.paths() {
        // Writing to a String cannot fail.
        let _ = writeln!(what, "  {}", printable(path));
    }
    let (these, them) = match doomed.paths().count() {
        0 => return Ok(doomed.erase(vault)?),
        1 => ("This file", "it"),
        _ => ("These files", "them"),
    };
    what = format!(
        "{what}{these} will be written over and deleted for good. All their keys are in the vault: it was verified \
         just now. Have a backup of the vault.\nOn a stick, an SSD or a disk with snapshots the old content can \
         outlast this. No one can bring {them} back.\n{}",
        of_drives_left_without(&doomed.startup_keys)
    );
    question::typed(world, &what, "ERASE")?;
    Ok(doomed.erase(vault)?)
}

/// What becomes of drives whose startup keys go. Nothing where there are none.
fn of_drives_left_without(startup_keys: &[ItemNumber]) -> String {
    let Some(first) = startup_keys.first() else { return String::new() };
    let names: Vec<String> = startup_keys.iter().map(|number| format!("a{number}")).collect();
    format!(
        "A drive that is opened with a startup key among them ({}) then asks for its recovery key.\n'drivekey \
         attachment save a{first} --to PATH' writes the startup key again.\n",
        names.join(", ")
    )
}

/// Why a file is left, in words; `None` where it is gone.
pub(super) fn left_because(file: &Swept) -> Option<String> {
    Some(match file.left.as_ref()? {
        Left::NotAllKnown => "not all that is in it is safe in the vault; take it in with --import first".to_owned(),
        Left::MoreInside => "it holds more than keys; look into it and delete it yourself".to_owned(),
        Left::Unreadable => "it cannot be read any more".to_owned(),
        Left::Refused(error) => refused(error),
    })
}

pub(super) fn swept_json(file: &Swept) -> Value {
    json!({ "path": file.path.display().to_string(), "erased": file.left.is_none(), "leftBecause": left_because(file) })
}

fn refused(error: &EraseError) -> String {
    match error {
        EraseError::Link => "it is a link; erase what it points to".to_owned(),
        EraseError::NotAFile => "it is no ordinary file any more".to_owned(),
        EraseError::OtherNames { names } => {
            format!("the same file has {names} names; find the others and delete all of them")
        }
        EraseError::Changed => "it was changed since it was read; sweep again".to_owned(),
        EraseError::NotWritable(error) => {
            format!("it may not be changed or removed ({}); it is as it was", error.kind())
        }
        EraseError::NotRemoved(error) => {
            format!("its content is destroyed, but it could not be removed ({})", error.kind())
        }
    }
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Unsound(faults) => Self::new(
                Exit::Damaged,
                format!("{}; no file was erased", faults_sentence(&faults)),
                "'drivekey verify' names everything that is wrong",
            ),
            SweepError::Vault(error) => error.into(),
            SweepError::Reveal(error) => error.into(),
        }
    }
}
