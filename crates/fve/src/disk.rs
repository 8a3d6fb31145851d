//! Finding BitLocker volumes on whatever is given: a volume, a partition, a whole disk, an image of one.
//! Knows the fixed VHD's footer, and where partitions begin when their table is lost; reads a bounded number of
//! sectors.

use std::io::{Read, Seek};

use super::error::{Container, FveError};
use super::partitions::{Partition, Slot, TablePlace};
use super::remains;
use super::sector::file_system;
use super::source::Source;
use super::volume::Volume;

const SECTOR_BYTES: usize = 512;
const VHD_FOOTER_BYTES: u64 = 512;
const VHD_COOKIE: &[u8] = b"conectix";
const VHD_TYPE_FIXED: [u8; 4] = [0, 0, 0, 2];
/// Where a VDI's signature is, and the signature.
const VDI_MAGIC: (usize, [u8; 4]) = (64, [0x7F, 0x10, 0xDA, 0xBE]);
/// Volumes that are read whole.
const VOLUMES_MAX: usize = 32;
/// Places that are searched for what is left of a volume.
const SEARCHED_MAX: usize = 16;
/// Windows since Vista lets every partition begin at a multiple of this.
const ALIGNED_BYTES: u64 = 1 << 20;
/// Before Vista the first one began behind the first track, the others at a cylinder of the usual geometry.
const FIRST_TRACK_BYTES: u64 = 63 * 512;
const CYLINDER_BYTES: u64 = 255 * FIRST_TRACK_BYTES;
/// As far as places are tried where the table is lost: on a disk that Windows set up, its volume begins in the first
/// gigabytes.
const SEARCHED_BYTES: u64 = 4 << 30;

/// The partition table a disk has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// None: the volume begins at the first byte.
    None,
    /// The old one.
    Mbr,
    /// The one of UEFI.
    Gpt,
    /// There must have been one: volumes were found where partitions begin.
    Lost,
}

