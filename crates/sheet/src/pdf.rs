//! Draws pages as PDF, with codes as vectors and embedded subsets of the typefaces. The same pages give the same bytes.

mod layout;
mod typeface;

use std::collections::HashMap;
use std::ops::Range;

use krilla::geom::{PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::{Location, Surface};
use krilla::text::{Font, GlyphId};
use krilla::{Document, SerializeSettings};
use rayon::prelude::*;
use zeroize::Zeroizing;

pub use typeface::uncovered;

use super::SheetError;
use super::fonts::FontBytes;
use super::page::{Page, Paper};
use layout::{Leaf, Mark, Rect, lay_out};
use typeface::{Glyph, Typefaces};

/// How many pages a core lays out at a time, so that they share shaped words.
const PAGES_PER_TASK: usize = 64;
/// The line width of frames, in points.
const FRAME_WIDTH: f32 = 0.7;

/// Draws pages, one after the other. `fonts` supply the letters that the built-in typefaces do not have.
///
/// # Errors
/// [`SheetError`] when a font cannot be read or a text is too long for its symbol.
pub fn pdf(pages: &[Page], paper: Paper, fonts: &[FontBytes]) -> Result<Zeroizing<Vec<u8>>, SheetError> {
    let faces = Typefaces::new(fonts)?;
    let mut document = Document::new_with(SerializeSettings { xmp_metadata: false, ..SerializeSettings::default() });
    let name = pages.first().map_or("Recovery key", |page: &Page| page.name);
    document
        .set_metadata(Metadata::new().title(name.to_owned()).language("en".to_owned()).creator("drivekey".to_owned()));
    let (width, height) = layout::size(paper);
    let settings = PageSettings::from_wh(width, height).ok_or(SheetError::Document)?;
    let mut loaded = HashMap::new();
    for leaf in lay_out_all(pages, paper, fonts)?.iter().flatten() {
        let mut sheet = document.start_page_with(settings.clone());
        let mut surface = sheet.surface();
        draw(leaf, &mut surface, &faces, &mut loaded)?;
        surface.finish();
        sheet.finish();
    }
    document.finish().map(Zeroizing::new).map_err(|_| SheetError::Document)
}

/// Lays pages out on all cores. Each task has typefaces of its own, because they cache what they shaped.
fn lay_out_all(pages: &[Page], paper: Paper, fonts: &[FontBytes]) -> Result<Vec<Vec<Leaf>>, SheetError> {
    let parts: Vec<Vec<Vec<Leaf>>> = pages
        .par_chunks(PAGES_PER_TASK)
        .map(|part| {
            let faces = Typefaces::new(fonts)?;
            part.iter().map(|page| lay_out(page, paper, &faces)).collect()
        })
        .collect::<Result<_, _>>()?;
    Ok(parts.into_iter().flatten().collect())
}

fn draw(
    leaf: &Leaf,
    surface: &mut Surface<'_>,
    faces: &Typefaces<'_>,
    loaded: &mut HashMap<usize, Font>,
) -> Result<(), SheetError> {
    for mark in &leaf.marks {
        match mark {
            Mark::Text { x, y, size, runs, silent } => {
                set_black_fill(surface);
                let mut x = *x;
                for run in runs {
                    let font = load_font(run.face, faces, loaded)?;
                    surface.draw_glyphs(Point::from_xy(x, *y), &run.glyphs, font, &run.text, *size, *silent);
                    x += run.width * size;
                }
            }
            Mark::Filled(rects) => {
                set_black_fill(surface);
                let mut path = PathBuilder::new();
                rects.iter().filter_map(to_krilla).for_each(|rect| path.push_rect(rect));
                if let Some(path) = path.finish() {
                    surface.draw_path(&path);
                }
            }
            Mark::Frame(rect) => {
                surface.set_fill(None);
                surface.set_stroke(Some(Stroke { width: FRAME_WIDTH, ..Stroke::default() }));
                let mut path = PathBuilder::new();
                if let Some(rect) = to_krilla(rect) {
                    path.push_rect(rect);
                }
                if let Some(path) = path.finish() {
                    surface.draw_path(&path);
                }
            }
        }
    }
    Ok(())
}

/// Black without an outline.
fn set_black_fill(surface: &mut Surface<'_>) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { rule: FillRule::NonZero, opacity: NormalizedF32::ONE, ..Fill::default() }));
}

fn to_krilla(rect: &Rect) -> Option<krilla::geom::Rect> {
    krilla::geom::Rect::from_xywh(rect.x, rect.y, rect.width, rect.height)
}

fn load_font(face: usize, faces: &Typefaces<'_>, loaded: &mut HashMap<usize, Font>) -> Result<Font, SheetError> {
    if let Some(font) = loaded.get(&face) {
        return Ok(font.clone());
    }
    let font = faces.file(face).and_then(|(bytes, index)| Font::new(bytes, index)).ok_or(SheetError::Typeface)?;
    loaded.insert(face, font.clone());
    Ok(font)
}

impl krilla::text::Glyph for Glyph {
    fn glyph_id(&self) -> GlyphId {
        GlyphId::new(self.id)
    }

    fn text_range(&self) -> Range<usize> {
        self.from..self.to
    }

    fn x_advance(&self, size: f32) -> f32 {
        self.advance * size
    }

    fn x_offset(&self, size: f32) -> f32 {
        self.dx * size
    }

    fn y_offset(&self, size: f32) -> f32 {
        self.dy * size
    }

    fn y_advance(&self, _: f32) -> f32 {
        0.0
    }

    fn location(&self) -> Option<Location> {
        None
    }
}
