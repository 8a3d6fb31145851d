//! A binary property list: a table of objects that refer to each other by number. Every number in it is distrusted.

use super::{DEPTH_MAX, Json};
use zeroize::Zeroizing;

const TRAILER_BYTES: usize = 32;
/// Objects that are written: lists may hold one object many times.
const OBJECTS_MAX: usize = 200_000;
/// More text for each byte is a list made to fill the memory: one text that it holds again and again.
const TEXT_FOR_A_BYTE: usize = 16;

/// Writes it; `None` where it is broken.
pub(super) fn take(bytes: &[u8], json: &mut Json) -> Option<()> {
    let trailer = bytes.get(bytes.len().checked_sub(TRAILER_BYTES)?..)?;
    let offset_bytes = usize::from(trailer[6]);
    let reference_bytes = usize::from(trailer[7]);
    let number = |at: usize| usize::try_from(u64::from_be_bytes(trailer.get(at..at + 8)?.try_into().ok()?)).ok();
    let (count, top, table) = (number(8)?, number(16)?, number(24)?);
    if !(1..=8).contains(&offset_bytes) || !(1..=8).contains(&reference_bytes) || count > bytes.len() {
        return None;
    }
    let room = bytes.len() * TEXT_FOR_A_BYTE + TRAILER_BYTES;
    let mut file = File { bytes, table, offset_bytes, reference_bytes, count, left: OBJECTS_MAX, room };
    file.write(top, 0, json)
}

struct File<'a> {
    bytes: &'a [u8],
    table: usize,
    offset_bytes: usize,
    reference_bytes: usize,
    count: usize,
    left: usize,
    /// How long the text may become.
    room: usize,
}

impl File<'_> {
    fn number(&self, at: usize, length: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        bytes.iter().try_fold(0_usize, |number, byte| number.checked_mul(256)?.checked_add(usize::from(*byte)))
    }

    fn write(&mut self, object: usize, depth: usize, json: &mut Json) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        if depth > DEPTH_MAX || json.text.len() > self.room {
            return None;
        }
        let at = self.place(object)?;
        let marker = *self.bytes.get(at)?;
        let (kind, low) = (marker >> 4, usize::from(marker & 0xF));
        // A length that does not fit is a number of its own.
        let (length, content) = if low == 0xF && !matches!(kind, 0 | 1) {
            let width = 1_usize << (self.bytes.get(at + 1)? & 0xF).min(3);
            (self.number(at + 2, width)?, at + 2 + width)
        } else {
            (low, at + 1)
        };
        match kind {
            0x5 => json.string(&String::from_utf8_lossy(self.bytes.get(content..content.checked_add(length)?)?)),
            0x6 => {
                let units = self.bytes.get(content..content.checked_add(length.checked_mul(2)?)?)?;
                let units = units.chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
                let mut text = Zeroizing::new(String::with_capacity(length * 3));
                text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
                json.string(&text);
            }
            0xA | 0xC => {
                json.open("[");
                for index in 0..length {
                    let reference = self.reference(content, index)?;
                    self.write(reference, depth + 1, json)?;
                }
                json.close("]");
            }
            0xD => {
                json.open("{");
                for index in 0..length {
                    let name = self.name(self.reference(content, index)?)?;
                    json.name(&name);
                    let value = self.reference(content, length.checked_add(index)?)?;
                    self.write(value, depth + 1, json)?;
                }
                json.close("}");
            }
            0x1 => json.string(&self.number(at + 1, 1 << low.min(3)).unwrap_or(0).to_string()),
            _ => json.string(""),
        }
        Some(())
    }

    /// Where an object stands.
    fn place(&self, object: usize) -> Option<usize> {
        let entry = self.table.checked_add(object.checked_mul(self.offset_bytes)?)?;
        if object < self.count { self.number(entry, self.offset_bytes) } else { None }
    }

    fn reference(&self, content: usize, index: usize) -> Option<usize> {
        self.number(content.checked_add(index.checked_mul(self.reference_bytes)?)?, self.reference_bytes)
    }

    /// The name of an entry: a string.
    fn name(&mut self, object: usize) -> Option<Zeroizing<String>> {
        // Nothing else names an entry, and a list may hold itself.
        let is_string = matches!(self.bytes.get(self.place(object)?)? >> 4, 0x5 | 0x6);
        if !is_string {
            return None;
        }
        let mut name = Json::with_capacity(64);
        self.write(object, DEPTH_MAX, &mut name)?;
        let text = name.text.trim_matches('"');
        Some(Zeroizing::new(text.to_owned()))
    }
}
