//! Pages as PDF: vector symbols, embedded typefaces cut down to what is used, the same bytes for the same pages.
//! Must not know what a page says.

use std::collections::HashMap;
use std::ops::Range;

use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::{Location, Surface};
use krilla::text::{Font, GlyphId};
use krilla::{Document, SerializeSettings};
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::SheetError;
use super::layout::{Leaf, Mark, Oblong, Paper, lay_out};
use super::page::Page;
use super::typeface::{FontBytes, Glyph, Typefaces};

/// Pages that one core lays out at a time.
const PAGES_TOGETHER: usize = 64;
/// The width of frames.
const LINE: f32 = 0.7;

/// Draws pages, one behind the other. `fonts` are looked at for letters that the program's own typefaces have not.
///
/// # Errors
/// [`SheetError`] when a font cannot be read or a text is too long for its symbol.
pub fn pdf(pages: &[Page], paper: Paper, fonts: &[FontBytes]) -> Result<Zeroizing<Vec<u8>>, SheetError> {
    let faces = Typefaces::new(fonts)?;
    let mut document = Document::new_with(SerializeSettings { xmp_metadata: false, ..SerializeSettings::default() });
    let name = pages.first().map_or("Recovery key", |page: &Page| page.name);
    document
        .set_metadata(Metadata::new().title(name.to_owned()).language("en".to_owned()).creator("drivekey".to_owned()));
    let (width, height) = paper.size();
    let settings = PageSettings::from_wh(width, height).ok_or(SheetError::Document)?;
    let mut loaded = HashMap::new();
    for leaf in all_leaves(pages, paper, fonts)?.iter().flatten() {
        let mut sheet = document.start_page_with(settings.clone());
        let mut surface = sheet.surface();
        draw(leaf, &mut surface, &faces, &mut loaded)?;
        surface.finish();
        sheet.finish();
    }
    document.finish().map(Zeroizing::new).map_err(|_| SheetError::Document)
}

/// Laid out on all cores; each part of the pages has typefaces of its own, which remember what they shaped.
fn all_leaves(pages: &[Page], paper: Paper, fonts: &[FontBytes]) -> Result<Vec<Vec<Leaf>>, SheetError> {
    let parts: Vec<Vec<Vec<Leaf>>> = pages
        .par_chunks(PAGES_TOGETHER)
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
                filled(surface);
                let mut x = *x;
                for run in runs {
                    let font = font(run.face, faces, loaded)?;
                    surface.draw_glyphs(Point::from_xy(x, *y), &run.glyphs, font, &run.text, *size, *silent);
                    x += run.width * size;
                }
            }
            Mark::Filled(oblongs) => {
                filled(surface);
                let mut path = PathBuilder::new();
                oblongs.iter().filter_map(rect).for_each(|rect| path.push_rect(rect));
                if let Some(path) = path.finish() {
                    surface.draw_path(&path);
                }
            }
            Mark::Frame(oblong) => {
                surface.set_fill(None);
                surface.set_stroke(Some(Stroke { width: LINE, ..Stroke::default() }));
                let mut path = PathBuilder::new();
                if let Some(rect) = rect(oblong) {
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

/// Black, without an outline.
fn filled(surface: &mut Surface<'_>) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { rule: FillRule::NonZero, opacity: NormalizedF32::ONE, ..Fill::default() }));
}

fn rect(oblong: &Oblong) -> Option<Rect> {
    Rect::from_xywh(oblong.x, oblong.y, oblong.width, oblong.height)
}

fn font(face: usize, faces: &Typefaces<'_>, loaded: &mut HashMap<usize, Font>) -> Result<Font, SheetError> {
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
