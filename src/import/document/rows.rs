//! The rows of a spreadsheet, whichever program made it: cells of text and of numbers, as they are handed on.
//! Must not know which columns there are.

use zeroize::Zeroizing;

use super::Page;
use crate::import::{Input, Place, Reading, Remark, RemarkKind, read_extracted};
use crate::record::{GROUP_DIGITS, GROUPS, SourceKind, check_group};

/// A recovery password as one number has up to 48 digits; a spreadsheet keeps 15 of them.
const LOST: std::ops::Range<f64> = 1e40..1e48;
/// Whole numbers above this are no group of a recovery password, and not exact for long.
const WHOLE_MAX: f64 = 1e15;
/// More text for each byte that was unpacked is a sheet made to fill the memory: one string that many cells refer to.
const TEXT_FOR_A_BYTE: usize = 4;

/// The rows so far, as text, with what is to be said of them.
pub(in crate::import) struct Rows {
    page: Page,
    /// The numbers of the row that follow each other without a gap, not yet written.
    numbers: Vec<f64>,
    row: usize,
    padded: Vec<usize>,
    lost: Vec<usize>,
    begun: bool,
    /// How long the text may become.
    room: usize,
    full: bool,
}

impl Rows {
    pub(in crate::import) fn new() -> Self {
        let page = Page::with_capacity(0);
        Self { page, room: 0, numbers: Vec::new(), row: 0, padded: Vec::new(), lost: Vec::new(), begun: false, full: false }
    }

    /// Makes room for what comes out of so many bytes more.
    pub(in crate::import) fn from_bytes(&mut self, unpacked: usize) {
        self.room += unpacked * TEXT_FOR_A_BYTE;
    }

    /// Begins a row.
    pub(in crate::import) fn row(&mut self) {
        self.flush();
        if self.row > 0 {
            self.page.line_end();
        }
        self.row += 1;
        self.begun = false;
    }

    /// The next cell of the row, with text in it.
    pub(in crate::import) fn text(&mut self, text: &str) {
        if text.trim().is_empty() || self.is_full(text.len()) {
            return;
        }
        self.flush();
        self.gap();
        // Lines inside a cell belong to its row.
        for part in text.split_inclusive(['\n', '\r', '\t']) {
            let line = part.trim_end_matches(['\n', '\r', '\t']);
            self.page.text(line);
            if line.len() < part.len() {
                self.page.space();
            }
        }
    }

    /// The next cell of the row, with a number in it.
    pub(in crate::import) fn number(&mut self, number: f64) {
        if LOST.contains(&number) && self.lost.last() != Some(&self.row) {
            self.lost.push(self.row);
        }
        self.numbers.push(number);
    }

    fn is_full(&mut self, more: usize) -> bool {
        self.full |= self.page.len() + more > self.room;
        self.full
    }

    fn gap(&mut self) {
        if std::mem::replace(&mut self.begun, true) {
            self.page.char('\t');
        }
    }

    /// Writes the numbers: eight that are the groups of a recovery password get back the zeros that they lost.
    fn flush(&mut self) {
        let numbers = std::mem::take(&mut self.numbers);
        let mut rest = numbers.as_slice();
        while let Some((first, after)) = rest.split_first() {
            if let Some(groups) = rest.first_chunk::<GROUPS>().filter(|groups| groups.iter().all(|number| group(*number).is_some())) {
                let short = groups.iter().any(|number| *number < 100_000.0);
                if short && self.padded.last() != Some(&self.row) {
                    self.padded.push(self.row);
                }
                self.gap();
                for (index, number) in groups.iter().enumerate() {
                    if index > 0 {
                        self.page.char('-');
                    }
                    self.page.text(&group(*number).unwrap_or_default());
                }
                rest = &rest[GROUPS..];
                continue;
            }
            self.gap();
            let shown = if first.abs() < WHOLE_MAX { first.to_string() } else { format!("{first:e}") };
            self.page.text(&Zeroizing::new(shown));
            rest = after;
        }
    }

    /// Reads them.
    pub(in crate::import) fn read(mut self, input: &Input<'_>, kind: SourceKind) -> Reading {
        self.flush();
        let mut reading = read_extracted(input, &self.page.finish(), kind);
        // Each row is one line of the text.
        let row = |place: Place| if let Place::Line(line) = place { Place::Record(line) } else { place };
        reading.records.iter_mut().for_each(|record| record.place = row(record.place));
        reading.remarks.iter_mut().for_each(|remark| remark.place = remark.place.map(row));
        let holds = |row: usize| reading.records.iter().any(|record| record.place == Place::Record(row));
        let padded: Vec<usize> = self.padded.into_iter().filter(|row| holds(*row)).collect();
        let lost: Vec<usize> = self.lost.into_iter().filter(|row| !holds(*row)).collect();
        if !lost.is_empty() {
            reading.remarks.retain(|remark| remark.kind != RemarkKind::NoPasswordInFile);
            reading.source = Some(kind);
        }
        let remarks = |rows: Vec<usize>, kind| rows.into_iter().map(move |row| Remark::at(Place::Record(row), kind));
        reading.remarks.extend(remarks(padded, RemarkKind::GroupZeroPadded));
        reading.remarks.extend(remarks(lost, RemarkKind::PasswordLostInNumberFormat));
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
