//! A BitLocker volume as its metadata describe it, without a key. The bytes that a proof needs are kept, so that a
//! saved header proves as well as the drive.

use std::collections::HashSet;
use std::io::{Read, Seek};

use chrono::{DateTime, Utc};

use super::block::{Block, CopyState, MetadataCopy};
use super::boot::{BOOT_BYTES, Boot, Kind, Layout};
use super::bytes::parse_text;
use super::cipher::Cipher;
use super::copies::Copies;
use super::datum::{Datums, kind, role};
use super::description::Description;
use super::error::FveError;
use super::protector::{self, Protector, ProtectorKind};
use super::sector::file_system;
use super::source::Source;
use drivekey_record::{Guid, LineText};

/// How far encryption has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not encrypted.
    Decrypted,
    /// Being encrypted or decrypted, and was interrupted.
    ConvertingDirty,
    /// Encryption or decryption is paused.
    Paused,
    /// Fully encrypted.
    Encrypted,
    /// Being encrypted or decrypted.
    Converting,
    /// An undocumented number.
    Unknown(u16),
}

/// Something odd about a volume that can still be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// No copy has a matching checksum: what is listed may be wrong.
    NoValidCopy,
    /// The list of protectors is broken off: some may be missing.
    ListEndsEarly,
    /// A protector could not be read.
    UnreadableProtector,
    /// Copies with matching checksums differ: one is stale, or was changed.
    CopiesDiffer,
    /// The first sector was overwritten: the drive was formatted or damaged.
    BootSectorLost,
    /// The first sector is BitLocker's, but names other offsets than those of the copies: it is damaged, or they are
    /// left from an earlier encryption.
    WrongPlaces,
    /// The version of the metadata is not known.
    Version(u16),
}

impl Warning {
    /// The name used in JSON output.
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
    /// Which Windows feature made it.
    pub kind: Kind,
    /// Whether all of it is encrypted, or used space only.
    pub layout: Layout,
    /// Bytes in a sector.
    pub sector_size: u16,
    /// Where it starts on the disk, in bytes.
    pub start: u64,
    /// Its size in bytes, if a partition table or the drive tells it.
    pub size: Option<u64>,
    /// The three copies of the metadata.
    pub copies: [MetadataCopy; 3],
    /// The index of the copy in use.
    pub used: usize,
    /// 1 is Vista's, 2 is Windows 7's and later.
    pub metadata_version: u16,
    /// How far encryption has come.
    pub state: State,
    /// The state that it is changing to.
    pub next_state: State,
    /// How many bytes are encrypted. While converting, how far that has come.
    pub encrypted_bytes: u64,
    /// The volume's own GUID.
    pub guid: Guid,
    /// The cipher.
    pub cipher: Cipher,
    /// When encryption began.
    pub created: Option<DateTime<Utc>>,
    /// How Windows described it.
    pub description: Option<Description>,
    /// The ways to open it, in the order of the metadata.
    pub protectors: Vec<Protector>,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
    pub(super) parts: Parts,
}

/// The bytes from which a [`Volume`] was read.
pub(super) struct Parts {
    pub(super) boot: Vec<u8>,
    pub(super) block: Block,
    /// The first sector of the file system, where it was moved to, as it is on the drive.
    pub(super) header_sector: Vec<u8>,
    /// The volume as the copies that differ describe it.
    pub(super) others: Vec<Volume>,
}

/// Where a volume begins and how large it is, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: u64,
    pub(super) size: Option<u64>,
}

/// A boot sector: its bytes, and its fields as read or inferred.
pub(super) struct BootSector<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) fields: &'a Boot,
}

/// Which metadata copies to read.
pub(super) struct Wanted {
    /// From the start of the volume.
    pub(super) offsets: [Option<u64>; 3],
    /// The volume they must belong to, where that is known.
    pub(super) volume: Option<Guid>,
}

