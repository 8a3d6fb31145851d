//! Trying a key on volumes, saying how far it went, and keeping the outcome with its record.
//! Must not know which command asked.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::exit::Exit;
use super::failure::{Failure, capital};
use super::harvesting::{self, Kept};
use super::volume_words::warning_words;
use super::volumes::{Placed, name};
use super::world::World;
use drivekey_fve::{self, FirstSector, Integrity, Level, Opened, Outcome, Verdict};
use drivekey_record::{Created, Handle, KeyId, Proof, ProofLevel, RecoveryPassword, State};
use drivekey_vault::reveal::lend;
use drivekey_vault::{Edit, Entry, Filter, TrashFilter, Unlocked, Vault, VaultError};

/// A key tried on a volume.
pub(super) struct Trial<'v> {
    pub(super) placed: &'v Placed<'v>,
    pub(super) proof: drivekey_fve::Proof,
    pub(super) opened: Option<Opened<'v>>,
}

impl<'v> Trial<'v> {
    /// Tries a key on each volume, those that list its Key ID first, until one opens. Gives the volume on which it went
    /// furthest; `None` without volumes.
    pub(super) fn of(volumes: &'v [Placed<'v>], password: &RecoveryPassword, key_id: &KeyId) -> Option<Self> {
        let mut order: Vec<&Placed<'_>> = volumes.iter().collect();
        order.sort_by_key(|placed| !lists(placed, key_id));
        let mut best: Option<Self> = None;
        for placed in order {
            let (proof, opened) = drivekey_fve::prove(placed.volume, password, key_id);
            let trial = Trial { placed, proof, opened };
            let opens = trial.opened.is_some();
            if opens || best.as_ref().is_none_or(|best| trial.worth() > best.worth()) {
                best = Some(trial);
            }
            if opens {
                break;
            }
        }
        best
    }

    /// How much an answer tells. The volume that lists the Key ID answers before one that cannot be judged.
    fn worth(&self) -> (bool, bool, u8) {
        let verdict = match self.proof.verdict {
            Verdict::Opens => 3,
            Verdict::CannotCheck => 2,
            Verdict::DoesNotOpen => 1,
            Verdict::NoRecoveryPassword => 0,
        };
        (self.opened.is_some(), self.proof.key_id_match.is_some(), verdict)
    }

    /// What is kept with the record; `None` when the key is not this volume's.
    pub(super) fn kept(&self, now: chrono::DateTime<chrono::Utc>) -> Option<Proof> {
        let level = match (self.proof.verdict, self.proof.level) {
            (Verdict::Opens, Some(Level::FirstSector)) => ProofLevel::FirstSector,
            (Verdict::Opens, Some(Level::MetadataIntact)) => ProofLevel::MetadataIntact,
            (Verdict::Opens, Some(Level::VolumeKey)) => ProofLevel::OpensData,
            (Verdict::Opens, _) => ProofLevel::OpensVolume,
            (_, None) => return None,
            (Verdict::CannotCheck, Some(_)) => ProofLevel::KeyIdFits,
            (Verdict::DoesNotOpen | Verdict::NoRecoveryPassword, Some(_)) => ProofLevel::DoesNotOpen,
        };
        let volume = self.opened.as_ref().map_or(self.placed.volume, Opened::volume);
        Some(Proof { at: now, level, volume: volume.guid })
    }

    /// The drive's place and name.
    pub(super) fn drive(&self) -> String {
        match name(self.placed.volume) {
            Some(name) => format!("{} ({name})", self.placed.place),
            None => self.placed.place.clone(),
        }
    }

    /// How far it went, for people; only of a key that opens.
    pub(super) fn show(&self, out: &mut dyn Write, of: &KeyId) -> io::Result<()> {
        let Some(opened) = &self.opened else { return Ok(()) };
        let key_id = match of {
            KeyId::Full(guid) if *guid == opened.protector => "as in the vault".to_owned(),
            KeyId::Full(_) => format!("{} on the drive, another in the vault", opened.protector),
            KeyId::Prefix(_) | KeyId::Unknown => opened.protector.to_string(),
        };
        let data = match (opened.has_volume_key, opened.integrity) {
            (true, _) => "can be read with it",
            (false, Integrity::Intact) => {
                "cannot be judged: the drive keeps the key of its data in a way that this program does not know"
            }
            (false, _) => "CANNOT be read with it: that part of the drive is damaged",
        };
        let metadata = match opened.integrity {
            Integrity::Intact => "as Windows wrote them",
            Integrity::Altered => "CHANGED by somebody",
            Integrity::Unknown => "cannot be compared",
        };
        let sector = match &opened.first_sector {
            FirstSector::Decrypted(name) => format!("becomes readable ({name})"),
            FirstSector::InClear(name) => format!("is not encrypted ({name})"),
            FirstSector::Unrecognised => "becomes nothing known".to_owned(),
            FirstSector::NotRead => "not there to be read".to_owned(),
            FirstSector::UnknownCipher => "cannot be checked".to_owned(),
        };
        let lines = [
            ("Drive", self.drive()),
            (
                "Result",
                format!(
                    "the key opens {}",
                    if self.is_of_remains() { "what is left on the drive" } else { "the drive" }
                ),
            ),
            ("Key ID", key_id),
            ("Data", data.to_owned()),
            ("Metadata", metadata.to_owned()),
            ("Sector 1", sector),
        ];
        lines.into_iter().try_for_each(|(name, value)| writeln!(out, "{name:<9} {value}"))
    }

    fn is_of_remains(&self) -> bool {
        let left = [drivekey_fve::Warning::BootSectorLost, drivekey_fve::Warning::WrongPlaces];
        self.placed.volume.warnings.iter().any(|warning| left.contains(warning))
    }

    /// What is to be said loudly.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> =
            self.placed.volume.warnings.iter().map(|warning| warning_words(*warning)).collect();
        if self.proof.suspended {
            warnings.push(
                "protection of this drive is SUSPENDED: whoever has it can read everything on it without any key. Switch it on again in Windows, in 'Manage BitLocker'".to_owned(),
            );
        }
        if self.proof.integrity == Some(Integrity::Altered) {
            warnings.push(
                "somebody CHANGED what this drive says of itself: do not believe its computer, label and Key IDs"
                    .to_owned(),
            );
        }
        warnings
    }

    /// Whether the key may be that of a volume of the same disk that could not be read.
    pub(super) fn may_be_of_unread(&self) -> bool {
        self.placed.unread.is_some() && self.proof.key_id_match.is_none()
    }

    /// When the key opened this very volume, where it does not now: then it is not the key that is wrong.
    pub(super) fn opened_before(&self, entry: &Entry) -> Option<String> {
        let proof = entry.details.proof.as_ref()?;
        let is_here = self.opened.is_none() && proof.level.is_proof() && self.placed.is(proof.volume);
        is_here.then(|| proof.at.format("%Y-%m-%d").to_string())
    }

    /// Why a key of the vault did not open, as a failure.
    pub(super) fn failure_of(&self, entry: &Entry) -> Failure {
        match self.opened_before(entry) {
            Some(date) if self.proof.verdict == Verdict::DoesNotOpen && self.proof.key_id_match.is_some() => {
                Failure::new(
                    Exit::DoesNotOpen,
                    format!("{} does not open {} now, though it did on {date}", entry.handle, self.drive()),
                    "its digits are right: the drive's entry for it was damaged or changed; a drive header that was saved earlier can tell",
                )
            }
            Some(date) if self.proof.verdict == Verdict::DoesNotOpen => Failure::new(
                Exit::DoesNotOpen,
                format!("{} does not open {} now, though it did on {date}", entry.handle, self.drive()),
                format!(
                    "the key was removed from the drive since, or this is an older copy of it; the drive asks for {}",
                    asked_for(self.placed)
                ),
            ),
            _ => self.failure(&entry.handle.to_string()),
        }
    }

    /// Why it did not open, as a failure.
    pub(super) fn failure(&self, what: &str) -> Failure {
        let drive = self.drive();
        match self.proof.verdict {
            Verdict::Opens => Failure::new(Exit::Done, "", ""),
            Verdict::CannotCheck if self.placed.volume.is_list_doubtful() => Failure::new(
                Exit::Failed,
                format!(
                    "it cannot be checked whether {what} opens {drive}: what the drive says of its keys is damaged, or not all that it had"
                ),
                "the key may well be right; a drive header that was saved earlier can tell",
            ),
            Verdict::CannotCheck => Failure::new(
                Exit::Failed,
                format!(
                    "it cannot be checked whether {what} opens {drive}: the drive keeps this key in a way that this program does not know"
                ),
                "the key may well be right; try it on the drive's own recovery screen",
            ),
            Verdict::DoesNotOpen | Verdict::NoRecoveryPassword if self.may_be_of_unread() => Failure::new(
                Exit::Failed,
                format!(
                    "{what} does not open {drive}, and it cannot be checked on all of the disk: {}",
                    self.placed.unread.as_deref().unwrap_or_default()
                ),
                "the key may well be that volume's; a drive header that was saved earlier can tell",
            ),
            Verdict::NoRecoveryPassword => Failure::new(
                Exit::DoesNotOpen,
                format!("{drive} has no recovery key, so no recovery key opens it"),
                "'drivekey identify' shows what opens it",
            ),
            Verdict::DoesNotOpen if self.proof.key_id_match.is_some() => Failure::new(
                Exit::DoesNotOpen,
                format!("{what} does not open {drive}, although the drive lists its Key ID: a digit is wrong"),
                "compare it with its source; 'drivekey repair' finds digits that were misread",
            ),
            Verdict::DoesNotOpen => Failure::new(
                Exit::DoesNotOpen,
                format!("{what} does not open {drive}"),
                format!("the drive asks for {}", asked_for(self.placed)),
            ),
        }
    }

    /// For programs.
    pub(super) fn json(&self) -> Map<String, Value> {
        let proof = &self.proof;
        let mut map = Map::new();
        let mut put = |name: &str, value: Value| drop(map.insert(name.to_owned(), value));
        put("drive", self.placed.place.clone().into());
        put("volumeId", self.placed.volume.guid.to_string().into());
        put("verdict", proof.verdict.name().into());
        put("level", proof.level.map(Level::name).into());
        put("keyIdMatch", proof.key_id_match.map(|guid| guid.to_string()).into());
        put("openedBy", proof.opened.map(|guid| guid.to_string()).into());
        put("metadataIntact", integrity(proof.integrity));
        put("firstSector", first_sector(proof.first_sector.as_ref()));
        put("suspended", proof.suspended.into());
        let tried = proof.tried.iter().map(|tried| {
            let (outcome, why) = outcome(tried.outcome);
            match why {
                Some(why) => json!({ "id": tried.protector.to_string(), "outcome": outcome, "why": why }),
                None => json!({ "id": tried.protector.to_string(), "outcome": outcome }),
            }
        });
        put("tried", tried.collect());
        map
    }
}

