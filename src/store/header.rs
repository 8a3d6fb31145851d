//! The first 100 bytes of the file, read by plain I/O before any library may touch it: a library would roll back a
//! journal, take an empty file for a new one, or believe a foreign one. Source: sqlite.org/fileformat2.html, 1.3.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::schema::{APPLICATION_ID, VERSION};
use super::{Damage, StoreError};

const HEADER_BYTES: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The reserved bytes that must be zero.
const RESERVED: std::ops::Range<usize> = 72..92;

/// Reads and checks the header; changes nothing.
pub(super) fn check(path: &Path) -> Result<(), StoreError> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(StoreError::NotAVault);
    }
    if meta.len() == 0 {
        return Err(StoreError::Damaged(Damage::Empty));
    }
    let mut header = [0; HEADER_BYTES];
    let mut file = File::open(path)?;
    if let Err(error) = file.read_exact(&mut header) {
        return Err(if error.kind() == std::io::ErrorKind::UnexpectedEof { short(&header) } else { error.into() });
    }
    drop(file);
    // A journal beside the file means that a write was broken off: the header may be half of either state, and the
    // library will restore the length.
    let length = if journal_of(path).exists() { None } else { Some(meta.len()) };
    check_bytes(&header, length)
}

/// The journal that an interrupted write leaves beside the file.
pub(super) fn journal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-journal");
    name.into()
}

/// A file too short to have a header is a cut vault only if what is there begins like one.
fn short(header: &[u8; HEADER_BYTES]) -> StoreError {
    if header.starts_with(MAGIC) { StoreError::Damaged(Damage::Header) } else { StoreError::NotAVault }
}

fn check_bytes(header: &[u8; HEADER_BYTES], length: Option<u64>) -> Result<(), StoreError> {
    let u16_at = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let u32_at = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let ours = u32_at(68) == APPLICATION_ID;
    if !header.starts_with(MAGIC) {
        // Ours with a bent magic is damage; anything else was never a vault.
        return Err(if ours && header[RESERVED].iter().all(|byte| *byte == 0) {
            StoreError::Damaged(Damage::Header)
        } else {
            StoreError::NotAVault
        });
    }
    if !ours {
        return Err(StoreError::NotAVault);
    }
    let version = u32_at(60);
    if version > VERSION {
        return Err(StoreError::Newer { found: version, known: VERSION });
    }
    let page = match u16_at(16) {
        1 => 65536,
        size => u64::from(size),
    };
    let sound = version > 0
        && page.is_power_of_two()
        && page >= 512
        // Write and read version 1: a rollback journal. 2 would be WAL, which is never made here.
        && header[18] == 1
        && header[19] == 1
        && header[20] == 0
        && header[21..24] == [64, 32, 32]
        && u32_at(44) == 4
        && u32_at(52) == 0
        && u32_at(56) == 1
        && u32_at(64) == 0
        && header[RESERVED].iter().all(|byte| *byte == 0)
        // A broken-off write may have torn these two apart; its journal puts them right.
        && (length.is_none() || u32_at(92) == u32_at(24));
    if !sound {
        return Err(StoreError::Damaged(Damage::Header));
    }
    let expected = u64::from(u32_at(28)) * page;
    match length {
        Some(found) if found != expected => Err(StoreError::Damaged(Damage::Length { expected, found })),
        _ => Ok(()),
    }
}
