//! Saved headers: a volume's metadata in a few KiB, so that a key can be proven while the drive is elsewhere.
//!
//! All numbers are little-endian: magic (8 bytes), version (2), flags (2: 1 = the size is known), start (8), size (8);
//! for each of the three copies its offset (8, all ones when unknown), state (1), whether it differs (1); the number of
//! the copy in use (1); lengths of block (4), validation area (2) and header sector (2); then boot sector (512), block,
//! validation area, header sector. In version 2 the copies that differ follow, at most two: number, lengths,
//! block, validation area, header sector. Last, the SHA-256 of everything before (32).

use sha2::{Digest, Sha256};

use super::block::{BLOCK_BYTES_MAX, Block, CopyState, MetadataCopy, VALIDATION_BYTES};
use super::boot::{BOOT_BYTES, Boot, UNKNOWN_OFFSET};
use super::bytes::{u16_at, u32_at, u64_at};
use super::remains::infer_boot;
use super::volume::{Extent, Location, Parts, Volume};

const MAGIC: &[u8; 8] = b"DKFVEHDR";
/// Written where all copies agree.
const VERSION_ONE_COPY: u16 = 1;
/// Written where copies differ; the newest version.
const VERSION: u16 = 2;
const SIZE_KNOWN: u16 = 1;
const COPIES_AT: usize = 28;
const COPY_BYTES: usize = 10;
const USED_AT: usize = COPIES_AT + 3 * COPY_BYTES;
const LENGTHS_BYTES: usize = 9;
const BOOT_AT: usize = USED_AT + LENGTHS_BYTES;
const OTHERS_MAX: usize = 2;
const HASH_BYTES: usize = 32;
const SECTOR_BYTES_MAX: usize = 4096;
const COPY_BYTES_MAX: usize = LENGTHS_BYTES + BLOCK_BYTES_MAX + VALIDATION_BYTES + SECTOR_BYTES_MAX;
/// The largest saved header, in bytes.
pub const SAVED_HEADER_BYTES_MAX: usize = USED_AT + BOOT_BYTES + (1 + OTHERS_MAX) * COPY_BYTES_MAX + HASH_BYTES;
/// Each state is stored as its index here.
const COPY_STATES: [CopyState; 6] = [
    CopyState::Valid,
    CopyState::Misplaced,
    CopyState::BadChecksum,
    CopyState::NoChecksum,
    CopyState::Missing,
    CopyState::Unreadable,
];

/// Why a saved header could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SavedHeaderError {
    /// The signature is missing.
    #[error("not a saved header")]
    NotASavedHeader,
    /// It was written by a newer version of this program.
    #[error("a saved header of version {found}; this program knows up to {VERSION}")]
    NewerVersion {
        /// Its version.
        found: u16,
    },
    /// It was cut or changed.
    #[error("a damaged saved header")]
    Damaged,
}

impl Volume {
    /// Saves everything that listing, proof, harvest and repair need. The bytes hold what an attacker would need to
    /// guess passwords, so keep them sealed.
    #[must_use]
    pub fn to_saved_header(&self) -> Vec<u8> {
        let Parts { boot, others, .. } = &self.parts;
        let mut bytes = Vec::with_capacity(USED_AT + BOOT_BYTES + (1 + others.len()) * COPY_BYTES_MAX + HASH_BYTES);
        bytes.extend(MAGIC);
        bytes.extend(if others.is_empty() { VERSION_ONE_COPY } else { VERSION }.to_le_bytes());
        bytes.extend(if self.size.is_some() { SIZE_KNOWN } else { 0 }.to_le_bytes());
        bytes.extend(self.start.to_le_bytes());
        bytes.extend(self.size.unwrap_or_default().to_le_bytes());
        for copy in &self.copies {
            bytes.extend(copy.offset.unwrap_or(UNKNOWN_OFFSET).to_le_bytes());
            bytes.push(
                COPY_STATES
                    .iter()
                    .position(|state| *state == copy.state)
                    .and_then(|at| u8::try_from(at).ok())
                    .unwrap_or(u8::MAX),
            );
            bytes.push(copy.differs.into());
        }
        write_lengths(&mut bytes, self);
        bytes.extend(boot);
        write_copy(&mut bytes, self);
        for other in others.iter().take(OTHERS_MAX) {
            write_lengths(&mut bytes, other);
            write_copy(&mut bytes, other);
        }
        bytes.extend(Sha256::digest(&bytes));
        bytes
    }

