//! Checks of the first 100 bytes of the file. They are read by plain I/O before SQLite opens the file, because SQLite
//! would roll back a journal, take an empty file for a new database, or trust a foreign one. Source:
//! sqlite.org/fileformat2.html, 1.3.

use super::schema::APPLICATION_ID;
use super::{Damage, StoreError, VERSION};
use drivekey_files::vault_file::Descriptor;

const HEADER_BYTES: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Reserved bytes, which must be zero.
const RESERVED: std::ops::Range<usize> = 72..92;
/// The offset of the change counter.
const COUNTER_AT: usize = 24;

/// Checks the fields that no write ever changes. This needs no lock, even while another process is writing. A journal
/// beside the file relaxes nothing, because it has not been judged.
pub(super) fn check_form(file: &Descriptor) -> Result<(), StoreError> {
    form(&read(file)?).map(drop)
}

/// Checks all fields, including length and counters. Needs a file that no process is writing to.
pub(super) fn check(file: &Descriptor) -> Result<(), StoreError> {
    let header = read(file)?;
    let expected = form(&header)?;
    if u32_at(&header, 92) != u32_at(&header, COUNTER_AT) {
        return Err(StoreError::Damaged(Damage::Header));
    }
    let found = file.metadata()?.len();
    if found == expected { Ok(()) } else { Err(StoreError::Damaged(Damage::Length { expected, found })) }
}

fn read(file: &Descriptor) -> Result<[u8; HEADER_BYTES], StoreError> {
    if file.metadata()?.len() == 0 {
        return Err(StoreError::Damaged(Damage::Empty));
    }
    let mut header = [0; HEADER_BYTES];
    match file.read_exact_at(&mut header, 0) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(too_short(&header)),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(header),
    }
}

/// The change counter in the header; `None` if there is no complete header.
pub(super) fn change_counter(file: &Descriptor) -> Option<u32> {
    let mut counter = [0; 4];
    file.read_exact_at(&mut counter, COUNTER_AT as u64).ok()?;
    Some(u32::from_be_bytes(counter))
}

/// A file shorter than the header is a truncated vault only if it starts with the magic bytes.
fn too_short(header: &[u8; HEADER_BYTES]) -> StoreError {
    if header.starts_with(MAGIC) { StoreError::Damaged(Damage::Header) } else { StoreError::NotAVault }
}

fn u32_at(header: &[u8; HEADER_BYTES], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

/// Checks the fields that are the same in every vault. Returns the file length according to the header.
fn form(header: &[u8; HEADER_BYTES]) -> Result<u64, StoreError> {
    let ours = u32_at(header, 68) == APPLICATION_ID;
    if !header.starts_with(MAGIC) {
        // A vault with damaged magic bytes is damaged. Any other file was never a vault.
        return Err(if ours && header[RESERVED].iter().all(|byte| *byte == 0) {
            StoreError::Damaged(Damage::Header)
        } else {
            StoreError::NotAVault
        });
    }
    if !ours {
        return Err(StoreError::NotAVault);
    }
    let version = u32_at(header, 60);
    if version > VERSION {
        return Err(StoreError::Newer { found: version, known: VERSION });
    }
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65536,
        size => u64::from(size),
    };
    let sound = version > 0
        && page.is_power_of_two()
        && page >= 512
        // Read and write version 1: rollback journal. Version 2 is a write-ahead log, which this program never uses.
        && header[18] == 1
        && header[19] == 1
        && header[20] == 0
        && header[21..24] == [64, 32, 32]
        && u32_at(header, 44) == 4
        && u32_at(header, 52) == 0
        && u32_at(header, 56) == 1
        && u32_at(header, 64) == 0
        && header[RESERVED].iter().all(|byte| *byte == 0);
    if sound { Ok(u64::from(u32_at(header, 28)) * page) } else { Err(StoreError::Damaged(Damage::Header)) }
}
