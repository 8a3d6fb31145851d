//! A BitLocker volume as its metadata describe it: everything that can be told without a key.
//! Keeps the bytes a proof needs, so that a saved header proves as the drive does.

use std::collections::HashSet;
use std::io::{Read, Seek};

use chrono::{DateTime, Utc};

use super::block::{Block, Copy, CopyState};
use super::boot::{BOOT_BYTES, Boot, Kind, Layout};
use super::bytes::{text, u64_at};
use super::cipher::Cipher;
use super::copies::Copies;
use super::datum::{Datums, kind, role};
use super::description::Description;
use super::error::FveError;
use super::protector::{self, Protector, ProtectorKind};
use super::sector;
use super::source::Source;
use drivekey_record::{Guid, LineText};

/// How far encryption has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing is encrypted any more.
    Decrypted,
    /// Being encrypted or decrypted; was interrupted.
    ConvertingDirty,
    /// Encryption or decryption is paused.
    Paused,
    /// All is encrypted.
    Encrypted,
    /// Being encrypted or decrypted.
    Converting,
    /// A number nobody has described.
    Unknown(u16),
}

/// What is odd about a volume that can be listed all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// No copy has a right checksum: what is listed may be wrong.
    NoValidCopy,
    /// The list of protectors ends in something that is no part of it: some may be missing.
    ListEndsEarly,
    /// A protector could not be read.
    UnreadableProtector,
    /// Copies with right checksums say different things: one is stale, or was changed.
    CopiesDiffer,
    /// The first sector was overwritten: the drive was formatted, or damaged.
    BootSectorLost,
    /// The first sector is BitLocker's, but names other places: it is damaged, or these copies are of an earlier
    /// encryption.
    WrongPlaces,
    /// The metadata are of a version that is not known.
    Version(u16),
}

impl Warning {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoValidCopy => "no-valid-copy",
            Self::ListEndsEarly => "list-ends-early",
            Self::UnreadableProtector => "unreadable-protector",
            Self::CopiesDiffer => "copies-differ",
            Self::BootSectorLost => "boot-sector-lost",
            Self::WrongPlaces => "wrong-places",
            Self::Version(_) => "unknown-version",
        }
    }
}

/// A BitLocker volume.
#[derive(Debug)]
pub struct Volume {
    /// Where such a volume comes from.
    pub kind: Kind,
    /// All of it, or used space only.
    pub layout: Layout,
    /// Bytes of a sector.
    pub sector_size: u16,
    /// Where it starts on the disk, in bytes.
    pub start: u64,
    /// Its size in bytes, where a partition table or the drive tells.
    pub size: Option<u64>,
    /// The three copies of the metadata.
    pub copies: [Copy; 3],
    /// The number of the copy that is used, from 0.
    pub used: usize,
    /// 1 is Vista's, 2 is Windows 7's and later.
    pub metadata_version: u16,
    /// How far encryption has come.
    pub state: State,
    /// What it is to become.
    pub next_state: State,
    /// Bytes that are encrypted; a watermark while converting.
    pub encrypted_bytes: u64,
    /// The volume's own GUID.
    pub guid: Guid,
    /// The cipher.
    pub cipher: Cipher,
    /// When encryption began.
    pub created: Option<DateTime<Utc>>,
    /// What Windows called it.
    pub description: Option<Description>,
    /// The ways to open it, in the order of the metadata.
    pub protectors: Vec<Protector>,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
    pub(super) parts: Parts,
}

/// The bytes everything above was read from.
pub(super) struct Parts {
    pub(super) boot: Vec<u8>,
    pub(super) block: Block,
    /// The first sector of the relocated volume header, as it stands on the drive.
    pub(super) header_sector: Vec<u8>,
    /// The volume as its other copies describe it, where they say something else.
    pub(super) others: Vec<Volume>,
}