    /// Restores the volume from a saved header, as it was then.
    ///
    /// # Errors
    /// [`SavedHeaderError`].
    pub fn from_saved_header(bytes: &[u8]) -> Result<Self, SavedHeaderError> {
        if !bytes.starts_with(MAGIC) {
            return Err(SavedHeaderError::NotASavedHeader);
        }
        match u16_at(bytes, 8) {
            Some(VERSION_ONE_COPY | VERSION) => parse_saved_header(bytes).ok_or(SavedHeaderError::Damaged),
            Some(found) if found > VERSION => Err(SavedHeaderError::NewerVersion { found }),
            _ => Err(SavedHeaderError::Damaged),
        }
    }
}

fn write_lengths(bytes: &mut Vec<u8>, volume: &Volume) {
    let Parts { block, header_sector, .. } = &volume.parts;
    bytes.push(u8::try_from(volume.used).unwrap_or(u8::MAX));
    bytes.extend(u32::try_from(block.bytes().len()).unwrap_or(u32::MAX).to_le_bytes());
    for part in [block.validation(), header_sector] {
        bytes.extend(u16::try_from(part.len()).unwrap_or(u16::MAX).to_le_bytes());
    }
}

fn write_copy(bytes: &mut Vec<u8>, volume: &Volume) {
    let Parts { block, header_sector, .. } = &volume.parts;
    for part in [block.bytes(), block.validation(), header_sector] {
        bytes.extend(part);
    }
}

/// The number of a copy and the lengths of its parts.
struct Lengths {
    used: usize,
    block: usize,
    validation: usize,
    sector: usize,
}

impl Lengths {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let used = usize::from(*bytes.first()?);
        let block = usize::try_from(u32_at(bytes, 1)?).ok()?;
        let [validation, sector] = [u16_at(bytes, 5)?, u16_at(bytes, 7)?].map(usize::from);
        Some(Self { used, block, validation, sector })
    }

    /// Splits a copy off the front: its block, its header sector, and the bytes behind them.
    fn split_off<'b>(&self, bytes: &'b [u8]) -> Option<(Block, Vec<u8>, &'b [u8])> {
        let (block, rest) = bytes.split_at_checked(self.block.checked_add(self.validation)?)?;
        let (sector, rest) = rest.split_at_checked(self.sector)?;
        let block = Block::parse(block.to_vec())?;
        (block.bytes().len() == self.block && block.validation().len() == self.validation)
            .then(|| (block, sector.to_vec(), rest))
    }
}

fn parse_saved_header(bytes: &[u8]) -> Option<Volume> {
    let (body, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH_BYTES)?)?;
    if bytes.len() > SAVED_HEADER_BYTES_MAX || *hash != *Sha256::digest(body) {
        return None;
    }
    let parse_copy = |index: usize| {
        let at = COPIES_AT + index * COPY_BYTES;
        let offset = u64_at(body, at).filter(|offset| *offset != UNKNOWN_OFFSET);
        Some(MetadataCopy {
            offset,
            state: *COPY_STATES.get(usize::from(*body.get(at + 8)?))?,
            differs: *body.get(at + 9)? != 0,
        })
    };
    let copies = [parse_copy(0)?, parse_copy(1)?, parse_copy(2)?];
    let start = u64_at(body, 12)?;
    let size = u64_at(body, 20).filter(|_| u16_at(body, 10).is_some_and(|flags| flags & SIZE_KNOWN != 0));
    let lengths = Lengths::parse(body.get(USED_AT..)?)?;
    let (boot, rest) = body.get(BOOT_AT..)?.split_at_checked(BOOT_BYTES)?;
    let extent = Extent { start, size };
    let describe = |lengths: &Lengths, block: Block, header_sector, fields: &Boot, others| {
        let used = lengths.used;
        let state = block.state(used, copies.get(used)?.offset?);
        let parts = Parts { boot: boot.to_vec(), block, header_sector, others };
        (state == copies[used].state).then(|| Volume::describe(parts, fields, Location { extent, copies, used }))
    };
    let (block, sector, mut rest) = lengths.split_off(rest)?;
    let fields = Boot::parse(boot).unwrap_or_else(|| infer_boot(&block));
    let mut others = Vec::new();
    while !rest.is_empty() {
        if others.len() == OTHERS_MAX || u16_at(body, 8) != Some(VERSION) {
            return None;
        }
        let lengths = Lengths::parse(rest)?;
        let (block, sector, behind) = lengths.split_off(rest.get(LENGTHS_BYTES..)?)?;
        others.push(describe(&lengths, block, sector, &fields, Vec::new())?);
        rest = behind;
    }
    describe(&lengths, block, sector, &fields, others)
}
