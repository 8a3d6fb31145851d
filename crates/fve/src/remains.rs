//! Finds volumes by the signature of their metadata, for drives whose first sector was overwritten, as by formatting,
//! or names wrong offsets. A copy is trusted only if another one agrees with it on where the volume began, or if it
//! says that the volume began where the search did.

use std::io::{Read, Seek};

use super::block::{BLOCK_BYTES_MAX, Block, CopyState, SIGNATURE, VALIDATION_BYTES};
use super::boot::{BOOT_BYTES, Boot, Kind, Layout, SECTOR_SIZES};
use super::source::{READ_BYTES_MAX, Source};
use super::volume::{BootSector, Extent, Volume, Wanted};

/// Windows puts the first copy 20 to 40 MiB behind the start (seen on real volumes, Vista to Windows 11).
const SEARCHED_BYTES: u64 = 64 << 20;
/// On a fixed volume, this many bytes of the beginning were moved elsewhere.
const MOVED_BYTES: u32 = 8192;
/// Copies begin at multiples of this.
const ALIGN_BYTES: usize = 512;
/// The size of a read where a large one fails.
const SMALL_READ_BYTES: usize = 4096;
/// The most signatures that are followed. Each costs a read, and a hostile drive may be full of them.
const SIGNATURES_MAX: usize = 512;
/// The most blocks with a matching checksum that are followed. Each costs some further reads.
const CANDIDATES_MAX: usize = 64;
/// The most volumes that are returned. A drive that was encrypted several times holds remains of each.
const VOLUMES_MAX: usize = 4;

/// The volumes that have a whole metadata copy in the first 64 MiB of an extent. There are several where the drive was
/// encrypted more than once.
pub(super) fn find_volumes<R: Read + Seek>(source: &mut Source<R>, extent: Extent) -> Vec<Volume> {
    let Extent { start, size } = extent;
    let mut found: Vec<Volume> = Vec::new();
    let (mut signatures_seen, mut candidates) = (0, 0);
    for offset in (0..SEARCHED_BYTES.min(size.unwrap_or(u64::MAX))).step_by(READ_BYTES_MAX) {
        let Some(from) = start.checked_add(offset) else { break };
        for at in find_signatures(source, from) {
            signatures_seen += 1;
            if signatures_seen > SIGNATURES_MAX || candidates == CANDIDATES_MAX || found.len() == VOLUMES_MAX {
                return found;
            }
            let Some(block) = read_block(source, at) else { continue };
            candidates += 1;
            let Some(began) = infer_start(source, &block, at, start) else { continue };
            let size = size.filter(|_| began == start);
            let volume = read_volume(source, Extent { start: began, size }, &block);
            found.extend(
                volume.filter(|volume| {
                    found.iter().all(|known| (known.start, known.guid) != (volume.start, volume.guid))
                }),
            );
        }
    }
    found
}

/// Where metadata blocks seem to begin, within one read from here on.
fn find_signatures<R: Read + Seek>(source: &mut Source<R>, from: u64) -> Vec<u64> {
    let piece = source.read_at(from, READ_BYTES_MAX).unwrap_or_else(|_| {
        // A bad sector must not hide the blocks around it.
        let mut read = |at: usize| source.read_at(from.saturating_add(at as u64), SMALL_READ_BYTES).unwrap_or_default();
        let parts = (0..READ_BYTES_MAX).step_by(SMALL_READ_BYTES).flat_map(|at| {
            let mut part = read(at);
            part.resize(SMALL_READ_BYTES, 0);
            part
        });
        parts.collect()
    });
    let begins = piece.chunks(ALIGN_BYTES).enumerate().filter(|(_, sector)| sector.starts_with(SIGNATURE));
    begins.filter_map(|(index, _)| from.checked_add((index * ALIGN_BYTES) as u64)).collect()
}

/// The block at this offset, if its checksum matches.
fn read_block<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Option<Block> {
    let block = Block::parse(source.read_at(at, BLOCK_BYTES_MAX + VALIDATION_BYTES).ok()?)?;
    matches!(block.state(0, at), CopyState::Valid | CopyState::Misplaced).then_some(block)
}

/// Where the volume of a block began. The block may be any of its three copies; the start that most other copies
/// confirm is taken.
fn infer_start<R: Read + Seek>(source: &mut Source<R>, block: &Block, at: u64, start: u64) -> Option<u64> {
    let possible = (0..3).filter_map(|index| at.checked_sub(block.copy_offset(index)?));
    let rated = possible.map(|began| (confirmations(source, block, began, at), began == start, began));
    rated.filter(|(confirmations, here, _)| *confirmations > 0 || *here).max().map(|(_, _, began)| began)
}

/// How many other copies are where they should be if the volume began there.
fn confirmations<R: Read + Seek>(source: &mut Source<R>, known: &Block, began: u64, known_at: u64) -> usize {
    let offsets = |block: &Block| [0, 1, 2].map(|index| block.copy_offset(index));
    let others =
        offsets(known).into_iter().filter_map(|offset| began.checked_add(offset?)).filter(|at| *at != known_at);
    let alike = |other: Block| other.volume_guid() == known.volume_guid() && offsets(&other) == offsets(known);
    others.filter(|at| read_block(source, *at).is_some_and(alike)).count()
}

/// The fields of an overwritten boot sector, as far as a metadata block tells them.
pub(super) fn infer_boot(block: &Block) -> Boot {
    let moved = |size: &u16| u32::from(*size).checked_mul(block.header_sectors()) == Some(MOVED_BYTES);
    Boot {
        kind: if block.is_vista() { Kind::Vista } else { Kind::Fixed },
        layout: Layout::Normal,
        sector_size: SECTOR_SIZES.into_iter().find(moved).unwrap_or(SECTOR_SIZES[0]),
        offsets: [0, 1, 2].map(|index| block.copy_offset(index)),
        is_lost: true,
    }
}

/// The volume that a block belongs to.
fn read_volume<R: Read + Seek>(source: &mut Source<R>, extent: Extent, block: &Block) -> Option<Volume> {
    let inferred = infer_boot(block);
    let mut first = source.read_at(extent.start, BOOT_BYTES).unwrap_or_default();
    first.resize(BOOT_BYTES, 0);
    // Where only the offsets in the sector are wrong, its other fields still hold.
    let fields = Boot::parse(&first).unwrap_or(inferred);
    let wanted = Wanted { offsets: inferred.offsets, volume: block.volume_guid() };
    Volume::read_metadata(source, extent, &BootSector { bytes: &first, fields: &fields }, &wanted).ok()
}
