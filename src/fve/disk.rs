//! Finding BitLocker volumes on whatever is given: a volume, a partition, a whole disk, an image of one.
//! Knows MBR, extended partitions, GPT and the fixed VHD's footer; reads a bounded number of sectors.

use std::io::{Read, Seek};

use super::bytes::{text, u32_at, u64_at};
use super::error::{Container, FveError};
use super::source::Source;
use super::volume::Volume;
use crate::record::LineText;

const SECTOR_BYTES: usize = 512;
/// Disks count in sectors of either size.
const SECTOR_SIZES: [u64; 2] = [512, 4096];
const VHD_FOOTER_BYTES: u64 = 512;
const VHD_COOKIE: &[u8] = b"conectix";
const VHD_TYPE_FIXED: [u8; 4] = [0, 0, 0, 2];
/// Partitions that are looked at; real tables hold up to 128.
const PARTITIONS_MAX: usize = 256;
/// Volumes that are read whole.
const VOLUMES_MAX: usize = 32;
const MBR_ENTRIES_AT: usize = 446;
const MBR_ENTRY_BYTES: usize = 16;
const MBR_PROTECTIVE: u8 = 0xEE;
const MBR_EXTENDED: [u8; 3] = [0x05, 0x0F, 0x85];
const GPT_SIGNATURE: &[u8] = b"EFI PART";
const GPT_ENTRY_BYTES: usize = 128;
/// Entries are read this many bytes at a time.
const GPT_CHUNK_BYTES: usize = 16 * 1024;

/// The partition table a disk has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// None: the volume begins at the first byte.
    None,
    /// The old one.
    Mbr,
    /// The one of UEFI.
    Gpt,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its number, from 1; logical partitions from 5.
    pub number: u32,
    /// Its name, where the table has names.
    pub name: Option<LineText>,
}

/// A BitLocker volume, or what is left of one.
#[derive(Debug)]
pub struct Found {
    /// Where it starts, in bytes.
    pub start: u64,
    /// The partition it fills, on a disk with a table.
    pub partition: Option<Partition>,
    /// The volume, or why it cannot be listed.
    pub volume: Result<Volume, FveError>,
}

/// What there is on a drive or in an image.
#[derive(Debug)]
pub struct Scan {
    /// Its partition table.
    pub table: Table,
    /// The BitLocker volumes, in the order of the table.
    pub found: Vec<Found>,
    /// Partitions that are none.
    pub other_partitions: usize,
}

/// A partition's place, before it is known what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    start: u64,
    size: u64,
    partition: Partition,
}

/// Finds every BitLocker volume.
///
/// # Errors
/// [`FveError`] when there is none; a damaged one is listed with its own error, where the table names others.
pub fn scan<R: Read + Seek>(source: &mut Source<R>) -> Result<Scan, FveError> {
    let first = source.read_at(0, SECTOR_BYTES)?;
    let size = raw_size(source)?;
    match Volume::read(source, 0, size) {
        Err(FveError::NotBitLocker) => {}
        Err(error) => return Err(error),
        Ok(volume) => {
            let found = Found { start: 0, partition: None, volume: Ok(volume) };
            return Ok(Scan { table: Table::None, found: vec![found], other_partitions: 0 });
        }
    }
    if let Some(container) = container(&first) {
        return Err(FveError::Container(container));
    }
    let (table, slots) = match gpt(source, size) {
        slots if slots.is_empty() => (Table::Mbr, mbr(source, &first)),
        slots => (Table::Gpt, slots),
    };
    let mut found: Vec<Found> = Vec::new();
    let mut other_partitions = 0;
    for Slot { start, size, partition } in slots {
        if found.len() == VOLUMES_MAX || found.iter().any(|found| found.start == start) {
            continue;
        }
        match Volume::read(source, start, Some(size)) {
            Err(FveError::NotBitLocker) => other_partitions += 1,
            volume => found.push(Found { start, partition: Some(partition), volume }),
        }
    }
    if found.is_empty() { Err(FveError::NotBitLocker) } else { Ok(Scan { table, found, other_partitions }) }
}

