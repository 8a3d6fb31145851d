//! The typefaces of pages: which letters they have, and how text is shaped and measured.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use harfrust::{Buffer, Direction, Font, ShapeOptions, ShaperFont};
use unicode_bidi::BidiInfo;
use unicode_normalization::char::is_combining_mark;

use crate::SheetError;
use crate::fonts::{BUILT_IN, FontBytes};
use crate::page::{Block, Page};

/// The style of a text, in the order of [`BUILT_IN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
    /// Monospaced and bold, with a marked zero. Text in this style is secret, so shaped runs are not cached.
    Digits,
    /// Monospaced.
    Code,
}

/// A glyph and the range of text that it stands for. Lengths are in ems.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub(super) id: u32,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) advance: f32,
    pub(super) dx: f32,
    pub(super) dy: f32,
}

/// Glyphs of one typeface, from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) face: usize,
    pub(super) text: String,
    pub(super) glyphs: Vec<Glyph>,
    pub(super) width: f32,
}

/// All available typefaces.
pub(super) struct Typefaces<'a> {
    faces: Vec<(Font, f32)>,
    fonts: &'a [FontBytes],
    memo: RefCell<[HashMap<String, Rc<Vec<Run>>>; 4]>,
    escaped: Cell<bool>,
}

impl<'a> Typefaces<'a> {
    /// The built-in typefaces, followed by those of the system.
    pub(super) fn new(fonts: &'a [FontBytes]) -> Result<Self, SheetError> {
        let mut faces = Vec::with_capacity(BUILT_IN.len() + fonts.len());
        for bytes in BUILT_IN {
            faces.push(Font::new(bytes, 0).ok_or(SheetError::Typeface)?);
        }
        for font in fonts {
            // Skipping a bad font would shift the indexes of those behind it, so it is an error.
            let bytes: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::<Vec<u8>>::clone(&font.bytes);
            faces.push(Font::new(bytes, font.index).ok_or(SheetError::Typeface)?);
        }
        let faces = faces.into_iter().map(|face| (f32::from(face.units_per_em().max(1)), face));
        let faces = faces.map(|(em, face)| (face, em)).collect();
        Ok(Self { faces, fonts, memo: RefCell::default(), escaped: Cell::new(false) })
    }

    /// The file of a typeface, and its index in the file.
    pub(super) fn file(&self, face: usize) -> Option<(krilla::Data, u32)> {
        match BUILT_IN.get(face) {
            Some(bytes) => Some(((*bytes).into(), 0)),
            None => self.fonts.get(face - BUILT_IN.len()).map(|font| (Arc::clone(&font.bytes).into(), font.index)),
        }
    }

    /// Whether a letter had to be written by its number.
    pub(super) fn escaped(&self) -> bool {
        self.escaped.get()
    }

    /// Resets [`Typefaces::escaped`] for the next page.
    pub(super) fn forget_escapes(&self) {
        self.escaped.set(false);
    }

    /// The typefaces for a style, the first choice first.
    fn chain(&self, style: Style) -> impl Iterator<Item = usize> {
        let first = style as usize;
        [first, Style::Plain as usize]
            .into_iter()
            .take(if first == 0 { 1 } else { 2 })
            .chain(BUILT_IN.len()..self.faces.len())
    }

    fn face_for(&self, style: Style, cluster: &str) -> Option<usize> {
        self.chain(style).find(|face| {
            cluster.chars().all(|c| is_ignorable(c) || self.faces[*face].0.charmap().map_unicode(c).is_some())
        })
    }

    /// Replaces each letter that no typeface has by its number, as `\u{…}`.
    pub(super) fn printable<'t>(&self, style: Style, text: &'t str) -> Cow<'t, str> {
        // The quick way for our own words and most names.
        if text.is_ascii() || clusters(text).all(|cluster| self.face_for(style, cluster).is_some()) {
            return Cow::Borrowed(text);
        }
        let mut shown = String::with_capacity(text.len() * 2);
        for cluster in clusters(text) {
            if self.face_for(style, cluster).is_some() {
                shown.push_str(cluster);
                continue;
            }
            self.escaped.set(true);
            for c in cluster.chars() {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\u{{{:X}}}", u32::from(c));
            }
        }
        Cow::Owned(shown)
    }

    /// Shapes a text into runs from left to right, and caches them.
    pub(super) fn shape(&self, style: Style, text: &str) -> Rc<Vec<Run>> {
        if style == Style::Digits {
            return Rc::new(self.shape_parts(style, text));
        }
        if let Some(known) = self.memo.borrow()[style as usize].get(text) {
            return Rc::clone(known);
        }
        let runs = Rc::new(self.shape_parts(style, text));
        self.memo.borrow_mut()[style as usize].insert(text.to_owned(), Rc::clone(&runs));
        runs
    }

    /// The width of a text, in ems.
    pub(super) fn width(&self, style: Style, text: &str) -> f32 {
        self.shape(style, text).iter().map(|run| run.width).sum()
    }

    fn shape_parts(&self, style: Style, text: &str) -> Vec<Run> {
        // No script before Hebrew in Unicode is written from right to left.
        if text.chars().all(|c| c < '\u{590}') {
            return self.shape_one_way(style, text, Direction::LeftToRight);
        }
        let bidi = BidiInfo::new(text, None);
        let mut runs = Vec::new();
        for paragraph in &bidi.paragraphs {
            let (levels, ranges) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for range in ranges {
                let backwards = levels.get(range.start).is_some_and(unicode_bidi::Level::is_rtl);
                let direction = if backwards { Direction::RightToLeft } else { Direction::LeftToRight };
                runs.extend(self.shape_one_way(style, &text[range], direction));
            }
        }
        runs
    }

    fn shape_one_way(&self, style: Style, text: &str, direction: Direction) -> Vec<Run> {
        let mut parts: Vec<(usize, String)> = Vec::new();
        for cluster in clusters(text) {
            let face = self.face_for(style, cluster).unwrap_or(style as usize);
            match parts.last_mut() {
                Some((last, part)) if *last == face => part.push_str(cluster),
                _ => parts.push((face, cluster.to_owned())),
            }
        }
        let mut runs: Vec<Run> = parts.into_iter().map(|(face, text)| self.shape_run(face, text, direction)).collect();
        if direction == Direction::RightToLeft {
            runs.reverse();
        }
        runs
    }

    fn shape_run(&self, face: usize, text: String, direction: Direction) -> Run {
        let (font, em) = &self.faces[face];
        let mut shaped = Buffer::new();
        shaped.push_str(&text);
        shaped.set_direction(direction);
        shaped.guess_segment_properties();
        // It fails only for a buffer without a direction, or shaped already.
        let _ = harfrust::shape(&ShaperFont::new(font), &mut shaped, ShapeOptions::new());
        let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        let glyphs: Vec<Glyph> = shaped
            .glyph_infos()
            .iter()
            .zip(shaped.glyph_positions())
            .map(|(info, place)| {
                let from = info.cluster as usize;
                let ems = |units: i32| f32::from(i16::try_from(units).unwrap_or(i16::MAX)) / em;
                Glyph {
                    id: info.glyph_id,
                    from,
                    to: starts.iter().copied().find(|start| *start > from).unwrap_or(text.len()),
                    advance: ems(place.x_advance),
                    dx: ems(place.x_offset),
                    dy: ems(place.y_offset),
                }
            })
            .collect();
        let width = glyphs.iter().map(|glyph| glyph.advance).sum();
        Run { face, text, glyphs, width }
    }
}

