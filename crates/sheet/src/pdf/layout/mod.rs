//! Lays pages out: text is measured, wrapped and stacked on sheets of paper, so that nothing overlaps or is cut off.

mod blocks;
mod pieces;
mod text;

use super::typeface::{Run, Style, Typefaces};
use crate::SheetError;
use crate::page::{Block, Page, Paper};
use pieces::{Pen, Piece};

/// Printers cannot print nearer to an edge, in points.
const MARGIN: f32 = 40.0;
/// The height of the foot, within the margins.
const FOOT_HEIGHT: f32 = 18.0;
const FOOT_SIZE: f32 = 8.0;
/// The text sizes that are tried to fit a page on one sheet.
const SCALES: [f32; 6] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75];
/// The text size when more than one sheet is needed anyway.
const LONG_PAGE_SCALE: f32 = 0.95;

/// A rectangle, in points from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// Something to draw, in black.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// Text, with the start of its baseline at `x`, `y`.
    Text {
        x: f32,
        y: f32,
        size: f32,
        runs: Vec<Run>,
        /// Whether it is left out when the text of the page is copied, as the numbers of groups are.
        silent: bool,
    },
    /// Filled rectangles.
    Filled(Vec<Rect>),
    /// A frame.
    Frame(Rect),
}

/// One sheet of paper.
#[derive(Debug, PartialEq)]
pub(super) struct Leaf {
    pub(super) marks: Vec<Mark>,
}

/// Width and height in points.
pub(super) const fn size(paper: Paper) -> (f32, f32) {
    match paper {
        Paper::A4 => (595.28, 841.89),
        Paper::Letter => (612.0, 792.0),
    }
}

/// Lays a page out on one sheet of paper if it fits at a readable size, or else on as many as it needs.
pub(super) fn lay_out(page: &Page, paper: Paper, faces: &Typefaces<'_>) -> Result<Vec<Leaf>, SheetError> {
    faces.forget_escapes();
    let (width, height) = size(paper);
    let room = height - 2.0 * MARGIN - FOOT_HEIGHT;
    let pieces_at = |scale: f32| {
        let pen = Pen { faces, width: width - 2.0 * MARGIN, scale };
        blocks::pieces(page, &pen)
    };
    // A list is long by nature and keeps its size.
    let list = page.blocks.iter().any(|block| matches!(block, Block::ListedKey(_)));
    if !list {
        for scale in SCALES {
            let pieces = pieces_at(scale)?;
            if pieces::height(&pieces) <= room {
                return Ok(stack(pieces, page, paper, faces));
            }
        }
    }
    Ok(stack(pieces_at(LONG_PAGE_SCALE)?, page, paper, faces))
}

/// Stacks pieces on sheets of paper, and adds the feet.
fn stack(pieces: Vec<Piece>, page: &Page, paper: Paper, faces: &Typefaces<'_>) -> Vec<Leaf> {
    let (width, height) = size(paper);
    let bottom = height - MARGIN - FOOT_HEIGHT;
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
    /// Moves a mark to the right and down.
    pub(super) fn moved(self, by_x: f32, by_y: f32) -> Self {
        let shift = |rect: Rect| Rect { x: rect.x + by_x, y: rect.y + by_y, ..rect };
        match self {
            Self::Text { x, y, size, runs, silent } => Self::Text { x: x + by_x, y: y + by_y, size, runs, silent },
            Self::Filled(rects) => Self::Filled(rects.into_iter().map(shift).collect()),
            Self::Frame(rect) => Self::Frame(shift(rect)),
        }
    }
}

#[cfg(test)]
mod tests;
