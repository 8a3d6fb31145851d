//! What is left of a volume whose first sector was overwritten, as by formatting, or names wrong places: its metadata, found by their signature and
//! believed only where they say that they lie here. Must not know what surrounds the volume.

use std::io::{Read, Seek};

use super::block::{BLOCK_BYTES_MAX, Block, CopyState, SIGNATURE, VALIDATION_BYTES};
use super::boot::{BOOT_BYTES, Boot};
use super::source::{READ_BYTES_MAX, Source};
use super::volume::Volume;

/// Windows lays the first copy some 20 to 40 MiB behind the start (real volumes, Vista to Windows 11).
const SEARCHED_BYTES: u64 = 64 << 20;
/// A copy begins at one of these.
const ALIGN_BYTES: usize = 512;
/// Blocks that are tried: a hostile drive may be full of signatures.
const CANDIDATES_MAX: usize = 64;
/// A drive that was formatted and encrypted again holds what is left of each time.
const VOLUMES_MAX: usize = 4;

/// The volumes that began at `start`, one after the other in time: of each, a copy is whole and in its place.
pub(super) fn volumes<R: Read + Seek>(source: &mut Source<R>, start: u64, size: Option<u64>) -> Vec<Volume> {
    let mut found: Vec<Volume> = Vec::new();
    let mut candidates = 0;
    for offset in (0..SEARCHED_BYTES.min(size.unwrap_or(u64::MAX))).step_by(READ_BYTES_MAX) {
        let Some(from) = start.checked_add(offset) else { break };
        let piece = source.read_at(from, READ_BYTES_MAX).unwrap_or_default();
        for (index, _) in piece.chunks(ALIGN_BYTES).enumerate().filter(|(_, begins)| begins.starts_with(SIGNATURE)) {
            candidates += 1;
            if candidates > CANDIDATES_MAX || found.len() == VOLUMES_MAX {
                return found;
            }
            let volume = volume(source, (start, size), offset + (index * ALIGN_BYTES) as u64);
            found.extend(volume.filter(|volume| found.iter().all(|known| known.guid != volume.guid)));
        }
    }
    found
}

/// The volume whose copy lies at this offset.
fn volume<R: Read + Seek>(source: &mut Source<R>, (start, size): (u64, Option<u64>), offset: u64) -> Option<Volume> {
    let lost = boot_of(source, start, offset)?;
    let mut first = source.read_at(start, BOOT_BYTES).unwrap_or_default();
    first.resize(BOOT_BYTES, 0);
    // Where only the places in it are wrong, the rest of it holds.
    let boot = Boot::parse(&first).unwrap_or(lost);
    Volume::behind(source, (start, size), first, &boot, lost.offsets).ok()
}

/// What the boot sector must have said, by the copy at this offset.
fn boot_of<R: Read + Seek>(source: &mut Source<R>, start: u64, offset: u64) -> Option<Boot> {
    let bytes = source.read_at(start.checked_add(offset)?, BLOCK_BYTES_MAX + VALIDATION_BYTES).ok()?;
    let block = Block::parse(bytes)?;
    let is_copy = |index: &usize| block.state(*index, offset) == CopyState::Valid;
    (0..3).any(|index| is_copy(&index)).then(|| Boot::lost(&block))
}