/// The letters on pages that neither the built-in typefaces nor `fonts` have.
///
/// # Errors
/// [`SheetError::Typeface`] when a font cannot be read.
pub fn uncovered(pages: &[Page], fonts: &[FontBytes]) -> Result<Vec<char>, SheetError> {
    let faces = Typefaces::new(fonts)?;
    let mut missing: Vec<char> = pages
        .iter()
        .flat_map(typed_texts)
        .filter(|text| !text.is_ascii())
        .flat_map(|text| {
            clusters(text)
                .filter(|cluster| faces.face_for(Style::Bold, cluster).is_none())
                .flat_map(str::chars)
                .collect::<Vec<_>>()
        })
        .filter(|c| !is_ignorable(*c))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    Ok(missing)
}

/// The texts on a page that may contain what people typed.
fn typed_texts(page: &Page) -> impl Iterator<Item = &str> {
    page.blocks.iter().flat_map(|block| -> Vec<&str> {
        match block {
            Block::Facts(rows) => rows.iter().map(|(_, value)| value.as_str()).collect(),
            Block::ListedKey(key) => vec![&key.heading, &key.line],
            Block::Text(text) | Block::Strong(text) | Block::Heading(text) => vec![text],
            _ => Vec::new(),
        }
    })
}

/// Splits a text into letters, each with its combining marks.
pub(super) fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let marks = rest[first.len_utf8()..].chars().take_while(|c| is_combining_mark(*c) || is_ignorable(*c));
        let (cluster, behind) = rest.split_at(first.len_utf8() + marks.map(char::len_utf8).sum::<usize>());
        rest = behind;
        Some(cluster)
    })
}

/// Joiners and variation selectors, which shaping uses and which have no glyph of their own.
const fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_typefaces_have_european_scripts_and_a_marked_zero() {
        let faces = Typefaces::new(&[]).unwrap();
        for text in [
            "Jürgens Büro-PC",
            "Łódź čeština İstanbul",
            "Ноутбук Ольги Її Ґ",
            "Υπολογιστής Άννας",
            "Việt ễ",
            "e\u{301}x\u{323}",
        ] {
            assert_eq!(faces.printable(Style::Plain, text), text);
            assert_eq!(faces.printable(Style::Bold, text), text);
            assert!(
                faces.shape(Style::Plain, text).iter().flat_map(|run| &run.glyphs).all(|glyph| glyph.id != 0),
                "{text}"
            );
        }
        assert!(!faces.escaped());
        // Zero differs from the letter O, and all digits have the same width.
        let glyph = |text: &str| faces.shape(Style::Digits, text)[0].glyphs[0].clone();
        assert_ne!(glyph("0").id, glyph("O").id);
        assert!((0..10).all(|digit| (glyph(&digit.to_string()).advance - glyph("0").advance).abs() < 1e-6));
    }

    #[test]
    fn a_letter_without_a_face_is_written_as_its_number() {
        let faces = Typefaces::new(&[]).unwrap();
        assert_eq!(faces.printable(Style::Plain, "東-PC"), "\\u{6771}-PC");
        assert!(faces.escaped());
        // A letter that no typeface has is written by its number even if its mark is known; the mark is kept.
        assert_eq!(faces.printable(Style::Plain, "か\u{3099}"), "\\u{304B}\\u{3099}");
    }

    #[test]
    fn every_glyph_knows_its_text() {
        let faces = Typefaces::new(&[]).unwrap();
        let runs = faces.shape(Style::Plain, "Ой, e\u{301} fi");
        let covered: usize = runs
            .iter()
            .flat_map(|run| run.glyphs.iter().map(|glyph| (glyph.from, glyph.to)))
            .collect::<std::collections::BTreeSet<_>>()
            .iter()
            .map(|(from, to)| to - from)
            .sum();
        assert_eq!(covered, "Ой, e\u{301} fi".len());
    }
}
