//! Pages that Windows prints to a file: XPS and `OpenXPS`. Texts are read by their places; what one line was cut into
//! is joined, by the widths of its font's letters.

use std::collections::HashMap;

use zeroize::Zeroizing;

use crate::charset;
use crate::document::page::layout::{self, Run};
use crate::document::page::matrix::Matrix;
use crate::entity;
use crate::markup::{Piece, Pieces, Tag};
use crate::members::Members;
use crate::package::{Package, Unzipped};
use crate::receiver::{Form, Receiver, Source};
use crate::writer::TextWriter;

mod font;

use font::Widths;

const PAGE: &str = ".fpage";
/// A part that was written in pieces, interleaved with others: `1.fpage/[0].piece`.
const PIECE: &str = ".piece";
/// Canvases inside each other.
const CANVASES_MAX: usize = 64;
/// Texts of one page.
const RUNS_MAX: usize = 200_000;
/// Pages count from the top, the lines of a layout from the bottom.
const UPSIDE_DOWN: Matrix = Matrix([1.0, 0.0, 0.0, -1.0, 0.0, 0.0]);

/// Whether an archive with these members is such a document.
pub(crate) fn is_xps(names: &[String]) -> bool {
    names.iter().any(|name| whole_name(name).to_ascii_lowercase().ends_with(PAGE))
}

pub(crate) fn take(source: &Source<'_>, package: &mut Package<'_>, to: &mut dyn Receiver) {
    let mut document = Document { parts: Parts::of(&package.names), package, members: Members::new(source, to) };
    let mut writer = TextWriter::with_capacity(0);
    let mut fonts = HashMap::new();
    for page in document.parts.pages() {
        let Some(bytes) = document.part(&page) else { continue };
        let text = charset::decode(&bytes, None);
        let runs = document.page(text.as_str(), &mut fonts);
        layout::write(runs, &mut writer);
        writer.edge();
        writer.line_end();
    }
    document.members.text(Form::Document, &writer.finish());
    document.pictures();
}

/// The name of the part that a piece belongs to.
fn whole_name(name: &str) -> &str {
    if name.to_ascii_lowercase().ends_with(PIECE) { name.rsplit_once('/').map_or(name, |(part, _)| part) } else { name }
}

/// The parts of the document: of each, which members it was written in, in order.
struct Parts(HashMap<String, Vec<(usize, usize)>>);

impl Parts {
    fn of(names: &[String]) -> Self {
        let mut parts: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            let part = whole_name(name);
            let piece: String = name[part.len()..].chars().filter(char::is_ascii_digit).collect();
            parts
                .entry(part.trim_start_matches('/').to_ascii_lowercase())
                .or_default()
                .push((piece.parse().unwrap_or(0), index));
        }
        for pieces in parts.values_mut() {
            pieces.sort_unstable();
        }
        Self(parts)
    }

    /// `2.fpage` before `10.fpage`.
    fn pages(&self) -> Vec<String> {
        let mut pages: Vec<String> = self.0.keys().filter(|name| name.ends_with(PAGE)).cloned().collect();
        pages.sort_by_key(|name| (name.len(), name.clone()));
        pages
    }
}

struct Document<'a, 'b, 'r> {
    parts: Parts,
    package: &'b mut Package<'a>,
    members: Members<'b, 'r>,
}

