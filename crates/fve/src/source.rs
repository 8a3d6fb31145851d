//! Reads any `Read + Seek` in whole, aligned sectors, as raw devices demand.

use std::io::{self, Read, Seek, SeekFrom};

/// A multiple of every sector size in use.
const ALIGN: u64 = 4096;
/// The smallest sector size. A device need not end at a multiple of [`ALIGN`].
const SMALLEST_SECTOR: u64 = 512;
/// The largest read. It has room for the largest metadata block, its validation area and two sectors of alignment.
pub(super) const READ_BYTES_MAX: usize = 128 * 1024;

/// A drive, a partition or an image, opened for reading.
#[derive(Debug)]
pub struct Source<R> {
    inner: R,
    size: Option<u64>,
}

impl<R: Read + Seek> Source<R> {
    /// Wraps a file, or a device whose size can be found by seeking (Linux).
    ///
    /// # Errors
    /// When seeking fails.
    pub fn new(mut inner: R) -> io::Result<Self> {
        let size = inner.seek(SeekFrom::End(0))?;
        Ok(Self::with_size(inner, (size > 0).then_some(size)))
    }

    /// Wraps a device whose size is known in another way, or not at all (Windows `\\.\`, macOS `/dev/rdisk`).
    #[must_use]
    pub const fn with_size(inner: R, size: Option<u64>) -> Self {
        Self { inner, size }
    }

    /// The size in bytes, if it is known.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// Unwraps the reader.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.inner
    }

    /// Up to `len` bytes at `offset`; fewer where the source ends.
    pub(super) fn read_at(&mut self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        // The larger alignment may take in a bad sector that nobody asked for.
        self.read_aligned(offset, len, ALIGN).or_else(|_| self.read_aligned(offset, len, SMALLEST_SECTOR))
    }

    fn read_aligned(&mut self, offset: u64, len: usize, align: u64) -> io::Result<Vec<u8>> {
        let len = len.min(READ_BYTES_MAX);
        let start = offset - offset % align;
        let wanted = offset.checked_add(len as u64).ok_or(io::ErrorKind::InvalidInput)?;
        let mut end = wanted.checked_next_multiple_of(align).ok_or(io::ErrorKind::InvalidInput)?;
        if let Some(size) = self.size {
            end = end.min(size.next_multiple_of(SMALLEST_SECTOR));
        }
        let Some(span) = end.checked_sub(start).filter(|_| offset < end) else { return Ok(Vec::new()) };
        let mut bytes = vec![0; usize::try_from(span).map_err(|_| io::ErrorKind::InvalidInput)?];
        self.inner.seek(SeekFrom::Start(start))?;
        let filled = fill(&mut self.inner, &mut bytes)?;
        bytes.truncate(filled);
        let skip = usize::try_from(offset - start).unwrap_or(usize::MAX).min(bytes.len());
        bytes.drain(..skip);
        bytes.truncate(len);
        Ok(bytes)
    }
}

/// Reads until the buffer is full or the source ends.
fn fill(source: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match source.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// Refuses what a raw device refuses.
    struct Device(Cursor<Vec<u8>>);

    impl Read for Device {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let at = self.0.position();
            if !at.is_multiple_of(512) || !buffer.len().is_multiple_of(512) {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let left = usize::try_from((self.0.get_ref().len() as u64).saturating_sub(at)).unwrap();
            let len = buffer.len().min(left).min(8192);
            self.0.read(&mut buffer[..len])
        }
    }

    impl Seek for Device {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            match to {
                SeekFrom::Start(_) => self.0.seek(to),
                _ => Err(io::ErrorKind::InvalidInput.into()),
            }
        }
    }

    proptest! {
        #[test]
        fn every_read_is_of_whole_sectors(
            sectors in 1_usize..60,
            offset in 0_u64..40_000,
            len in 0_usize..30_000,
            told in any::<bool>(),
        ) {
            let bytes: Vec<u8> = (0..sectors * 512).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
            let size = told.then_some(bytes.len() as u64);
            let mut source = Source::with_size(Device(Cursor::new(bytes.clone())), size);
            let at = usize::try_from(offset).unwrap().min(bytes.len());
            prop_assert_eq!(source.read_at(offset, len).unwrap(), &bytes[at..(at + len).min(bytes.len())]);
        }
    }

    /// Its third sector cannot be read.
    struct Failing(Cursor<Vec<u8>>);

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let at = self.0.position();
            if at < 1536 && at + buffer.len() as u64 > 1024 {
                Err(io::ErrorKind::Other.into())
            } else {
                self.0.read(buffer)
            }
        }
    }

    impl Seek for Failing {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn a_bad_sector_hides_only_itself() {
        let mut source = Source::new(Failing(Cursor::new(vec![7; 16_384]))).unwrap();
        assert_eq!(source.read_at(0, 1024).unwrap(), [7; 1024]);
        assert_eq!(source.read_at(1536, 8192).unwrap(), [7; 8192]);
        assert!(source.read_at(512, 1024).is_err());
    }

    #[test]
    fn offsets_beyond_all_bounds_are_errors_or_nothing() {
        let mut source = Source::new(Cursor::new(vec![1; 300])).unwrap();
        assert_eq!(source.read_at(0, 512).unwrap().len(), 300);
        assert!(source.read_at(u64::MAX, 512).is_err());
        assert!(source.read_at(u64::MAX - 8192, 512).is_ok_and(|bytes| bytes.is_empty()));
    }
}
