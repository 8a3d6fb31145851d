//! Which files may be erased, with the vault verified first, and the erasing: each file is judged again right before it
//! is destroyed.

use std::path::{Path, PathBuf};

use super::judge::{Judgement, SweepError, judge};
use crate::erase::{EraseError, erase};
use drivekey_record::ItemNumber;
use drivekey_vault::{Unlocked, Vault};

/// Why a file is left.
#[derive(Debug)]
pub enum Left {
    /// Not all that is in it is safe in the vault.
    NotAllKnown,
    /// It holds more than keys.
    MoreInside,
    /// It cannot be read any more.
    Unreadable,
    /// It is not what may be erased, or the system refuses.
    Refused(EraseError),
}

/// One file that was to be erased.
#[derive(Debug)]
pub struct Swept {
    /// Where it is, or was.
    pub path: PathBuf,
    /// Why it is left; `None`: it may go, or it is gone.
    pub left: Option<Left>,
}

/// Files that were judged, and not touched yet. A person has to agree before they are erased.
#[derive(Debug)]
pub struct Doomed {
    files: Vec<Swept>,
    /// The startup keys in those that may go, by their names in the vault, each once.
    pub startup_keys: Vec<ItemNumber>,
}

impl Doomed {
    /// Verifies the vault and judges each of these files.
    ///
    /// # Errors
    /// [`SweepError`]; no file was touched.
    pub fn of(vault: &mut Vault<Unlocked>, files: &[PathBuf]) -> Result<Self, SweepError> {
        let mut doomed = Self { files: Vec::with_capacity(files.len()), startup_keys: Vec::new() };
        if files.is_empty() {
            return Ok(doomed);
        }
        let verification = vault.verify(|_, _| {})?;
        if !verification.faults.is_empty() {
            return Err(SweepError::Unsound(verification.faults));
        }
        for path in files {
            let left = match judge(vault, path)? {
                Judgement::Safe { startup_keys, .. } => {
                    doomed.startup_keys.extend(startup_keys);
                    None
                }
                Judgement::Left(left) => Some(left),
            };
            doomed.files.push(Swept { path: path.clone(), left });
        }
        doomed.startup_keys.sort_unstable();
        doomed.startup_keys.dedup();
        Ok(doomed)
    }

    /// The files that may go.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().filter(|file| file.left.is_none()).map(|file| file.path.as_path())
    }

    /// Erases what may go, after another look at each, and tells what became of all.
    ///
    /// # Errors
    /// [`SweepError`]: the vault could not be read any more; files before that are gone.
    pub fn erase(self, vault: &mut Vault<Unlocked>) -> Result<Vec<Swept>, SweepError> {
        let mut files = self.files;
        for file in files.iter_mut().filter(|file| file.left.is_none()) {
            // Between the question and the answer anything may have happened.
            file.left = match judge(vault, &file.path)? {
                Judgement::Safe { bytes, .. } => erase(&file.path, &bytes).err().map(Left::Refused),
                Judgement::Left(left) => Some(left),
            };
        }
        Ok(files)
    }
}
