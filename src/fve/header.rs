//! A saved header: what a drive's proof needs, in one small piece of bytes, for when the drive is elsewhere.
//! Knows its own form only; who seals it and where it is kept is not its concern.
//!
//! All numbers are little-endian: magic (8 bytes), version (2), flags (2: 1 = the size is known), start (8), size (8);
//! for each of the three copies its offset (8, all ones when unknown), state (1), whether it differs (1); the number of
//! the used copy (1); lengths of block (4), validation area (2) and header sector (2); then boot sector (512), block,
//! validation area, header sector; last, the SHA-256 of everything before (32).

use sha2::{Digest, Sha256};

use super::block::{BLOCK_BYTES_MAX, Block, Copy, CopyState, VALIDATION_BYTES};
use super::boot::{BOOT_BYTES, Boot, NOWHERE};
use super::bytes::{u16_at, u32_at, u64_at};
use super::remains::lost_boot;
use super::volume::{Parts, Place, Volume};

const MAGIC: &[u8; 8] = b"DKFVEHDR";
const VERSION: u16 = 1;
const SIZE_KNOWN: u16 = 1;
const COPIES_AT: usize = 28;
const COPY_BYTES: usize = 10;
const USED_AT: usize = COPIES_AT + 3 * COPY_BYTES;
const BOOT_AT: usize = USED_AT + 9;
const HASH_BYTES: usize = 32;
const SECTOR_BYTES_MAX: usize = 4096;
/// Most bytes of a saved header.
pub const SAVED_HEADER_BYTES_MAX: usize = BOOT_AT + BOOT_BYTES + BLOCK_BYTES_MAX + VALIDATION_BYTES + SECTOR_BYTES_MAX + HASH_BYTES;
/// In the order of their numbers.
const COPY_STATES: [CopyState; 6] =
    [CopyState::Valid, CopyState::Misplaced, CopyState::BadChecksum, CopyState::NoChecksum, CopyState::Missing, CopyState::Unreadable];

/// Why bytes are no saved header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SavedHeaderError {
    /// They begin otherwise.
    #[error("not a saved header")]
    NotASavedHeader,
    /// Made by a newer version.
    #[error("a saved header of version {found}; this program knows up to {VERSION}")]
    NewerVersion {
        /// Its version.
        found: u16,
    },
    /// Cut, changed, or not what it says.
    #[error("a damaged saved header")]
    Damaged,
}

impl Volume {
    /// Everything that listing, proof, harvest and repair need, as bytes to be kept sealed.
    #[must_use]
    pub fn to_saved_header(&self) -> Vec<u8> {
        let Parts { boot, block, header_sector, others: _ } = &self.parts;
        let mut bytes = Vec::with_capacity(SAVED_HEADER_BYTES_MAX);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(if self.size.is_some() { SIZE_KNOWN } else { 0 }.to_le_bytes());
        bytes.extend(self.start.to_le_bytes());
        bytes.extend(self.size.unwrap_or_default().to_le_bytes());
        for copy in &self.copies {
            bytes.extend(copy.offset.unwrap_or(NOWHERE).to_le_bytes());
            bytes.push(COPY_STATES.iter().position(|state| *state == copy.state).and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX));
            bytes.push(copy.differs.into());
        }
        bytes.push(u8::try_from(self.used).unwrap_or(u8::MAX));
        bytes.extend(u32::try_from(block.bytes().len()).unwrap_or(u32::MAX).to_le_bytes());
        for part in [block.validation(), header_sector] {
            bytes.extend(u16::try_from(part.len()).unwrap_or(u16::MAX).to_le_bytes());
        }
        for part in [boot, block.bytes(), block.validation(), header_sector] {
            bytes.extend(part);
        }
        bytes.extend(Sha256::digest(&bytes));
        bytes
    }

    /// The volume a saved header was made of, as it was then.
    ///
    /// # Errors
    /// [`SavedHeaderError`].
    pub fn from_saved_header(bytes: &[u8]) -> Result<Self, SavedHeaderError> {
        if !bytes.starts_with(MAGIC) {
            return Err(SavedHeaderError::NotASavedHeader);
        }
        match u16_at(bytes, 8) {
            Some(VERSION) => parse(bytes).ok_or(SavedHeaderError::Damaged),
            Some(found) if found > VERSION => Err(SavedHeaderError::NewerVersion { found }),
            _ => Err(SavedHeaderError::Damaged),
        }
    }
}

fn parse(bytes: &[u8]) -> Option<Volume> {
    let (body, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH_BYTES)?)?;
    if bytes.len() > SAVED_HEADER_BYTES_MAX || *hash != *Sha256::digest(body) {
        return None;
    }
    let block_bytes = usize::try_from(u32_at(body, USED_AT + 1)?).ok()?;
    let [validation_bytes, sector_bytes] = [u16_at(body, USED_AT + 5)?, u16_at(body, USED_AT + 7)?].map(usize::from);
    let (boot, rest) = body.get(BOOT_AT..)?.split_at_checked(BOOT_BYTES)?;
    let (block, sector) = rest.split_at_checked(block_bytes.checked_add(validation_bytes)?)?;
    let read = Block::parse(block.to_vec())?;
    if sector.len() != sector_bytes || read.bytes().len() != block_bytes || read.validation().len() != validation_bytes {
        return None;
    }
    let copy = |index: usize| {
        let at = COPIES_AT + index * COPY_BYTES;
        let offset = u64_at(body, at).filter(|offset| *offset != NOWHERE);
        Some(Copy { offset, state: *COPY_STATES.get(usize::from(*body.get(at + 8)?))?, differs: *body.get(at + 9)? != 0 })
    };
    let copies = [copy(0)?, copy(1)?, copy(2)?];
    let used = usize::from(*body.get(USED_AT)?);
    let judged = read.state(used, copies.get(used)?.offset?);
    if judged != copies[used].state {
        return None;
    }
    let size = u64_at(body, 20).filter(|_| u16_at(body, 10).is_some_and(|flags| flags & SIZE_KNOWN != 0));
    let place = Place { start: u64_at(body, 12)?, size, copies, used };
    let parsed = Boot::parse(boot).unwrap_or_else(|| lost_boot(&read));
    Some(Volume::describe(Parts { boot: boot.to_vec(), block: read, header_sector: sector.to_vec(), others: Vec::new() }, &parsed, place))
}
