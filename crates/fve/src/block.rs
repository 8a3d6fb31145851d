//! One metadata block: its headers, its checksum, and where its datums lie.

use chrono::{DateTime, Utc};

use super::boot::UNKNOWN_OFFSET;
use super::bytes::{guid_at, time_at, u16_at, u32_at, u64_at};
use super::cipher::Cipher;
use super::datum::{Datums, kind, role};
use drivekey_record::Guid;

/// The largest block that is read; real ones have a few KiB.
pub(super) const BLOCK_BYTES_MAX: usize = 64 * 1024;
/// The validation area that follows a block: a checksum header and the integrity datum.
pub(super) const VALIDATION_BYTES: usize = 8 + 80;
/// Block header and metadata header: enough to learn the size of the block.
pub(super) const HEAD_BYTES: usize = 112;
pub(super) const SIGNATURE: &[u8; 8] = b"-FVE-FS-";
/// Where the metadata header begins, behind the block header.
const METADATA_HEADER_AT: usize = 64;
const VERSION_VISTA: u16 = 1;
/// From Windows 7 on, a block gives its size in units of this many bytes.
const SIZE_UNIT: usize = 16;

/// The state of one copy of the metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyState {
    /// The checksum matches.
    Valid,
    /// The checksum matches, but the block names another offset as its own.
    Misplaced,
    /// There is a block, but its checksum does not match.
    BadChecksum,
    /// There is a block, but its checksum lies beyond the end of the source.
    NoChecksum,
    /// There is no metadata block at this offset.
    Missing,
    /// The offset lies beyond the end, or the drive cannot read it.
    Unreadable,
}

/// One of the three copies of the metadata that a volume holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetadataCopy {
    /// Offset from the start of the volume, in bytes; `None` when nothing names one.
    pub offset: Option<u64>,
    /// Its state.
    pub state: CopyState,
    /// Whether its content differs from the copy in use.
    pub differs: bool,
}

/// A metadata block as it was read.
pub(super) struct Block {
    /// The block without its validation area.
    bytes: Vec<u8>,
    /// The validation area, as far as it could be read.
    validation: Vec<u8>,
}

impl CopyState {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Misplaced => "misplaced",
            Self::BadChecksum => "bad-checksum",
            Self::NoChecksum => "no-checksum",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Block {
    /// The size that a block's headers give; `None` when these bytes do not begin a block.
    pub(super) fn size(head: &[u8]) -> Option<usize> {
        if head.get(..8)? != SIGNATURE {
            return None;
        }
        let count = usize::from(u16_at(head, 8)?);
        let size = if u16_at(head, 10)? == VERSION_VISTA { count } else { count * SIZE_UNIT };
        (HEAD_BYTES..=BLOCK_BYTES_MAX).contains(&size).then_some(size)
    }

    /// Parses a block; `None` when the bytes do not begin one or end before it does.
    pub(super) fn parse(mut bytes: Vec<u8>) -> Option<Self> {
        let size = Self::size(&bytes)?;
        if bytes.len() < size {
            return None;
        }
        let mut validation = bytes.split_off(size);
        validation.truncate(VALIDATION_BYTES);
        Some(Self { bytes, validation })
    }

    /// The state of this block as copy number `index` (from 0), read at `offset`.
    pub(super) fn state(&self, index: usize, offset: u64) -> CopyState {
        match u32_at(&self.validation, 4) {
            None => CopyState::NoChecksum,
            Some(sum) if sum != crc32fast::hash(&self.bytes) => CopyState::BadChecksum,
            Some(_) if self.copy_offset(index) != Some(offset) => CopyState::Misplaced,
            Some(_) => CopyState::Valid,
        }
    }

    /// The bytes that the checksum and the integrity datum cover.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The validation area, as far as it could be read.
    pub(super) fn validation(&self) -> &[u8] {
        &self.validation
    }

    pub(super) fn version(&self) -> u16 {
        u16_at(&self.bytes, 10).unwrap_or_default()
    }

    /// The current and the next encryption state.
    pub(super) fn states(&self) -> [u16; 2] {
        [12, 14].map(|at| u16_at(&self.bytes, at).unwrap_or_default())
    }

    pub(super) fn encrypted_bytes(&self) -> u64 {
        if self.is_vista() { 0 } else { u64_at(&self.bytes, 16).unwrap_or_default() }
    }

    /// The offset that this block names for copy number `index` (from 0).
    pub(super) fn copy_offset(&self, index: usize) -> Option<u64> {
        u64_at(&self.bytes, 32 + index * 8).filter(|offset| !matches!(*offset, 0 | UNKNOWN_OFFSET))
    }

    /// Where the file system's first sectors were moved to. The block header names the offset; where it does not, a
    /// datum may.
    pub(super) fn volume_header_offset(&self) -> Option<u64> {
        let in_header = if self.is_vista() { None } else { u64_at(&self.bytes, 56) };
        let in_datum = || {
            let datum = self.datums().find(|datum| datum.is(role::VOLUME_HEADER, kind::OFFSET_AND_SIZE))?;
            u64_at(datum.data, 0)
        };
        let known = |offset: &u64| *offset != 0;
        in_header.filter(known).or_else(|| in_datum().filter(known))
    }

    /// How many of the volume's first sectors were moved elsewhere; zero on Vista.
    pub(super) fn header_sectors(&self) -> u32 {
        if self.is_vista() { 0 } else { u32_at(&self.bytes, 28).unwrap_or_default() }
    }

    pub(super) fn volume_guid(&self) -> Option<Guid> {
        guid_at(&self.bytes, METADATA_HEADER_AT + 16)
    }

    pub(super) fn cipher(&self) -> Cipher {
        Cipher::from_code(u16_at(&self.bytes, METADATA_HEADER_AT + 36).unwrap_or_default())
    }

    pub(super) fn created(&self) -> Option<DateTime<Utc>> {
        time_at(&self.bytes, METADATA_HEADER_AT + 40)
    }

    pub(super) fn datums(&self) -> Datums<'_> {
        let declared =
            u32_at(&self.bytes, METADATA_HEADER_AT).and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
        let end = declared.saturating_add(METADATA_HEADER_AT).clamp(HEAD_BYTES, self.bytes.len());
        Datums::new(&self.bytes[HEAD_BYTES..end])
    }

    pub(super) fn is_vista(&self) -> bool {
        self.version() == VERSION_VISTA
    }
}