fn lists(placed: &Placed<'_>, key_id: &KeyId) -> bool {
    *key_id != KeyId::Unknown
        && placed.volume.recovery_key_ids().into_iter().any(|guid| key_id.may_equal(&KeyId::Full(guid)))
}

/// The Key IDs of a drive, in words.
pub(super) fn asked_for(placed: &Placed<'_>) -> String {
    let ids: Vec<String> = placed.volume.recovery_key_ids().iter().map(|guid| format!("the Key ID {guid}")).collect();
    if ids.is_empty() { "no recovery key".to_owned() } else { ids.join(" or ") }
}

fn integrity(integrity: Option<Integrity>) -> Value {
    match integrity {
        Some(Integrity::Intact) => true.into(),
        Some(Integrity::Altered) => false.into(),
        Some(Integrity::Unknown) | None => Value::Null,
    }
}

fn first_sector(sector: Option<&FirstSector>) -> Value {
    match sector {
        Some(FirstSector::Decrypted(name) | FirstSector::InClear(name)) => name.as_str().into(),
        _ => Value::Null,
    }
}

const fn outcome(outcome: Outcome) -> (&'static str, Option<&'static str>) {
    let why = if let Outcome::CannotCheck(doubt) = outcome { Some(doubt.name()) } else { None };
    (outcome.name(), why)
}

