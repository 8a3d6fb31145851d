//! Opening a volume's master key with whatever secret is at hand: each fitting protector is tried and answers for
//! itself. Read-only; the master key stays inside.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::datum::{Datums, kind, role};
use super::external_key::ExternalKey;
use super::keys::{SealingKey, VolumeKey};
use super::protector::{Doubt, Protector, ProtectorKind};
use super::sector::{FirstSector, first_sector};
use super::stretch::{ROUNDS, Seed, stretch};
use super::volume::Volume;
use drivekey_record::{Guid, KeyId, RecoveryPassword};

/// A real volume has a handful; each costs a stretch, and whoever wrote the metadata chose their number.
const TRIED_MAX: usize = 32;
const VALIDATION_HEADER_BYTES: usize = 8;

/// What a volume is to be opened with.
#[derive(Debug, Clone, Copy)]
pub enum Opener<'a> {
    /// The 48 digits, and what is known of their Key ID.
    RecoveryPassword(&'a RecoveryPassword, &'a KeyId),
    /// A password somebody chose.
    UserPassword(&'a SecretString),
    /// A startup key's file.
    ExternalKey(&'a ExternalKey),
    /// No secret at all: protection is suspended.
    ClearKey,
}

/// What a protector answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It gave the master key.
    Opens,
    /// The secret is not its.
    DoesNotOpen,
    /// It cannot be judged; the secret may be right.
    CannotCheck(Doubt),
    /// There are too many protectors to try them all.
    NotTried,
}

impl Outcome {
    /// Its name for programs.
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

/// A protector and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// The protector.
    pub protector: Guid,
    /// Its answer.
    pub outcome: Outcome,
}

/// Whether the metadata are as Windows wrote them; only the master key can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// Their sealed hash is right.
    Intact,
    /// Somebody changed them: Key IDs and description are not to be believed.
    Altered,
    /// Their sealed hash is missing or damaged.
    Unknown,
}

/// What became of the protectors that were tried.
#[derive(Debug)]
pub struct Attempt<'v> {
    /// Each that fits the secret's kind, in the order of trying; ends with the first that opens.
    pub tried: Vec<Tried>,
    /// The opened volume, if one opened.
    pub opened: Option<Opened<'v>>,
}

/// A volume whose master key is known.
pub struct Opened<'v> {
    /// The protector that opened.
    pub protector: Guid,
    /// Whether the key of the sectors was had, too.
    pub has_volume_key: bool,
    /// Whether the metadata are as Windows wrote them.
    pub integrity: Integrity,
    /// What the volume's first sector turned out to be.
    pub first_sector: FirstSector,
    pub(super) volume: &'v Volume,
    /// What the other copies of its metadata say.
    pub(super) other_copies: Vec<&'v Volume>,
    pub(super) master: SealingKey,
}

/// Tries a secret against every protector of its kind, one that fits its Key ID first.
#[must_use]
pub fn open<'v>(volume: &'v Volume, opener: &Opener<'_>) -> Attempt<'v> {
    open_with_rounds(volume, opener, ROUNDS)
}

/// The same, with as many rounds as a synthetic volume was made with. Where copies of the metadata say different
/// things, each is tried before the answer is no: a damaged one makes no right key wrong.
pub(super) fn open_with_rounds<'v>(volume: &'v Volume, opener: &Opener<'_>, rounds: u64) -> Attempt<'v> {
    let mut whole = attempt(volume, opener, rounds);
    for other in volume.others() {
        if whole.opened.is_some() {
            break;
        }
        let answer = attempt(other, opener, rounds);
        // What is damaged can say yes, not no.
        if other.is_sound() || answer.opened.is_some() {
            whole.add(answer);
        }
    }
    if let Some(opened) = &mut whole.opened {
        let used = opened.volume;
        opened.other_copies = volume.all_copies().filter(|copy| !std::ptr::eq(*copy, used)).collect();
    }
    whole
}

