//! Plants files beside a vault, as an attacker, an accident or another program leaves them: journals made by SQLite
//! itself, logs with right checksums, pipes, links and folders.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Something to put beside a vault.
#[derive(Debug, Clone)]
pub enum Plant {
    Bytes(Vec<u8>),
    /// So long, with this beginning, and nothing on the disk behind it.
    Sparse(u64, Vec<u8>),
    /// Owned by another user than the vault.
    Anothers(Vec<u8>),
    Folder,
    Pipe,
    /// A symbolic link to a name in the house.
    Link(&'static str),
}

impl Plant {
    /// Puts it there; `false` where the system cannot.
    pub fn put(&self, vault: &Path, ending: &str, root: &Path) -> (PathBuf, bool) {
        let mut name = vault.as_os_str().to_owned();
        name.push(ending);
        let path = PathBuf::from(name);
        let there = match self {
            Self::Bytes(bytes) => fs::write(&path, bytes).is_ok(),
            Self::Sparse(length, beginning) => {
                // Where holes are stored as zeros a shorter one must do.
                let length = if cfg!(target_os = "linux") { *length } else { 1 << 26 };
                fs::File::create(&path)
                    .and_then(|mut file| file.write_all(beginning).and_then(|()| file.set_len(length)))
                    .is_ok()
            }
            Self::Anothers(bytes) => fs::write(&path, bytes).is_ok() && give_away(&path),
            Self::Folder => fs::create_dir(&path).is_ok(),
            Self::Pipe => std::process::Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()),
            Self::Link(to) => link(&root.join(to), &path),
        };
        (path, there)
    }
}

#[cfg(unix)]
fn give_away(path: &Path) -> bool {
    std::os::unix::fs::chown(path, Some(12345), None).is_ok()
}

#[cfg(not(unix))]
fn give_away(_: &Path) -> bool {
    false
}

#[cfg(unix)]
pub fn link(to: &Path, at: &Path) -> bool {
    std::os::unix::fs::symlink(to, at).is_ok()
}

#[cfg(not(unix))]
pub fn link(to: &Path, at: &Path) -> bool {
    // Wine says that it made one, and did not.
    std::os::windows::fs::symlink_file(to, at).is_ok() && at.symlink_metadata().is_ok_and(|there| there.is_symlink())
}

/// What stands at a path, without opening what could block or is huge.
pub fn look(path: &Path) -> (bool, bool, u64, Vec<u8>) {
    let Ok(meta) = path.symlink_metadata() else { return (false, false, 0, Vec::new()) };
    let bytes = if meta.is_file() && meta.len() < 1 << 22 { fs::read(path).unwrap_or_default() } else { Vec::new() };
    (true, meta.is_dir(), meta.len(), bytes)
}

pub fn clear(path: &Path) {
    let _ = fs::remove_file(path);
    let _ = fs::remove_dir(path);
}

/// Lets a machine forget which vaults it saw.
pub fn forget(state: &Path) {
    for file in fs::read_dir(state).into_iter().flatten().flatten() {
        clear(&file.path());
    }
}

/// A database of another program.
pub fn other_database(content: u8) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute_batch("CREATE TABLE t (x)").unwrap();
    database.execute("INSERT INTO t VALUES (?1)", [vec![content; 9000]]).unwrap();
    drop(database);
    fs::read(path).unwrap()
}

/// A database in the middle of this change, and the journal that can undo it.
pub fn broken_off(database: &[u8], change: &str) -> (Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    fs::write(&path, database).unwrap();
    let writer = rusqlite::Connection::open(&path).unwrap();
    writer
        .execute_batch(&format!(
            "PRAGMA foreign_keys = OFF; PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE; PRAGMA \
             user_version = 1; {change}"
        ))
        .unwrap();
    let torn = (fs::read(&path).unwrap(), fs::read(folder.path().join("vault-journal")).unwrap());
    writer.execute_batch("ROLLBACK").unwrap();
    torn
}

pub fn journal_of(database: &[u8], change: &str) -> Vec<u8> {
    broken_off(database, change).1
}

