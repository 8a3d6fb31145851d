//! One key tried on volumes: how far it went, and why not further.

use chrono::{DateTime, Utc};

use crate::drive_says::DriveWarning;
use crate::volumes::{DriveName, Placed, TargetFailure};
use drivekey_fve::{Integrity, Level, Opened, Verdict, Warning};
use drivekey_record::{Guid, KeyId, Proof, ProofLevel, RecoveryPassword};
use drivekey_vault::Entry;

/// A key tried on a volume.
#[derive(Debug)]
pub struct Trial<'v> {
    /// The volume.
    pub placed: &'v Placed<'v>,
    /// What it answered.
    pub proof: drivekey_fve::Proof,
    /// The opened volume, where the key opens it.
    pub opened: Option<Opened<'v>>,
}

/// Why a key did not open a drive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOpened {
    /// It opened this very drive at that time, which still lists its Key ID: its digits are right, and the drive's
    /// entry was damaged or changed.
    EntryChanged {
        /// When it opened.
        opened: DateTime<Utc>,
    },
    /// It opened this very drive at that time, which does not list it now: it was removed since, or this is an older
    /// copy of the drive.
    NotListedNow {
        /// When it opened.
        opened: DateTime<Utc>,
        /// The Key IDs that the drive lists.
        listed: Vec<Guid>,
    },
    /// It cannot be checked: what the drive says of its keys is damaged, or not all that it had.
    ListDoubtful,
    /// It cannot be checked: the drive keeps this key in a way that is not known.
    UnknownWay,
    /// It does not open what could be read, and another volume of the same disk could not be read.
    MayBeOfUnread(TargetFailure),
    /// The drive has no recovery key.
    NoRecoveryKey,
    /// The drive lists its Key ID, so a digit is wrong.
    WrongDigit,
    /// It is another drive's.
    AnotherDrives {
        /// The Key IDs that the drive lists.
        listed: Vec<Guid>,
    },
}

impl<'v> Trial<'v> {
    /// Tries a key on each volume, those that list its Key ID first, until one opens. Gives the volume on which it went
    /// furthest; `None` without volumes.
    #[must_use]
    pub fn of(volumes: &'v [Placed<'v>], password: &RecoveryPassword, key_id: &KeyId) -> Option<Self> {
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
    #[must_use]
    pub fn kept(&self, now: DateTime<Utc>) -> Option<Proof> {
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

    /// What the drive is called.
    #[must_use]
    pub fn drive_name(&self) -> DriveName {
        self.placed.drive_name()
    }

    /// Whether only remains of the volume are left on the drive.
    #[must_use]
    pub fn is_of_remains(&self) -> bool {
        let left = [Warning::BootSectorLost, Warning::WrongPlaces];
        self.placed.volume.warnings.iter().any(|warning| left.contains(warning))
    }

    /// What is odd about the drive, as the key tells it.
    #[must_use]
    pub fn drive_warnings(&self) -> Vec<DriveWarning> {
        let mut warnings: Vec<DriveWarning> =
            self.placed.volume.warnings.iter().copied().map(DriveWarning::Read).collect();
        if self.proof.suspended {
            warnings.push(DriveWarning::Suspended);
        }
        if self.proof.integrity == Some(Integrity::Altered) {
            warnings.push(DriveWarning::Altered);
        }
        warnings
    }

    /// Whether the key may be that of a volume of the same disk that could not be read.
    #[must_use]
    pub const fn may_be_of_unread(&self) -> bool {
        self.placed.unread.is_some() && self.proof.key_id_match.is_none()
    }

    /// When the key of a record opened this very volume, where it does not now: then it is not the key that is wrong.
    #[must_use]
    pub fn opened_before(&self, entry: &Entry) -> Option<DateTime<Utc>> {
        let proof = entry.details.proof.as_ref()?;
        let is_here = self.opened.is_none() && proof.level.is_proof() && self.placed.is(proof.volume);
        is_here.then_some(proof.at)
    }

    /// Why a key that no record speaks of did not open it; `None` where it opened.
    #[must_use]
    pub fn not_opened(&self) -> Option<NotOpened> {
        let listed = || self.placed.volume.recovery_key_ids();
        Some(match self.proof.verdict {
            Verdict::Opens => return None,
            Verdict::CannotCheck if self.placed.volume.is_list_doubtful() => NotOpened::ListDoubtful,
            Verdict::CannotCheck => NotOpened::UnknownWay,
            Verdict::DoesNotOpen | Verdict::NoRecoveryPassword => match &self.placed.unread {
                Some(unread) if self.may_be_of_unread() => NotOpened::MayBeOfUnread(unread.clone()),
                _ if self.proof.verdict == Verdict::NoRecoveryPassword => NotOpened::NoRecoveryKey,
                _ if self.proof.key_id_match.is_some() => NotOpened::WrongDigit,
                _ => NotOpened::AnotherDrives { listed: listed() },
            },
        })
    }

    /// Why the key of a record did not open it; `None` where it opened.
    #[must_use]
    pub fn not_opened_by(&self, entry: &Entry) -> Option<NotOpened> {
        match self.opened_before(entry).filter(|_| self.proof.verdict == Verdict::DoesNotOpen) {
            Some(opened) if self.proof.key_id_match.is_some() => Some(NotOpened::EntryChanged { opened }),
            Some(opened) => Some(NotOpened::NotListedNow { opened, listed: self.placed.volume.recovery_key_ids() }),
            None => self.not_opened(),
        }
    }
}

fn lists(placed: &Placed<'_>, key_id: &KeyId) -> bool {
    *key_id != KeyId::Unknown
        && placed.volume.recovery_key_ids().into_iter().any(|guid| key_id.may_equal(&KeyId::Full(guid)))
}