impl Attempt<'_> {
    /// What another copy answered. Where a protector of it cannot be judged, the first copy's no is none.
    fn add(&mut self, other: Self) {
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

fn attempt<'v>(volume: &'v Volume, opener: &Opener<'_>, rounds: u64) -> Attempt<'v> {
    let seed = match opener {
        Opener::RecoveryPassword(password, _) => Some(Seed::of_recovery_password(password)),
        // EXPOSE: the password is what the seed is of.
        Opener::UserPassword(password) => Some(Seed::of_user_password(password.expose_secret())),
        Opener::ExternalKey(_) | Opener::ClearKey => None,
    };
    let mut tried = Vec::new();
    for (number, index) in order(volume, opener).into_iter().enumerate() {
        let protector = &volume.protectors[index];
        let mut answer = |outcome| tried.push(Tried { protector: protector.guid, outcome });
        if let Some(doubt) = protector.doubt {
            answer(Outcome::CannotCheck(doubt));
            continue;
        }
        if number >= TRIED_MAX {
            answer(Outcome::NotTried);
            continue;
        }
        let properties = volume.properties(index);
        let master = match (opener, &seed) {
            (Opener::ExternalKey(external), _) => unseal_master(&external.key, properties),
            (Opener::ClearKey, _) => clear_key(properties.clone()).and_then(|key| unseal_master(&key, properties)),
            (_, Some(seed)) => {
                salt(properties.clone()).and_then(|salt| unseal_master(&stretch(seed, &salt, rounds), properties))
            }
            (_, None) => None,
        };
        if let Some(master) = master {
            answer(Outcome::Opens);
            return Attempt { tried, opened: Some(Opened::new(volume, protector.guid, master)) };
        }
        answer(Outcome::DoesNotOpen);
    }
    Attempt { tried, opened: None }
}

/// The protectors that fit the secret's kind, the likeliest first.
fn order(volume: &Volume, opener: &Opener<'_>) -> Vec<usize> {
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
    let mut order: Vec<usize> =
        (0..volume.protectors.len()).filter(|index| volume.protectors[*index].kind == kind).collect();
    order.sort_by_key(|index| !fits(&volume.protectors[*index]));
    order
}

/// The salt of a protector's stretch key.
pub(super) fn salt(mut properties: Datums<'_>) -> Option<[u8; 16]> {
    properties.find_map(|property| property.stretch_key()).map(|key| key.salt)
}

/// The master key, if this key seals it.
pub(super) fn unseal_master(key: &SealingKey, properties: Datums<'_>) -> Option<SealingKey> {
    let mut payloads = properties.filter_map(|property| property.sealed()).filter_map(|sealed| key.unseal(&sealed));
    payloads.find_map(|payload| SealingKey::from_slice(payload.key()))
}

fn clear_key(mut properties: Datums<'_>) -> Option<SealingKey> {
    let key = properties.find(|property| property.kind == kind::KEY)?;
    SealingKey::from_slice(key.data.get(4..)?)
}

impl<'v> Opened<'v> {
    pub(super) fn new(volume: &'v Volume, protector: Guid, master: SealingKey) -> Self {
        let volume_key = volume_key(volume, &master);
        Self {
            protector,
            has_volume_key: volume_key.is_some(),
            integrity: integrity(volume, &master),
            first_sector: volume_key.map_or(FirstSector::NotRead, |key| first_sector(volume, &key)),
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

/// The key of the sectors.
fn volume_key(volume: &Volume, master: &SealingKey) -> Option<VolumeKey> {
    let sealed = volume.parts.block.datums().filter(|datum| datum.is(role::VOLUME_KEY, kind::AES_CCM));
    let payloads = sealed.filter_map(|datum| datum.sealed()).filter_map(|sealed| master.unseal(&sealed));
    payloads.map(|payload| VolumeKey::new(payload.key())).next()
}

pub(super) fn integrity(volume: &Volume, master: &SealingKey) -> Integrity {
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
