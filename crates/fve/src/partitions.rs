//! Reads partition tables: GPT, and MBR with extended partitions, in sectors of 512 and of 4096 bytes. Why by hand:
//! decision 0009.

use std::io::{Read, Seek};

use super::bytes::{parse_text, u32_at, u64_at};
use super::source::Source;
use super::volume::Extent;
use drivekey_record::LineText;

/// A table's own fields lie within this, whatever the sector size.
const SECTOR_BYTES: usize = 512;
/// A table does not tell in which of these units it counts.
const SECTOR_SIZES: [u64; 2] = [512, 4096];
/// The most partitions of one table. Real tables hold up to 128.
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
    /// Its number, from 1. Logical partitions count from 5.
    pub number: u32,
    /// Its name, if the table has names.
    pub name: Option<LineText>,
}

/// A partition and its place on the disk, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartitionRange {
    pub(super) start: u64,
    pub(super) size: u64,
    pub(super) partition: Partition,
}

impl PartitionRange {
    pub(super) const fn extent(&self) -> Extent {
        Extent { start: self.start, size: Some(self.size) }
    }
}

/// Where a partition table may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableLocation {
    /// An MBR, in the first sector.
    Mbr,
    /// A GPT, with its header here and sectors of this size.
    Gpt {
        /// From the start of the disk, in bytes.
        header_at: u64,
        /// 512 or 4096.
        sector: u64,
    },
}

impl TableLocation {
    /// All locations, the most trustworthy first: GPT behind the first sector, the spare GPT at the end, MBR.
    pub(super) fn all(size: Option<u64>) -> impl Iterator<Item = Self> {
        let first = SECTOR_SIZES.map(|sector| Some((sector, sector)));
        let spare = SECTOR_SIZES.map(|sector| Some((size?.checked_sub(sector)?, sector)));
        let gpt = first.into_iter().chain(spare).flatten().map(|(header_at, sector)| Self::Gpt { header_at, sector });
        gpt.chain([Self::Mbr])
    }

    /// The partitions that this table names; none if there is no table.
    pub(super) fn read<R: Read + Seek>(self, source: &mut Source<R>) -> Vec<PartitionRange> {
        match self {
            Self::Mbr => read_mbr(source),
            Self::Gpt { header_at, sector } => read_gpt(source, header_at, sector).unwrap_or_default(),
        }
    }
}

fn read_gpt<R: Read + Seek>(source: &mut Source<R>, header_at: u64, sector: u64) -> Option<Vec<PartitionRange>> {
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
    let mut ranges = Vec::new();
    for begin in (0..count).step_by(chunk_entries) {
        let entries = chunk_entries.min(count - begin);
        let at = entries_at.checked_add((begin * entry_bytes) as u64)?;
        let chunk = source.read_at(at, entries * entry_bytes).ok()?;
        for (index, entry) in chunk.chunks_exact(entry_bytes).enumerate() {
            ranges.extend(parse_gpt_entry(entry, begin + index, sector));
        }
    }
    Some(ranges)
}

fn parse_gpt_entry(entry: &[u8], index: usize, sector: u64) -> Option<PartitionRange> {
    if entry.get(..16)?.iter().all(|byte| *byte == 0) {
        return None;
    }
    let [first, last] = [u64_at(entry, 32)?, u64_at(entry, 40)?];
    let sectors = last.checked_sub(first)?.checked_add(1)?;
    let name = parse_text(entry.get(56..GPT_ENTRY_BYTES)?);
    partition_range(first, sectors, sector, index + 1, name)
}

fn partition_range(
    first: u64,
    sectors: u64,
    sector: u64,
    number: usize,
    name: Option<LineText>,
) -> Option<PartitionRange> {
    let partition = Partition { number: u32::try_from(number).ok()?, name };
    let start = first.checked_mul(sector).filter(|start| *start != 0)?;
    Some(PartitionRange { start, size: sectors.checked_mul(sector)?, partition })
}

/// The primary and logical partitions of an MBR. It does not tell its sector size, so ranges for both are returned: no
/// volume begins at those of the wrong one.
fn read_mbr<R: Read + Seek>(source: &mut Source<R>) -> Vec<PartitionRange> {
    let first = source.read_at(0, SECTOR_BYTES).unwrap_or_default();
    let mut ranges = Vec::new();
    for sector in SECTOR_SIZES {
        for (index, entry) in parse_mbr(&first).into_iter().enumerate() {
            if MBR_EXTENDED.contains(&entry.kind) {
                read_logical(source, entry.first, sector, &mut ranges);
            } else if entry.kind != 0 && entry.kind != MBR_PROTECTIVE {
                ranges.extend(partition_range(entry.first, entry.sectors, sector, index + 1, None));
            }
        }
    }
    ranges.truncate(PARTITIONS_MAX);
    ranges
}

struct MbrEntry {
    kind: u8,
    first: u64,
    sectors: u64,
}

/// The entries of a partition table; none if the sector is not one.
fn parse_mbr(sector: &[u8]) -> Vec<MbrEntry> {
    if sector.get(510..512) != Some(&[0x55, 0xAA]) {
        return Vec::new();
    }
    let entries = sector[MBR_ENTRIES_AT..510].chunks_exact(MBR_ENTRY_BYTES);
    // The first sector of a file system has code here. The first byte of an entry is a flag, with two legal values.
    let used = entries.filter(|entry| matches!(entry[0], 0x00 | 0x80));
    let read = |entry: &[u8]| {
        Some(MbrEntry { kind: entry[4], first: u32_at(entry, 8)?.into(), sectors: u32_at(entry, 12)?.into() })
    };
    used.filter_map(read).collect()
}

/// Follows the chain of extended tables. Each names one partition and the next table.
fn read_logical<R: Read + Seek>(source: &mut Source<R>, extended: u64, sector: u64, ranges: &mut Vec<PartitionRange>) {
    const FIRST_LOGICAL: usize = 5;
    let mut table = extended;
    // Partitions that were made out of order chain back and forth, so only a repeated table is a loop.
    let mut seen = vec![table];
    for number in FIRST_LOGICAL..FIRST_LOGICAL + PARTITIONS_MAX / 2 {
        let Some(at) = table.checked_mul(sector) else { return };
        let entries = parse_mbr(&source.read_at(at, SECTOR_BYTES).unwrap_or_default());
        let (next, volumes): (Vec<_>, Vec<_>) =
            entries.into_iter().filter(|entry| entry.kind != 0).partition(|entry| MBR_EXTENDED.contains(&entry.kind));
        for entry in volumes {
            ranges.extend(
                table
                    .checked_add(entry.first)
                    .and_then(|first| partition_range(first, entry.sectors, sector, number, None)),
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
