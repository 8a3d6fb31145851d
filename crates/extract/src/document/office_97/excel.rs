//! The cells of an Excel workbook before 2007: a row of records, strings in a table of their own. Takes what is there
//! and reserves nothing that a record claims.

use zeroize::Zeroizing;

use super::{u16_at, u32_at};
use crate::charset;
use crate::receiver::{Cells, Fault};

const FORMULA: u16 = 0x06;
const FILE_PASS: u16 = 0x2F;
const CONTINUE: u16 = 0x3C;
const MUL_RK: u16 = 0xBD;
const RICH_STRING: u16 = 0xD6;
const SHARED_STRINGS: u16 = 0xFC;
const LABEL_SHARED: u16 = 0xFD;
const NUMBER: u16 = 0x203;
const LABEL: u16 = 0x204;
const STRING: u16 = 0x207;
const RK: u16 = 0x27E;
const BEGIN: u16 = 0x809;
/// A formula whose result is no number.
const NO_NUMBER: u16 = 0xFFFF;

mod strings;

use strings::Strings;

pub(super) fn take(stream: &[u8], cells: &mut dyn Cells) -> Result<(), Fault> {
    cells.unpacked(stream.len());
    let mut workbook = Workbook { cells, row: None, formula_column: 0 };
    let mut shared: Vec<Zeroizing<String>> = Vec::new();
    let mut records = Records(stream);
    while let Some((kind, data)) = records.next() {
        match kind {
            FILE_PASS => return Err(Fault::Encrypted),
            BEGIN => workbook.row = None,
            SHARED_STRINGS => {
                let mut parts = vec![data];
                while let Some(more) = records.next_if(CONTINUE) {
                    parts.push(more);
                }
                shared = Strings::new(&parts).table();
            }
            _ => {
                workbook.record(kind, data, &shared);
            }
        }
    }
    Ok(())
}

/// Kind and data, one after the other.
struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    fn next_if(&mut self, wanted: u16) -> Option<&'a [u8]> {
        if u16_at(self.0, 0)? == wanted { self.next().map(|(_, data)| data) } else { None }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<(u16, &'a [u8])> {
        let end = 4 + usize::from(u16_at(self.0, 2)?);
        let record = (u16_at(self.0, 0)?, self.0.get(4..end)?);
        self.0 = &self.0[end..];
        Some(record)
    }
}

struct Workbook<'a> {
    cells: &'a mut dyn Cells,
    row: Option<u16>,
    formula_column: usize,
}

impl Workbook<'_> {
    /// Takes the cells of one record; `None` where it is broken or holds none.
    fn record(&mut self, kind: u16, data: &[u8], shared: &[Zeroizing<String>]) -> Option<()> {
        if matches!(kind, FORMULA | MUL_RK | RICH_STRING | LABEL_SHARED | NUMBER | LABEL | RK) {
            self.begin(u16_at(data, 0)?);
        }
        let column = || u16_at(data, 2).map(usize::from);
        match kind {
            NUMBER => self.cells.number(column()?, f64::from_le_bytes(data.get(6..14)?.try_into().ok()?)),
            RK => self.cells.number(column()?, short_number(u32_at(data, 6)?)),
            MUL_RK => {
                let first = column()?;
                for (index, cell) in data.get(4..data.len().checked_sub(2)?)?.chunks_exact(6).enumerate() {
                    self.cells.number(first + index, short_number(u32_at(cell, 2)?));
                }
            }
            FORMULA if u16_at(data, 12)? != NO_NUMBER => {
                self.cells.number(column()?, f64::from_le_bytes(data.get(6..14)?.try_into().ok()?));
            }
            LABEL_SHARED => self.cells.text(column()?, shared.get(usize::try_from(u32_at(data, 6)?).ok()?)?),
            LABEL | RICH_STRING => self.cells.text(column()?, &string(data.get(6..)?)?),
            FORMULA => self.formula_column = column()?,
            // The text that the formula before it gave.
            STRING => self.cells.text(self.formula_column, &string(data)?),
            _ => {}
        }
        Some(())
    }

    fn begin(&mut self, row: u16) {
        if self.row.replace(row) != Some(row) {
            self.cells.row();
        }
    }
}

/// A string with its length before it: one byte or two a character, as its flags say.
fn string(data: &[u8]) -> Option<Zeroizing<String>> {
    let characters = usize::from(u16_at(data, 0)?);
    let wide = data.get(2)? & 1 != 0;
    let bytes = data.get(3..3 + if wide { characters * 2 } else { characters })?;
    Some(charset::with(if wide { encoding_rs::UTF_16LE } else { encoding_rs::WINDOWS_1252 }, bytes))
}

/// A number in 30 bits: whole, or the upper half of a fraction; perhaps a hundredth of it.
fn short_number(bits: u32) -> f64 {
    let number =
        if bits & 2 != 0 { f64::from(bits.cast_signed() >> 2) } else { f64::from_bits(u64::from(bits & !3) << 32) };
    if bits & 1 != 0 { number / 100.0 } else { number }
}
