//! Proving stored keys on a drive: one of them, or all that may fit. The drive is only read.

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use crate::keep::{Kept, keep};
use crate::rounds::{Rounds, on_drive};
use crate::trial::Trial;
use crate::volumes::Placed;
use crate::{Progress, Watch, Work};
use drivekey_fve::Verdict;
use drivekey_record::{Handle, KeyId, RecoveryPassword};
use drivekey_vault::reveal::lend;
use drivekey_vault::{Entry, Filter, Unlocked, Vault, VaultError};

/// Keys opened at a time.
const BATCH: usize = 64;

/// Why nothing was tried.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The vault has no key to try.
    #[error("no key to try")]
    NoKeys,
}

/// A record's key tried on a drive, and what became of the answer.
#[derive(Debug)]
pub struct Proved<'v> {
    /// The record.
    pub entry: Entry,
    /// How far its key went.
    pub trial: Trial<'v>,
    /// What was kept; an error where the vault could not be written, and then the answer stands all the same.
    pub kept: Result<Kept, VaultError>,
    /// The record whose key opens what the drive lists under the Key ID of this one: in the vault or on the drive that
    /// Key ID is wrong, which says nothing against the digits, and nothing was kept.
    pub exchanged_with: Option<Handle>,
}

/// What became of all keys that were tried.
#[derive(Debug)]
pub struct ProvedAll<'v> {
    /// Each of them.
    pub trials: Vec<Proved<'v>>,
    /// How many keys with other Key IDs were not tried, where none of those that were opened the drive.
    pub not_tried: usize,
    /// It was stopped before all were tried.
    pub was_stopped: bool,
}

/// What is to be said of a key that the drive lists and that does not open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// It opened the drive before: the key is not what is wrong.
    OpenedBefore,
    /// The key of another record opens what the drive lists under its Key ID.
    ExchangedWith(Handle),
    /// A digit is wrong.
    WrongDigit,
}

/// What all of them together say of the drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// At least one opens it.
    Opens,
    /// None was seen to, and not all could be checked.
    Unsure,
    /// None does.
    NoneOpens,
}

impl Proved<'_> {
    /// What is wrong with it, where the drive lists its Key ID and it does not open.
    #[must_use]
    pub fn suspicion(&self) -> Option<Suspicion> {
        let proof = &self.trial.proof;
        if proof.verdict != Verdict::DoesNotOpen || proof.key_id_match.is_none() {
            return None;
        }
        Some(match self.exchanged_with {
            _ if self.trial.opened_before(&self.entry).is_some() => Suspicion::OpenedBefore,
            Some(other) => Suspicion::ExchangedWith(other),
            None => Suspicion::WrongDigit,
        })
    }
}

impl ProvedAll<'_> {
    /// What they say together.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let is_unsure =
            |one: &Proved<'_>| one.trial.proof.verdict == Verdict::CannotCheck || one.trial.may_be_of_unread();
        if self.trials.iter().any(|one| one.trial.opened.is_some()) {
            Answer::Opens
        } else if self.was_stopped || self.trials.iter().any(is_unsure) {
            Answer::Unsure
        } else {
            Answer::NoneOpens
        }
    }
}

/// Tries one record's key, and keeps what it gives. `None` without volumes.
///
/// # Errors
/// [`VaultError`] where the record is not what was written.
pub fn one<'v>(
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
    entry: &Entry,
    now: DateTime<Utc>,
) -> Result<Option<Proved<'v>>, VaultError> {
    let (entry, password) = lend(vault, entry)?;
    let Some(trial) = Trial::of(volumes, &password, &entry.details.key_id) else { return Ok(None) };
    drop(password);
    let kept = keep(vault, &entry, &trial, now);
    Ok(Some(Proved { entry, trial, kept, exchanged_with: None }))
}

