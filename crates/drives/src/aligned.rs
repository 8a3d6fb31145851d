//! Reads whole, aligned sectors, as raw devices demand.

use std::io::{self, Read, Seek, SeekFrom};

/// The largest sector of any drive.
const BLOCK_BYTES: usize = 4096;
/// The smallest sector of any drive. The end of a drive is found to this accuracy.
const SECTOR_BYTES: usize = 512;
/// How much is read ahead: metadata lie close together.
const BUFFER_BYTES: usize = 16 * BLOCK_BYTES;

/// A reader that asks the inner one for whole blocks at multiples of their size only.
#[derive(Debug)]
pub struct Aligned<R> {
    inner: R,
    at: u64,
    buffer: Box<[u8]>,
    /// The offset of the first byte in the buffer.
    start: u64,
    filled: usize,
}

impl<R: Read + Seek> Aligned<R> {
    /// Wraps a device or a file.
    pub fn new(inner: R) -> Self {
        Self { inner, at: 0, buffer: vec![0; BUFFER_BYTES].into_boxed_slice(), start: 0, filled: 0 }
    }

    /// The size in bytes. With `seekable` the system is asked for the end. A raw device often does not tell; then the
    /// end is found by reading.
    ///
    /// # Errors
    /// When seeking fails, or the first sector cannot be read.
    pub(super) fn length(&mut self, seekable: bool) -> io::Result<u64> {
        if seekable {
            return self.inner.seek(SeekFrom::End(0));
        }
        self.probe_length()
    }

    /// Finds the end by bisection, in about a hundred reads.
    fn probe_length(&mut self) -> io::Result<u64> {
        let mut sector = vec![0; BLOCK_BYTES];
        self.inner.seek(SeekFrom::Start(0))?;
        self.inner.read_exact(&mut sector)?;
        let mut exists = |block: u64| {
            let at = block.checked_mul(BLOCK_BYTES as u64);
            at.is_some_and(|at| {
                self.inner.seek(SeekFrom::Start(at)).is_ok()
                    && matches!(self.inner.read(&mut sector), Ok(read) if read >= SECTOR_BYTES)
            })
        };
        let (mut inside, mut outside) = (0, 1);
        while exists(outside) {
            inside = outside;
            let Some(next) = outside.checked_mul(2).filter(|next| *next < u64::MAX / BLOCK_BYTES as u64) else { break };
            outside = next;
        }
        while outside - inside > 1 {
            let middle = inside + (outside - inside) / 2;
            if exists(middle) { inside = middle } else { outside = middle }
        }
        let start = inside * BLOCK_BYTES as u64;
        self.inner.seek(SeekFrom::Start(start))?;
        Ok(start + read_some(&mut self.inner, &mut sector)? as u64)
    }

    /// Fills the buffer from the block that holds `offset`.
    fn fill(&mut self, offset: u64) -> io::Result<()> {
        let start = offset - offset % BLOCK_BYTES as u64;
        self.filled = 0;
        self.start = start;
        self.inner.seek(SeekFrom::Start(start))?;
        match read_some(&mut self.inner, &mut self.buffer) {
            Ok(filled) => self.filled = filled,
            // A bad sector or the end of the drive within the buffer must not hide the sectors before it.
            Err(_) => self.filled = self.fill_by_sectors(start, offset)?,
        }
        Ok(())
    }

    /// Fills the buffer sector by sector, up to the first that cannot be read. The one with `offset` must be among
    /// them.
    fn fill_by_sectors(&mut self, start: u64, offset: u64) -> io::Result<usize> {
        for size in [BLOCK_BYTES, SECTOR_BYTES] {
            let mut filled = 0;
            let failed = loop {
                let Some(part) = self.buffer.get_mut(filled..filled + size) else { return Ok(filled) };
                self.inner.seek(SeekFrom::Start(start + filled as u64))?;
                match read_some(&mut self.inner, part) {
                    Ok(read) if read < size => return Ok(filled + read),
                    Ok(read) => filled += read,
                    Err(error) => break error,
                }
            };
            if start + filled as u64 > offset {
                return Ok(filled);
            }
            if size == SECTOR_BYTES {
                return Err(failed);
            }
        }
        Ok(0)
    }
}

