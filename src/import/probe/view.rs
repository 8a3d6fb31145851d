//! A block of bytes written again as ASCII, in one of the ways in which it can be read. Must not know what is sought.

use zeroize::Zeroizing;

use crate::record::fold_digit;

/// What stands for any character that cannot be part of a key's digits.
const OTHER: u8 = 0xFF;

/// A buffer that is reserved once, and wiped when dropped: a key may go through it.
pub(super) struct View(Zeroizing<Vec<u8>>, usize);

impl View {
    /// `bytes`: what it will hold at most.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(Vec::new()), bytes)
    }

    fn begin(&mut self) {
        self.0.clear();
        self.0.reserve_exact(self.1);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// `halves`: whether there is anything but zeros at even places, and at odd ones.
    pub(super) fn without_zeros(&mut self, block: &[u8], halves: [bool; 2]) {
        self.begin();
        match halves {
            [true, false] => self.0.extend(block.iter().step_by(2)),
            [false, true] => self.0.extend(block.iter().skip(1).step_by(2)),
            _ => self.0.extend_from_slice(block),
        }
        if memchr::memchr(0, &self.0).is_none() {
            return;
        }
        let mut len = 0;
        for at in 0..self.0.len() {
            self.0[len] = self.0[at];
            len += usize::from(self.0[at] != 0);
        }
        self.0.truncate(len);
    }

    /// Digits of other scripts as ASCII digits, full-width letters as letters; nothing invisible, no zeros.
    pub(super) fn folded(&mut self, bytes: &[u8], from: usize, to: usize) {
        self.begin();
        let mut at = from;
        while at < to {
            let byte = bytes[at];
            let step = match byte {
                0 => 1,
                1..0x80 => {
                    self.0.push(byte);
                    1
                }
                0x82 | 0xA2 | 0xA3 if page_digit(bytes, at).is_some() => {
                    self.0.extend(page_digit(bytes, at));
                    2
                }
                // By far the most frequent ones in texts whose digits are their own.
                0xD9 | 0xDB => {
                    let zero = if byte == 0xD9 { 0xA0 } else { 0xB0 };
                    let value = bytes.get(at + 1).map_or(OTHER, |low| low.wrapping_sub(zero));
                    self.0.push(if value < 10 { b'0' + value } else { OTHER });
                    2
                }
                0xE0 if !may_be_indian(bytes, at) => {
                    self.0.push(OTHER);
                    1
                }
                0xD8 | 0xDF | 0xE0..=0xE2 | 0xEA | 0xEF | 0xF0 => self.character(bytes, at),
                _ => {
                    self.0.push(OTHER);
                    1
                }
            };
            at += step;
        }
    }

    /// A character of UTF-8; gives its length.
    fn character(&mut self, bytes: &[u8], at: usize) -> usize {
        let len = match bytes[at] {
            0xC0..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        };
        let decoded = bytes.get(at..at + len).and_then(|part| std::str::from_utf8(part).ok()).and_then(|part| part.chars().next());
        let Some(c) = decoded else {
            self.0.push(OTHER);
            return 1;
        };
        self.0.extend(ascii(c));
        len
    }

    /// Each second byte. `unit`: only where the one beside it is zero.
    pub(super) fn half(&mut self, bytes: &[u8], from: usize, to: usize, half: usize, unit: bool) {
        self.begin();
        let first = from + usize::from(from % 2 != half);
        for at in (first..to).step_by(2) {
            let beside_zero = || bytes.get(at + 1) == Some(&0) || at.checked_sub(1).is_some_and(|before| bytes[before] == 0);
            let byte = bytes[at];
            if byte != 0 {
                self.0.push(if !unit || beside_zero() { byte } else { OTHER });
            }
        }
    }

    /// UTF-16 from an even or odd place.
    pub(super) fn units(&mut self, bytes: &[u8], from: usize, to: usize, odd: usize, high_first: bool) {
        self.begin();
        let first = from + usize::from(from % 2 != odd);
        let part = bytes.get(first..bytes.len().min(to + 1)).unwrap_or_default();
        let order = if high_first { u16::from_be_bytes } else { u16::from_le_bytes };
        let units = part.chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
        for c in char::decode_utf16(units) {
            match c {
                Ok('\0') => {}
                Ok(c) if c.is_ascii() => self.0.push(u8::try_from(c).unwrap_or(OTHER)),
                Ok(c) => self.0.extend(ascii(c)),
                Err(_) => self.0.push(OTHER),
            }
        }
    }
}

/// By the third byte, which is a letter's or a digit's.
fn may_be_indian(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 2).is_some_and(|last| matches!(last, 0xA6..=0xAF | 0x90..=0x99 | 0xA0..=0xA9))
}

/// What a character above ASCII is read as; nothing for invisible ones.
fn ascii(c: char) -> Option<u8> {
    match c {
        '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => None,
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some(b'\n'),
        '\u{FF01}'..='\u{FF5E}' => u8::try_from(c as u32 - 0xFEE0).ok(),
        // Most texts of other scripts consist of these: no digit is among them.
        '\u{80}'..='\u{65F}' | '\u{66A}'..='\u{6EF}' | '\u{3001}'..='\u{A61F}' | '\u{AC00}'..='\u{FEFE}' => Some(OTHER),
        _ => Some(fold_digit(c).unwrap_or(OTHER)),
    }
}

/// Full-width digits in Shift JIS, GBK and EUC-KR, and Big5.
fn page_digit(bytes: &[u8], at: usize) -> Option<u8> {
    let zero = match bytes[at] {
        0x82 => 0x4F,
        0xA3 => 0xB0,
        _ => 0xAF,
    };
    bytes.get(at + 1).map(|low| low.wrapping_sub(zero)).filter(|value| *value < 10).map(|value| b'0' + value)
}
