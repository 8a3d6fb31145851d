//! Proves a recovery password on a volume, and tells in levels how far.

use super::open::{Attempt, Integrity, Opened, Opener, Outcome, Tried, open_with_rounds};
use super::sector::FirstSector;
use super::stretch::ROUNDS;
use super::volume::{Volume, Warning};
use drivekey_record::{Guid, KeyId, RecoveryPassword};

/// How far a recovery password was proven. Each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Its Key ID is listed by the volume. This is a hint, not a proof.
    KeyId,
    /// It opened the volume's master key.
    MasterKey,
    /// The master key opened the volume key, which encrypts the sectors.
    VolumeKey,
    /// The metadata are as Windows wrote them.
    MetadataIntact,
    /// The first sector was decrypted and is that of a file system.
    FirstSector,
}

/// The answer to the question whether a recovery password opens a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It opens the volume.
    Opens,
    /// It does not.
    DoesNotOpen,
    /// Nobody can tell: a protector that may be its own cannot be tried, is damaged, or may be missing from the list.
    CannotCheck,
    /// The volume has no recovery password.
    NoRecoveryPassword,
}

/// The result of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The answer.
    pub verdict: Verdict,
    /// How far the password was proven; `None` when the volume does not even list its Key ID.
    pub level: Option<Level>,
    /// The recovery protector with the given Key ID, if exactly one fits.
    pub key_id_match: Option<Guid>,
    /// The protector that opened. Its GUID is the true Key ID of the password.
    pub opened: Option<Guid>,
    /// Whether the metadata are as Windows wrote them, once opened.
    pub integrity: Option<Integrity>,
    /// What decrypting the first sector gave, once opened.
    pub first_sector: Option<FirstSector>,
    /// The recovery protectors in the order of trying.
    pub tried: Vec<Tried>,
    /// Whether the volume opens without any secret.
    pub suspended: bool,
}

impl Level {
    /// The name used in JSON output.
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
    /// The name used in JSON output.
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

/// Tries a recovery password on every recovery protector, starting with the one that its Key ID names. The opened
/// volume is returned as well, for a harvest.
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
    let key_id_match = find_only_match(volume, key_id);
    let proof = Proof {
        verdict: judge(volume, &tried, key_id_match),
        level: opened.as_ref().map(level_of).or(key_id_match.map(|_| Level::KeyId)),
        key_id_match,
        opened: opened.as_ref().map(|opened| opened.protector),
        integrity: opened.as_ref().map(|opened| opened.integrity),
        first_sector: opened.as_ref().map(|opened| opened.first_sector.clone()),
        tried,
        suspended: volume.is_suspended(),
    };
    (proof, opened)
}

fn find_only_match(volume: &Volume, key_id: &KeyId) -> Option<Guid> {
    let known = *key_id != KeyId::Unknown;
    let mut fitting =
        volume.recovery_key_ids().into_iter().filter(|guid| known && key_id.may_equal(&KeyId::Full(*guid)));
    fitting.next().filter(|_| fitting.next().is_none())
}

fn judge(volume: &Volume, tried: &[Tried], key_id_match: Option<Guid>) -> Verdict {
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

/// Whether anything that was read may be wrong, the protector with the given Key ID included.
fn may_be_wrong(volume: &Volume) -> bool {
    volume.warnings.iter().any(|warning| matches!(warning, Warning::NoValidCopy | Warning::Version(_)))
}

fn level_of(opened: &Opened<'_>) -> Level {
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
