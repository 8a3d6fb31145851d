//! Page check: from a finished page back to the record it was printed from.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::ScanReader;
use drivekey_files::vault_file::is_open_here;
use drivekey_record::{Handle, KeyId, RecoveryPassword};
use drivekey_sheet::{CombineError, Label, SCAN_BYTES, ScanError, Scanned, Share, ShareTextError, combine};
use drivekey_vault::{Entry, Unlocked, Vault, VaultError};

/// A scan, and what was read from it.
pub struct ReadScan {
    path: PathBuf,
    found: Result<Vec<Scanned>, ScanError>,
}

/// A scan that is no file, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read", path.display())]
pub struct UnreadableScan {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// One thing that was compared.
#[derive(Debug)]
pub struct Checked {
    /// The scans of it, more than one of a split key; none of what was typed.
    pub scans: Vec<PathBuf>,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of comparing a page with the vault.
#[derive(Debug)]
pub enum Verdict {
    /// The digits are those of this record, and what the page says of the drive fits.
    Verified(Box<Entry>),
    /// The digits are those of this record, and the page names another Key ID.
    OtherKeyId(Box<Entry>, KeyId),
    /// A sound key that no record has.
    Unknown(Option<Label>),
    /// Nothing could be compared.
    NotCompared(NotCompared),
}

/// Why nothing could be compared.
#[derive(Debug)]
pub enum NotCompared {
    /// The scan.
    Scan(ScanError),
    /// No code of ours is on it.
    NoCode,
    /// The code of a sheet of a split key.
    Share(ShareTextError),
    /// Only the code that says whose key it is could be read, not the one with the digits.
    LabelOnly,
    /// It is an emergency kit.
    Kit,
    /// The sheets of this set of a split key.
    Set {
        /// Why they give no key.
        error: CombineError,
        /// The set.
        set: String,
    },
}

/// Reads scans and photos.
///
/// # Errors
/// [`UnreadableScan`]: one that was named cannot be read at all.
pub fn read_scans(scans: &dyn ScanReader, paths: &[PathBuf]) -> Result<Vec<ReadScan>, UnreadableScan> {
    let read = |path: &PathBuf| match read_scan(scans, path) {
        Ok(found) => Ok(ReadScan { path: path.clone(), found }),
        Err(source) => Err(UnreadableScan { path: path.clone(), source }),
    };
    paths.iter().map(read).collect()
}

fn read_scan(scans: &dyn ScanReader, path: &Path) -> io::Result<Result<Vec<Scanned>, ScanError>> {
    if path.metadata().is_ok_and(|data| is_open_here(&data)) {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    let file = File::open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if length > SCAN_BYTES {
        return Ok(Err(ScanError::TooLarge));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(SCAN_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(scans.read(&bytes))
}

/// Compares a typed key, where there is one, and all that is on these scans, with the vault.
///
/// # Errors
/// What reading the vault meets.
pub fn check(
    vault: &mut Vault<Unlocked>,
    typed: Option<&RecoveryPassword>,
    scans: Vec<ReadScan>,
) -> Result<Vec<Checked>, VaultError> {
    let mut checked = Vec::new();
    if let Some(password) = typed {
        checked.push(Checked { scans: Vec::new(), verdict: compare(vault, password, None)? });
    }
    let mut shares: Vec<(PathBuf, Share)> = Vec::new();
    for ReadScan { path, found } in scans {
        let items = match found {
            Ok(items) if items.is_empty() => Err(NotCompared::NoCode),
            Ok(items) => Ok(items),
            Err(error) => Err(NotCompared::Scan(error)),
        };
        let verdict = |verdict| Checked { scans: vec![path.clone()], verdict };
        match items {
            Err(why) => checked.push(verdict(Verdict::NotCompared(why))),
            Ok(items) => {
                for item in items {
                    let why = match item {
                        Scanned::Key { password, label } => {
                            checked.push(verdict(compare(vault, &password, label)?));
                            continue;
                        }
                        Scanned::Share(share) => {
                            shares.push((path.clone(), share));
                            continue;
                        }
                        Scanned::BadShare(error) => NotCompared::Share(error),
                        Scanned::LabelOnly(_) => NotCompared::LabelOnly,
                        Scanned::Kit(_) => NotCompared::Kit,
                    };
                    checked.push(verdict(Verdict::NotCompared(why)));
                }
            }
        }
    }
    check_shares(vault, shares, &mut checked)?;
    Ok(checked)
}

/// Sheets of one set, put together.
fn check_shares(
    vault: &mut Vault<Unlocked>,
    mut shares: Vec<(PathBuf, Share)>,
    checked: &mut Vec<Checked>,
) -> Result<(), VaultError> {
    while let Some((_, first)) = shares.first() {
        let set = first.set.clone();
        let (same, others) = shares.into_iter().partition(|(_, share)| share.set == set);
        shares = others;
        let (mut scans, parts): (Vec<PathBuf>, Vec<Share>) = Vec::into_iter(same).unzip();
        scans.dedup();
        let verdict = match combine(&parts) {
            Ok(password) => compare(vault, &password, None)?,
            Err(error) => Verdict::NotCompared(NotCompared::Set { error, set }),
        };
        checked.push(Checked { scans, verdict });
    }
    Ok(())
}

fn compare(
    vault: &mut Vault<Unlocked>,
    password: &RecoveryPassword,
    label: Option<Label>,
) -> Result<Verdict, VaultError> {
    let mut found = vault.whose(password)?.entries;
    if found.is_empty() {
        return Ok(Verdict::Unknown(label));
    }
    let said = label.map(|label| label.key_id).unwrap_or_default();
    let fits = found.iter().position(|entry| entry.details.key_id.may_equal(&said));
    let entry = Box::new(found.swap_remove(fits.unwrap_or(0)));
    Ok(if fits.is_some() { Verdict::Verified(entry) } else { Verdict::OtherKeyId(entry, said) })
}

/// The records whose pages were found whole.
#[must_use]
pub fn verified(checked: &[Checked]) -> Vec<Handle> {
    let handle = |one: &Checked| match &one.verdict {
        Verdict::Verified(entry) => Some(entry.handle),
        Verdict::OtherKeyId(..) | Verdict::Unknown(_) | Verdict::NotCompared(_) => None,
    };
    checked.iter().filter_map(handle).collect()
}