/// The journal of the write that made `after` of `before`: the pages of before that differ, checksums and all.
pub fn journal_from(before: &[u8], after: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    const NONCE: u32 = 0x1234_5678;
    let page = page_size(before);
    let differing: Vec<usize> = before
        .chunks(page)
        .zip(after.chunks(page))
        .enumerate()
        .filter(|(_, (a, b))| a != b)
        .map(|(at, _)| at)
        .collect();
    assert!(!differing.is_empty());
    let mut journal = vec![0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    for number in [differing.len(), NONCE as usize, before.len() / page, SECTOR, page] {
        journal.extend(u32::try_from(number).unwrap().to_be_bytes());
    }
    journal.resize(SECTOR, 0);
    for at in differing {
        let content = &before[at * page..][..page];
        journal.extend(u32::try_from(at + 1).unwrap().to_be_bytes());
        journal.extend(content);
        // Every 200th byte from the end, added to the nonce (sqlite.org/fileformat2.html, section 3).
        let mut sum = NONCE;
        let mut place = page - 200;
        while place > 0 {
            sum = sum.wrapping_add(u32::from(content[place]));
            place = place.saturating_sub(200);
        }
        journal.extend(sum.to_be_bytes());
    }
    journal
}

/// The end of a journal that belongs to a write over several databases.
pub fn super_journal_name() -> Vec<u8> {
    let name = b"/tmp/other-mj0123456789";
    let sum = name.iter().fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
    let mut end = Vec::new();
    end.extend(262_145_u32.to_be_bytes());
    end.extend(name);
    end.extend(u32::try_from(name.len()).unwrap().to_be_bytes());
    end.extend(sum.to_be_bytes());
    end.extend([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    end
}

/// Sets the change counter in a journal's copy of page 1.
pub fn set_counter(journal: &mut [u8], counter: u32) {
    let page = u32::from_be_bytes(journal[24..28].try_into().unwrap()) as usize;
    let sector = u32::from_be_bytes(journal[20..24].try_into().unwrap()) as usize;
    let mut at = sector;
    while at + 8 + page <= journal.len() {
        if journal[at..at + 4] == 1_u32.to_be_bytes() {
            // It stands there twice, and a file in which the two differ is refused for that alone.
            for place in [24, 92] {
                journal[at + 4 + place..at + 8 + place].copy_from_slice(&counter.to_be_bytes());
            }
            return;
        }
        at += page + 8;
    }
    panic!("no first page in the journal");
}

/// A write-ahead log that holds all pages of a database, committed, with right checksums.
pub fn wal_of(database: &[u8]) -> Vec<u8> {
    let page = page_size(database);
    let mut wal = Vec::new();
    for number in [0x377f_0682, 3_007_000, u32::try_from(page).unwrap(), 0, 0x1111_1111, 0x2222_2222] {
        wal.extend(number.to_be_bytes());
    }
    let mut sum = checksum((0, 0), &wal);
    wal.extend(sum.0.to_be_bytes());
    wal.extend(sum.1.to_be_bytes());
    let pages = database.len() / page;
    for (at, content) in database.chunks(page).enumerate() {
        let mut head = Vec::new();
        head.extend(u32::try_from(at + 1).unwrap().to_be_bytes());
        head.extend(if at + 1 == pages { u32::try_from(pages).unwrap() } else { 0 }.to_be_bytes());
        sum = checksum(checksum(sum, &head), content);
        wal.extend(head);
        for number in [0x1111_1111, 0x2222_2222, sum.0, sum.1] {
            wal.extend(number.to_be_bytes());
        }
        wal.extend(content);
    }
    wal
}

/// The log's checksum over little-endian words (sqlite.org/fileformat2.html, section 4.2).
fn checksum(start: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    bytes.chunks(8).fold(start, |(a, b), pair| {
        let word = |at: usize| u32::from_le_bytes(pair[at..at + 4].try_into().unwrap());
        let a = a.wrapping_add(word(0)).wrapping_add(b);
        (a, b.wrapping_add(word(4)).wrapping_add(a))
    })
}

fn page_size(database: &[u8]) -> usize {
    match u16::from_be_bytes([database[16], database[17]]) {
        1 => 65536,
        size => usize::from(size),
    }
}
