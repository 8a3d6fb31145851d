//! What is left of a volume whose first sector was overwritten, as by formatting, or names wrong places: its metadata,
//! found by their signature and believed only where they agree with others on where the volume began, or say that it
//! began here. Must not know of partitions.

use std::io::{Read, Seek};

use super::block::{BLOCK_BYTES_MAX, Block, CopyState, SIGNATURE, VALIDATION_BYTES};
use super::boot::{BOOT_BYTES, Boot, Kind, Layout, SECTOR_SIZES};
use super::source::{READ_BYTES_MAX, Source};
use super::volume::Volume;

/// Windows lays the first copy some 20 to 40 MiB behind the start (real volumes, Vista to Windows 11).
const SEARCHED_BYTES: u64 = 64 << 20;
/// Of a fixed volume's beginning this much was moved elsewhere.
const MOVED_BYTES: u32 = 8192;
/// A copy begins at one of these.
const ALIGN_BYTES: usize = 512;
/// What is read at once where a whole piece cannot be.
const SMALL_BYTES: usize = 4096;
/// Signatures that are followed: a hostile drive may be full of them. Each costs a read.
const SIGNATURES_MAX: usize = 512;
/// Blocks with a right checksum that are tried; each costs some reads more.
const CANDIDATES_MAX: usize = 64;
/// A drive that was formatted and encrypted again holds what is left of each time.
const VOLUMES_MAX: usize = 4;

/// The volumes of which a whole copy lies in the first 64 MiB from `start`; several, where the drive was encrypted more
/// than once. A copy says how far before it its volume began: that is believed where another copy says the same, or
/// where it is `start`.
pub(super) fn volumes<R: Read + Seek>(source: &mut Source<R>, start: u64, size: Option<u64>) -> Vec<Volume> {
    let mut found: Vec<Volume> = Vec::new();
    let (mut signatures_seen, mut candidates) = (0, 0);
    for offset in (0..SEARCHED_BYTES.min(size.unwrap_or(u64::MAX))).step_by(READ_BYTES_MAX) {
        let Some(from) = start.checked_add(offset) else { break };
        for at in signatures(source, from) {
            signatures_seen += 1;
            if signatures_seen > SIGNATURES_MAX || candidates == CANDIDATES_MAX || found.len() == VOLUMES_MAX {
                return found;
            }
            let Some(block) = block(source, at) else { continue };
            candidates += 1;
            let Some(began) = began(source, &block, at, start) else { continue };
            let size = size.filter(|_| began == start);
            let volume = volume(source, (began, size), &block);
            found.extend(
                volume.filter(|volume| {
                    found.iter().all(|known| (known.start, known.guid) != (volume.start, volume.guid))
                }),
            );
        }
    }
    found
}

/// Where blocks seem to begin in the piece from here on.
fn signatures<R: Read + Seek>(source: &mut Source<R>, from: u64) -> Vec<u64> {
    let piece = source.read_at(from, READ_BYTES_MAX).unwrap_or_else(|_| {
        // A bad sector hides no more than what lies beside it.
        let mut read = |at: usize| source.read_at(from.saturating_add(at as u64), SMALL_BYTES).unwrap_or_default();
        let parts = (0..READ_BYTES_MAX).step_by(SMALL_BYTES).flat_map(|at| {
            let mut part = read(at);
            part.resize(SMALL_BYTES, 0);
            part
        });
        parts.collect()
    });
    let begins = piece.chunks(ALIGN_BYTES).enumerate().filter(|(_, sector)| sector.starts_with(SIGNATURE));
    begins.filter_map(|(index, _)| from.checked_add((index * ALIGN_BYTES) as u64)).collect()
}

/// A block at this place whose checksum is right.
fn block<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Option<Block> {
    let block = Block::parse(source.read_at(at, BLOCK_BYTES_MAX + VALIDATION_BYTES).ok()?)?;
    matches!(block.state(0, at), CopyState::Valid | CopyState::Misplaced).then_some(block)
}

/// Where the volume of the copy at this place began: it may be any of the three, and the most others must agree.
fn began<R: Read + Seek>(source: &mut Source<R>, block: &Block, at: u64, start: u64) -> Option<u64> {
    let possible = (0..3).filter_map(|index| at.checked_sub(block.copy_offset(index)?));
    let judged = possible.map(|began| (confirmations(source, block, began, at), began == start, began));
    judged.filter(|(confirmations, here, _)| *confirmations > 0 || *here).max().map(|(_, _, began)| began)
}

/// How many other copies would stand in their places, had the volume begun there.
fn confirmations<R: Read + Seek>(source: &mut Source<R>, known: &Block, began: u64, known_at: u64) -> usize {
    let places = |block: &Block| [0, 1, 2].map(|index| block.copy_offset(index));
    let others = places(known).into_iter().filter_map(|offset| began.checked_add(offset?)).filter(|at| *at != known_at);
    let alike = |other: Block| other.volume_guid() == known.volume_guid() && places(&other) == places(known);
    others.filter(|at| block(source, *at).is_some_and(alike)).count()
}

/// What the boot sector said before it was overwritten, as far as a copy of the metadata tells.
pub(super) fn lost_boot(block: &Block) -> Boot {
    let moved = |size: &u16| u32::from(*size).checked_mul(block.header_sectors()) == Some(MOVED_BYTES);
    Boot {
        kind: if block.is_vista() { Kind::Vista } else { Kind::Fixed },
        layout: Layout::Normal,
        sector_size: SECTOR_SIZES.into_iter().find(moved).unwrap_or(SECTOR_SIZES[0]),
        offsets: [0, 1, 2].map(|index| block.copy_offset(index)),
        is_lost: true,
    }
}

/// The volume that a copy is of.
fn volume<R: Read + Seek>(source: &mut Source<R>, (start, size): (u64, Option<u64>), block: &Block) -> Option<Volume> {
    let lost = lost_boot(block);
    let mut first = source.read_at(start, BOOT_BYTES).unwrap_or_default();
    first.resize(BOOT_BYTES, 0);
    // Where only the places in it are wrong, the rest of it holds.
    let boot = Boot::parse(&first).unwrap_or(lost);
    Volume::behind(source, (start, size), &first, &boot, (lost.offsets, block.volume_guid())).ok()
}
