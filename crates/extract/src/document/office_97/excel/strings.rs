//! The table of strings of a workbook, which runs over several records and may change its width where one ends.

use zeroize::Zeroizing;

use super::{u16_at, u32_at};

const WIDE: u8 = 1;
const PHONETIC: u8 = 4;
const RICH: u8 = 8;
const RUN_BYTES: usize = 4;

/// Reads over the edges of records.
pub(super) struct Strings<'a> {
    parts: &'a [&'a [u8]],
    part: usize,
    at: usize,
}

impl<'a> Strings<'a> {
    pub(super) fn new(parts: &'a [&'a [u8]]) -> Self {
        Self { parts, part: 0, at: 8 }
    }

    /// All strings that are whole.
    pub(super) fn table(mut self) -> Vec<Zeroizing<String>> {
        let mut strings = Vec::new();
        while let Some(string) = self.string() {
            strings.push(string);
        }
        strings
    }

    fn string(&mut self) -> Option<Zeroizing<String>> {
        // A string's head never runs over an edge.
        if self.rest().is_empty() {
            self.next_part()?;
        }
        let characters = usize::from(u16_at(self.rest(), 0)?);
        let mut flags = *self.rest().get(2)?;
        self.at += 3;
        let runs = if flags & RICH != 0 { usize::from(self.u16()?) } else { 0 };
        let phonetic_bytes = if flags & PHONETIC != 0 { usize::try_from(self.u32()?).ok()? } else { 0 };
        let mut text = Zeroizing::new(String::with_capacity(characters * 3));
        let mut units = Zeroizing::new(Vec::with_capacity(characters));
        while units.len() < characters {
            if self.rest().is_empty() {
                self.next_part()?;
                flags = *self.rest().first()?;
                self.at += 1;
            }
            if flags & WIDE == 0 {
                units.push(u16::from(*self.rest().first()?));
                self.at += 1;
            } else {
                units.push(self.u16()?);
            }
        }
        text.extend(char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        self.skip(runs * RUN_BYTES)?;
        self.skip(phonetic_bytes)?;
        Some(text)
    }

    fn rest(&self) -> &'a [u8] {
        self.parts.get(self.part).and_then(|part| part.get(self.at..)).unwrap_or_default()
    }

    fn next_part(&mut self) -> Option<()> {
        self.part += 1;
        self.at = 0;
        (self.part < self.parts.len()).then_some(())
    }

    fn u16(&mut self) -> Option<u16> {
        let value = u16_at(self.rest(), 0)?;
        self.at += 2;
        Some(value)
    }

    fn u32(&mut self) -> Option<u32> {
        let value = u32_at(self.rest(), 0)?;
        self.at += 4;
        Some(value)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > self.rest().len() {
            count -= self.rest().len();
            self.next_part()?;
        }
        self.at += count;
        Some(())
    }
}
