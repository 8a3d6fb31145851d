//! The text of a Word document before 2007: pieces of one stream, listed in another.

use zeroize::Zeroizing;

use super::{size_at, u16_at, u32_at};
use crate::charset;
use crate::receiver::Fault;
use crate::writer::TextWriter;

const MAGIC: u16 = 0xA5EC;
const FLAGS_AT: usize = 0x0A;
const ENCRYPTED: u16 = 0x0100;
const SECOND_TABLE: u16 = 0x0200;
/// Where the list of pieces stands in the table stream, and its size.
const PIECES_AT: usize = 0x01A2;
/// Before the list itself come lists of properties.
const PROPERTIES: u8 = 1;
const PIECES: u8 = 2;
/// A piece: flags, place, properties.
const PIECE_BYTES: usize = 8;
/// The piece has one byte a character.
const NARROW: u32 = 0x4000_0000;

/// The text, field codes left out. `tables` are the two streams that may hold the list.
pub(super) fn text(document: &[u8], tables: [Option<&[u8]>; 2]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let flags = u16_at(document, FLAGS_AT).filter(|_| u16_at(document, 0) == Some(MAGIC)).ok_or(Fault::Broken)?;
    if flags & ENCRYPTED != 0 {
        return Err(Fault::Encrypted);
    }
    let table = tables[usize::from(flags & SECOND_TABLE != 0)].ok_or(Fault::Broken)?;
    let list = pieces(document, table).ok_or(Fault::Broken)?;
    let mut writer = Writer { page: TextWriter::with_capacity(document.len() / 2), codes: 0, cell_ended: false };
    let mut left = document.len();
    let count = list.len().saturating_sub(4) / (4 + PIECE_BYTES);
    for index in 0..count {
        let piece = piece(document, list, index, count);
        // Pieces that lie over each other must not make more text than the document has.
        let Some((bytes, narrow)) = piece.filter(|(bytes, _)| bytes.len() <= left) else { continue };
        left -= bytes.len();
        let decoded = charset::with(if narrow { encoding_rs::WINDOWS_1252 } else { encoding_rs::UTF_16LE }, bytes);
        decoded.chars().for_each(|c| writer.put(c));
    }
    Ok(writer.page.finish())
}

/// The list of pieces: one more boundary than pieces, then the pieces.
fn pieces<'a>(document: &[u8], table: &'a [u8]) -> Option<&'a [u8]> {
    let start = size_at(document, PIECES_AT)?;
    let mut rest = table.get(start..start.checked_add(size_at(document, PIECES_AT + 4)?)?)?;
    while *rest.first()? == PROPERTIES {
        rest = rest.get(3 + usize::from(u16_at(rest, 1)?)..)?;
    }
    (*rest.first()? == PIECES).then(|| rest.get(5..5_usize.checked_add(size_at(rest, 1)?)?))?
}

/// The bytes of a piece, and whether each is a character.
fn piece<'a>(document: &'a [u8], list: &[u8], index: usize, count: usize) -> Option<(&'a [u8], bool)> {
    let characters = size_at(list, (index + 1) * 4)?.checked_sub(size_at(list, index * 4)?)?;
    let place = u32_at(list, (count + 1) * 4 + index * PIECE_BYTES + 2)?;
    let narrow = place & NARROW != 0;
    let place = usize::try_from(place & !NARROW).ok()?;
    let (start, length) = if narrow { (place / 2, characters) } else { (place, characters.checked_mul(2)?) };
    Some((document.get(start..start.checked_add(length)?)?, narrow))
}

/// Word's own signs as lines and tabs.
struct Writer {
    page: TextWriter,
    /// Field codes that are open.
    codes: usize,
    cell_ended: bool,
}

impl Writer {
    fn put(&mut self, c: char) {
        // Two ends of a cell in a row are the end of the row.
        let row_ends = std::mem::replace(&mut self.cell_ended, c == '\u{7}');
        match c {
            '\u{13}' => self.codes += 1,
            '\u{14}' | '\u{15}' => self.codes = self.codes.saturating_sub(1),
            _ if self.codes > 0 => {}
            '\u{7}' if row_ends => {
                self.page.line_end();
                self.cell_ended = false;
            }
            '\u{7}' | '\t' => self.page.char('\t'),
            '\r' | '\n' | '\u{B}' | '\u{C}' | '\u{E}' => self.page.line_end(),
            '\u{1E}' => self.page.char('-'),
            '\0'..='\u{1F}' => {}
            _ => self.page.char(c),
        }
    }
}
