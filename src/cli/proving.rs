//! Trying a key on volumes, saying how far it went, and keeping the outcome with its record.
//! Must not know which command asked.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::exit::Exit;
use super::failure::{Failure, capital};
use super::harvesting::{self, Kept};
use super::volume_json::doubt_name;
use super::volume_words::warning_words;
use super::volumes::{Placed, name};
use super::world::World;
use crate::fve::{self, FirstSector, Integrity, Level, Opened, Outcome, ProtectorKind, Verdict};
use crate::record::{Guid, Handle, KeyId, Proof, ProofLevel, RecoveryPassword, State};
use crate::vault::{Edit, Entry, Filter, TrashFilter, Unlocked, Vault, VaultError};

/// A key tried on a volume.
pub(super) struct Trial<'v> {
    pub(super) placed: &'v Placed<'v>,
    pub(super) proof: fve::Proof,
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
            let (proof, opened) = fve::prove(placed.volume, password, key_id);
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

    /// How much an answer tells.
    fn worth(&self) -> (u8, Option<Level>) {
        let verdict = match self.proof.verdict {
            Verdict::Opens => 3,
            Verdict::CannotCheck => 2,
            Verdict::DoesNotOpen => 1,
            Verdict::NoRecoveryPassword => 0,
        };
        (verdict, self.proof.level)
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
        Some(Proof { at: now, level, volume: self.placed.volume.guid })
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
        let data = if opened.has_volume_key { "can be read with it" } else { "CANNOT be read with it: that part of the drive is damaged" };
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
            ("Result", format!("the key opens {}", if self.is_of_remains() { "what is left on the drive" } else { "the drive" })),
            ("Key ID", key_id),
            ("Data", data.to_owned()),
            ("Metadata", metadata.to_owned()),
            ("Sector 1", sector),
        ];
        lines.into_iter().try_for_each(|(name, value)| writeln!(out, "{name:<9} {value}"))
    }

    fn is_of_remains(&self) -> bool {
        let left = [fve::Warning::BootSectorLost, fve::Warning::WrongPlaces];
        self.placed.volume.warnings.iter().any(|warning| left.contains(warning))
    }

    /// Whether the drive's own list of keys may be wrong or short.
    fn is_doubtful(&self) -> bool {
        self.placed.volume.warnings.iter().any(|warning| *warning != fve::Warning::CopiesDiffer)
    }

    /// What is to be said loudly.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = self.placed.volume.warnings.iter().map(|warning| warning_words(*warning)).collect();
        if self.proof.suspended {
            warnings.push(
                "protection of this drive is SUSPENDED: whoever has it can read everything on it without any key. Switch it on again in Windows, in 'Manage BitLocker'".to_owned(),
            );
        }
        if self.proof.integrity == Some(Integrity::Altered) {
            warnings.push("somebody CHANGED what this drive says of itself: do not believe its computer, label and Key IDs".to_owned());
        }
        warnings
    }

    /// Why it did not open, as a failure.
    pub(super) fn failure(&self, what: &str) -> Failure {
        let drive = self.drive();
        match self.proof.verdict {
            Verdict::Opens => Failure::new(Exit::Done, "", ""),
            Verdict::CannotCheck if self.is_doubtful() => Failure::new(
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
    let mut ids = placed.volume.of_kind(ProtectorKind::RecoveryPassword).map(|protector| KeyId::Full(protector.guid));
    *key_id != KeyId::Unknown && ids.any(|id| id.may_equal(key_id))
}

/// The Key IDs of a drive, in words.
pub(super) fn asked_for(placed: &Placed<'_>) -> String {
    let ids: Vec<String> =
        placed.volume.of_kind(ProtectorKind::RecoveryPassword).map(|protector| format!("the Key ID {}", protector.guid)).collect();
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
    match outcome {
        Outcome::Opens => ("opens", None),
        Outcome::DoesNotOpen => ("does-not-open", None),
        Outcome::CannotCheck(doubt) => ("cannot-check", Some(doubt_name(doubt))),
        Outcome::NotTried => ("not-tried", None),
    }
}

/// Keeps what a trial gave with its record, and with it every other key of the drive. Says what was kept. A vault that
/// cannot be written keeps nothing, and the answer stands all the same.
pub(super) fn keep(world: &mut World<'_>, vault: &mut Vault<Unlocked>, entry: &Entry, trial: &Trial<'_>) -> Result<Exit, Failure> {
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
    /// Keys that were proved on this drive, and that it does not list any more.
    unlisted: Vec<Handle>,
    /// Whether those were marked so.
    superseded: bool,
}

fn try_keep(world: &World<'_>, vault: &mut Vault<Unlocked>, entry: &Entry, trial: &Trial<'_>) -> Result<Also, VaultError> {
    let now = (world.now)();
    let mut also = Also { others: Kept::default(), unlisted: Vec::new(), superseded: false };
    if let Some(proof) = trial.kept(now).filter(|proof| replaces(entry.details.proof.as_ref(), proof)) {
        vault.note_proof(entry.handle, proof)?;
    }
    let Some(opened) = trial.opened.as_ref().filter(|opened| opened.integrity == Integrity::Intact) else { return Ok(also) };
    also.others = harvesting::keep_all(vault, opened, now)?;
    also.unlisted = unlisted(vault, trial.placed)?;
    // An image or a saved header may be older than the key.
    also.superseded = trial.placed.live;
    for handle in also.unlisted.iter().filter(|_| also.superseded) {
        vault.edit(*handle, Edit { state: Some(State::Superseded), ..Edit::default() })?;
    }
    Ok(also)
}

/// A proof stays until another one, or until the key fails on the very drive it once opened.
fn replaces(old: Option<&Proof>, new: &Proof) -> bool {
    let Some(old) = old.filter(|old| old.level.is_proof()) else { return true };
    new.level.is_proof() || new.level == ProofLevel::DoesNotOpen && new.volume == old.volume
}

fn unlisted(vault: &mut Vault<Unlocked>, placed: &Placed<'_>) -> Result<Vec<Handle>, VaultError> {
    let listed: Vec<Guid> = placed.volume.of_kind(ProtectorKind::RecoveryPassword).map(|protector| protector.guid).collect();
    let all = vault.list(&Filter { trash: TrashFilter::With, ..Filter::default() })?.entries;
    let gone = all.into_iter().filter(|entry| {
        let details = &entry.details;
        let here = details.proof.as_ref().is_some_and(|proof| proof.level.is_proof() && proof.volume == placed.volume.guid);
        here && details.state == State::Current && details.key_id.full().is_some_and(|guid| !listed.contains(guid))
    });
    Ok(gone.map(|entry| entry.handle).collect())
}

fn said(world: &mut World<'_>, also: &Also) -> Result<(), Failure> {
    if let Some(sentence) = also.others.sentence() {
        writeln!(world.err, "{}", capital(&sentence))?;
    }
    let names: Vec<String> = also.unlisted.iter().map(ToString::to_string).collect();
    if also.superseded && !names.is_empty() {
        writeln!(world.err, "The drive does not list these any more; they are marked as superseded: {}.", names.join(", "))?;
    } else if !names.is_empty() {
        writeln!(
            world.err,
            "This copy of the drive does not list {}; if it is a new copy: 'drivekey edit {} --state superseded'.",
            names.join(", "),
            names[0]
        )?;
    }
    Ok(())
}
