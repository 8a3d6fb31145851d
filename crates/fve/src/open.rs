//! Opens the master key of a volume with a secret, by trying every protector of the secret's kind. The master key stays
//! inside.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::datum::{Datums, kind, role};
use super::external_key::{ExternalKey, KEY_AT};
use super::keys::{SealingKey, VolumeKey};
use super::protector::{Doubt, Protector, ProtectorKind};
use super::sector::{FirstSector, decrypt_first_sector};
use super::stretch::{ROUNDS, Seed, stretch};
use super::volume::Volume;
use drivekey_record::{Guid, KeyId, RecoveryPassword};

/// The most protectors that are tried. Each costs a stretch, and hostile metadata may list many; real
/// volumes have a handful.
const TRIED_MAX: usize = 32;
/// The checksum comes before the integrity datum.
const VALIDATION_HEADER_BYTES: usize = 8;

/// The secret to open a volume with.
#[derive(Debug, Clone, Copy)]
pub enum Opener<'a> {
    /// The 48 digits, and their Key ID as far as it is known.
    RecoveryPassword(&'a RecoveryPassword, &'a KeyId),
    /// A password somebody chose.
    UserPassword(&'a SecretString),
    /// A startup key file.
    ExternalKey(&'a ExternalKey),
    /// No secret: protection is suspended.
    ClearKey,
}

/// The result of trying one protector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The secret opened the master key.
    Opens,
    /// The secret is not this protector's.
    DoesNotOpen,
    /// This program cannot tell; the secret may be right.
    CannotCheck(Doubt),
    /// The volume lists too many protectors to try them all.
    NotTried,
}

impl Outcome {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opens => "opens",
            Self::DoesNotOpen => "does-not-open",
            Self::CannotCheck(_) => "cannot-check",
            Self::NotTried => "not-tried",
        }
    }
}

/// A protector and the result of trying it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// The protector.
    pub protector: Guid,
    /// The result.
    pub outcome: Outcome,
}

/// Whether the metadata are as Windows wrote them. Only the master key can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// They match their sealed hash.
    Intact,
    /// They were changed: do not trust Key IDs and description.
    Altered,
    /// The sealed hash is missing or damaged.
    Unknown,
}

/// The result of trying a secret on a volume.
#[derive(Debug)]
pub struct Attempt<'v> {
    /// The protectors of the secret's kind, in the order of trying. The last one opened, if any did.
    pub tried: Vec<Tried>,
    /// The opened volume, if one opened.
    pub opened: Option<Opened<'v>>,
}

/// A volume whose master key is known.
pub struct Opened<'v> {
    /// The protector that opened it.
    pub protector: Guid,
    /// Whether the volume key, which encrypts the sectors, could be read as well.
    pub has_volume_key: bool,
    /// Whether the metadata are as Windows wrote them.
    pub integrity: Integrity,
    /// What decrypting the first sector gave.
    pub first_sector: FirstSector,
    pub(super) volume: &'v Volume,
    /// The volume as its other metadata copies describe it.
    pub(super) other_copies: Vec<&'v Volume>,
    pub(super) master: SealingKey,
}

/// Tries a secret on every protector of its kind, starting with one that fits its Key ID.
#[must_use]
pub fn open<'v>(volume: &'v Volume, opener: &Opener<'_>) -> Attempt<'v> {
    open_with_rounds(volume, opener, ROUNDS)
}

/// [`open`] with a chosen number of stretch rounds, for synthetic volumes. All copies of the metadata are tried before
/// the answer is no, so that a damaged copy makes no right key wrong.
pub(super) fn open_with_rounds<'v>(volume: &'v Volume, opener: &Opener<'_>, rounds: u64) -> Attempt<'v> {
    let mut attempt = try_copy(volume, opener, rounds);
    for other in volume.others() {
        if attempt.opened.is_some() {
            break;
        }
        let further = try_copy(other, opener, rounds);
        // A damaged copy can prove a key right, but not wrong.
        if other.is_sound() || further.opened.is_some() {
            attempt.merge(further);
        }
    }
    if let Some(opened) = &mut attempt.opened {
        let used = opened.volume;
        opened.other_copies = volume.all_copies().filter(|copy| !std::ptr::eq(*copy, used)).collect();
    }
    attempt
}

impl Attempt<'_> {
    /// Merges the results of another copy. A protector counts as not opening only if no copy leaves that in doubt.
    fn merge(&mut self, other: Self) {
        for tried in other.tried {
            match self.tried.iter().position(|known| known.protector == tried.protector) {
                None => self.tried.push(tried),
                Some(at) if tried.outcome == Outcome::Opens => {
                    self.tried.remove(at);
                    self.tried.push(tried);
                }
                Some(at) if tried.outcome != Outcome::DoesNotOpen => self.tried[at] = tried,
                Some(_) => {}
            }
        }
        self.opened = other.opened;
    }
}

