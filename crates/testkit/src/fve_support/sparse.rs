//! An image in memory that keeps no pages of zeros, as most of a trimmed volume is.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

const PAGE: usize = 4096;

/// Written at its end or at any place, read from anywhere.
#[derive(Default, Clone)]
pub struct Sparse {
    pages: BTreeMap<u64, Box<[u8; PAGE]>>,
    size: u64,
    at: u64,
}

impl Sparse {
    /// All zero.
    pub fn new(size: u64) -> Self {
        Self { size, ..Self::default() }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// Overwrites bytes; the image grows where they end beyond it.
    pub fn put(&mut self, mut at: u64, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let inside = usize::try_from(at % PAGE as u64).unwrap();
            let len = bytes.len().min(PAGE - inside);
            let page = self.pages.get_mut(&(at / PAGE as u64));
            if page.is_some() || bytes[..len] != [0; PAGE][..len] {
                self.pages.entry(at / PAGE as u64).or_insert_with(|| Box::new([0; PAGE]))[inside..inside + len]
                    .copy_from_slice(&bytes[..len]);
            }
            at += len as u64;
            bytes = &bytes[len..];
        }
        self.size = self.size.max(at);
    }

    pub fn get(&self, at: u64, len: usize) -> Vec<u8> {
        let mut copy = Self { at, ..self.clone() };
        let mut bytes = vec![0; len];
        copy.read_exact(&mut bytes).unwrap();
        bytes
    }

    pub fn truncate(&mut self, size: u64) {
        self.size = size;
    }
}

impl Write for Sparse {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let at = self.size;
        self.put(at, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let inside = usize::try_from(self.at % PAGE as u64).unwrap();
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap();
        let len = buffer.len().min(PAGE - inside).min(left);
        match self.pages.get(&(self.at / PAGE as u64)) {
            Some(page) => buffer[..len].copy_from_slice(&page[inside..inside + len]),
            None => buffer[..len].fill(0),
        }
        self.at += len as u64;
        Ok(len)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(back) => self.size.checked_add_signed(back).ok_or(io::ErrorKind::InvalidInput)?,
            SeekFrom::Current(by) => self.at.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?,
        };
        Ok(self.at)
    }
}
