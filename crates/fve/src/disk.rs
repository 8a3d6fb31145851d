//! Finds BitLocker volumes on a volume, a partition, a whole disk or an image of one, within a bounded number of reads.

use std::io::{Read, Seek};

use super::error::{Container, FveError};
use super::partitions::{Partition, PartitionRange, TableLocation};
use super::remains;
use super::sector::file_system;
use super::source::Source;
use super::volume::{Extent, Volume};

const SECTOR_BYTES: usize = 512;
const VHD_FOOTER_BYTES: u64 = 512;
const VHD_COOKIE: &[u8] = b"conectix";
const VHD_TYPE_FIXED: [u8; 4] = [0, 0, 0, 2];
/// A VDI begins with a text of its maker; the signature follows at a fixed offset.
const VDI_SIGNATURE_AT: usize = 64;
const VDI_SIGNATURE: [u8; 4] = [0x7F, 0x10, 0xDA, 0xBE];
/// The most volumes that are read on one disk.
const VOLUMES_MAX: usize = 32;
/// The most partitions that are searched for remains.
const SEARCHED_PARTITIONS_MAX: usize = 16;
/// Since Vista, Windows begins every partition at a multiple of this.
const ALIGNED_BYTES: u64 = 1 << 20;
/// Before Vista, the first partition began behind the first track and the others at a cylinder of the usual geometry.
const FIRST_TRACK_BYTES: u64 = 63 * 512;
const CYLINDER_BYTES: u64 = 255 * FIRST_TRACK_BYTES;
/// How far volumes are looked for where the table is lost. Windows puts its own volume within the first gigabytes.
const SEARCHED_BYTES: u64 = 4 << 30;

/// The partition table of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// There is none: the volume begins at the first byte.
    None,
    /// A master boot record.
    Mbr,
    /// A GUID partition table, as UEFI uses it.
    Gpt,
    /// The table is lost. Volumes were found where partitions usually begin.
    Lost,
}

/// A place that holds a BitLocker volume or the remains of one.
#[derive(Debug)]
pub struct Found {
    /// Where it starts, in bytes.
    pub start: u64,
    /// The partition that it fills, where a table names one.
    pub partition: Option<Partition>,
    /// The volume, or the reason that it cannot be listed.
    pub volume: Result<Volume, FveError>,
}

/// What was found on a drive or in an image.
#[derive(Debug)]
pub struct Scan {
    /// Its partition table.
    pub table: Table,
    /// The BitLocker volumes, in the order of the table.
    pub found: Vec<Found>,
    /// How many partitions are no BitLocker volumes.
    pub other_partitions: usize,
}

/// Finds every BitLocker volume.
///
/// # Errors
/// [`FveError`] when there is none. On a disk with a table, a damaged volume is listed with its own error instead.
pub fn scan<R: Read + Seek>(source: &mut Source<R>) -> Result<Scan, FveError> {
    let size = raw_size(source)?;
    let first = match source.read_at(0, SECTOR_BYTES) {
        Ok(first) => first,
        // The spare table at the end may still be readable.
        Err(error) => return scan_tables(source, size).ok_or(error.into()),
    };
    match Volume::read(source, Extent { start: 0, size }) {
        Err(FveError::NotBitLocker) => {}
        Err(error) => return Err(error),
        Ok(volume) => {
            // Partitioning a drive that was one volume leaves the beginning of its first sector as it was.
            let mut scan = scan_tables(source, size).unwrap_or(Scan {
                table: Table::None,
                found: Vec::new(),
                other_partitions: 0,
            });
            scan.found.retain(|found| found.volume.is_ok());
            scan.found.insert(0, Found { start: 0, partition: None, volume: Ok(volume) });
            return Ok(scan);
        }
    }
    if let Some(container) = detect_container(&first) {
        return Err(FveError::Container(container));
    }
    scan_tables(source, size).ok_or_else(|| explain_nothing(&first))
}

/// Finds the volumes of a disk whose table is lost or no longer names them, by looking where partitions usually begin
/// within the first 4 GiB. Takes some thousand short reads.
///
/// # Errors
/// [`FveError::NotBitLocker`] when there is none, or when a file system begins in the first sector: a volume further
/// in would be somebody's image file.
pub fn scan_without_table<R: Read + Seek>(source: &mut Source<R>) -> Result<Scan, FveError> {
    let first = source.read_at(0, SECTOR_BYTES).unwrap_or_default();
    if file_system(&first).is_some() {
        return Err(FveError::NotBitLocker);
    }
    let size = source.size();
    let aligned = |step: u64| (1..=SEARCHED_BYTES / step).map(move |number| number * step);
    let places = [FIRST_TRACK_BYTES].into_iter().chain(aligned(ALIGNED_BYTES)).chain(aligned(CYLINDER_BYTES));
    let places = places.filter(|start| size.is_none_or(|size| *start < size));
    let extents = places.map(|start| (Extent { start, size: None }, None));
    let scan = scan_extents(source, Table::Lost, VOLUMES_MAX, extents);
    if scan.found.is_empty() { Err(FveError::NotBitLocker) } else { Ok(scan) }
}