/// Keeps what a trial gave with its record, and with it every other key of the drive. Says what was kept. A vault that
/// cannot be written keeps nothing, and the answer stands all the same.
pub(super) fn keep(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    entry: &Entry,
    trial: &Trial<'_>,
) -> Result<Exit, Failure> {
    match try_keep(world, vault, entry, trial) {
        Ok(kept) => {
            said(world, &kept)?;
            Ok(Exit::Done)
        }
        Err(error) => {
            let failure = Failure::from(error);
            writeln!(world.err, "Warning: the result was not kept: {}.", failure.sentence)?;
            Ok(failure.exit)
        }
    }
}

/// What else was done, once a key opened.
struct Also {
    others: Kept,
    /// The record of the same digits under the drive's own Key ID, where the vault had them under another.
    under_its_own: Option<Handle>,
    /// Keys that were proved on this drive, and that it does not list any more; it may be an older state of the drive.
    unlisted: Vec<Handle>,
    /// Those that the drive does not list since it was changed; they were marked so.
    superseded: Vec<Handle>,
}

fn try_keep(
    world: &World<'_>,
    vault: &mut Vault<Unlocked>,
    entry: &Entry,
    trial: &Trial<'_>,
) -> Result<Also, VaultError> {
    let now = (world.now)();
    let mut also = Also { others: Kept::default(), under_its_own: None, unlisted: Vec::new(), superseded: Vec::new() };
    if let Some(proof) = trial.kept(now).filter(|proof| replaces(entry.details.proof.as_ref(), proof)) {
        vault.note_proof(entry.handle, proof)?;
    }
    let Some(opened) = trial.opened.as_ref().filter(|opened| opened.integrity == Integrity::Intact) else {
        return Ok(also);
    };
    also.others = harvesting::keep_all(vault, opened, now)?;
    let of_this = also.others.taken.iter().find(|(guid, _)| *guid == opened.protector).map(|(_, taken)| taken.handle());
    also.under_its_own = of_this.filter(|handle| *handle != entry.handle);
    if let (Some(handle), Some(proof)) = (also.under_its_own, trial.kept(now)) {
        vault.note_proof(handle, proof)?;
    }
    if !also.others.silent.is_empty() {
        return Ok(also);
    }
    // An image or a saved header may be older than the key, and so may a drive that was copied from another.
    let changed = opened.volume().protectors.iter().filter_map(|protector| protector.modified).max();
    for unlisted in unlisted(vault, trial.placed, opened)? {
        let is_older = matches!((&unlisted.details.created, changed), (Some(Created::Zoned(created)), Some(changed)) if *created < changed);
        if trial.placed.live && is_older {
            vault.edit(unlisted.handle, Edit { state: Some(State::Superseded), ..Edit::default() })?;
            also.superseded.push(unlisted.handle);
        } else {
            also.unlisted.push(unlisted.handle);
        }
    }
    Ok(also)
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

fn said(world: &mut World<'_>, also: &Also) -> Result<(), Failure> {
    if let Some(handle) = also.under_its_own {
        writeln!(world.err, "These digits are in the vault under the drive's own Key ID, too: {handle}.")?;
    }
    if let Some(sentence) = also.others.sentence(also.under_its_own) {
        writeln!(world.err, "{}", capital(&sentence))?;
    }
    let names = |handles: &[Handle]| handles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !also.superseded.is_empty() {
        writeln!(
            world.err,
            "The drive does not list these any more; they are marked as superseded: {}.",
            names(&also.superseded)
        )?;
    }
    if let [first, ..] = also.unlisted[..] {
        writeln!(
            world.err,
            "This copy of the drive does not list {}; if it is a new copy: 'drivekey edit {first} --state superseded'.",
            names(&also.unlisted)
        )?;
    }
    Ok(())
}
