//! Page check: from a finished page back to the record it was printed from.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::ScanReader;
use drivekey_files::vault_file::is_open_here;
use drivekey_record::{Handle, KeyId, RecoveryPassword};
use drivekey_sheet::{CombineError, Label, SCAN_BYTES, ScanError, Scanned, Share, ShareTextError, combine};
use drivekey_vault::{Entry, Fault, Unlocked, Vault, VaultError};

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

/// What came of comparing all that was typed and scanned.
#[derive(Debug, Default)]
pub struct Compared {
    /// Each thing, in the order of the scans; those of split keys last.
    pub checked: Vec<Checked>,
    /// What is wrong with other records that may have the digits, too. The records named are sound.
    pub faults: Vec<Fault>,
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
) -> Result<Compared, VaultError> {
    let mut compared = Compared::default();
    if let Some(password) = typed {
        compared.compare(vault, Vec::new(), password, None)?;
    }
    let mut shares: Vec<(PathBuf, Share)> = Vec::new();
    for ReadScan { path, found } in scans {
        let items = match found {
            Ok(items) if items.is_empty() => Err(NotCompared::NoCode),
            Ok(items) => Ok(items),
            Err(error) => Err(NotCompared::Scan(error)),
        };
        match items {
            Err(why) => compared.left(vec![path], why),
            Ok(items) => {
                for item in items {
                    let scans = vec![path.clone()];
                    match item {
                        Scanned::Key { password, label } => compared.compare(vault, scans, &password, label)?,
                        Scanned::Share(share) => shares.push((path.clone(), share)),
                        Scanned::BadShare(error) => compared.left(scans, NotCompared::Share(error)),
                        Scanned::LabelOnly(_) => compared.left(scans, NotCompared::LabelOnly),
                        Scanned::Kit(_) => compared.left(scans, NotCompared::Kit),
                    }
                }
            }
        }
    }
    // Sheets of one set are put together.
    while let Some((_, first)) = shares.first() {
        let set = first.set.clone();
        let (same, others) = shares.into_iter().partition(|(_, share)| share.set == set);
        shares = others;
        let (mut scans, parts): (Vec<PathBuf>, Vec<Share>) = Vec::into_iter(same).unzip();
        scans.dedup();
        match combine(&parts) {
            Ok(password) => compared.compare(vault, scans, &password, None)?,
            Err(error) => compared.left(scans, NotCompared::Set { error, set }),
        }
    }
    Ok(compared)
}

impl Compared {
    fn compare(
        &mut self,
        vault: &mut Vault<Unlocked>,
        scans: Vec<PathBuf>,
        password: &RecoveryPassword,
        label: Option<Label>,
    ) -> Result<(), VaultError> {
        let found = vault.whose(password)?;
        self.faults.extend(found.faults);
        self.faults.dedup();
        let mut entries = found.entries;
        let verdict = if entries.is_empty() {
            Verdict::Unknown(label)
        } else {
            let said = label.map(|label| label.key_id).unwrap_or_default();
            let fits = entries.iter().position(|entry| entry.details.key_id.may_equal(&said));
            let entry = Box::new(entries.swap_remove(fits.unwrap_or(0)));
            if fits.is_some() { Verdict::Verified(entry) } else { Verdict::OtherKeyId(entry, said) }
        };
        self.checked.push(Checked { scans, verdict });
        Ok(())
    }

    fn left(&mut self, scans: Vec<PathBuf>, why: NotCompared) {
        self.checked.push(Checked { scans, verdict: Verdict::NotCompared(why) });
    }
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
