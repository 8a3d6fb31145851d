//! Pieces, which are never split between sheets of paper, and the pen that writes them.

use super::text::{Line, wrap};
use super::{Mark, Rect};
use crate::pdf::typeface::{Style, Typefaces};

/// From one baseline to the next, and from the top of a line to its baseline, in multiples of the text size.
const LEADING: f32 = 1.28;
const ASCENT: f32 = 0.98;

/// Marks that stay together, placed from the upper left corner of the piece.
pub(super) struct Piece {
    pub(super) height: f32,
    /// The space above it, except at the top of a sheet.
    pub(super) gap: f32,
    pub(super) marks: Vec<Mark>,
    pub(super) keep_with_next: bool,
}

/// What all pieces of a layout share.
pub(super) struct Pen<'a> {
    pub(super) faces: &'a Typefaces<'a>,
    /// The width between the margins.
    pub(super) width: f32,
    /// The scale of all text but digits.
    pub(super) scale: f32,
}

/// The height of all pieces together.
pub(super) fn height(pieces: &[Piece]) -> f32 {
    let gaps: f32 = pieces.iter().skip(1).map(|piece| piece.gap).sum();
    gaps + pieces.iter().map(|piece| piece.height).sum::<f32>()
}

impl Piece {
    pub(super) const fn new(gap: f32, height: f32, marks: Vec<Mark>) -> Self {
        Self { height, gap, marks, keep_with_next: false }
    }

    /// Puts a piece to the right of this one.
    pub(super) fn beside(&mut self, x: f32, other: Self) {
        self.height = self.height.max(other.height);
        self.marks.extend(other.marks.into_iter().map(|mark| mark.moved(x, 0.0)));
    }

    /// Puts a piece below this one.
    pub(super) fn below(&mut self, other: Self) {
        let y = self.height + other.gap;
        self.height = y + other.height;
        self.marks.extend(other.marks.into_iter().map(|mark| mark.moved(0.0, y)));
    }
}

impl Pen<'_> {
    /// A size of text, scaled.
    pub(super) fn size(&self, size: f32) -> f32 {
        size * self.scale
    }

    /// A short text on one line, its baseline at 0.
    pub(super) fn word(&self, style: Style, size: f32, text: &str) -> Mark {
        let text = self.faces.printable(style, text);
        Mark::Text { x: 0.0, y: 0.0, size, runs: self.faces.shape(style, &text).as_ref().clone(), silent: false }
    }

    /// The number of a group, its baseline at 0.
    pub(super) fn number(&self, size: f32, number: usize) -> Mark {
        let text = number.to_string();
        Mark::Text { x: 0.0, y: 0.0, size, runs: self.faces.shape(Style::Plain, &text).as_ref().clone(), silent: true }
    }

    pub(super) fn measure(&self, style: Style, size: f32, text: &str) -> f32 {
        self.faces.width(style, &self.faces.printable(style, text)) * size
    }

    /// The largest size up to `size` at which a text is no wider than `limit`.
    pub(super) fn size_within(&self, style: Style, size: f32, text: &str, limit: f32) -> f32 {
        let wide = self.measure(style, size, text);
        if wide > limit { size * limit / wide } else { size }
    }

    pub(super) fn lines(&self, style: Style, size: f32, text: &str, limit: f32) -> Vec<Line> {
        wrap(self.faces, style, size, text, limit)
    }

    /// A paragraph as one piece.
    pub(super) fn paragraph(&self, style: Style, size: f32, text: &str, limit: f32, gap: f32) -> Piece {
        paragraph(gap, size, self.lines(style, size, text, limit))
    }

    /// A paragraph that may continue on the next sheet: each line is a piece.
    pub(super) fn flowing(&self, style: Style, size: f32, text: &str, gap: f32) -> Vec<Piece> {
        self.flowing_within(style, size, text, self.width, gap)
    }

    pub(super) fn flowing_within(&self, style: Style, size: f32, text: &str, limit: f32, gap: f32) -> Vec<Piece> {
        let lines = self.lines(style, size, text, limit).into_iter().enumerate();
        lines.map(|(at, line)| paragraph(if at == 0 { gap } else { 0.0 }, size, vec![line])).collect()
    }
}

fn paragraph(gap: f32, size: f32, lines: Vec<Line>) -> Piece {
    let mut piece = Piece::new(gap, 0.0, Vec::with_capacity(lines.len()));
    for line in lines {
        piece.marks.push(Mark::Text { x: 0.0, y: piece.height + size * ASCENT, size, runs: line.runs, silent: false });
        piece.height += size * LEADING;
    }
    piece
}

/// A frame with its upper left corner at the origin.
pub(super) const fn frame(width: f32, height: f32) -> Mark {
    Mark::Frame(Rect { x: 0.0, y: 0.0, width, height })
}
