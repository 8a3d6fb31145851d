//! The text of a document as it is taken out: paragraphs as lines, table rows as lines with tabs between the cells.

use zeroize::Zeroizing;

/// What is reserved at first.
const FIRST_BYTES: usize = 4096;
/// Rows open inside each other; deeper ones are text like any other.
const ROWS_MAX: usize = 64;

/// A row that is being filled.
struct Row {
    start: usize,
    tabs: Vec<usize>,
    /// Where lines end inside its cells.
    breaks: Vec<usize>,
    /// Holds rows itself: made for the look, not for the data.
    is_layout: bool,
}

/// The text so far. Its buffer is wiped whenever it is left for a larger one.
pub struct TextWriter {
    out: Zeroizing<Vec<u8>>,
    rows: Vec<Row>,
    /// Rows open beyond [`ROWS_MAX`].
    rows_beyond: usize,
    /// A blank is due before the next word.
    space_due: bool,
}

impl TextWriter {
    /// `expected_bytes`: about how long it will be.
    #[must_use]
    pub fn with_capacity(expected_bytes: usize) -> Self {
        let out = Zeroizing::new(Vec::with_capacity(expected_bytes.max(FIRST_BYTES)));
        Self { out, rows: Vec::new(), rows_beyond: 0, space_due: false }
    }

    /// How many bytes it has so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Text as it stands.
    pub fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.pay_space();
            self.put(text.as_bytes());
        }
    }

    /// One character as it stands.
    pub fn char(&mut self, c: char) {
        let mut buffer = [0; 4];
        self.text(c.encode_utf8(&mut buffer));
    }

    /// A blank, however many are asked for, and none at the beginning of a line.
    pub fn space(&mut self) {
        self.space_due = true;
    }

    /// The end of a line, also of one without text. Inside a row of several cells it becomes a blank.
    pub fn line_end(&mut self) {
        self.space_due = false;
        let at = self.out.len();
        if let Some(row) = self.rows.last_mut() {
            row.breaks.push(at);
        }
        self.put(b"\n");
    }

    /// The edge of a paragraph: what follows stands on a line of its own.
    pub fn edge(&mut self) {
        self.space_due = false;
        if !matches!(self.out.last(), None | Some(b'\n' | b'\t')) {
            self.line_end();
        }
    }

    /// The beginning of a table's row.
    pub fn row(&mut self) {
        if self.rows.len() == ROWS_MAX {
            self.rows_beyond += 1;
            return self.edge();
        }
        if let Some(outer) = self.rows.last_mut() {
            outer.is_layout = true;
        }
        self.edge();
        self.rows.push(Row { start: self.out.len(), tabs: Vec::new(), breaks: Vec::new(), is_layout: false });
    }

    /// The gap between two cells.
    pub fn next_cell(&mut self) {
        self.space_due = false;
        let at = self.out.len();
        if let Some(row) = self.rows.last_mut() {
            row.tabs.push(at);
        }
        self.put(b"\t");
    }

    /// The end of the innermost row.
    pub fn row_end(&mut self) {
        self.space_due = false;
        if let Some(left) = self.rows_beyond.checked_sub(1) {
            self.rows_beyond = left;
            return self.edge();
        }
        let Some(row) = self.rows.pop() else { return self.edge() };
        let cells = self.out[row.start..].split(|byte| *byte == b'\t');
        let filled = cells.filter(|cell| cell.iter().any(|byte| !byte.is_ascii_whitespace())).count();
        if row.is_layout {
            row.tabs.iter().for_each(|at| self.out[*at] = b'\n');
        } else if filled > 1 {
            row.breaks.iter().for_each(|at| self.out[*at] = b' ');
        }
        if !matches!(self.out.last(), None | Some(b'\n')) {
            self.line_end();
        }
    }

    /// Whether a row is open.
    #[must_use]
    pub fn in_row(&self) -> bool {
        !self.rows.is_empty()
    }

    /// All of it.
    #[must_use]
    pub fn finish(mut self) -> Zeroizing<Vec<u8>> {
        self.rows_beyond = 0;
        while self.in_row() {
            self.row_end();
        }
        self.out
    }

    fn pay_space(&mut self) {
        if std::mem::take(&mut self.space_due) && !matches!(self.out.last(), None | Some(b'\n' | b'\t' | b' ')) {
            self.put(b" ");
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        let needed = self.out.len() + bytes.len();
        if needed > self.out.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(self.out.capacity() * 2)));
            larger.extend_from_slice(&self.out);
            self.out = larger;
        }
        self.out.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(writer: TextWriter) -> String {
        String::from_utf8_lossy(&writer.finish()).into_owned()
    }

    #[test]
    fn rows_of_data_are_lines_and_a_layout_is_not() {
        let mut writer = TextWriter::with_capacity(0);
        writer.row();
        writer.text("a");
        writer.line_end();
        writer.text("b");
        writer.next_cell();
        writer.text("c");
        writer.row_end();
        assert_eq!(text(writer), "a b\tc\n");

        let mut writer = TextWriter::with_capacity(0);
        writer.row();
        writer.text("left");
        writer.next_cell();
        for line in ["1", "2"] {
            writer.row();
            writer.text(line);
            writer.next_cell();
            writer.text("x");
            writer.row_end();
        }
        writer.row_end();
        assert_eq!(text(writer), "left\n1\tx\n2\tx\n");

        let mut writer = TextWriter::with_capacity(0);
        writer.row();
        writer.text("only");
        writer.edge();
        writer.text("cell");
        writer.row_end();
        assert_eq!(text(writer), "only\ncell\n");
    }

    #[test]
    fn blanks_are_one_and_none_stands_at_an_edge() {
        let mut writer = TextWriter::with_capacity(0);
        writer.space();
        writer.text("a");
        writer.space();
        writer.space();
        writer.text("b");
        writer.space();
        writer.edge();
        writer.edge();
        writer.text("c");
        assert_eq!(text(writer), "a b\nc");
    }
}
