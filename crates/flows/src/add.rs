//! Add: one recovery key that a person typed.

use chrono::{DateTime, Utc};

use crate::drive_says::details_of;
use crate::intake::Said;
use crate::trial::Trial;
use drivekey_fve::{Integrity, Verdict};
use drivekey_record::{Details, Difference, KeyId, LineText, RecoveryPassword, SourceKind};
use drivekey_vault::{Entry, Incoming, TakenIn, Taking, Unlocked, Vault, VaultError};

/// A key, and what is known of it.
#[derive(Debug)]
pub struct Typed {
    /// The digits.
    pub password: RecoveryPassword,
    /// The Key ID, as far as the person knows it.
    pub key_id: KeyId,
    /// What the person says.
    pub said: Said,
    /// A note.
    pub note: Option<LineText>,
    /// What the drive says that the key opens. The person's word goes before it, but for the Key ID.
    pub on_drive: Details,
}

/// What a drive answers to a typed key, and what it says of the key as far as that can be believed.
#[derive(Debug, PartialEq, Eq)]
pub enum OnDrive {
    /// The key opens it.
    Opens(Details),
    /// Whether the key opens it cannot be checked.
    CannotCheck(Details),
    /// The key does not open it, and should not be taken in unseen.
    DoesNotOpen,
}

impl OnDrive {
    /// Judges a trial of the key. `key_id`: the Key ID as the person knows it.
    #[must_use]
    pub fn of(trial: &Trial<'_>, key_id: &KeyId) -> Self {
        match (&trial.opened, trial.proof.verdict) {
            (Some(opened), _) => {
                let sure = opened.integrity == Integrity::Intact && key_id.may_equal(&KeyId::Full(opened.protector));
                Self::Opens(if sure { details_of(opened.volume(), opened.protector) } else { Details::default() })
            }
            (None, Verdict::CannotCheck) => {
                let listed = trial.proof.key_id_match.map(|guid| details_of(trial.placed.volume, guid));
                Self::CannotCheck(listed.unwrap_or_default())
            }
            (None, _) => Self::DoesNotOpen,
        }
    }
}

/// Takes the key in.
///
/// # Errors
/// What any write can meet; then nothing is kept.
pub fn add(vault: &mut Vault<Unlocked>, typed: Typed, now: DateTime<Utc>) -> Result<TakenIn, VaultError> {
    let Typed { password, key_id, said, note, on_drive } = typed;
    let details = Details {
        key_id: if on_drive.key_id == KeyId::Unknown { key_id } else { on_drive.key_id },
        device_name: said.device.or(on_drive.device_name),
        volume_type: said.volume_type.unwrap_or(on_drive.volume_type),
        volume_label: said.label.or(on_drive.volume_label),
        mount_point: on_drive.mount_point,
        created: on_drive.created,
        note,
        tags: said.tags,
        ..Details::default()
    };
    let incoming = Incoming { secret: password.into(), details, kind: SourceKind::Typed, file_name: None };
    // One key gives one outcome.
    Ok(vault.take_in(vec![incoming], now, Taking::Keep, |_| {})?.swap_remove(0))
}

/// What was typed then otherwise than the record keeps it.
#[must_use]
pub fn differences(entry: &Entry, typed_at: DateTime<Utc>) -> Vec<Difference> {
    let is_it =
        |source: &&drivekey_record::Source| source.kind == SourceKind::Typed && source.imported_date_time == typed_at;
    let typed = entry.details.sources.iter().rfind(is_it);
    typed.map(|typed| Difference::between(&entry.details, typed, true)).unwrap_or_default()
}
