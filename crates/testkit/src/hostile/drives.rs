//! Hostile drives: a volume or disk is made from the input, listed, opened by everything that needs no stretching,
//! saved and read back. The fuzz targets and the tests of the product share it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::pedantic,
    reason = "each target uses a part; what fails here is what is sought"
)]

use std::io::{self, Read, Seek, SeekFrom};

use drivekey_fve::{
    ExternalKey, Found, FveError, Opener, Source, Volume, open, scan, scan_remains, scan_without_table,
};

/// Where the input's block appears, so that one mutation reaches all copies.
pub const COPIES: [u64; 3] = [1 << 20, 2 << 20, 3 << 20];
const VOLUME_BYTES: u64 = 8 << 20;
/// Ends behind the first copy.
const REMAINS_BYTES: u64 = (1 << 20) + (128 << 10);
pub const BOOT_BYTES: usize = 512;
/// A disk repeats one volume this often, so that a table may point at many.
const PERIOD_BYTES: u64 = 1 << 20;
const DISK_BYTES: u64 = 4 << 30;

/// Parts at their places, zero between them; a later one covers an earlier one.
struct Drive<'a> {
    parts: Vec<(u64, &'a [u8])>,
    /// Stands again at every multiple of [`PERIOD_BYTES`], below the parts.
    repeated: &'a [(u64, Vec<u8>)],
    size: u64,
    at: u64,
}

/// Copies what of a part lies in the buffer, which stands for the bytes from `from` on.
fn lay(buffer: &mut [u8], from: u64, at: u64, part: &[u8]) {
    let (begin, end) = (at.max(from), (at + part.len() as u64).min(from + buffer.len() as u64));
    if begin < end {
        let place = |of: u64| (of - from) as usize;
        buffer[place(begin)..place(end)].copy_from_slice(&part[(begin - at) as usize..(end - at) as usize]);
    }
}

impl Read for Drive<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(usize::try_from(self.size.saturating_sub(self.at)).unwrap());
        let buffer = &mut buffer[..len];
        buffer.fill(0);
        if !self.repeated.is_empty() {
            for start in (self.at / PERIOD_BYTES * PERIOD_BYTES..self.at + len as u64).step_by(PERIOD_BYTES as usize) {
                self.repeated.iter().for_each(|(at, part)| lay(buffer, self.at, start + at, part));
            }
        }
        self.parts.iter().for_each(|(at, part)| lay(buffer, self.at, *at, part));
        self.at += len as u64;
        Ok(len)
    }
}

impl Seek for Drive<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.size.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?,
            SeekFrom::Current(by) => self.at.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?,
        };
        Ok(self.at)
    }
}

/// A volume: its boot sector, then the metadata block. Nothing may panic.
pub fn drive(input: &[u8]) {
    let (boot, block) = input.split_at(input.len().min(BOOT_BYTES));
    let parts = [(0, boot)].into_iter().chain(COPIES.map(|at| (at, block))).collect();
    let mut source = Source::new(Drive { parts, repeated: &[], size: VOLUME_BYTES, at: 0 }).unwrap();
    look_behind(scan(&mut source).map(|scan| scan.found));
    // Some of them again, after their first sector was overwritten: that reads everything.
    if input.len().is_multiple_of(8) {
        let parts = COPIES.map(|at| (at, block)).into();
        source = Source::new(Drive { parts, repeated: &[], size: REMAINS_BYTES, at: 0 }).unwrap();
        look_behind(scan_remains(&mut source));
    }
    if let Ok(volume) = Volume::from_saved_header(input) {
        look_at(&volume);
    }
    let _ = ExternalKey::parse(input);
}

/// A disk of repeated volumes: how many of the input's bytes stand at its start (two bytes), those, and what stands at
/// its end. Nothing may panic.
pub fn disk(input: &[u8], repeated: &[(u64, Vec<u8>)]) {
    let Some((&[low, high], tables)) = input.split_first_chunk() else { return };
    let (first, last) = tables.split_at(usize::from(u16::from_le_bytes([low, high])).min(tables.len()));
    let parts = vec![(0, first), (DISK_BYTES - last.len() as u64, last)];
    let mut source = Source::new(Drive { parts, repeated, size: DISK_BYTES, at: 0 }).unwrap();
    let found = match scan(&mut source) {
        Err(FveError::NotBitLocker) => scan_without_table(&mut source),
        found => found,
    };
    look_behind(found.map(|scan| scan.found));
}

/// The volumes of a disk are all alike.
const LOOKED_AT_MAX: usize = 2;

fn look_behind(found: Result<Vec<Found>, FveError>) {
    for found in found.unwrap_or_default().into_iter().take(LOOKED_AT_MAX) {
        if let Ok(volume) = found.volume {
            look_at(&volume);
        }
    }
}

fn look_at(volume: &Volume) {
    let shown = format!("{volume:?}");
    assert!(!shown.chars().any(char::is_control));
    if let Some(opened) = open(volume, &Opener::ClearKey).opened {
        let _ = opened.harvest();
    }
    let back = Volume::from_saved_header(&volume.to_saved_header()).unwrap();
    assert_eq!(format!("{back:?}"), shown);
}
