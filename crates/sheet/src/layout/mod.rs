//! Where a page's words stand: measured, wrapped, and put one below the other on sheets of paper, so that nothing can
//! overlap or be cut off. Must not know how marks are drawn.

mod blocks;
mod pieces;
mod text;

use super::SheetError;
use super::page::{Block, Page};
use super::typeface::{Run, Style, Typefaces};
use pieces::{Pen, Piece};

/// The paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

/// Nothing stands nearer to an edge, in points: no printer reaches it.
const MARGIN: f32 = 40.0;
/// Room of the foot, within the margins.
const FOOT: f32 = 18.0;
const FOOT_SIZE: f32 = 8.0;
/// Sizes of the text that are tried before a page goes on to a second sheet.
const SCALES: [f32; 6] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75];
/// The size when more than one sheet is needed anyway.
const LONG_SCALE: f32 = 0.95;

/// An upright oblong, in points from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Oblong {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// What is to be drawn, in black.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// Text whose baseline begins at `x`, `y`.
    Text {
        x: f32,
        y: f32,
        size: f32,
        runs: Vec<Run>,
        /// Drawn as a shape: who copies the text of the page gets the groups without their numbers.
        silent: bool,
    },
    /// Filled oblongs.
    Filled(Vec<Oblong>),
    /// A frame.
    Frame(Oblong),
}

/// One sheet of paper.
#[derive(Debug, PartialEq)]
pub(super) struct Leaf {
    pub(super) marks: Vec<Mark>,
}

impl Paper {
    /// Width and height in points.
    pub(super) const fn size(self) -> (f32, f32) {
        match self {
            Self::A4 => (595.28, 841.89),
            Self::Letter => (612.0, 792.0),
        }
    }
}

/// Lays a page out: on one sheet where it fits at any readable size, else on as many as it takes.
pub(super) fn lay_out(page: &Page, paper: Paper, faces: &Typefaces<'_>) -> Result<Vec<Leaf>, SheetError> {
    faces.forget_escapes();
    let (width, height) = paper.size();
    let room = height - 2.0 * MARGIN - FOOT;
    let pieces_at = |scale: f32| {
        let pen = Pen { faces, width: width - 2.0 * MARGIN, scale };
        blocks::pieces(page, &pen)
    };
    // A list is long by nature and keeps its size.
    let list = page.blocks.iter().any(|block| matches!(block, Block::Entry(_)));
    if !list {
        for scale in SCALES {
            let pieces = pieces_at(scale)?;
            if pieces::height(&pieces) <= room {
                return Ok(leaves(pieces, page, paper, faces));
            }
        }
    }
    Ok(leaves(pieces_at(LONG_SCALE)?, page, paper, faces))
}

fn leaves(pieces: Vec<Piece>, page: &Page, paper: Paper, faces: &Typefaces<'_>) -> Vec<Leaf> {
    let (width, height) = paper.size();
    let bottom = height - MARGIN - FOOT;
    let mut leaves = vec![Leaf { marks: Vec::new() }];
    let mut y = MARGIN;
    let mut rest = pieces.into_iter().peekable();
    while let Some(piece) = rest.next() {
        let follows = if piece.keep_with_next { rest.peek().map_or(0.0, |next| next.gap + next.height) } else { 0.0 };
        let at_top = leaves.last().is_none_or(|leaf| leaf.marks.is_empty());
        let mut gap = if at_top { 0.0 } else { piece.gap };
        if !at_top && y + gap + piece.height + follows > bottom {
            leaves.push(Leaf { marks: Vec::new() });
            (y, gap) = (MARGIN, 0.0);
        }
        y += gap;
        if let Some(leaf) = leaves.last_mut() {
            leaf.marks.extend(piece.marks.into_iter().map(|mark| mark.moved(MARGIN, y)));
        }
        y += piece.height;
    }
    let count = leaves.len();
    for (at, leaf) in leaves.iter_mut().enumerate() {
        let pen = Pen { faces, width: width - 2.0 * MARGIN, scale: 1.0 };
        let number = format!("page {} of {count}", at + 1);
        let baseline = height - MARGIN - 2.0;
        let number_width = pen.measure(Style::Plain, FOOT_SIZE, &number);
        leaf.marks.push(pen.word(Style::Plain, FOOT_SIZE, &page.foot).moved(MARGIN, baseline));
        leaf.marks.push(pen.word(Style::Plain, FOOT_SIZE, &number).moved(width - MARGIN - number_width, baseline));
    }
    leaves
}

impl Mark {
    pub(super) fn moved(self, by_x: f32, by_y: f32) -> Self {
        let shift = |oblong: Oblong| Oblong { x: oblong.x + by_x, y: oblong.y + by_y, ..oblong };
        match self {
            Self::Text { x, y, size, runs, silent } => Self::Text { x: x + by_x, y: y + by_y, size, runs, silent },
            Self::Filled(oblongs) => Self::Filled(oblongs.into_iter().map(shift).collect()),
            Self::Frame(oblong) => Self::Frame(shift(oblong)),
        }
    }
}

#[cfg(test)]
mod tests;
