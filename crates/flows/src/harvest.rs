//! Harvest: once anything opens a drive, every recovery key in it is read out and kept. The drive is only read.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::drive_says::{ByPerson, believed_details};
use crate::fits::Fits;
use crate::rounds::by_nearness;
use crate::trial::{NotOpened, Trial};
use crate::volumes::{DriveName, Place, Placed};
use crate::{Progress, Watch, Work};
use drivekey_files::vault_file::is_open_here;
use drivekey_fve::{ExternalKey, Harvest, Harvested, Integrity, Opened, Opener, Outcome, ProtectorKind};
use drivekey_record::{Guid, Handle, KeyId, RecoveryPassword, SourceKind};
use drivekey_vault::reveal::lend;
use drivekey_vault::{Entry, Filter, Incoming, Intake, RecordNotes, TakenIn, Taking, Unlocked, Vault, VaultError};

/// So many keys that the drive does not list are tried on it, each for a part of a second.
const NEAR_MAX: usize = 32;

/// What a drive is opened with.
#[derive(Debug)]
pub enum Secret {
    /// Digits that were typed or read.
    Digits(RecoveryPassword),
    /// The key of a record.
    Record(Box<Entry>),
    /// A startup key's file.
    StartupKey(ExternalKey),
    /// The drive's own password.
    Password(SecretString),
    /// Each fitting key of the vault, or none where protection is suspended.
    Whatever,
}

/// Why no drive was opened.
#[derive(Debug, thiserror::Error)]
pub enum HarvestError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The recovery key did not open it.
    #[error("the key does not open the drive")]
    Key {
        /// The drive on which it went furthest.
        drive: Box<DriveName>,
        /// Why it did not.
        why: Box<NotOpened>,
        /// The record, where it was one's key.
        record: Option<Handle>,
    },
    /// The startup key or password did not open it.
    #[error("it does not open the drive")]
    Other {
        /// The drive; the first where there are several.
        place: Option<Place>,
        /// A startup key or a password.
        kind: ProtectorKind,
        /// Why it did not.
        why: OtherNotOpened,
    },
    /// No key of the vault was found to open it.
    #[error("no key of the vault opens the drive")]
    NothingFits,
    /// It was stopped before one opened.
    #[error("stopped")]
    Stopped,
}

/// Why a startup key or a password did not open a drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherNotOpened {
    /// It cannot be checked: what the drive says is damaged, or of a kind that is not known.
    CannotCheck,
    /// It is another's, or mistyped.
    Wrong,
    /// A startup key opens the drive in its own computer only.
    OnlyInItsComputer,
    /// The drive is not opened in this way.
    NotThisWay,
}

/// What became of a drive's recovery keys.
#[derive(Debug, Default)]
pub struct TakenOut {
    /// Each with its Key ID.
    pub taken: Vec<(Guid, TakenIn)>,
    /// What is to be told of each besides, in the same order; nothing where they were kept beside another answer.
    pub notes: Vec<RecordNotes>,
    /// Key IDs whose digits the drive did not give.
    pub silent: Vec<Guid>,
}

impl TakenOut {
    /// The records that are new in the vault.
    #[must_use]
    pub fn new_handles(&self) -> Vec<Handle> {
        let new = self.taken.iter().filter(|(_, taken)| matches!(taken, TakenIn::New(_) | TakenIn::Conflict(..)));
        new.map(|(_, taken)| taken.handle()).collect()
    }
}

/// Why a file is no startup key.
#[derive(Debug, thiserror::Error)]
pub enum StartupKeyError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    /// It is something else.
    #[error("no startup key")]
    NotAStartupKey,
}

/// Reads a startup key's file.
///
/// # Errors
/// [`StartupKeyError`].
pub fn read_startup_key(path: &Path) -> Result<ExternalKey, StartupKeyError> {
    /// Many times what Windows writes; a larger file is none.
    const BYTES_MAX: u64 = 64 * 1024;
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(BYTES_MAX).unwrap_or_default() + 1));
    if path.metadata().is_ok_and(|data| is_open_here(&data)) {
        return Err(io::Error::from(io::ErrorKind::ResourceBusy).into());
    }
    File::open(path)?.take(BYTES_MAX).read_to_end(&mut bytes)?;
    ExternalKey::parse(&bytes).map_err(|_| StartupKeyError::NotAStartupKey)
}