/// Where a volume lies, and what became of its copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) size: Option<u64>,
    pub(super) copies: [Copy; 3],
    pub(super) used: usize,
}

impl State {
    pub(super) const fn from_code(code: u16) -> Self {
        match code {
            1 => Self::Decrypted,
            2 => Self::ConvertingDirty,
            3 => Self::Paused,
            4 => Self::Encrypted,
            5 => Self::Converting,
            other => Self::Unknown(other),
        }
    }

    /// The number in the metadata.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Decrypted => 1,
            Self::ConvertingDirty => 2,
            Self::Paused => 3,
            Self::Encrypted => 4,
            Self::Converting => 5,
            Self::Unknown(code) => code,
        }
    }

    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decrypted => "decrypted",
            Self::ConvertingDirty => "converting-dirty",
            Self::Paused => "paused",
            Self::Encrypted => "encrypted",
            Self::Converting => "converting",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl Volume {
    /// Reads the volume that starts at `start`.
    ///
    /// # Errors
    /// [`FveError`]: no BitLocker volume, or none of whose metadata anything can be read.
    pub fn read<R: Read + Seek>(source: &mut Source<R>, start: u64, size: Option<u64>) -> Result<Self, FveError> {
        let boot_bytes = source.read_at(start, BOOT_BYTES)?;
        let Some(boot) = Boot::parse(&boot_bytes) else {
            let cut = boot_bytes.len() < BOOT_BYTES && Boot::is_begun(&boot_bytes);
            return Err(if cut { FveError::Cut { bytes: boot_bytes.len() as u64 } } else { FveError::NotBitLocker });
        };
        Self::behind(source, (start, size), &boot_bytes, &boot, (boot.offsets, None))
    }

    /// The volume as its other copies describe it, where they say something else: any of them may be the damaged one,
    /// or left over from an earlier encryption.
    #[must_use]
    pub fn others(&self) -> &[Self] {
        &self.parts.others
    }

    /// The volume as each of its copies describes it, the used one first; those that say the same are one, and of the
    /// others only those whose checksum is right are believed.
    pub fn all_copies(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.others().iter().filter(|other| other.is_sound()))
    }

    /// Whether the checksum of the copy it was read from is right.
    pub(super) fn is_sound(&self) -> bool {
        matches!(self.copies[self.used].state, CopyState::Valid | CopyState::Misplaced)
    }

    /// The Key IDs of its recovery passwords, each once; last those that only another copy lists.
    #[must_use]
    pub fn recovery_key_ids(&self) -> Vec<Guid> {
        let mut seen = HashSet::new();
        let listed = self.all_copies().flat_map(|copy| copy.of_kind(ProtectorKind::RecoveryPassword));
        listed.map(|protector| protector.guid).filter(|guid| seen.insert(*guid)).collect()
    }

    /// Reads what lies behind the boot sector, its copies at these places; where their volume is known, of no other.
    pub(super) fn behind<R: Read + Seek>(
        source: &mut Source<R>,
        (start, size): (u64, Option<u64>),
        boot_bytes: &[u8],
        boot: &Boot,
        (places, of): ([Option<u64>; 3], Option<Guid>),
    ) -> Result<Self, FveError> {
        let Copies { all: copies, best, others } = Copies::read(source, start, places, of);
        let Some((used, block)) = best else { return Err(FveError::NoMetadata { copies }) };
        let mut described = |used, block, others| {
            let header_at = volume_header_offset(&block).and_then(|offset| start.checked_add(offset));
            let header_sector =
                header_at.and_then(|at| source.read_at(at, boot.sector_size.into()).ok()).unwrap_or_default();
            let parts = Parts { boot: boot_bytes.to_vec(), block, header_sector, others };
            Self::describe(parts, boot, Place { start, size, copies, used })
        };
        let others = others.into_iter().map(|(used, block)| described(used, block, Vec::new())).collect();
        Ok(described(used, block, others))
    }

    /// Everything the parts say.
    pub(super) fn describe(parts: Parts, boot: &Boot, place: Place) -> Self {
        let block = &parts.block;
        let created = block.created();
        let description =
            block.datums().find(|datum| datum.is(role::DESCRIPTION, kind::TEXT)).and_then(|datum| text(datum.data));
        let listed = || block.datums().filter(|datum| datum.is(role::PROTECTOR, kind::PROTECTOR));
        let protectors: Vec<Protector> = listed().filter_map(|datum| Protector::parse(&datum)).collect();
        let [state, next_state] = block.states().map(State::from_code);
        let valid = |copy: &Copy| copy.state == CopyState::Valid;
        let warnings = [
            boot.is_lost.then_some(Warning::BootSectorLost),
            place
                .copies
                .iter()
                .all(|copy| copy.offset.is_none() || !boot.offsets.contains(&copy.offset))
                .then_some(Warning::WrongPlaces),
            (!matches!(place.copies[place.used].state, CopyState::Valid | CopyState::Misplaced))
                .then_some(Warning::NoValidCopy),
            block.datums().ended_early().then_some(Warning::ListEndsEarly),
            (listed().count() > protectors.len()).then_some(Warning::UnreadableProtector),
            place.copies.iter().any(|copy| valid(copy) && copy.differs).then_some(Warning::CopiesDiffer),
            (!matches!(block.version(), 1 | 2)).then_some(Warning::Version(block.version())),
        ];
        Self {
            kind: boot.kind,
            layout: boot.layout,
            sector_size: boot.sector_size,
            start: place.start,
            size: place.size,
            copies: place.copies,
            used: place.used,
            metadata_version: block.version(),
            state,
            next_state,
            encrypted_bytes: block.encrypted_bytes(),
            guid: block.volume_guid().unwrap_or(Guid::from_bytes([0; 16])),
            cipher: block.cipher(),
            created,
            description: description.map(|text| Description::parse(text, created)),
            protectors,
            warnings: warnings.into_iter().flatten().collect(),
            parts,
        }
    }

    /// Whether what was read of its keys may be wrong, or not all: then no key is wrong because none of these is its.
    #[must_use]
    pub fn is_list_doubtful(&self) -> bool {
        self.all_copies().flat_map(|copy| &copy.warnings).any(|warning| *warning != Warning::CopiesDiffer)
    }

    /// Bytes of the metadata block that is used.
    #[must_use]
    pub fn block_bytes(&self) -> usize {
        self.parts.block.bytes().len()
    }

    /// Whether protection is suspended: the volume opens without any secret. One copy that holds the open key is
    /// enough.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.all_copies().any(|copy| copy.of_kind(ProtectorKind::ClearKey).next().is_some())
    }

    /// The file system's name, where its first sector stands on the drive in the clear.
    #[must_use]
    pub fn file_system_in_clear(&self) -> Option<LineText> {
        sector::in_clear(self)
    }

    /// The protectors of one kind.
    pub fn of_kind(&self, kind: ProtectorKind) -> impl Iterator<Item = &Protector> {
        self.protectors.iter().filter(move |protector| protector.kind == kind)
    }

    /// The bytes of the protector with this number in [`Volume::protectors`].
    pub(super) fn properties(&self, index: usize) -> Datums<'_> {
        let mut readable = self.parts.block.datums().filter(|datum| Protector::parse(datum).is_some());
        readable.nth(index).and_then(|datum| protector::properties(&datum)).unwrap_or(Datums::new(&[]))
    }
}

/// Where the first sectors went that the BitLocker boot sector displaced.
pub(super) fn volume_header_offset(block: &Block) -> Option<u64> {
    let place = || {
        block.datums().find(|datum| datum.is(role::VOLUME_HEADER, kind::PLACE)).and_then(|datum| u64_at(datum.data, 0))
    };
    block.volume_header_offset().or_else(|| place().filter(|offset| *offset != 0))
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}
