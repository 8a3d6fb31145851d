//! Proof of a recovery password: how far it opens a volume, in levels that are told apart.
//! Must not know where the password came from.

use super::open::{Attempt, Integrity, Opened, Opener, Outcome, Tried, open_with_rounds};
use super::sector::FirstSector;
use super::stretch::ROUNDS;
use super::volume::{Volume, Warning};
use drivekey_record::{Guid, KeyId, RecoveryPassword};

/// How far a recovery password was proven; each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Its Key ID is among the volume's protectors: a hint, no proof.
    KeyId,
    /// It opened the volume's master key.
    MasterKey,
    /// That opened the key of the sectors.
    VolumeKey,
    /// The metadata are as Windows wrote them.
    MetadataIntact,
    /// The first sector was decrypted, and is one.
    FirstSector,
}

/// The answer in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The recovery password opens the volume.
    Opens,
    /// It does not.
    DoesNotOpen,
    /// A protector that may be its cannot be judged, or is damaged, or may be missing from what was read.
    CannotCheck,
    /// The volume has no recovery password.
    NoRecoveryPassword,
}

/// What was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The answer in short.
    pub verdict: Verdict,
    /// How far; `None` when not even the Key ID is the volume's.
    pub level: Option<Level>,
    /// The recovery protector that the given Key ID names, where it names just one.
    pub key_id_match: Option<Guid>,
    /// The protector that opened: the password's true Key ID.
    pub opened: Option<Guid>,
    /// Whether the metadata are as Windows wrote them, once opened.
    pub integrity: Option<Integrity>,
    /// What the first sector turned out to be, once opened.
    pub first_sector: Option<FirstSector>,
    /// The recovery protectors in the order of trying.
    pub tried: Vec<Tried>,
    /// Whether the volume opens without any secret.
    pub suspended: bool,
}

impl Level {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyId => "key-id-match",
            Self::MasterKey => "vmk",
            Self::VolumeKey => "fvek",
            Self::MetadataIntact => "metadata-intact",
            Self::FirstSector => "first-sector",
        }
    }
}

impl Verdict {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opens => "opens",
            Self::DoesNotOpen => "does-not-open",
            Self::CannotCheck => "cannot-check",
            Self::NoRecoveryPassword => "no-recovery-password",
        }
    }
}

/// Tries a recovery password on every recovery protector, the one its Key ID names first. The opened volume comes
/// along, for a harvest.
#[must_use]
pub fn prove<'v>(volume: &'v Volume, password: &RecoveryPassword, key_id: &KeyId) -> (Proof, Option<Opened<'v>>) {
    prove_with_rounds(volume, password, key_id, ROUNDS)
}

pub(super) fn prove_with_rounds<'v>(
    volume: &'v Volume,
    password: &RecoveryPassword,
    key_id: &KeyId,
    rounds: u64,
) -> (Proof, Option<Opened<'v>>) {
    let Attempt { tried, opened } = open_with_rounds(volume, &Opener::RecoveryPassword(password, key_id), rounds);
    let key_id_match = only_match(volume, key_id);
    let proof = Proof {
        verdict: verdict(volume, &tried, key_id_match),
        level: opened.as_ref().map(level).or(key_id_match.map(|_| Level::KeyId)),
        key_id_match,
        opened: opened.as_ref().map(|opened| opened.protector),
        integrity: opened.as_ref().map(|opened| opened.integrity),
        first_sector: opened.as_ref().map(|opened| opened.first_sector.clone()),
        tried,
        suspended: volume.is_suspended(),
    };
    (proof, opened)
}

fn only_match(volume: &Volume, key_id: &KeyId) -> Option<Guid> {
    let known = *key_id != KeyId::Unknown;
    let mut fitting =
        volume.recovery_key_ids().into_iter().filter(|guid| known && key_id.may_equal(&KeyId::Full(*guid)));
    fitting.next().filter(|_| fitting.next().is_none())
}

fn verdict(volume: &Volume, tried: &[Tried], key_id_match: Option<Guid>) -> Verdict {
    let any = |wanted: fn(&Tried) -> bool| tried.iter().any(wanted);
    let named_failed =
        tried.iter().any(|tried| Some(tried.protector) == key_id_match && tried.outcome == Outcome::DoesNotOpen);
    if any(|tried| tried.outcome == Outcome::Opens) {
        Verdict::Opens
    } else if volume.all_copies().any(may_be_wrong) || !named_failed && volume.is_list_doubtful() {
        Verdict::CannotCheck
    } else if tried.is_empty() {
        Verdict::NoRecoveryPassword
    } else if !named_failed && any(|tried| matches!(tried.outcome, Outcome::CannotCheck(_) | Outcome::NotTried)) {
        Verdict::CannotCheck
    } else {
        Verdict::DoesNotOpen
    }
}

/// Whether what was read of any protector may be wrong, of the named one, too.
fn may_be_wrong(volume: &Volume) -> bool {
    volume.warnings.iter().any(|warning| matches!(warning, Warning::NoValidCopy | Warning::Version(_)))
}

fn level(opened: &Opened<'_>) -> Level {
    if !opened.has_volume_key {
        Level::MasterKey
    } else if opened.integrity != Integrity::Intact {
        Level::VolumeKey
    } else if matches!(opened.first_sector, FirstSector::Decrypted(_)) {
        Level::FirstSector
    } else {
        Level::MetadataIntact
    }
}