/// The volumes that a secret opens, at least one where there are any volumes.
///
/// # Errors
/// [`HarvestError`] when none opens.
pub fn open<'v>(
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
    secret: &Secret,
    watch: &dyn Watch,
) -> Result<Vec<(&'v Placed<'v>, Opened<'v>)>, HarvestError> {
    match secret {
        Secret::Digits(password) => with_key(volumes, password, &KeyId::Unknown, None),
        Secret::Record(entry) => {
            let (entry, password) = lend(vault, entry)?;
            with_key(volumes, &password, &entry.details.key_id, Some(entry.handle))
        }
        Secret::StartupKey(key) => with(volumes, &Opener::ExternalKey(key), ProtectorKind::StartupKey),
        Secret::Password(password) => with(volumes, &Opener::UserPassword(password), ProtectorKind::Password),
        Secret::Whatever => {
            let opened = with_what_there_is(vault, volumes, watch)?;
            match (opened.is_empty(), watch.is_cancelled()) {
                (false, _) => Ok(opened),
                (true, true) => Err(HarvestError::Stopped),
                (true, false) => Err(HarvestError::NothingFits),
            }
        }
    }
}

fn with_key<'v>(
    volumes: &'v [Placed<'v>],
    password: &RecoveryPassword,
    key_id: &KeyId,
    record: Option<Handle>,
) -> Result<Vec<(&'v Placed<'v>, Opened<'v>)>, HarvestError> {
    let Some(trial) = Trial::of(volumes, password, key_id) else { return Ok(Vec::new()) };
    match (trial.not_opened(), trial.opened) {
        (_, Some(opened)) => Ok(vec![(trial.placed, opened)]),
        (Some(why), None) => {
            Err(HarvestError::Key { drive: Box::new(trial.placed.drive_name()), why: Box::new(why), record })
        }
        (None, None) => Ok(Vec::new()),
    }
}

fn with<'v>(
    volumes: &'v [Placed<'v>],
    opener: &Opener<'_>,
    kind: ProtectorKind,
) -> Result<Vec<(&'v Placed<'v>, Opened<'v>)>, HarvestError> {
    let mut doubtful = false;
    for placed in volumes {
        let attempt = drivekey_fve::open(placed.volume, opener);
        doubtful |= placed.volume.is_list_doubtful() || placed.unread.is_some();
        doubtful |= attempt.tried.iter().any(|tried| matches!(tried.outcome, Outcome::CannotCheck(_)));
        if let Some(opened) = attempt.opened {
            return Ok(vec![(placed, opened)]);
        }
    }
    let has = |kinds: &[ProtectorKind]| {
        let mut all = volumes.iter().flat_map(|placed| placed.volume.all_copies()).flat_map(|copy| &copy.protectors);
        all.any(|protector| kinds.contains(&protector.kind))
    };
    let with_computer = [ProtectorKind::TpmStartupKey, ProtectorKind::TpmPinStartupKey];
    let why = if doubtful {
        OtherNotOpened::CannotCheck
    } else if has(&[kind]) {
        OtherNotOpened::Wrong
    } else if kind == ProtectorKind::StartupKey && has(&with_computer) {
        OtherNotOpened::OnlyInItsComputer
    } else {
        OtherNotOpened::NotThisWay
    };
    Err(HarvestError::Other { place: volumes.first().map(|placed| placed.place.clone()), kind, why })
}