impl Document<'_, '_, '_> {
    /// A part's bytes, its pieces joined.
    fn part(&mut self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let pieces = self.parts.0.get(name)?.clone();
        let mut unpacked = Vec::with_capacity(pieces.len());
        for (_, index) in pieces {
            let nest = self.members.admit()?;
            match self.package.unpack(index, nest) {
                Unzipped::Bytes(bytes) | Unzipped::Begun(bytes) => unpacked.push(bytes),
                Unzipped::Refused(fault) => self.members.fault(fault),
            }
        }
        let mut whole = Zeroizing::new(Vec::with_capacity(unpacked.iter().map(|piece| piece.len()).sum()));
        for piece in &unpacked {
            whole.extend_from_slice(piece);
        }
        Some(whole)
    }

    fn page(&mut self, xml: &str, fonts: &mut HashMap<String, Widths>) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut canvases = vec![UPSIDE_DOWN];
        for piece in Pieces::new(xml) {
            let Piece::Tag(tag) = piece else { continue };
            let outer = canvases.last().copied().unwrap_or(UPSIDE_DOWN);
            match tag.local_name() {
                "Canvas" if tag.closes && canvases.len() > 1 => drop(canvases.pop()),
                "Canvas" if tag.closes => {}
                "Canvas" if !tag.empty && canvases.len() < CANVASES_MAX => canvases.push(moved(&tag, outer)),
                // The same for a canvas whose place stands in an element of its own.
                "MatrixTransform" => {
                    if let (Some(inner), [.., outer, own]) =
                        (tag.attribute("Matrix").and_then(Matrix::parse), canvases.as_mut_slice())
                    {
                        *own = inner.then(*outer);
                    }
                }
                "Glyphs" if !tag.closes && runs.len() < RUNS_MAX => {
                    let Some(run) = self.glyphs(&tag, outer, fonts) else { continue };
                    match runs.last_mut() {
                        Some(last) if last.goes_on_with(&run) => last.append(&run),
                        _ => runs.push(run),
                    }
                }
                _ => {}
            }
        }
        runs
    }

    /// One text in its place.
    fn glyphs(&mut self, tag: &Tag<'_>, outer: Matrix, fonts: &mut HashMap<String, Widths>) -> Option<Run> {
        let text = entity::resolved(tag.attribute("UnicodeString")?);
        // A brace at the beginning is escaped.
        let text = text.strip_prefix("{}").unwrap_or(&text);
        let number = |name: &str| tag.attribute(name).and_then(|value| value.parse::<f64>().ok());
        let (size, x, y) = (number("FontRenderingEmSize")?, number("OriginX")?, number("OriginY")?);
        if text.is_empty() || !(size > 0.0 && x.is_finite() && y.is_finite()) {
            return None;
        }
        let font = tag.attribute("FontUri").unwrap_or_default().trim_start_matches('/').to_ascii_lowercase();
        let font = font.split('#').next().unwrap_or_default().to_owned();
        if !fonts.contains_key(&font) {
            let bytes = self.part(&font);
            let widths = bytes.and_then(|bytes| Widths::read(&bytes, &font)).unwrap_or_default();
            fonts.insert(font.clone(), widths);
        }
        let width = fonts.get(&font)?.of(text, tag.attribute("Indices").unwrap_or_default());
        let place = moved(tag, outer);
        let placed = Matrix([size, 0.0, 0.0, size, x, y]).then(place);
        let mut run = Run::at(placed, text.len());
        text.chars().for_each(|c| run.push(c));
        run.end((Matrix([1.0, 0.0, 0.0, 1.0, x + width * size, y]), 0.0), place);
        Some(run)
    }

    /// Pictures on the pages, where they are wanted.
    fn pictures(&mut self) {
        if !self.members.to.wants_pictures() {
            return;
        }
        let is_picture =
            |name: &&String| [".png", ".jpg", ".jpeg", ".tif", ".tiff"].iter().any(|end| name.ends_with(end));
        let mut names: Vec<String> = self.parts.0.keys().filter(is_picture).cloned().collect();
        names.sort_unstable();
        for name in names {
            let Some(bytes) = self.part(&name) else { continue };
            if let Some(nest) = self.members.admit() {
                self.members.member(nest, &name, &bytes);
            }
        }
    }
}

fn moved(tag: &Tag<'_>, outer: Matrix) -> Matrix {
    tag.attribute("RenderTransform").and_then(Matrix::parse).map_or(outer, |own| own.then(outer))
}
