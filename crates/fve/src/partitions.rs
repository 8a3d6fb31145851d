//! Partition tables: where each partition begins and how long it is. MBR with extended partitions, and GPT, in sectors
//! of either size; a bounded number of entries. Must not know what a partition holds.

use std::io::{Read, Seek};

use super::bytes::{text, u32_at, u64_at};
use super::source::Source;
use drivekey_record::LineText;

/// Of a table; what else it says is beyond it.
const SECTOR_BYTES: usize = 512;
/// Disks count in sectors of either size.
const SECTOR_SIZES: [u64; 2] = [512, 4096];
/// Partitions that are looked at; real tables hold up to 128.
const PARTITIONS_MAX: usize = 256;
const MBR_ENTRIES_AT: usize = 446;
const MBR_ENTRY_BYTES: usize = 16;
const MBR_PROTECTIVE: u8 = 0xEE;
const MBR_EXTENDED: [u8; 3] = [0x05, 0x0F, 0x85];
const GPT_SIGNATURE: &[u8] = b"EFI PART";
const GPT_ENTRY_BYTES: usize = 128;
/// Entries are read this many bytes at a time.
const GPT_CHUNK_BYTES: usize = 16 * 1024;

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its number, from 1; logical partitions from 5.
    pub number: u32,
    /// Its name, where the table has names.
    pub name: Option<LineText>,
}

/// A partition's place, before it is known what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) start: u64,
    pub(super) size: u64,
    pub(super) partition: Partition,
}

/// Where a table may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TablePlace {
    /// In the first sector.
    Mbr,
    /// Its header here, its entries counted in sectors of this many bytes.
    Gpt {
        /// From the disk's start, in bytes.
        header_at: u64,
        /// 512 or 4096.
        sector: u64,
    },
}

impl TablePlace {
    /// In the order in which they are believed: GPT behind the first sector, the spare one at the end, MBR.
    pub(super) fn all(size: Option<u64>) -> impl Iterator<Item = Self> {
        let first = SECTOR_SIZES.map(|sector| Some((sector, sector)));
        let spare = SECTOR_SIZES.map(|sector| Some((size?.checked_sub(sector)?, sector)));
        let gpt = first.into_iter().chain(spare).flatten().map(|(header_at, sector)| Self::Gpt { header_at, sector });
        gpt.chain([Self::Mbr])
    }

    /// The partitions that the table here names; none, where there is none.
    pub(super) fn read<R: Read + Seek>(self, source: &mut Source<R>) -> Vec<Slot> {
        match self {
            Self::Mbr => mbr(source),
            Self::Gpt { header_at, sector } => gpt(source, header_at, sector).unwrap_or_default(),
        }
    }
}

fn gpt<R: Read + Seek>(source: &mut Source<R>, header_at: u64, sector: u64) -> Option<Vec<Slot>> {
    let header = source.read_at(header_at, SECTOR_BYTES).ok()?;
    if !header.starts_with(GPT_SIGNATURE) {
        return None;
    }
    let entries_at = u64_at(&header, 72)?.checked_mul(sector)?;
    let count = usize::try_from(u32_at(&header, 80)?).ok()?.min(PARTITIONS_MAX);
    let entry_bytes = usize::try_from(u32_at(&header, 84)?).ok()?;
    if !(GPT_ENTRY_BYTES..=GPT_CHUNK_BYTES).contains(&entry_bytes) {
        return None;
    }
    let chunk_entries = GPT_CHUNK_BYTES / entry_bytes;
    let mut slots = Vec::new();
    for begin in (0..count).step_by(chunk_entries) {
        let entries = chunk_entries.min(count - begin);
        let at = entries_at.checked_add((begin * entry_bytes) as u64)?;
        let chunk = source.read_at(at, entries * entry_bytes).ok()?;
        for (index, entry) in chunk.chunks_exact(entry_bytes).enumerate() {
            slots.extend(gpt_entry(entry, begin + index, sector));
        }
    }
    Some(slots)
}

fn gpt_entry(entry: &[u8], index: usize, sector: u64) -> Option<Slot> {
    if entry.get(..16)?.iter().all(|byte| *byte == 0) {
        return None;
    }
    let [first, last] = [u64_at(entry, 32)?, u64_at(entry, 40)?];
    let sectors = last.checked_sub(first)?.checked_add(1)?;
    let name = text(entry.get(56..GPT_ENTRY_BYTES)?);
    slot(first, sectors, sector, index + 1, name)
}

fn slot(first: u64, sectors: u64, sector: u64, number: usize, name: Option<LineText>) -> Option<Slot> {
    let partition = Partition { number: u32::try_from(number).ok()?, name };
    let start = first.checked_mul(sector).filter(|start| *start != 0)?;
    Some(Slot { start, size: sectors.checked_mul(sector)?, partition })
}

/// The primary and logical partitions of an MBR. Should its disk count in large sectors, the places in small ones hold
/// nothing, and both are given.
fn mbr<R: Read + Seek>(source: &mut Source<R>) -> Vec<Slot> {
    let first = source.read_at(0, SECTOR_BYTES).unwrap_or_default();
    let mut slots = Vec::new();
    for sector in SECTOR_SIZES {
        for (index, entry) in mbr_entries(&first).into_iter().enumerate() {
            if MBR_EXTENDED.contains(&entry.kind) {
                logical(source, entry.first, sector, &mut slots);
            } else if entry.kind != 0 && entry.kind != MBR_PROTECTIVE {
                slots.extend(slot(entry.first, entry.sectors, sector, index + 1, None));
            }
        }
    }
    slots.truncate(PARTITIONS_MAX);
    slots
}

struct MbrEntry {
    kind: u8,
    first: u64,
    sectors: u64,
}

/// None, when the sector is no partition table.
fn mbr_entries(sector: &[u8]) -> Vec<MbrEntry> {
    if sector.get(510..512) != Some(&[0x55, 0xAA]) {
        return Vec::new();
    }
    let entries = sector[MBR_ENTRIES_AT..510].chunks_exact(MBR_ENTRY_BYTES);
    // A file system's first sector has code in this place; the first byte of an entry is a flag.
    let used = entries.filter(|entry| matches!(entry[0], 0x00 | 0x80));
    let read = |entry: &[u8]| {
        Some(MbrEntry { kind: entry[4], first: u32_at(entry, 8)?.into(), sectors: u32_at(entry, 12)?.into() })
    };
    used.filter_map(read).collect()
}

/// Follows the chain of extended tables: each names one partition and the next table.
fn logical<R: Read + Seek>(source: &mut Source<R>, extended: u64, sector: u64, slots: &mut Vec<Slot>) {
    const FIRST_LOGICAL: usize = 5;
    let mut table = extended;
    // Whoever makes one out of order has a chain that goes back and forth.
    let mut seen = vec![table];
    for number in FIRST_LOGICAL..FIRST_LOGICAL + PARTITIONS_MAX / 2 {
        let Some(at) = table.checked_mul(sector) else { return };
        let entries = mbr_entries(&source.read_at(at, SECTOR_BYTES).unwrap_or_default());
        let (next, volumes): (Vec<_>, Vec<_>) =
            entries.into_iter().filter(|entry| entry.kind != 0).partition(|entry| MBR_EXTENDED.contains(&entry.kind));
        for entry in volumes {
            slots.extend(
                table.checked_add(entry.first).and_then(|first| slot(first, entry.sectors, sector, number, None)),
            );
        }
        let Some(following) = next.first().and_then(|entry| extended.checked_add(entry.first)) else { return };
        if seen.contains(&following) {
            return;
        }
        seen.push(following);
        table = following;
    }
}