/// Tries every key that the drive lists; when it lists none of them, every key there is; when none of those opens it,
/// others. Keeps what they give.
///
/// # Errors
/// [`ProveError`], where nothing was tried.
pub fn all<'v>(
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
    now: DateTime<Utc>,
    watch: &dyn Watch,
) -> Result<ProvedAll<'v>, ProveError> {
    let listing = vault.list(&Filter::default())?;
    if !listing.faults.is_empty() {
        return Err(VaultError::Faults(listing.faults).into());
    }
    let keys = listing.entries.into_iter().filter(|entry| entry.details.is_recovery_password()).collect();
    let rounds = Rounds::of(keys, volumes);
    if rounds.first.is_empty() {
        return Err(ProveError::NoKeys);
    }
    let is_opened = |(_, trial): &(Entry, Trial<'_>)| trial.opened.is_some();
    let mut tried = try_all(vault, volumes, &rounds.first, watch)?;
    let mut not_tried = 0;
    if !tried.was_stopped && !tried.trials.iter().any(is_opened) {
        // A Key ID is a hint: in the vault it may have been mistyped, on the drive exchanged.
        let beyond = try_all(vault, volumes, &rounds.then, watch)?;
        tried.was_stopped = beyond.was_stopped;
        tried.trials.extend(beyond.trials.into_iter().filter(is_opened));
        if !tried.trials.iter().any(is_opened) {
            not_tried = rounds.left_out;
        }
    }
    Ok(ProvedAll { not_tried, ..keep_all(vault, tried, now) })
}

/// Tries keys that were just taken in, as far as they may be this drive's, and keeps what they give.
///
/// # Errors
/// [`VaultError`] where a record is not what was written.
pub fn taken_in<'v>(
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
    handles: &[Handle],
    now: DateTime<Utc>,
    watch: &dyn Watch,
) -> Result<ProvedAll<'v>, VaultError> {
    let entries: Result<Vec<Entry>, _> = handles.iter().map(|handle| vault.entry(*handle)).collect();
    let on_drive = on_drive(volumes);
    let may_fit = |entry: &Entry| {
        entry.details.is_recovery_password() && on_drive.iter().any(|id| id.may_equal(&entry.details.key_id))
    };
    let entries: Vec<Entry> = entries?.into_iter().filter(may_fit).collect();
    let tried = try_all(vault, volumes, &entries, watch)?;
    Ok(keep_all(vault, tried, now))
}

/// What was tried.
struct AllTried<'v> {
    trials: Vec<(Entry, Trial<'v>)>,
    was_stopped: bool,
}

/// On all cores.
fn try_all<'v>(
    vault: &mut Vault<Unlocked>,
    volumes: &'v [Placed<'v>],
    entries: &[Entry],
    watch: &dyn Watch,
) -> Result<AllTried<'v>, VaultError> {
    let mut trials = Vec::with_capacity(entries.len());
    for batch in entries.chunks(BATCH) {
        if watch.is_cancelled() {
            return Ok(AllTried { trials, was_stopped: true });
        }
        let keys: Result<Vec<(Entry, RecoveryPassword)>, _> = batch.iter().map(|entry| lend(vault, entry)).collect();
        let tried = keys?.into_par_iter().filter_map(|(entry, password)| {
            let trial = Trial::of(volumes, &password, &entry.details.key_id)?;
            Some((entry, trial))
        });
        trials.extend(tried.collect::<Vec<_>>());
        let (done, all) = (trials.len() as u64, Some(entries.len() as u64));
        watch.progress(Progress { work: Work::KeysTried, done, all, bytes: 0 });
    }
    Ok(AllTried { trials, was_stopped: false })
}

/// Keeps what each trial gave with its record.
fn keep_all<'v>(vault: &mut Vault<Unlocked>, tried: AllTried<'v>, now: DateTime<Utc>) -> ProvedAll<'v> {
    let AllTried { trials, was_stopped } = tried;
    let exchanged: Vec<Option<Handle>> = trials.iter().map(|(_, trial)| exchanged_with(&trials, trial)).collect();
    let trials = trials.into_iter().zip(exchanged).map(|((entry, trial), exchanged_with)| {
        let kept = if exchanged_with.is_some() { Ok(Kept::default()) } else { keep(vault, &entry, &trial, now) };
        Proved { entry, trial, kept, exchanged_with }
    });
    ProvedAll { trials: trials.collect(), not_tried: 0, was_stopped }
}

/// The key of another Key ID that opens what the drive lists under the Key ID of this one.
fn exchanged_with(trials: &[(Entry, Trial<'_>)], trial: &Trial<'_>) -> Option<Handle> {
    let listed = trial.proof.key_id_match.filter(|_| trial.opened.is_none())?;
    let is_other = |entry: &Entry| !entry.details.key_id.may_equal(&KeyId::Full(listed));
    let (entry, _) = trials.iter().find(|(entry, other)| other.proof.opened == Some(listed) && is_other(entry))?;
    Some(entry.handle)
}
