//! Erasing what may be erased, after a typed word: the vault is verified first, and each file is judged again right
//! before it is destroyed.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::judging::{Left, judge};
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::outlet::printable;
use crate::cli::world::World;
use crate::cli::{exit::Exit, question};
use drivekey_flows::erase::{EraseError, erase as destroy};
use drivekey_record::ItemNumber;
use drivekey_vault::{Unlocked, Vault};

/// What became of one file.
pub(super) struct Erased {
    pub(super) path: PathBuf,
    left: Option<Left>,
}

impl Erased {
    /// In words.
    pub(super) fn left_because(&self) -> Option<String> {
        let words = match self.left.as_ref()? {
            Left::NotAllKnown => {
                "not all that is in it is safe in the vault; take it in with --import first".to_owned()
            }
            Left::MoreInside => "it holds more than keys; look into it and delete it yourself".to_owned(),
            Left::Unreadable => "it cannot be read any more".to_owned(),
            Left::Refused(error) => refused(error),
        };
        Some(words)
    }

    pub(super) fn as_json(&self) -> Value {
        json!({ "path": self.path.display().to_string(), "erased": self.left.is_none(), "leftBecause": self.left_because() })
    }
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

/// Erases what may be erased of these files, after a typed confirmation.
pub(super) fn erase(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    files: &[PathBuf],
) -> Result<Vec<Erased>, Failure> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let verification = vault.verify(|_, _| {})?;
    if !verification.faults.is_empty() {
        return Err(Failure::new(
            Exit::Damaged,
            format!("{}; no file was erased", faults_sentence(&verification.faults)),
            "'drivekey verify' names everything that is wrong",
        ));
    }
    let mut all = Vec::with_capacity(files.len());
    let mut startup_keys = Vec::new();
    for path in files {
        let left = match judge(vault, path)? {
            Ok(safe) => {
                startup_keys.extend(safe.startup_keys);
                None
            }
            Err(left) => Some(left),
        };
        all.push(Erased { path: path.clone(), left });
    }
    let doomed: Vec<usize> = (0..all.len()).filter(|at| all[*at].left.is_none()).collect();
    if doomed.is_empty() {
        return Ok(all);
    }
    let mut what = String::new();
    for at in &doomed {
        what = format!("{what}  {}\n", printable(&all[*at].path));
    }
    let (these, them) = if doomed.len() == 1 { ("This file", "it") } else { ("These files", "them") };
    what = format!(
        "{what}{these} will be written over and deleted for good. All their keys are in the vault: it was verified just now. Have a backup of the vault.\nOn a stick, an SSD or a disk with snapshots the old content can outlast this. No one can bring {them} back.\n{}",
        of_drives_left_without(startup_keys)
    );
    question::typed(world, &what, "ERASE")?;
    for at in doomed {
        let one = &mut all[at];
        // Between the question and the answer anything may have happened.
        one.left = match judge(vault, &one.path)? {
            Ok(safe) => destroy(&one.path, &safe.bytes).err().map(Left::Refused),
            Err(left) => Some(left),
        };
    }
    Ok(all)
}

/// What becomes of drives whose startup keys go. Nothing where there are none.
fn of_drives_left_without(mut startup_keys: Vec<ItemNumber>) -> String {
    startup_keys.sort_unstable();
    startup_keys.dedup();
    let Some(first) = startup_keys.first() else { return String::new() };
    let names: Vec<String> = startup_keys.iter().map(|number| format!("a{number}")).collect();
    format!(
        "A drive that is opened with a startup key among them ({}) then asks for its recovery key.\n'drivekey attachment save a{first} --to PATH' writes the startup key again.\n",
        names.join(", ")
    )
}
