//! What a rollback journal says of itself, read by plain I/O before SQLite may play it back.
//! Source: sqlite.org/fileformat2.html, section 3.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::BesideProblem;

const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
/// Bytes of the header that mean something; it is padded to a sector.
const HEADER_BYTES: usize = 28;
/// Headers between the pages, and what a short file needs.
const SLACK_BYTES: u64 = 1024 * 1024;
/// Page number and checksum around each page.
const RECORD_BYTES: u64 = 8;
/// Where page 1 keeps the change counter.
const COUNTER_AT: usize = 24;
/// More records than this are not looked through for page 1: SQLite writes page 1 among the first.
const MOST_RECORDS: u64 = 1 << 20;

/// Whether a journal could be the one that a write to this file left behind. `file_bytes` and `counter` are the
/// file's length and change counter.
///
/// # Errors
/// The problem, or what the system refused.
pub(super) fn is_plausible(path: &Path, file_bytes: u64, counter: Option<u32>) -> io::Result<Result<(), BesideProblem>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut header = Vec::with_capacity(HEADER_BYTES);
    file.by_ref().take(HEADER_BYTES as u64).read_to_end(&mut header)?;
    let magic = &header[..header.len().min(MAGIC.len())];
    // It holds each page of the file once; a vault never shrinks.
    if !MAGIC.starts_with(magic) || length > file_bytes.saturating_mul(2) + SLACK_BYTES {
        return Ok(Err(BesideProblem::NotAJournal));
    }
    if header.len() < HEADER_BYTES {
        // Torn before the write could have changed a page: SQLite finds nothing in it to undo.
        return Ok(Ok(()));
    }
    let number = |at: usize| u64::from(u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]));
    let (sector, page) = (number(20), number(24));
    if names_a_super_journal(&mut file, length)? {
        return Ok(Err(BesideProblem::SuperJournal));
    }
    if !(512..=65536).contains(&page) || sector < HEADER_BYTES as u64 {
        return Ok(Ok(()));
    }
    match (first_page_counter(&mut file, length, sector, page)?, counter) {
        // A write that was broken off has the old counter in its journal; the file has that or the next.
        (Some(before), Some(now)) if now != before && now != before.wrapping_add(1) => Ok(Err(BesideProblem::OtherWrite)),
        _ => Ok(Ok(())),
    }
}

/// A transaction over several databases ends its journals with the name of another; this program makes none.
fn names_a_super_journal(file: &mut File, length: u64) -> io::Result<bool> {
    let mut end = [0; 8];
    file.seek(SeekFrom::Start(length - 8))?;
    file.read_exact(&mut end)?;
    Ok(end == MAGIC)
}

/// The change counter in the journal's copy of page 1, where it has one.
fn first_page_counter(file: &mut File, length: u64, sector: u64, page: u64) -> io::Result<Option<u32>> {
    let record = page + RECORD_BYTES;
    let records = (length.saturating_sub(sector) / record).min(MOST_RECORDS);
    for at in (0..records).map(|number| sector + number * record) {
        let mut number = [0; 4];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut number)?;
        if u32::from_be_bytes(number) == 1 {
            let mut counter = [0; 4];
            file.seek(SeekFrom::Start(at + 4 + COUNTER_AT as u64))?;
            file.read_exact(&mut counter)?;
            return Ok(Some(u32::from_be_bytes(counter)));
        }
    }
    Ok(None)
}

/// By what it shows that a journal is another one than before.
pub(super) fn sha256(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(digest.finalize().into()),
            read => digest.update(&buffer[..read]),
        }
    }
}