/// Finds volumes by their metadata alone, in the first 64 MiB of the drive and of each partition. This finds volumes
/// whose first sector was overwritten or that no table names any more; whole ones are found as well.
///
/// # Errors
/// [`FveError::NotBitLocker`] when there are no such metadata.
pub fn scan_remains<R: Read + Seek>(source: &mut Source<R>) -> Result<Vec<Found>, FveError> {
    let size = raw_size(source)?;
    let mut ranges: Vec<PartitionRange> = TableLocation::all(size).flat_map(|table| table.read(source)).collect();
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by_key(|range| range.start);
    let mut volumes: Vec<Volume> = Vec::new();
    let partitions = ranges.iter().take(SEARCHED_PARTITIONS_MAX).map(PartitionRange::extent);
    for extent in partitions.chain([Extent { start: 0, size }]) {
        let left = remains::find_volumes(source, extent).into_iter();
        volumes.extend(
            left.filter(|one| volumes.iter().all(|known| (known.start, known.guid) != (one.start, one.guid)))
                .collect::<Vec<_>>(),
        );
    }
    let found = volumes.into_iter().map(|volume| {
        let range = ranges.iter().find(|range| range.start == volume.start);
        Found { start: volume.start, partition: range.map(|range| range.partition.clone()), volume: Ok(volume) }
    });
    let found: Vec<Found> = found.collect();
    if found.is_empty() { Err(FveError::NotBitLocker) } else { Ok(found) }
}

/// The volumes that any table names, so that a damaged or stale table hides none. Reported is the first table that
/// names a volume.
fn scan_tables<R: Read + Seek>(source: &mut Source<R>, size: Option<u64>) -> Option<Scan> {
    let mut all: Option<Scan> = None;
    let mut seen: Vec<u64> = Vec::new();
    for location in TableLocation::all(size) {
        let mut ranges = location.read(source);
        ranges.retain(|range| !seen.contains(&range.start));
        seen.extend(ranges.iter().map(|range| range.start));
        let table = if location == TableLocation::Mbr { Table::Mbr } else { Table::Gpt };
        let extents = ranges.into_iter().map(|range| (range.extent(), Some(range.partition)));
        let known = all.as_ref().map_or(0, |all| all.found.len());
        let scan = scan_extents(source, table, VOLUMES_MAX - known, extents);
        match &mut all {
            Some(all) => all.found.extend(scan.found),
            None if !scan.found.is_empty() => all = Some(scan),
            None => {}
        }
    }
    all
}

/// The volumes at these extents, up to `limit`, each with its partition where a table names one.
fn scan_extents<R, E>(source: &mut Source<R>, table: Table, limit: usize, extents: E) -> Scan
where
    R: Read + Seek,
    E: Iterator<Item = (Extent, Option<Partition>)>,
{
    let mut scan = Scan { table, found: Vec::new(), other_partitions: 0 };
    for (extent, partition) in extents {
        let start = extent.start;
        if scan.found.len() == limit || scan.found.iter().any(|found| found.start == start) {
            continue;
        }
        match Volume::read(source, extent) {
            Err(FveError::NotBitLocker) => scan.other_partitions += usize::from(partition.is_some()),
            // Nothing but a guess named this place.
            Err(_) if partition.is_none() => {}
            volume => scan.found.push(Found { start, partition, volume }),
        }
    }
    scan
}

/// The size of the disk itself: a fixed VHD has a footer behind it.
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
    /// Whether the drive itself says that a volume begins here: it is one, or its table names the place.
    #[must_use]
    pub const fn is_named(&self) -> bool {
        self.start == 0 || self.partition.is_some()
    }
}

fn detect_container(first: &[u8]) -> Option<Container> {
    let signatures: [(&[u8], Container); 6] = [
        (b"vhdxfile", Container::Vhdx),
        (VHD_COOKIE, Container::DynamicVhd),
        (b"EVF\x09\x0d\x0a\xff\x00", Container::Ewf),
        (b"EVF2\x0d\x0a\x81\x00", Container::Ewf),
        (b"KDMV", Container::Vmdk),
        (b"QFI\xfb", Container::Qcow),
    ];
    let vdi = first.get(VDI_SIGNATURE_AT..VDI_SIGNATURE_AT + VDI_SIGNATURE.len()) == Some(&VDI_SIGNATURE);
    signatures
        .into_iter()
        .find(|(signature, _)| first.starts_with(signature))
        .map(|(_, container)| container)
        .or(vdi.then_some(Container::Vdi))
}

/// The error for a source without a volume: it may be a packed image.
fn explain_nothing(first: &[u8]) -> FveError {
    let packed: [&[u8]; 6] =
        [b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"BZh"];
    if packed.iter().any(|signature| first.starts_with(signature)) {
        FveError::Container(Container::Packed)
    } else {
        FveError::NotBitLocker
    }
}
