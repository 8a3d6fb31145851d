//! Verify: everything compared with what was written, mended where that loses nothing, and what lies beside the vault
//! set aside.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::{Progress, Watch, Work};
use drivekey_files::vault_file::Descriptor;
use drivekey_vault::sqlite;
use drivekey_vault::store::StoreError;
use drivekey_vault::{Unlocked, Vault, VaultError, Verification};

/// Copies from earlier repairs that may lie beside a vault.
const COPIES_MAX: u32 = 1000;

/// Whether what was read may not be the latest state of the vault.
#[must_use]
pub fn is_doubtful(vault: &Vault<Unlocked>) -> bool {
    vault.doubt().is_some() || !vault.refused().is_empty() || vault.is_unfinished()
}

/// Opens every record and compares everything.
///
/// # Errors
/// As [`Vault::verify`].
pub fn verify(vault: &mut Vault<Unlocked>, watch: &dyn Watch) -> Result<Verification, VaultError> {
    vault.verify(|done, all| {
        let (done, all) = (done as u64, Some(all as u64));
        watch.progress(Progress { work: Work::RecordsVerified, done, all, bytes: 0 });
    })
}

/// Why a vault was not mended.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No copy of the file as it was could be made.
    #[error(transparent)]
    Copy(#[from] io::Error),
    /// Too many copies from earlier repairs lie beside it.
    #[error("too many copies of earlier repairs")]
    TooManyCopies,
}

/// A copy of the file as it stands, beside it, under a name that nothing has yet.
///
/// # Errors
/// [`MendError`].
pub fn keep_copy(vault: &mut Vault<Unlocked>) -> Result<PathBuf, MendError> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let path = vault.path().ok_or(VaultError::Store(StoreError::NoFile))?.to_owned();
    for number in 1..COPIES_MAX {
        let mut name = path.clone().into_os_string();
        name.push(format!(".before-repair-{number}"));
        let copy = PathBuf::from(name);
        match options.open(&copy) {
            Ok(mut file) => {
                if vault.is_undone_damaged() {
                    keep_as_it_stands(&path, &mut file)?;
                    // Nothing is replaced: a file of that name is somebody's.
                    let mut journal = options.open(sqlite::journal_beside(&copy))?;
                    journal.write_all(&std::fs::read(sqlite::journal_beside(&path))?)?;
                    journal.sync_all()?;
                } else {
                    vault.copy_into(&mut file)?;
                }
                return Ok(copy);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(MendError::TooManyCopies)
}

/// The file as a broken-off write left it, through the descriptor that this process shares.
fn keep_as_it_stands(path: &Path, file: &mut File) -> io::Result<()> {
    let source = Descriptor::open(path)?;
    let (mut at, mut buffer) = (0, vec![0; 1 << 16]);
    loop {
        let read = source.read_at(&mut buffer, at)?;
        if read == 0 {
            break;
        }
        file.write_all(&buffer[..read])?;
        at += read as u64;
    }
    file.sync_all()
}

/// Takes the vault as it stands, after a copy was kept: its indexes are built anew, its count and slots are taken as
/// they are. What is missing stays missing.
///
/// # Errors
/// As [`Vault::repair`].
pub fn mend(vault: &mut Vault<Unlocked>, watch: &dyn Watch) -> Result<Verification, VaultError> {
    vault.repair()?;
    verify(vault, watch)
}

/// Renames what is refused beside the vault, so that changes are possible again. Nothing is deleted. Gives each old
/// and new name, up to the first that could not be renamed.
///
/// # Errors
/// [`StoreError`] of that one.
pub fn set_aside(vault: &Vault<Unlocked>, mut renamed: impl FnMut(PathBuf, PathBuf)) -> Result<(), StoreError> {
    let path = vault.path().ok_or(StoreError::NoFile)?;
    for file in vault.refused() {
        let aside = sqlite::set_aside(path, file)?;
        renamed(file.path.clone(), aside);
    }
    Ok(())
}
