//! Texts with their places to lines: what stands at one height is one line, gaps become blanks and tabs.

use zeroize::Zeroizing;

use super::matrix::Matrix;
use crate::wiped;
use crate::writer::TextWriter;

/// Heights that differ by less than this share of the size are one line.
const SAME_LINE: f64 = 0.4;
/// Gaps, as shares of the size: between words, and between columns.
const BLANK: f64 = 0.14;
const COLUMN: f64 = 1.6;
/// Smaller sizes are as good as none.
const SIZE_MIN: f64 = 0.01;
/// Fewer letters are not seen to be set apart.
const LETTERS_MIN: usize = 4;

/// A text in its place. Turned text is placed as if the page were turned.
pub(crate) struct Run {
    text: Zeroizing<String>,
    /// Along the line, and across it.
    start: f64,
    end: f64,
    across: f64,
    size: f64,
    /// Places in the text where the letters stand apart, and how far: blanks, or the pitch of wide-set letters.
    gaps: Vec<(usize, f64)>,
    /// Which way the line runs: 0 to the right, then counter-clockwise.
    quarter: u8,
}

impl Run {
    /// An empty one that begins where a unit of the font stands. `expected` characters.
    pub(crate) fn at(placed: Matrix, expected: usize) -> Self {
        let [along_x, along_y, up_x, up_y, x, y] = placed.0;
        let quarter = match (along_y.abs() > along_x.abs(), along_x < 0.0, along_y < 0.0) {
            (false, false, _) => 0,
            (true, _, false) => 1,
            (false, true, _) => 2,
            (true, _, true) => 3,
        };
        let (start, across) = turned(quarter, x, y);
        let text = Zeroizing::new(String::with_capacity(expected * 4));
        Self { text, start, end: start, across, size: up_x.hypot(up_y), gaps: Vec::new(), quarter }
    }

    pub(crate) fn push(&mut self, c: char) {
        self.push_str(c.encode_utf8(&mut [0; 4]));
    }

    fn push_str(&mut self, text: &str) {
        wiped::append(&mut self.text, text);
    }

    /// Whether the next one drawn stands right behind this one, or a word's gap away.
    pub(crate) fn goes_on_with(&self, next: &Self) -> bool {
        let same = self.quarter == next.quarter && (self.across - next.across).abs() < self.size * SAME_LINE / 2.0;
        let gap = self.gap_to(next);
        same && gap > -BLANK && gap < COLUMN
    }

    pub(crate) fn append(&mut self, next: &Self) {
        let (at, gap) = (self.text.len(), self.gap_to(next));
        if gap > BLANK {
            self.gaps.push((at, gap));
        }
        self.gaps.extend(next.gaps.iter().map(|(place, gap)| (at + place, *gap)));
        self.push_str(&next.text);
        self.end = next.end;
    }

    /// The gap between them as a share of the size.
    fn gap_to(&self, next: &Self) -> f64 {
        (next.start - self.end) / next.size.max(SIZE_MIN)
    }

    /// Ends it where the cursor stands, less the gap after its last character.
    pub(crate) fn end(&mut self, (cursor, gap): (Matrix, f64), page: Matrix) {
        let [.., x, y] = Matrix([1.0, 0.0, 0.0, 1.0, -gap, 0.0]).then(cursor).then(page).0;
        self.end = turned(self.quarter, x, y).0;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Writes it, with blanks where words end. Where nearly all letters stand apart alike, only wider gaps are blanks.
    fn write(&self, writer: &mut TextWriter) {
        let letters = self.text.chars().count();
        let mut least = 0.0;
        if letters > LETTERS_MIN && self.gaps.len() * 10 >= (letters - 1) * 6 {
            let mut sizes: Vec<f64> = self.gaps.iter().map(|(_, gap)| *gap).collect();
            sizes.sort_by(f64::total_cmp);
            let pitch = sizes[sizes.len() / 2];
            least = pitch + BLANK.max(pitch / 2.0);
        }
        let mut from = 0;
        for (at, _) in self.gaps.iter().filter(|(_, gap)| *gap > least) {
            writer.text(&self.text[from..*at]);
            writer.space();
            from = *at;
        }
        writer.text(&self.text[from..]);
    }

    /// What it takes to keep it, in bytes.
    pub(crate) fn cost(&self) -> usize {
        self.text.len() + 8
    }
}

fn turned(quarter: u8, x: f64, y: f64) -> (f64, f64) {
    match quarter {
        0 => (x, y),
        1 => (y, -x),
        2 => (-x, -y),
        _ => (-y, x),
    }
}

/// Writes the lines from the top down.
pub(crate) fn write(mut runs: Vec<Run>, writer: &mut TextWriter) {
    runs.retain(|run| run.start.is_finite() && run.end.is_finite() && run.across.is_finite() && run.size.is_finite());
    runs.sort_by(|a, b| a.quarter.cmp(&b.quarter).then(b.across.total_cmp(&a.across)));
    let mut rest = runs.as_mut_slice();
    while let Some(first) = rest.first() {
        let (quarter, across, size) = (first.quarter, first.across, first.size.max(1.0));
        let same = |run: &Run| run.quarter == quarter && across - run.across < size * SAME_LINE;
        let count = rest.iter().position(|run| !same(run)).unwrap_or(rest.len());
        let (line, after) = rest.split_at_mut(count);
        line.sort_by(|a, b| a.start.total_cmp(&b.start));
        write_line(line, writer);
        rest = after;
    }
}

fn write_line(line: &[Run], writer: &mut TextWriter) {
    let mut before: Option<&Run> = None;
    for run in line {
        if let Some(before) = before {
            let gap = before.gap_to(run);
            if gap > COLUMN {
                writer.char('\t');
            } else if gap.abs() > BLANK {
                // What lies over another text was drawn twice to look bold.
                writer.space();
            }
        }
        run.write(writer);
        before = Some(run);
    }
    writer.line_end();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line whose letters are half as wide as high, with so much between them, and more where a word ends.
    fn spaced(words: &str, gap: f64) -> String {
        let mut line: Option<Run> = None;
        let mut x = 0.0;
        for c in words.chars() {
            if c != ' ' {
                let mut run = Run::at(Matrix([10.0, 0.0, 0.0, 10.0, x, 0.0]), 1);
                run.push(c);
                run.end((Matrix([1.0, 0.0, 0.0, 1.0, x + 5.0, 0.0]), 0.0), Matrix::IDENTITY);
                match &mut line {
                    Some(line) if line.goes_on_with(&run) => line.append(&run),
                    Some(_) => panic!("the line is broken at {c}"),
                    None => line = Some(run),
                }
            }
            x += 5.0 + gap;
        }
        let mut writer = TextWriter::with_capacity(0);
        write(line.into_iter().collect(), &mut writer);
        String::from_utf8_lossy(&writer.finish()).trim().to_owned()
    }

    #[test]
    fn letters_set_apart_are_words_again() {
        for gap in [0.0, 1.0, 2.0, 4.0] {
            assert_eq!(spaced("Key ID C22048E2", gap), "Key ID C22048E2", "{gap}");
        }
    }
}