/// A BitLocker volume, or what is left of one.
#[derive(Debug)]
pub struct Found {
    /// Where it starts, in bytes.
    pub start: u64,
    /// The partition it fills, on a disk with a table that names it.
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

/// Finds every BitLocker volume.
///
/// # Errors
/// [`FveError`] when there is none; a damaged one is listed with its own error, where the table names others.
pub fn scan<R: Read + Seek>(source: &mut Source<R>) -> Result<Scan, FveError> {
    let size = raw_size(source)?;
    let first = match source.read_at(0, SECTOR_BYTES) {
        Ok(first) => first,
        // A spare table at the end may be readable yet.
        Err(error) => return behind_tables(source, size).ok_or(error.into()),
    };
    match Volume::read(source, 0, size) {
        Err(FveError::NotBitLocker) => {}
        Err(error) => return Err(error),
        Ok(volume) => {
            // Who divides a drive that was one volume leaves its first sector's beginning as it is.
            let mut scan = behind_tables(source, size).unwrap_or(Scan {
                table: Table::None,
                found: Vec::new(),
                other_partitions: 0,
            });
            scan.found.retain(|found| found.volume.is_ok());
            scan.found.insert(0, Found { start: 0, partition: None, volume: Ok(volume) });
            return Ok(scan);
        }
    }
    if let Some(container) = container(&first) {
        return Err(FveError::Container(container));
    }
    behind_tables(source, size).ok_or_else(|| nothing_in(&first))
}

/// Finds the volumes of a disk whose table is lost, or no longer names them: where partitions begin, in the first 4
/// GiB. Takes as long as some thousand short reads.
///
/// # Errors
/// [`FveError::NotBitLocker`] when there is none, or the first sector is a file system's: what lies behind that is a
/// file.
pub fn scan_without_table<R: Read + Seek>(source: &mut Source<R>) -> Result<Scan, FveError> {
    let first = source.read_at(0, SECTOR_BYTES).unwrap_or_default();
    if file_system(&first).is_some() {
        return Err(FveError::NotBitLocker);
    }
    let size = source.size();
    let aligned = |step: u64| (1..=SEARCHED_BYTES / step).map(move |number| number * step);
    let places = [FIRST_TRACK_BYTES].into_iter().chain(aligned(ALIGNED_BYTES)).chain(aligned(CYLINDER_BYTES));
    let places = places.filter(|start| size.is_none_or(|size| *start < size));
    let scan = behind(source, Table::Lost, VOLUMES_MAX, places.map(|start| (start, None, None)));
    if scan.found.is_empty() { Err(FveError::NotBitLocker) } else { Ok(scan) }
}

/// Finds what is left of volumes whose first sector was overwritten, or that a table no longer names, and whole ones,
/// too: the first 64 MiB of the drive and of each partition are read.
///
/// # Errors
/// [`FveError::NotBitLocker`] when nothing is left.
pub fn scan_remains<R: Read + Seek>(source: &mut Source<R>) -> Result<Vec<Found>, FveError> {
    let size = raw_size(source)?;
    let mut slots: Vec<Slot> = TablePlace::all(size).flat_map(|place| place.read(source)).collect();
    slots.sort_by_key(|slot| slot.start);
    slots.dedup_by_key(|slot| slot.start);
    let mut volumes: Vec<Volume> = Vec::new();
    let regions = slots.iter().take(SEARCHED_MAX).map(|slot| (slot.start, Some(slot.size))).chain([(0, size)]);
    for (start, size) in regions {
        let left = remains::volumes(source, start, size).into_iter();
        volumes.extend(
            left.filter(|one| volumes.iter().all(|known| (known.start, known.guid) != (one.start, one.guid)))
                .collect::<Vec<_>>(),
        );
    }
    let found = volumes.into_iter().map(|volume| {
        let slot = slots.iter().find(|slot| slot.start == volume.start);
        Found { start: volume.start, partition: slot.map(|slot| slot.partition.clone()), volume: Ok(volume) }
    });
    let found: Vec<Found> = found.collect();
    if found.is_empty() { Err(FveError::NotBitLocker) } else { Ok(found) }
}

/// The volumes that any table names: one that is damaged or stale hides nothing of the next. Counts as the first that
/// names one.
fn behind_tables<R: Read + Seek>(source: &mut Source<R>, size: Option<u64>) -> Option<Scan> {
    let mut all: Option<Scan> = None;
    let mut seen: Vec<u64> = Vec::new();
    for place in TablePlace::all(size) {
        let mut slots = place.read(source);
        slots.retain(|slot| !seen.contains(&slot.start));
        seen.extend(slots.iter().map(|slot| slot.start));
        let table = if place == TablePlace::Mbr { Table::Mbr } else { Table::Gpt };
        let slots = slots.into_iter().map(|Slot { start, size, partition }| (start, Some(size), Some(partition)));
        let known = all.as_ref().map_or(0, |all| all.found.len());
        let scan = behind(source, table, VOLUMES_MAX - known, slots);
        match &mut all {
            Some(all) => all.found.extend(scan.found),
            None if !scan.found.is_empty() => all = Some(scan),
            None => {}
        }
    }
    all
}

/// The volumes at these places, each with its size and partition where a table says them.
fn behind<R, P>(source: &mut Source<R>, table: Table, most: usize, places: P) -> Scan
where
    R: Read + Seek,
    P: Iterator<Item = (u64, Option<u64>, Option<Partition>)>,
{
    let mut scan = Scan { table, found: Vec::new(), other_partitions: 0 };
    for (start, size, partition) in places {
        if scan.found.len() == most || scan.found.iter().any(|found| found.start == start) {
            continue;
        }
        match Volume::read(source, start, size) {
            Err(FveError::NotBitLocker) => scan.other_partitions += usize::from(partition.is_some()),
            // Unreadable, where only a guess said that something might be.
            Err(_) if partition.is_none() => {}
            volume => scan.found.push(Found { start, partition, volume }),
        }
    }
    scan
}

/// The size without a fixed VHD's footer.
fn raw_size<R: Read + Seek>(source: &mut Source<R>) -> Result<Option<u64>, FveError> {
    let Some(size) = source.size() else { return Ok(None) };
    let Some(footer_at) = size.checked_sub(VHD_FOOTER_BYTES) else { return Ok(Some(size)) };
    let footer = source.read_at(footer_at, SECTOR_BYTES).unwrap_or_default();
    if !footer.starts_with(VHD_COOKIE) {
        return Ok(Some(size));
    }
    if footer.get(60..64) == Some(&VHD_TYPE_FIXED) {
        Ok(Some(footer_at))
    } else {
        Err(FveError::Container(Container::DynamicVhd))
    }
}

impl Found {
    /// Whether what is there says that a volume begins here: the drive is one, or has a table that names it.
    #[must_use]
    pub const fn is_named(&self) -> bool {
        self.start == 0 || self.partition.is_some()
    }
}

fn container(first: &[u8]) -> Option<Container> {
    let begins: [(&[u8], Container); 6] = [
        (b"vhdxfile", Container::Vhdx),
        (VHD_COOKIE, Container::DynamicVhd),
        (b"EVF\x09\x0d\x0a\xff\x00", Container::Ewf),
        (b"EVF2\x0d\x0a\x81\x00", Container::Ewf),
        (b"KDMV", Container::Vmdk),
        (b"QFI\xfb", Container::Qcow),
    ];
    // Each maker writes a text of its own before the number that counts.
    let vdi = first.get(VDI_MAGIC.0..VDI_MAGIC.0 + 4) == Some(&VDI_MAGIC.1);
    begins
        .into_iter()
        .find(|(magic, _)| first.starts_with(magic))
        .map(|(_, container)| container)
        .or(vdi.then_some(Container::Vdi))
}

/// What has neither a volume nor a table of volumes: perhaps a packed image.
fn nothing_in(first: &[u8]) -> FveError {
    let packed: [&[u8]; 6] =
        [b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"BZh"];
    if packed.iter().any(|magic| first.starts_with(magic)) {
        FveError::Container(Container::Packed)
    } else {
        FveError::NotBitLocker
    }
}
