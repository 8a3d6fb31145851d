//! One metadata block: its headers, its checksum, where its datums lie. Must not know its neighbours or any key.

use chrono::{DateTime, Utc};

use super::boot::NOWHERE;
use super::bytes::{guid_at, time_at, u16_at, u32_at, u64_at};
use super::cipher::Cipher;
use super::datum::Datums;
use drivekey_record::Guid;

/// Most bytes of a block.
pub(super) const BLOCK_BYTES_MAX: usize = 64 * 1024;
/// Checksum header and integrity datum, which follow the block.
pub(super) const VALIDATION_BYTES: usize = 8 + 80;
/// Read at first: both headers.
pub(super) const HEAD_BYTES: usize = 112;
pub(super) const SIGNATURE: &[u8; 8] = b"-FVE-FS-";
const DATA_SET_AT: usize = 64;
const VERSION_VISTA: u16 = 1;
/// A newer block counts its size in these.
const SIZE_UNIT: usize = 16;

/// What became of one of the three copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyState {
    /// Its checksum is right.
    Valid,
    /// Its checksum is right, but it says that it lies elsewhere.
    Misplaced,
    /// It is there, its checksum is wrong.
    BadChecksum,
    /// It is there, its checksum lies beyond the end.
    NoChecksum,
    /// Something else stands in its place.
    Missing,
    /// Lies beyond the end, or the drive does not read it.
    Unreadable,
}

/// One of the three copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copy {
    /// From the volume's start; `None` when nothing says where it lies.
    pub offset: Option<u64>,
    /// What became of it.
    pub state: CopyState,
    /// Whether it says something else than the copy that is used.
    pub differs: bool,
}

/// A block as read.
pub(super) struct Block {
    /// Whole, without the validation area.
    bytes: Vec<u8>,
    /// As much of it as could be read.
    validation: Vec<u8>,
}

impl CopyState {
    /// Its name for programs.
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
    /// The block's size as its head says it; `None` when this is no block.
    pub(super) fn size(head: &[u8]) -> Option<usize> {
        if head.get(..8)? != SIGNATURE {
            return None;
        }
        let count = usize::from(u16_at(head, 8)?);
        let size = if u16_at(head, 10)? == VERSION_VISTA { count } else { count * SIZE_UNIT };
        (HEAD_BYTES..=BLOCK_BYTES_MAX).contains(&size).then_some(size)
    }

    /// From the bytes at its place; `None` when they are no block or end within it.
    pub(super) fn parse(mut bytes: Vec<u8>) -> Option<Self> {
        let size = Self::size(&bytes)?;
        if bytes.len() < size {
            return None;
        }
        let mut validation = bytes.split_off(size);
        validation.truncate(VALIDATION_BYTES);
        Some(Self { bytes, validation })
    }

    /// Judges it as the copy with this number (from 0), which was read at `offset`.
    pub(super) fn state(&self, index: usize, offset: u64) -> CopyState {
        match u32_at(&self.validation, 4) {
            None => CopyState::NoChecksum,
            Some(sum) if sum != crc32fast::hash(&self.bytes) => CopyState::BadChecksum,
            Some(_) if self.copy_offset(index) != Some(offset) => CopyState::Misplaced,
            Some(_) => CopyState::Valid,
        }
    }

    /// Everything the checksum and the integrity datum cover.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The area behind it.
    pub(super) fn validation(&self) -> &[u8] {
        &self.validation
    }

    pub(super) fn version(&self) -> u16 {
        u16_at(&self.bytes, 10).unwrap_or_default()
    }

    /// State now and next.
    pub(super) fn states(&self) -> [u16; 2] {
        [12, 14].map(|at| u16_at(&self.bytes, at).unwrap_or_default())
    }

    pub(super) fn encrypted_bytes(&self) -> u64 {
        if self.is_vista() { 0 } else { u64_at(&self.bytes, 16).unwrap_or_default() }
    }

    /// Where it says that the copy with this number (from 0) lies.
    pub(super) fn copy_offset(&self, index: usize) -> Option<u64> {
        u64_at(&self.bytes, 32 + index * 8).filter(|offset| !matches!(*offset, 0 | NOWHERE))
    }

    /// Where it says that the original first sectors lie.
    pub(super) fn volume_header_offset(&self) -> Option<u64> {
        if self.is_vista() { None } else { u64_at(&self.bytes, 56).filter(|offset| *offset != 0) }
    }

    /// How many sectors of the volume were moved elsewhere; zero on Vista.
    pub(super) fn header_sectors(&self) -> u32 {
        if self.is_vista() { 0 } else { u32_at(&self.bytes, 28).unwrap_or_default() }
    }

    pub(super) fn volume_guid(&self) -> Option<Guid> {
        guid_at(&self.bytes, DATA_SET_AT + 16)
    }

    pub(super) fn cipher(&self) -> Cipher {
        Cipher::from_code(u16_at(&self.bytes, DATA_SET_AT + 36).unwrap_or_default())
    }

    pub(super) fn created(&self) -> Option<DateTime<Utc>> {
        time_at(&self.bytes, DATA_SET_AT + 40)
    }

    pub(super) fn datums(&self) -> Datums<'_> {
        let said = u32_at(&self.bytes, DATA_SET_AT).and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
        let end = said.saturating_add(DATA_SET_AT).clamp(HEAD_BYTES, self.bytes.len());
        Datums::new(&self.bytes[HEAD_BYTES..end])
    }

    pub(super) fn is_vista(&self) -> bool {
        self.version() == VERSION_VISTA
    }
}