/// No key where protection is suspended; else the keys of the vault that fit.
fn with_what_there_is<'v>(
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
    watch: &dyn Watch,
) -> Result<Vec<(&'v Placed<'v>, Opened<'v>)>, VaultError> {
    let mut opened = Vec::new();
    for placed in volumes {
        if placed.volume.is_suspended()
            && let Some(one) = drivekey_fve::open(placed.volume, &Opener::ClearKey).opened
        {
            opened.push((placed, one));
            continue;
        }
        let fits = Fits::of(vault, placed.volume)?.sound()?;
        let fits: Vec<Entry> = fits.entries.into_iter().map(|(_, entry)| entry).collect();
        let known: HashSet<Handle> = fits.iter().map(|entry| entry.handle).collect();
        if let Some(one) = first_that_opens(vault, placed, fits, watch)? {
            opened.push((placed, one));
            continue;
        }
        // A Key ID is a hint: in the vault it may have been mistyped, on the drive exchanged.
        let rest = vault
            .list(&Filter::default())?
            .entries
            .into_iter()
            .filter(|entry| entry.details.is_recovery_password() && !known.contains(&entry.handle))
            .collect();
        let near = by_nearness(rest, std::slice::from_ref(placed)).into_iter().take(NEAR_MAX).collect();
        opened.extend(first_that_opens(vault, placed, near, watch)?.map(|one| (placed, one)));
    }
    Ok(opened)
}

fn first_that_opens<'v>(
    vault: &mut Vault<Unlocked>,
    placed: &'v Placed<'v>,
    entries: Vec<Entry>,
    watch: &dyn Watch,
) -> Result<Option<Opened<'v>>, VaultError> {
    let all = Some(entries.len() as u64);
    for (done, entry) in (1..).zip(entries) {
        if watch.is_cancelled() {
            return Ok(None);
        }
        let (entry, password) = lend(vault, &entry)?;
        let trial = Trial::of(std::slice::from_ref(placed), &password, &entry.details.key_id);
        if let Some(opened) = trial.and_then(|trial| trial.opened) {
            return Ok(Some(opened));
        }
        watch.progress(Progress { work: Work::KeysTried, done, all, bytes: 0 });
    }
    Ok(None)
}

/// Takes all recovery keys of an opened drive in, in one write that can be undone, or only tells what would become of
/// them.
///
/// # Errors
/// [`VaultError`] with what any write can meet; then nothing is kept.
pub fn take(
    vault: &mut Vault<Unlocked>,
    opened: &Opened<'_>,
    by: ByPerson<'_>,
    now: DateTime<Utc>,
    taking: Taking,
) -> Result<TakenOut, VaultError> {
    let Harvest { passwords, silent } = opened.harvest();
    let (guids, records): (Vec<Guid>, Vec<Incoming>) =
        passwords.into_iter().map(|harvested| incoming(harvested, by)).unzip();
    if records.is_empty() {
        return Ok(TakenOut { silent, ..TakenOut::default() });
    }
    let description = opened.volume().description.as_ref();
    let origin = description.map(|description| description.text.clone());
    let outcome = vault.import(Intake { records, attachments: Vec::new(), origin }, now, taking, |_| {})?;
    Ok(TakenOut { taken: guids.into_iter().zip(outcome.records).collect(), notes: outcome.notes, silent })
}

/// Keeps them beside the answer to something else, as far as the drive is to be believed. Where all are there already,
/// nothing is written.
pub(crate) fn keep_believed(
    vault: &mut Vault<Unlocked>,
    opened: &Opened<'_>,
    now: DateTime<Utc>,
) -> Result<TakenOut, VaultError> {
    let Harvest { passwords, silent } = opened.harvest();
    let believed = passwords.into_iter().filter(|harvested| harvested.integrity == Integrity::Intact);
    let (guids, records): (Vec<Guid>, Vec<Incoming>) =
        believed.map(|harvested| incoming(harvested, ByPerson::default())).unzip();
    let taken = if records.is_empty() { Vec::new() } else { vault.take_in(records, now, Taking::Keep, |_| {})? };
    Ok(TakenOut { taken: guids.into_iter().zip(taken).collect(), notes: Vec::new(), silent })
}

fn incoming(harvested: Harvested<'_>, by: ByPerson<'_>) -> (Guid, Incoming) {
    let guid = harvested.protector.guid;
    let details = believed_details(harvested.volume, harvested.integrity, guid, by);
    (guid, Incoming { secret: harvested.password.into(), details, kind: SourceKind::Drive, file_name: None })
}