/// The size without a fixed VHD's footer.
fn raw_size<R: Read + Seek>(source: &mut Source<R>) -> Result<Option<u64>, FveError> {
    let Some(size) = source.size() else { return Ok(None) };
    let Some(footer_at) = size.checked_sub(VHD_FOOTER_BYTES) else { return Ok(Some(size)) };
    let footer = source.read_at(footer_at, SECTOR_BYTES).unwrap_or_default();
    if !footer.starts_with(VHD_COOKIE) {
        return Ok(Some(size));
    }
    if footer.get(60..64) == Some(&VHD_TYPE_FIXED) { Ok(Some(footer_at)) } else { Err(FveError::Container(Container::DynamicVhd)) }
}

fn container(first: &[u8]) -> Option<Container> {
    let begins: [(&[u8], Container); 6] = [
        (b"vhdxfile", Container::Vhdx),
        (VHD_COOKIE, Container::DynamicVhd),
        (b"EVF\x09\x0d\x0a\xff\x00", Container::Ewf),
        (b"KDMV", Container::Vmdk),
        (b"QFI\xfb", Container::Qcow),
        (b"<<< Oracle VM VirtualBox Disk Image >>>", Container::Vdi),
    ];
    begins.into_iter().find(|(magic, _)| first.starts_with(magic)).map(|(_, container)| container)
}

/// The entries of the first GPT header found: behind the first sector, or the spare one at the end.
fn gpt<R: Read + Seek>(source: &mut Source<R>, size: Option<u64>) -> Vec<Slot> {
    let spare = SECTOR_SIZES.map(|sector| size.and_then(|size| Some((sector, size.checked_sub(sector)?))));
    let places = SECTOR_SIZES.map(|sector| Some((sector, sector))).into_iter().chain(spare).flatten();
    for (sector, at) in places {
        let header = source.read_at(at, SECTOR_BYTES).unwrap_or_default();
        let slots = if header.starts_with(GPT_SIGNATURE) { gpt_entries(source, sector, &header) } else { None };
        if let Some(slots) = slots.filter(|slots| !slots.is_empty()) {
            return slots;
        }
    }
    Vec::new()
}

fn gpt_entries<R: Read + Seek>(source: &mut Source<R>, sector: u64, header: &[u8]) -> Option<Vec<Slot>> {
    let entries_at = u64_at(header, 72)?.checked_mul(sector)?;
    let count = usize::try_from(u32_at(header, 80)?).ok()?.min(PARTITIONS_MAX);
    let entry_bytes = usize::try_from(u32_at(header, 84)?).ok()?;
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
fn mbr<R: Read + Seek>(source: &mut Source<R>, first: &[u8]) -> Vec<Slot> {
    let mut slots = Vec::new();
    for sector in SECTOR_SIZES {
        for (index, entry) in mbr_entries(first).into_iter().enumerate() {
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
    let read = |entry: &[u8]| Some(MbrEntry { kind: entry[4], first: u32_at(entry, 8)?.into(), sectors: u32_at(entry, 12)?.into() });
    used.filter_map(read).collect()
}

/// Follows the chain of extended tables: each names one partition and the next table.
fn logical<R: Read + Seek>(source: &mut Source<R>, extended: u64, sector: u64, slots: &mut Vec<Slot>) {
    const FIRST_LOGICAL: usize = 5;
    let mut table = extended;
    for number in FIRST_LOGICAL..FIRST_LOGICAL + PARTITIONS_MAX / 2 {
        let Some(at) = table.checked_mul(sector) else { return };
        let entries = mbr_entries(&source.read_at(at, SECTOR_BYTES).unwrap_or_default());
        let (next, volumes): (Vec<_>, Vec<_>) =
            entries.into_iter().filter(|entry| entry.kind != 0).partition(|entry| MBR_EXTENDED.contains(&entry.kind));
        for entry in volumes {
            slots.extend(table.checked_add(entry.first).and_then(|first| slot(first, entry.sectors, sector, number, None)));
        }
        let Some(following) = next.first().and_then(|entry| extended.checked_add(entry.first)) else { return };
        if following <= table {
            return;
        }
        table = following;
    }
}