/// Tries a secret on one copy of the metadata.
fn try_copy<'v>(volume: &'v Volume, opener: &Opener<'_>, rounds: u64) -> Attempt<'v> {
    let seed = match opener {
        Opener::RecoveryPassword(password, _) => Some(Seed::from_recovery_password(password)),
        // EXPOSE: the stretch starts from a hash of the password.
        Opener::UserPassword(password) => Some(Seed::from_user_password(password.expose_secret())),
        Opener::ExternalKey(_) | Opener::ClearKey => None,
    };
    let mut tried = Vec::new();
    for (number, index) in candidate_protectors(volume, opener).into_iter().enumerate() {
        let protector = &volume.protectors[index];
        let mut record = |outcome| tried.push(Tried { protector: protector.guid, outcome });
        if let Some(doubt) = protector.doubt {
            record(Outcome::CannotCheck(doubt));
            continue;
        }
        if number >= TRIED_MAX {
            record(Outcome::NotTried);
            continue;
        }
        let properties = volume.properties(index);
        let master = match (opener, &seed) {
            (Opener::ExternalKey(external), _) => unseal_master(&external.key, properties),
            (Opener::ClearKey, _) => find_clear_key(properties.clone()).and_then(|key| unseal_master(&key, properties)),
            (_, Some(seed)) => {
                find_salt(properties.clone()).and_then(|salt| unseal_master(&stretch(seed, &salt, rounds), properties))
            }
            (_, None) => None,
        };
        if let Some(master) = master {
            record(Outcome::Opens);
            return Attempt { tried, opened: Some(Opened::new(volume, protector.guid, master)) };
        }
        record(Outcome::DoesNotOpen);
    }
    Attempt { tried, opened: None }
}

/// The indexes of all protectors of the secret's kind, the likeliest first.
fn candidate_protectors(volume: &Volume, opener: &Opener<'_>) -> Vec<usize> {
    let kind = match opener {
        Opener::RecoveryPassword(..) => ProtectorKind::RecoveryPassword,
        Opener::UserPassword(_) => ProtectorKind::Password,
        Opener::ExternalKey(_) => ProtectorKind::StartupKey,
        Opener::ClearKey => ProtectorKind::ClearKey,
    };
    let fits = |protector: &Protector| match opener {
        Opener::RecoveryPassword(_, key_id) => {
            **key_id != KeyId::Unknown && key_id.may_equal(&KeyId::Full(protector.guid))
        }
        Opener::ExternalKey(external) => protector.guid == external.protector,
        Opener::UserPassword(_) | Opener::ClearKey => true,
    };
    let mut indexes: Vec<usize> =
        (0..volume.protectors.len()).filter(|index| volume.protectors[*index].kind == kind).collect();
    indexes.sort_by_key(|index| !fits(&volume.protectors[*index]));
    indexes
}

/// The salt of a protector's stretch key.
pub(super) fn find_salt(mut properties: Datums<'_>) -> Option<[u8; 16]> {
    properties.find_map(|property| property.stretch_key()).map(|key| key.salt)
}

/// The master key, if it is sealed with this key.
pub(super) fn unseal_master(key: &SealingKey, properties: Datums<'_>) -> Option<SealingKey> {
    let mut payloads = properties.filter_map(|property| property.sealed()).filter_map(|sealed| key.unseal(&sealed));
    payloads.find_map(|payload| SealingKey::from_slice(payload.key()))
}

fn find_clear_key(mut properties: Datums<'_>) -> Option<SealingKey> {
    let key = properties.find(|property| property.kind == kind::KEY)?;
    SealingKey::from_slice(key.data.get(KEY_AT..)?)
}

impl<'v> Opened<'v> {
    pub(super) fn new(volume: &'v Volume, protector: Guid, master: SealingKey) -> Self {
        let volume_key = unseal_volume_key(volume, &master);
        Self {
            protector,
            has_volume_key: volume_key.is_some(),
            integrity: check_integrity(volume, &master),
            first_sector: volume_key.map_or(FirstSector::NotRead, |key| read_first_sector(volume, &key)),
            volume,
            other_copies: Vec::new(),
            master,
        }
    }

    /// The volume that was opened.
    #[must_use]
    pub const fn volume(&self) -> &'v Volume {
        self.volume
    }
}

/// The key that encrypts the sectors.
fn unseal_volume_key(volume: &Volume, master: &SealingKey) -> Option<VolumeKey> {
    let sealed = volume.parts.block.datums().filter(|datum| datum.is(role::VOLUME_KEY, kind::AES_CCM));
    let payloads = sealed.filter_map(|datum| datum.sealed()).filter_map(|sealed| master.unseal(&sealed));
    payloads.map(|payload| VolumeKey::new(payload.key())).next()
}

/// What the volume's first sector is, where no key is needed to read it or `key` decrypts it.
fn read_first_sector(volume: &Volume, key: &VolumeKey) -> FirstSector {
    if let Some(name) = volume.file_system_in_clear() {
        return FirstSector::InClear(name);
    }
    let sector = &volume.parts.header_sector;
    match volume.parts.block.volume_header_offset() {
        Some(offset) if sector.len() == usize::from(volume.sector_size) => {
            decrypt_first_sector(volume.cipher, key, sector, offset)
        }
        _ => FirstSector::NotRead,
    }
}

pub(super) fn check_integrity(volume: &Volume, master: &SealingKey) -> Integrity {
    let block = &volume.parts.block;
    let mut datums = Datums::new(block.validation().get(VALIDATION_HEADER_BYTES..).unwrap_or_default());
    let payload = datums.next().and_then(|datum| master.unseal(&datum.sealed()?));
    match payload {
        None => Integrity::Unknown,
        Some(payload) if payload.key().ct_eq(&Sha256::digest(block.bytes())).into() => Integrity::Intact,
        Some(_) => Integrity::Altered,
    }
}

impl std::fmt::Debug for Opened<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("protector", &self.protector)
            .field("integrity", &self.integrity)
            .finish_non_exhaustive()
    }
}
