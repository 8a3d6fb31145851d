//! Hostile drives: a volume or a disk is laid out from the input, listed, opened by everything that costs no stretch, saved
//! and read back. The fuzzer's target and the product's tests share it.
#![allow(clippy::unwrap_used, clippy::pedantic, reason = "what fails here is what is sought")]

use std::io::{self, Read, Seek, SeekFrom};

use drivekey::fve::{ExternalKey, Opener, Source, Volume, open, scan};

/// Where the input's block appears, so that one mutation reaches all copies.
const COPIES: [u64; 3] = [1 << 20, 2 << 20, 3 << 20];
const SIZE: u64 = 8 << 20;
const BOOT_BYTES: usize = 512;

/// The input's first 512 bytes at the start, the rest where the copies lie; zero elsewhere.
struct Drive<'a> {
    boot: &'a [u8],
    block: &'a [u8],
    at: u64,
}

impl Drive<'_> {
    fn byte(&self, at: u64) -> u8 {
        let copy = COPIES.iter().rev().find(|copy| at >= **copy).map(|copy| (self.block, at - copy));
        let (part, inside) = copy.unwrap_or((self.boot, at));
        usize::try_from(inside).ok().and_then(|inside| part.get(inside)).copied().unwrap_or(0)
    }
}

impl Read for Drive<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(usize::try_from(SIZE.saturating_sub(self.at)).unwrap_or(0));
        for byte in &mut buffer[..len] {
            *byte = self.byte(self.at);
            self.at += 1;
        }
        Ok(len)
    }
}

impl Seek for Drive<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => SIZE.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?,
            SeekFrom::Current(by) => self.at.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?,
        };
        Ok(self.at)
    }
}

/// Nothing may panic.
pub(crate) fn drive(input: &[u8]) {
    let (boot, block) = input.split_at(input.len().min(BOOT_BYTES));
    let mut source = Source::new(Drive { boot, block, at: 0 }).unwrap();
    for found in scan(&mut source).map(|scan| scan.found).unwrap_or_default() {
        if let Ok(volume) = found.volume {
            look_at(&volume);
        }
    }
    if let Ok(volume) = Volume::from_saved_header(input) {
        look_at(&volume);
    }
    let _ = ExternalKey::parse(input);
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
