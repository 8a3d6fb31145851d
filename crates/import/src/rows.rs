//! The rows of a spreadsheet, whichever program made it, as text: numbers that are the groups of a recovery password get
//! back the zeros that they lost.

use zeroize::Zeroizing;

use crate::input::Input;
use crate::{Place, Reading, Remark, RemarkKind, structured};
use drivekey_extract::{Cells, TextWriter};
use drivekey_record::{GROUP_DIGITS, GROUPS, SourceKind, check_group};

/// A recovery password as one number has up to 48 digits; a spreadsheet keeps 15 of them.
const LOST: std::ops::Range<f64> = 1e40..1e48;
/// Whole numbers above this are no group of a recovery password, and not exact for long.
const WHOLE_MAX: f64 = 1e15;
/// More text for each byte that was unpacked is a sheet made to fill the memory: one string that many cells refer to.
const TEXT_FOR_A_BYTE: usize = 16;

/// Columns that are kept apart where cells between them are empty; what stands further right follows without a gap.
const COLUMNS_MAX: usize = 256;

/// The rows so far, as text, with what is to be said of them.
pub(super) struct Rows {
    writer: TextWriter,
    /// The numbers of the row that follow each other, not yet written, and where they begin.
    numbers: Vec<f64>,
    numbers_at: usize,
    row: usize,
    padded: Vec<usize>,
    lost: Vec<usize>,
    /// The column behind the last one of the row that is written; 0 where none is.
    column: usize,
    /// How long the text may become.
    room: usize,
    full: bool,
}

impl Cells for Rows {
    fn unpacked(&mut self, bytes: usize) {
        self.room += bytes * TEXT_FOR_A_BYTE;
    }

    fn row(&mut self) {
        self.flush();
        if self.row > 0 {
            self.writer.line_end();
        }
        self.row += 1;
        self.column = 0;
    }

    fn text(&mut self, column: usize, text: &str) {
        if text.trim().is_empty() || self.is_full(text.len()) {
            return;
        }
        self.flush();
        self.gap(column);
        // Lines inside a cell belong to its row.
        for part in text.split_inclusive(['\n', '\r', '\t']) {
            let line = part.trim_end_matches(['\n', '\r', '\t']);
            self.writer.text(line);
            if line.len() < part.len() {
                self.writer.space();
            }
        }
    }

    fn number(&mut self, column: usize, number: f64) {
        if self.is_full(0) {
            return;
        }
        if column != self.numbers_at + self.numbers.len() {
            self.flush();
            self.numbers_at = column;
        }
        if LOST.contains(&number) && self.lost.last() != Some(&self.row) {
            self.lost.push(self.row);
        }
        self.numbers.push(number);
    }
}

impl Rows {
    pub(super) fn new() -> Self {
        Self {
            writer: TextWriter::with_capacity(0),
            room: 0,
            numbers: Vec::new(),
            numbers_at: 0,
            row: 0,
            padded: Vec::new(),
            lost: Vec::new(),
            column: 0,
            full: false,
        }
    }

    fn is_full(&mut self, more: usize) -> bool {
        self.full |= self.writer.len() + more > self.room;
        self.full
    }

    /// The tabs up to a column, one at least behind another cell.
    fn gap(&mut self, column: usize) {
        let column = column.min(COLUMNS_MAX);
        let tabs = if self.column == 0 { column } else { (column + 1).saturating_sub(self.column).max(1) };
        (0..tabs).for_each(|_| self.writer.char('\t'));
        self.column = self.column.max(column + 1);
    }

    /// Writes the numbers: eight that are the groups of a recovery password get back the zeros that they lost.
    fn flush(&mut self) {
        let numbers = std::mem::take(&mut self.numbers);
        let mut column = self.numbers_at;
        let mut rest = numbers.as_slice();
        while let Some((first, after)) = rest.split_first() {
            self.gap(column);
            if let Some(groups) =
                rest.first_chunk::<GROUPS>().filter(|groups| groups.iter().all(|number| group(*number).is_some()))
            {
                let short = groups.iter().any(|number| *number < 100_000.0);
                if short && self.padded.last() != Some(&self.row) {
                    self.padded.push(self.row);
                }
                for (index, number) in groups.iter().enumerate() {
                    if index > 0 {
                        self.writer.char('-');
                    }
                    self.writer.text(&group(*number).unwrap_or_default());
                }
                rest = &rest[GROUPS..];
                column += GROUPS;
                continue;
            }
            let shown = if first.abs() < WHOLE_MAX { first.to_string() } else { format!("{first:e}") };
            self.writer.text(&Zeroizing::new(shown));
            rest = after;
            column += 1;
        }
        self.numbers_at = column;
    }

    /// Reads them.
    pub(super) fn read(mut self, input: &Input<'_>) -> Reading {
        self.flush();
        let text = self.writer.finish();
        let text = Input { name: input.name.clone(), bytes: &text, nest: input.nest, is_part: false, pictures: None };
        let mut reading = structured::read_extracted(&text, SourceKind::Spreadsheet);
        // Each row is one line of the text.
        let row = |place: Place| if let Place::Line(line) = place { Place::Record(line) } else { place };
        reading.records.iter_mut().for_each(|record| record.place = row(record.place));
        reading.remarks.iter_mut().for_each(|remark| remark.place = remark.place.map(row));
        let padded = if reading.records.is_empty() { Vec::new() } else { self.padded };
        for (rows, kind) in [(padded, RemarkKind::GroupZeroPadded), (self.lost, RemarkKind::PasswordLostInNumberFormat)]
        {
            let said = reading.remarks.iter().any(|remark| remark.kind == kind);
            if !rows.is_empty() && !said {
                reading.remarks.retain(|remark| remark.kind != RemarkKind::NoPasswordInFile);
                reading.remarks.extend(rows.into_iter().map(|row| Remark::at(Place::Record(row), kind)));
                reading.source = Some(SourceKind::Spreadsheet);
            }
        }
        if self.full {
            reading.remarks.push(Remark::whole(RemarkKind::BeyondCeiling));
        }
        reading
    }
}

/// A number as the group of six digits it was.
fn group(number: f64) -> Option<Zeroizing<String>> {
    if number.fract() != 0.0 || !(0.0..1_000_000.0).contains(&number) {
        return None;
    }
    let digits = Zeroizing::new(format!("{number:0GROUP_DIGITS$}"));
    check_group(&digits).is_ok().then_some(digits)
}