/// Where a volume lies, and the state of its copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) extent: Extent,
    pub(super) copies: [MetadataCopy; 3],
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

    /// The name used in JSON output.
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
    /// Reads the volume at this place.
    ///
    /// # Errors
    /// [`FveError`] when there is no BitLocker volume, or none of its metadata can be read.
    pub(super) fn read<R: Read + Seek>(source: &mut Source<R>, extent: Extent) -> Result<Self, FveError> {
        let bytes = source.read_at(extent.start, BOOT_BYTES)?;
        let Some(fields) = Boot::parse(&bytes) else {
            let cut = bytes.len() < BOOT_BYTES && Boot::has_signature(&bytes);
            return Err(if cut { FveError::Cut { bytes: bytes.len() as u64 } } else { FveError::NotBitLocker });
        };
        let wanted = Wanted { offsets: fields.offsets, volume: None };
        Self::read_metadata(source, extent, &BootSector { bytes: &bytes, fields: &fields }, &wanted)
    }

    /// The volume as the copies that differ describe it. Any copy may be the damaged one, or may be left over from an
    /// earlier encryption.
    #[must_use]
    pub fn others(&self) -> &[Self] {
        &self.parts.others
    }

    /// The volume as each distinct copy describes it: the one in use first, then those that differ and whose checksum
    /// matches.
    pub fn all_copies(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.others().iter().filter(|other| other.is_sound()))
    }

    /// Whether the checksum of the copy in use matches.
    pub(super) fn is_sound(&self) -> bool {
        matches!(self.copies[self.used].state, CopyState::Valid | CopyState::Misplaced)
    }

    /// The Key IDs of its recovery passwords, each once. Those that only another copy lists come last.
    #[must_use]
    pub fn recovery_key_ids(&self) -> Vec<Guid> {
        let mut seen = HashSet::new();
        let listed = self.all_copies().flat_map(|copy| copy.of_kind(ProtectorKind::RecoveryPassword));
        listed.map(|protector| protector.guid).filter(|guid| seen.insert(*guid)).collect()
    }

    /// Reads the metadata that belong to a boot sector.
    pub(super) fn read_metadata<R: Read + Seek>(
        source: &mut Source<R>,
        extent: Extent,
        boot: &BootSector<'_>,
        wanted: &Wanted,
    ) -> Result<Self, FveError> {
        let Copies { all: copies, best, others } = Copies::read(source, extent.start, wanted.offsets, wanted.volume);
        let Some((used, block)) = best else { return Err(FveError::NoMetadata { copies }) };
        let mut describe = |used, block: Block, others| {
            let header_at = block.volume_header_offset().and_then(|offset| extent.start.checked_add(offset));
            let header_sector =
                header_at.and_then(|at| source.read_at(at, boot.fields.sector_size.into()).ok()).unwrap_or_default();
            let parts = Parts { boot: boot.bytes.to_vec(), block, header_sector, others };
            Self::describe(parts, boot.fields, Location { extent, copies, used })
        };
        let others = others.into_iter().map(|(used, block)| describe(used, block, Vec::new())).collect();
        Ok(describe(used, block, others))
    }

    /// Reads every field from the bytes in `parts`.
    pub(super) fn describe(parts: Parts, boot: &Boot, location: Location) -> Self {
        let block = &parts.block;
        let created = block.created();
        let description = block
            .datums()
            .find(|datum| datum.is(role::DESCRIPTION, kind::TEXT))
            .and_then(|datum| parse_text(datum.data));
        let listed = || block.datums().filter(|datum| datum.is(role::PROTECTOR, kind::PROTECTOR));
        let protectors: Vec<Protector> = listed().filter_map(|datum| Protector::parse(&datum)).collect();
        let [state, next_state] = block.states().map(State::from_code);
        let valid = |copy: &MetadataCopy| copy.state == CopyState::Valid;
        let warnings = [
            boot.is_lost.then_some(Warning::BootSectorLost),
            location
                .copies
                .iter()
                .all(|copy| copy.offset.is_none() || !boot.offsets.contains(&copy.offset))
                .then_some(Warning::WrongPlaces),
            (!matches!(location.copies[location.used].state, CopyState::Valid | CopyState::Misplaced))
                .then_some(Warning::NoValidCopy),
            block.datums().ended_early().then_some(Warning::ListEndsEarly),
            (listed().count() > protectors.len()).then_some(Warning::UnreadableProtector),
            location.copies.iter().any(|copy| valid(copy) && copy.differs).then_some(Warning::CopiesDiffer),
            (!matches!(block.version(), 1 | 2)).then_some(Warning::Version(block.version())),
        ];
        Self {
            kind: boot.kind,
            layout: boot.layout,
            sector_size: boot.sector_size,
            start: location.extent.start,
            size: location.extent.size,
            copies: location.copies,
            used: location.used,
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

    /// Whether the list of protectors may be wrong or incomplete. Then a key must not be called wrong because no listed
    /// protector is its own.
    #[must_use]
    pub fn is_list_doubtful(&self) -> bool {
        self.all_copies().flat_map(|copy| &copy.warnings).any(|warning| *warning != Warning::CopiesDiffer)
    }

    /// The size of the metadata block in use.
    #[must_use]
    pub fn block_bytes(&self) -> usize {
        self.parts.block.bytes().len()
    }

    /// Whether protection is suspended, so that the volume opens without a secret. One copy with a clear key is enough.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.all_copies().any(|copy| copy.of_kind(ProtectorKind::ClearKey).next().is_some())
    }

    /// The name of the file system, where its first sector is not encrypted.
    #[must_use]
    pub fn file_system_in_clear(&self) -> Option<LineText> {
        if self.kind == Kind::Vista && !self.warnings.contains(&Warning::BootSectorLost) {
            // Vista encrypts NTFS only. It leaves the sector in its place and puts its own signature over the name.
            return "NTFS".parse().ok();
        }
        file_system(&self.parts.header_sector)
    }

    /// The protectors of one kind.
    pub fn of_kind(&self, kind: ProtectorKind) -> impl Iterator<Item = &Protector> {
        self.protectors.iter().filter(move |protector| protector.kind == kind)
    }

    /// The datums nested in the protector with this index in [`Volume::protectors`].
    pub(super) fn properties(&self, index: usize) -> Datums<'_> {
        let mut readable = self.parts.block.datums().filter(|datum| Protector::parse(datum).is_some());
        readable.nth(index).and_then(|datum| protector::properties(&datum)).unwrap_or(Datums::new(&[]))
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}
