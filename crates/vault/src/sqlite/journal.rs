//! Checks of a rollback journal, read by plain I/O before SQLite may play it back. Source: sqlite.org/fileformat2.html,
//! section 3.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::BesideProblem;

const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
/// Bytes of the header that are used. The header is padded to a sector.
const HEADER_BYTES: usize = 28;
/// Allowance for the headers between pages, and for a short file.
const SLACK_BYTES: u64 = 1024 * 1024;
/// Bytes of the page number and checksum around each page.
const RECORD_BYTES: u64 = 8;
/// The offset of the change counter in page 1.
const COUNTER_AT: u64 = 24;
/// The search for page 1 ends after this many page records.
const MAX_RECORDS: u64 = 1 << 20;

/// Whether a journal could belong to an interrupted write to this file. `file_bytes` and `counter` are the file's
/// length and change counter. The counter is `None` if the header is torn, which the journal may mend.
///
/// # Errors
/// I/O errors. The problem of the journal is the inner error.
pub(super) fn is_plausible(
    path: &Path,
    file_bytes: u64,
    counter: Option<u32>,
) -> io::Result<Result<(), BesideProblem>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut header = Vec::with_capacity(HEADER_BYTES);
    file.by_ref().take(HEADER_BYTES as u64).read_to_end(&mut header)?;
    // A journal has each page of the file at most once, and a vault never shrinks.
    if !begins_as_one(&header) || length > file_bytes.saturating_mul(2) + SLACK_BYTES {
        return Ok(Err(BesideProblem::NotAJournal));
    }
    if length >= MAGIC.len() as u64 && names_a_super_journal(&mut file, length)? {
        return Ok(Err(BesideProblem::SuperJournal));
    }
    if !header.starts_with(&MAGIC) || header.len() < HEADER_BYTES {
        // It was torn before the write could change a page, so SQLite has nothing to undo.
        return Ok(Ok(()));
    }
    // SQLite would read a page size of zero as the file's own, but never writes zero.
    let Some(header) = Header::read(&header) else { return Ok(Err(BesideProblem::NotAJournal)) };
    match (first_page_counter(&mut file, length, &header)?, counter) {
        // The journal of an interrupted write has the old counter. The file has that or the next one.
        (Some(before), Some(now)) if now != before && now != before.wrapping_add(1) => {
            Ok(Err(BesideProblem::OtherWrite))
        }
        _ => Ok(Ok(())),
    }
}

/// Whether it starts with the magic bytes or a torn write of them. SQLite writes them last, over zeros.
fn begins_as_one(header: &[u8]) -> bool {
    let mark = &header[..header.len().min(MAGIC.len())];
    let same = mark.iter().zip(MAGIC).take_while(|(found, magic)| *found == magic).count();
    same > 0 && mark[same..].iter().all(|byte| *byte == 0)
}

/// The header of a journal or of a later segment of it.
struct Header {
    records: u32,
    sector_bytes: u64,
    page_bytes: u64,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let header = Self { records: number(8)?, sector_bytes: number(20)?.into(), page_bytes: number(24)?.into() };
        let sound = bytes.starts_with(&MAGIC)
            && (512..=65536).contains(&header.page_bytes)
            && (HEADER_BYTES as u64..=65536).contains(&header.sector_bytes);
        sound.then_some(header)
    }
}

/// The journals of a transaction over several databases end with the name of a super-journal. This program makes none.
fn names_a_super_journal(file: &mut File, length: u64) -> io::Result<bool> {
    let mut end = [0; 8];
    file.seek(SeekFrom::Start(length - 8))?;
    file.read_exact(&mut end)?;
    Ok(end == MAGIC)
}

/// The change counter in the journal's copy of page 1, if it has one. Each time pages are written before the commit, a
/// new segment with its own header starts at the next sector.
fn first_page_counter(file: &mut File, length: u64, first: &Header) -> io::Result<Option<u32>> {
    let record_bytes = first.page_bytes + RECORD_BYTES;
    let (mut at, mut records, mut looked) = (0, u64::from(first.records), 0);
    loop {
        at += first.sector_bytes;
        let there = length.saturating_sub(at) / record_bytes;
        for _ in 0..records.min(there) {
            looked += 1;
            if looked > MAX_RECORDS {
                return Ok(None);
            }
            if number_at(file, at)? == 1 {
                return number_at(file, at + 4 + COUNTER_AT).map(Some);
            }
            at += record_bytes;
        }
        at = at.next_multiple_of(first.sector_bytes);
        if at + HEADER_BYTES as u64 > length {
            return Ok(None);
        }
        let mut header = [0; HEADER_BYTES];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut header)?;
        match Header::read(&header) {
            Some(next) => records = u64::from(next.records),
            None => return Ok(None),
        }
    }
}

fn number_at(file: &mut File, at: u64) -> io::Result<u32> {
    let mut number = [0; 4];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut number)?;
    Ok(u32::from_be_bytes(number))
}

/// The SHA-256 of a journal, to detect that it was replaced.
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
