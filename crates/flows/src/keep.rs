//! Keeping what a trial gave with its record, and with it every other key of the drive.

use chrono::{DateTime, Utc};

use crate::harvest::{TakenOut, keep_believed};
use crate::trial::Trial;
use crate::volumes::Placed;
use drivekey_fve::{Integrity, Opened};
use drivekey_record::{Created, Handle, Proof, State};
use drivekey_vault::reveal::lend;
use drivekey_vault::{Edit, Entry, Filter, TrashFilter, Unlocked, Vault, VaultError};

/// What else was done once a key opened.
#[derive(Debug, Default)]
pub struct Kept {
    /// The drive's recovery keys that were read out along with it.
    pub others: TakenOut,
    /// The record of the same digits under the drive's own Key ID, where the vault had them under another.
    pub under_its_own: Option<Handle>,
    /// Keys that were proved on this drive, and that it does not list any more; it may be an older state of the drive.
    pub unlisted: Vec<Handle>,
    /// Those that the drive does not list since it was changed; they were marked so.
    pub superseded: Vec<Handle>,
}

impl Kept {
    /// The records that are new in the vault, but for the one under the drive's own Key ID.
    #[must_use]
    pub fn new_others(&self) -> Vec<Handle> {
        let mut new = self.others.new_handles();
        new.retain(|handle| Some(*handle) != self.under_its_own);
        new
    }
}

/// Keeps what a trial gave. A vault that cannot be written keeps nothing, and the answer stands all the same.
///
/// # Errors
/// [`VaultError`] with what any write can meet.
pub fn keep(
    vault: &mut Vault<Unlocked>,
    entry: &Entry,
    trial: &Trial<'_>,
    now: DateTime<Utc>,
) -> Result<Kept, VaultError> {
    let mut kept = Kept::default();
    if let Some(proof) = trial.kept(now).filter(|proof| replaces(entry.details.proof.as_ref(), proof)) {
        vault.note_proof(entry.handle, proof)?;
    }
    let Some(opened) = trial.opened.as_ref().filter(|opened| opened.integrity == Integrity::Intact) else {
        return Ok(kept);
    };
    kept.others = keep_believed(vault, opened, now)?;
    let of_this = kept.others.taken.iter().find(|(guid, _)| *guid == opened.protector).map(|(_, taken)| taken.handle());
    kept.under_its_own = of_this.filter(|handle| *handle != entry.handle);
    if let (Some(handle), Some(proof)) = (kept.under_its_own, trial.kept(now)) {
        vault.note_proof(handle, proof)?;
    }
    if !kept.others.silent.is_empty() {
        return Ok(kept);
    }
    // An image or a saved header may be older than the key, and so may a drive that was copied from another.
    let changed = opened.volume().protectors.iter().filter_map(|protector| protector.modified).max();
    for unlisted in unlisted(vault, trial.placed, opened)? {
        let created = &unlisted.details.created;
        let is_older =
            matches!((created, changed), (Some(Created::Zoned(created)), Some(changed)) if *created < changed);
        if trial.placed.live && is_older {
            vault.edit(unlisted.handle, Edit { state: Some(State::Superseded), ..Edit::default() })?;
            kept.superseded.push(unlisted.handle);
        } else {
            kept.unlisted.push(unlisted.handle);
        }
    }
    Ok(kept)
}

/// A proof stays until another one: digits that opened a volume once are that volume's, whatever becomes of the drive.
fn replaces(old: Option<&Proof>, new: &Proof) -> bool {
    new.level.is_proof() || !old.is_some_and(|old| old.level.is_proof())
}

/// Keys that opened this volume once, and whose Key IDs and digits it does not have any more.
fn unlisted(vault: &mut Vault<Unlocked>, placed: &Placed<'_>, opened: &Opened<'_>) -> Result<Vec<Entry>, VaultError> {
    let listed = placed.volume.recovery_key_ids();
    let all = vault.list(&Filter { trash: TrashFilter::With, ..Filter::default() })?.entries;
    let gone = all.into_iter().filter(|entry| {
        let details = &entry.details;
        let here =
            details.proof.as_ref().is_some_and(|proof| proof.level.is_proof() && proof.volume == opened.volume().guid);
        here && details.is_recovery_password()
            && details.state == State::Current
            && details.key_id.full().is_some_and(|guid| !listed.contains(guid))
    });
    let gone: Vec<Entry> = gone.collect();
    if gone.is_empty() {
        return Ok(gone);
    }
    let on_drive = opened.harvest().passwords;
    let mut unlisted = Vec::new();
    for entry in gone {
        let (entry, password) = lend(vault, &entry)?;
        if !on_drive.iter().any(|harvested| harvested.password.same_digits(&password)) {
            unlisted.push(entry);
        }
    }
    Ok(unlisted)
}