/// Reads until the buffer is full or nothing more comes.
fn read_some(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

impl<R: Read + Seek> Read for Aligned<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let inside = |start: u64, filled: usize, at: u64| at >= start && at - start < filled as u64;
        if !inside(self.start, self.filled, self.at) {
            self.fill(self.at)?;
            if !inside(self.start, self.filled, self.at) {
                return Ok(0);
            }
        }
        let from = usize::try_from(self.at - self.start).unwrap_or(self.filled);
        let part = &self.buffer[from..self.filled];
        let count = part.len().min(into.len());
        into[..count].copy_from_slice(&part[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl<R: Read + Seek> Aligned<R> {
    /// Sets the offset of the next read.
    pub(super) const fn set_position(&mut self, offset: u64) {
        self.at = offset;
    }

    /// The offset of the next read.
    pub(super) const fn position(&self) -> u64 {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A drive as Windows presents it: whole, aligned sectors only, no seeking to the end, and an error behind it.
    struct Raw {
        bytes: Vec<u8>,
        at: u64,
        sector: usize,
        bad: Option<u64>,
    }

    impl Read for Raw {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let at = usize::try_from(self.at).map_err(|_| io::ErrorKind::InvalidInput)?;
            let crosses = self.bad.is_some_and(|bad| (self.at..self.at + into.len() as u64).contains(&bad));
            let whole = at.is_multiple_of(self.sector) && into.len().is_multiple_of(self.sector);
            if !whole || at + into.len() > self.bytes.len() || crosses {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            into.copy_from_slice(&self.bytes[at..at + into.len()]);
            self.at += into.len() as u64;
            Ok(into.len())
        }
    }

    impl Seek for Raw {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            let SeekFrom::Start(at) = to else { return Err(io::ErrorKind::Unsupported.into()) };
            self.at = at;
            Ok(at)
        }
    }

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|at| u8::try_from(at * 7 % 251).unwrap_or(0)).collect()
    }

    proptest! {
        #[test]
        fn gives_the_same_bytes_as_the_drive(
            blocks in 1_usize..60,
            sector in prop_oneof![Just(512_usize), Just(4096)],
            reads in proptest::collection::vec((0_usize..260_000, 0_usize..9000), 1..12),
        ) {
            let all = bytes(blocks * 4096);
            let mut drive = Aligned::new(Raw { bytes: all.clone(), at: 0, sector, bad: None });
            prop_assert_eq!(drive.length(false).ok(), Some(all.len() as u64));
            for (at, count) in reads {
                drive.set_position(at as u64);
                let mut read = vec![0; count];
                let want = all.get(at..).unwrap_or_default();
                if at < all.len() {
                    let got = read_some(&mut drive, &mut read).ok();
                    // Such a drive fails behind its end, but what is before the end was returned.
                    prop_assert!(got.is_none() || got == Some(count.min(want.len())));
                    if count <= want.len() {
                        prop_assert_eq!(&read[..], &want[..count]);
                    }
                }
            }
        }
    }

    #[test]
    fn a_bad_sector_hides_nothing_before_it() {
        let all = bytes(40 * 4096);
        let mut drive = Aligned::new(Raw { bytes: all.clone(), at: 0, sector: 512, bad: Some(3 * 4096 + 1024) });
        let mut read = vec![0; 3 * 4096 + 1024];
        drive.read_exact(&mut read).unwrap();
        assert_eq!(read, all[..3 * 4096 + 1024]);
        assert!(drive.read(&mut [0]).is_err());
        drive.set_position(4 * 4096);
        let mut after = [0; 16];
        drive.read_exact(&mut after).unwrap();
        assert_eq!(after, all[4 * 4096..4 * 4096 + 16]);
    }
}
