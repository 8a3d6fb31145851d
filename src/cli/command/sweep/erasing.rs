//! Which files may be erased: those all of whose keys the vault has, verified just now, and that hold nothing else of
//! worth as far as can be told. Each is read again first.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::command::import::report::printable;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::source_text::name_of;
use crate::cli::world::World;
use crate::cli::{exit::Exit, question};
use crate::erase::{EraseError, erase as destroy};
use crate::gather;
use crate::import::{Reading, read};
use crate::vault::{Unlocked, Vault};

/// Larger files hold more than keys.
const KEY_FILE_BYTES: usize = 1024 * 1024;

/// What became of one file.
pub(super) struct Erased {
    pub(super) path: PathBuf,
    left: Option<Left>,
}

/// Why a file was left.
enum Left {
    NotAllKnown,
    MoreInside,
    Unreadable,
    Refused(EraseError),
}

impl Erased {
    /// In words.
    pub(super) fn left_because(&self) -> Option<String> {
        let words = match self.left.as_ref()? {
            Left::NotAllKnown => "not all that is in it is safe in the vault; take it in with --import first".to_owned(),
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
        EraseError::OtherNames { names } => format!("the same file has {names} names; find the others and delete all of them"),
        EraseError::Changed => "it was changed since it was read; sweep again".to_owned(),
        EraseError::NotWritable(error) => format!("it may not be changed or removed ({}); it is as it was", error.kind()),
        EraseError::NotRemoved(error) => format!("its content is destroyed, but it could not be removed ({})", error.kind()),
    }
}

/// Erases what may be erased of these files, after a typed confirmation.
pub(super) fn erase(world: &mut World<'_>, vault: &mut Vault<Unlocked>, files: &[PathBuf]) -> Result<Vec<Erased>, Failure> {
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
    for path in files {
        all.push(Erased { path: path.clone(), left: judge(vault, path)?.err() });
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
        "{what}{these} will be written over and deleted for good. All their keys are in the vault: it was verified just now. Have a backup of the vault.\nOn a stick, an SSD or a disk with snapshots the old content can outlast this. No one can bring {them} back.\n"
    );
    question::typed(world, &what, "ERASE")?;
    for at in doomed {
        let one = &mut all[at];
        // Between the question and the answer anything may have happened.
        one.left = match judge(vault, &one.path)? {
            Ok(bytes) => destroy(&one.path, &bytes).err().map(Left::Refused),
            Err(left) => Some(left),
        };
    }
    Ok(all)
}

type Judged = Result<zeroize::Zeroizing<Vec<u8>>, Left>;

/// The file's bytes where it may be erased.
fn judge(vault: &mut Vault<Unlocked>, path: &Path) -> Result<Judged, Failure> {
    // A root that was named may be a link; what it points to was read.
    if path.symlink_metadata().is_ok_and(|data| data.file_type().is_symlink()) {
        return Ok(Err(Left::Refused(EraseError::Link)));
    }
    let Ok(bytes) = gather::read_file(path) else { return Ok(Err(Left::Unreadable)) };
    let reading = read(name_of(path).as_deref(), &bytes);
    if bytes.len() > KEY_FILE_BYTES || reading.records.iter().any(|record| record.inside.is_some()) {
        return Ok(Err(Left::MoreInside));
    }
    if is_known(vault, &reading)? { Ok(Ok(bytes)) } else { Ok(Err(Left::NotAllKnown)) }
}

/// Whether the vault has every key of it, under the Key ID that the file gives, and nothing in it went unread.
fn is_known(vault: &mut Vault<Unlocked>, reading: &Reading) -> Result<bool, Failure> {
    if reading.records.is_empty() || !reading.attachments.is_empty() || reading.refusal().is_some() || !reading.partial.is_empty() {
        return Ok(false);
    }
    for record in &reading.records {
        let found = vault.whose(&record.password)?;
        if !found.entries.iter().any(|entry| entry.details.removed.is_none() && entry.details.key_id.may_equal(&record.key_id)) {
            return Ok(false);
        }
    }
    Ok(true)
}
