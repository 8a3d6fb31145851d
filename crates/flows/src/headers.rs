//! Drive headers in the vault: the part of a drive by which a key is proved or mended when the drive is elsewhere. One
//! holds no digits, and of a suspended drive its open key: sealed as digits are, it comes out through the same door.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::volumes::{Placed, Target, TargetName};
use drivekey_fve::{Found, SavedHeaderError, Volume};
use drivekey_record::{AttachmentKind, Created, Guid, ItemNumber, LineText};
use drivekey_vault::reveal::{RevealError, reveal_attachment};
use drivekey_vault::{Attached, AttachedAs, NewAttachment, Unlocked, Vault, VaultError};

/// Fewest characters of a GUID or Key ID that name a header.
const NAME_MIN_CHARS: usize = 4;

/// Why no header was opened.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// The vault.
    #[error(transparent)]
    Reveal(#[from] RevealError),
    /// No header is called so.
    #[error("no such drive header")]
    NotFound,
    /// Several are, of different drives.
    #[error("several drive headers fit")]
    Ambiguous(Vec<ItemNumber>),
    /// It cannot be read.
    #[error("{error}")]
    Unreadable {
        /// Which.
        number: ItemNumber,
        /// Why.
        error: SavedHeaderError,
    },
}

impl From<VaultError> for HeaderError {
    fn from(error: VaultError) -> Self {
        Self::Reveal(error.into())
    }
}

/// The header that a person means: `a3`, or the beginning of the volume's GUID or of a Key ID on it. Of a drive that
/// was saved again, the newest.
///
/// # Errors
/// [`HeaderError`].
pub fn open(vault: &mut Vault<Unlocked>, typed: &str) -> Result<Target, HeaderError> {
    let kept = vault.attachments()?;
    let headers = kept
        .items
        .into_iter()
        .filter(|one| one.info.attachment == AttachmentKind::DriveHeader && one.info.removed_date_time.is_none());
    let mut meant: Vec<Attached> = headers.filter(|one| is_meant(one, typed)).collect();
    meant.sort_by_key(|one| (one.info.guid, Reverse(one.number)));
    meant.dedup_by_key(|one| one.info.guid);
    meant.sort_by_key(|one| Reverse(one.number));
    let one = match &meant[..] {
        [one] => one,
        [] if kept.faults.is_empty() => return Err(HeaderError::NotFound),
        [] => return Err(VaultError::Faults(kept.faults).into()),
        _ => return Err(HeaderError::Ambiguous(meant.iter().map(|one| one.number).collect())),
    };
    let number = one.number;
    let bytes = reveal_attachment(vault, one)?;
    let volume = Volume::from_saved_header(&bytes).map_err(|error| HeaderError::Unreadable { number, error })?;
    let found = Found { start: 0, partition: None, volume: Ok(volume) };
    Ok(Target { name: TargetName::Header(number), found: vec![found] })
}

fn is_meant(attached: &Attached, typed: &str) -> bool {
    let hex: String = typed.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_uppercase();
    let begins = |guid: &Guid| hex.len() >= NAME_MIN_CHARS && guid.compact().starts_with(&hex);
    format!("a{}", attached.number).eq_ignore_ascii_case(typed)
        || begins(&attached.info.guid)
        || attached.info.key_ids.iter().any(begins)
}

/// A header that was saved.
#[derive(Debug)]
pub struct SavedHeader<'a> {
    /// The volume.
    pub placed: &'a Placed<'a>,
    /// Its GUID.
    pub volume: Guid,
    /// The size of the header.
    pub bytes: usize,
    /// Under which number it is in the vault.
    pub kept: AttachedAs,
}

/// Saves the header of each volume. `device`: what a person calls the computer.
///
/// # Errors
/// [`VaultError`] with what any write can meet.
pub fn save<'a>(
    vault: &mut Vault<Unlocked>,
    volumes: &'a [Placed<'a>],
    device: Option<&LineText>,
    now: DateTime<Utc>,
) -> Result<Vec<SavedHeader<'a>>, VaultError> {
    let save = |placed: &'a Placed<'a>| {
        let new = attachment(placed.volume, device);
        let (volume, bytes) = (new.guid, new.bytes.len());
        Ok(SavedHeader { placed, volume, bytes, kept: vault.attach(new, now)? })
    };
    volumes.iter().map(save).collect()
}

fn attachment(volume: &Volume, device: Option<&LineText>) -> NewAttachment {
    let description = volume.description.as_ref();
    NewAttachment {
        kind: AttachmentKind::DriveHeader,
        guid: volume.guid,
        key_ids: volume.recovery_key_ids(),
        bytes: Zeroizing::new(volume.to_saved_header()),
        device_name: device.cloned().or_else(|| description.and_then(|description| description.computer.clone())),
        volume_label: description.and_then(|description| description.label.clone()),
        file_name: None,
        created: volume.created.map(|time| Created::Zoned(chrono::SubsecRound::trunc_subsecs(time, 0).fixed_offset())),
    }
}
