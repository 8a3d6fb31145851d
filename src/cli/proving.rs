//! How far a key went on a drive and why no further, for people and for programs; and what was kept of it.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::drive_failure::target_failure;
use super::exit::Exit;
use super::failure::{Failure, capital};
use super::volume_words::{drive_words, place_words, warning_words};
use super::world::World;
use drivekey_flows::keep::{self, Kept};
use drivekey_flows::trial::NotOpened;
pub(super) use drivekey_flows::trial::Trial;
use drivekey_fve::{FirstSector, Integrity, Level, Outcome};
use drivekey_record::{Guid, Handle, KeyId};
use drivekey_vault::{Entry, Unlocked, Vault, VaultError};

/// A trial in words.
pub(super) trait TrialWords {
    /// How far it went, for people; only of a key that opens.
    fn show(&self, out: &mut dyn Write, of: &KeyId) -> io::Result<()>;
    /// The drive's place and name.
    fn drive(&self) -> String;
    /// The warnings.
    fn warnings(&self) -> Vec<String>;
    /// Why it did not open, as a failure.
    fn failure(&self, what: &str) -> Failure;
    /// For programs.
    fn json(&self) -> Map<String, Value>;
}

impl TrialWords for Trial<'_> {
    fn show(&self, out: &mut dyn Write, of: &KeyId) -> io::Result<()> {
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
        let opens = if self.is_of_remains() { "what is left on the drive" } else { "the drive" };
        let lines = [
            ("Drive", self.drive()),
            ("Result", format!("the key opens {opens}")),
            ("Key ID", key_id),
            ("Data", data.to_owned()),
            ("Metadata", metadata.to_owned()),
            ("Sector 1", sector),
        ];
        lines.into_iter().try_for_each(|(name, value)| writeln!(out, "{name:<9} {value}"))
    }

    fn drive(&self) -> String {
        drive_words(&self.drive_name())
    }

    fn warnings(&self) -> Vec<String> {
        self.drive_warnings().into_iter().map(warning_words).collect()
    }

    fn failure(&self, what: &str) -> Failure {
        self.not_opened()
            .map_or_else(|| Failure::new(Exit::Done, "", ""), |why| not_opened_failure(&why, what, &self.drive()))
    }

    fn json(&self) -> Map<String, Value> {
        let proof = &self.proof;
        let mut map = Map::new();
        let mut put = |name: &str, value: Value| drop(map.insert(name.to_owned(), value));
        put("drive", place_words(&self.placed.place).into());
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

/// Why the key of a record did not open a drive, as a failure.
pub(super) fn failure_of(entry: &Entry, trial: &Trial<'_>) -> Option<Failure> {
    let why = trial.not_opened_by(entry)?;
    Some(not_opened_failure(&why, &entry.handle.to_string(), &trial.drive()))
}

/// `what` did not open the drive.
pub(super) fn not_opened_failure(why: &NotOpened, what: &str, drive: &str) -> Failure {
    let (exit, sentence, hint) = match why {
        NotOpened::EntryChanged { opened } => (
            Exit::DoesNotOpen,
            format!("{what} does not open {drive} now, though it did on {}", opened.format("%Y-%m-%d")),
            "its digits are right: the drive's entry for it was damaged or changed; a drive header that was saved \
             earlier can tell"
                .to_owned(),
        ),
        NotOpened::NotListedNow { opened, listed } => (
            Exit::DoesNotOpen,
            format!("{what} does not open {drive} now, though it did on {}", opened.format("%Y-%m-%d")),
            format!(
                "the key was removed from the drive since, or this is an older copy of it; the drive asks for {}",
                asked_for(listed)
            ),
        ),
        NotOpened::ListDoubtful => (
            Exit::Failed,
            format!(
                "it cannot be checked whether {what} opens {drive}: what the drive says of its keys is damaged, or \
                 not all that it had"
            ),
            "the key may well be right; a drive header that was saved earlier can tell".to_owned(),
        ),
        NotOpened::UnknownWay => (
            Exit::Failed,
            format!(
                "it cannot be checked whether {what} opens {drive}: the drive keeps this key in a way that this \
                 program does not know"
            ),
            "the key may well be right; try it on the drive's own recovery screen".to_owned(),
        ),
        NotOpened::MayBeOfUnread(unread) => (
            Exit::Failed,
            format!(
                "{what} does not open {drive}, and it cannot be checked on all of the disk: {}",
                target_failure(unread).sentence
            ),
            "the key may well be that volume's; a drive header that was saved earlier can tell".to_owned(),
        ),
        NotOpened::NoRecoveryKey => (
            Exit::DoesNotOpen,
            format!("{drive} has no recovery key, so no recovery key opens it"),
            "'drivekey identify' shows what opens it".to_owned(),
        ),
        NotOpened::WrongDigit => (
            Exit::DoesNotOpen,
            format!("{what} does not open {drive}, although the drive lists its Key ID: a digit is wrong"),
            "compare it with its source; 'drivekey repair' finds digits that were misread".to_owned(),
        ),
        NotOpened::AnotherDrives { listed } => (
            Exit::DoesNotOpen,
            format!("{what} does not open {drive}"),
            format!("the drive asks for {}", asked_for(listed)),
        ),
    };
    Failure::new(exit, sentence, hint)
}

/// The Key IDs of a drive, in words.
pub(super) fn asked_for(listed: &[Guid]) -> String {
    let ids: Vec<String> = listed.iter().map(|guid| format!("the Key ID {guid}")).collect();
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

/// Keeps what a trial gave with its record, and says what was kept.
pub(super) fn keep(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    entry: &Entry,
    trial: &Trial<'_>,
) -> Result<Exit, Failure> {
    let kept = keep::keep(vault, entry, trial, (world.now)());
    say_kept(world, kept)
}

/// Says what was kept. A vault that cannot be written keeps nothing, and the answer stands all the same.
pub(super) fn say_kept(world: &mut World<'_>, kept: Result<Kept, VaultError>) -> Result<Exit, Failure> {
    let kept = match kept {
        Ok(kept) => kept,
        Err(error) => {
            let failure = Failure::from(error);
            writeln!(world.err, "Warning: the result was not kept: {}.", failure.sentence)?;
            return Ok(failure.exit);
        }
    };
    if let Some(handle) = kept.under_its_own {
        writeln!(world.err, "These digits are in the vault under the drive's own Key ID, too: {handle}.")?;
    }
    if let Some(sentence) = others_words(&kept.new_others()) {
        writeln!(world.err, "{}", capital(&sentence))?;
    }
    if !kept.superseded.is_empty() {
        writeln!(
            world.err,
            "The drive does not list these any more; they are marked as superseded: {}.",
            names(&kept.superseded)
        )?;
    }
    if let [first, ..] = kept.unlisted[..] {
        writeln!(
            world.err,
            "This copy of the drive does not list {}; if it is a new copy: 'drivekey edit {first} --state superseded'.",
            names(&kept.unlisted)
        )?;
    }
    Ok(Exit::Done)
}

fn others_words(new: &[Handle]) -> Option<String> {
    match new.len() {
        0 => None,
        1 => Some(format!("another recovery key of this drive was read out of it and kept: {}.", names(new))),
        count => {
            Some(format!("{count} more recovery keys of this drive were read out of it and kept: {}.", names(new)))
        }
    }
}

fn names(handles: &[Handle]) -> String {
    handles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
