//! Fonts, as far as text needs them: which characters the codes are, and how wide they stand.

use std::collections::HashMap;
use std::rc::Rc;

use zeroize::Zeroizing;

use super::cmap::{CMap, Text};
use super::file::File;
use super::glyph_names;
use super::object::{Dict, Object};

/// A thousandth of the font's size, the unit of widths.
const THOUSANDTH: f64 = 0.001;
const DEFAULT_WIDE: f64 = 1000.0;
const MONOSPACED: f64 = 600.0;
/// Widths of one font that are kept.
const WIDTHS_MAX: usize = 1 << 16;
/// Helvetica's widths from the space on: near enough for fonts that give none.
const USUAL: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// The fonts that were met, by the number of their object.
#[derive(Default)]
pub(super) struct Cache(HashMap<u32, Rc<Font>>);

/// A font.
pub(super) struct Font {
    to_unicode: CMap,
    /// What the codes of a font with one byte each are by its own encoding.
    encoding: Option<Box<[char; 256]>>,
    /// Codes of two bytes that are UTF-16.
    is_utf16: bool,
    widths: HashMap<u32, f64>,
    default_width: Option<f64>,
    monospaced: bool,
    unit: f64,
}

/// One code of a string.
pub(super) struct Glyph<'a> {
    pub(super) text: GlyphText<'a>,
    /// As a share of the font's size.
    pub(super) width: f64,
    /// A space of one byte, which may be stretched.
    pub(super) is_space: bool,
}

/// Its characters.
pub(super) enum GlyphText<'a> {
    Of(Text<'a>),
    Unknown,
}

impl Cache {
    /// The font of this name among the resources.
    pub(super) fn get<'a>(&mut self, file: &'a File<'_>, resources: &Dict<'a>, name: &[u8]) -> Option<Rc<Font>> {
        let fonts = file.get(resources, b"Font")?;
        let entry = fonts.dict()?.get(name)?;
        let Object::Reference(number) = entry else { return Some(Rc::new(Font::read(file, entry.dict()?))) };
        if let Some(font) = self.0.get(number) {
            return Some(Rc::clone(font));
        }
        let object = file.resolve(entry)?;
        let font = Rc::new(Font::read(file, object.dict()?));
        self.0.insert(*number, Rc::clone(&font));
        Some(font)
    }
}

impl Font {
    fn read(file: &File<'_>, dict: &Dict<'_>) -> Self {
        let to_unicode = match dict.get(&b"ToUnicode"[..]) {
            Some(Object::Reference(number)) => {
                file.stream(*number).map(|(_, text)| CMap::parse(&text)).unwrap_or_default()
            }
            _ => CMap::default(),
        };
        let base_font = dict.get(&b"BaseFont"[..]).and_then(Object::name).unwrap_or_default();
        let monospaced = base_font.windows(7).any(|window| window.eq_ignore_ascii_case(b"courier"));
        let mut font = Self {
            to_unicode,
            encoding: None,
            is_utf16: false,
            widths: HashMap::new(),
            default_width: None,
            monospaced,
            unit: THOUSANDTH,
        };
        if dict.get(&b"Subtype"[..]).and_then(Object::name) == Some(b"Type0") {
            font.wide(file, dict);
        } else {
            font.narrow(file, dict);
        }
        font
    }

    /// Two bytes a code.
    fn wide<'a>(&mut self, file: &'a File<'_>, dict: &Dict<'a>) {
        let encoding = file.get(dict, b"Encoding");
        self.is_utf16 = encoding.as_ref().and_then(Object::name).is_some_and(|name| name.starts_with(b"Uni"));
        self.default_width = Some(DEFAULT_WIDE);
        let Some(Object::Array(descendants)) = file.get(dict, b"DescendantFonts") else { return };
        let Some(Object::Dict(descendant)) = descendants.first().and_then(|first| file.resolve(first)) else { return };
        self.default_width = file.get(&descendant, b"DW").and_then(|width| width.number()).or(self.default_width);
        let Some(Object::Array(widths)) = file.get(&descendant, b"W") else { return };
        let mut rest = widths.as_slice();
        // `first [w w w]`, or `first last w`.
        while let [first, second, after @ ..] = rest {
            let Some(first) = first.count().and_then(|first| u32::try_from(first).ok()) else { return };
            match (file.resolve(second), after) {
                (Some(Object::Array(each)), _) => {
                    for (code, width) in (first..).zip(each.iter().filter_map(Object::number)) {
                        self.width(code, width);
                    }
                    rest = after;
                }
                (Some(last), [width, after @ ..]) => {
                    let (Some(last), Some(width)) =
                        (last.count().and_then(|last| u32::try_from(last).ok()), width.number())
                    else {
                        return;
                    };
                    for code in (first..=last).take(WIDTHS_MAX) {
                        self.width(code, width);
                    }
                    rest = after;
                }
                _ => return,
            }
        }
    }

    fn width(&mut self, code: u32, width: f64) {
        if self.widths.len() < WIDTHS_MAX {
            self.widths.insert(code, width);
        }
    }

    /// One byte a code.
    fn narrow<'a>(&mut self, file: &'a File<'_>, dict: &Dict<'a>) {
        if let Some(Object::Array(matrix)) = file.get(dict, b"FontMatrix") {
            self.unit = matrix.first().and_then(Object::number).map_or(THOUSANDTH, f64::abs);
        }
        let first = file
            .get(dict, b"FirstChar")
            .and_then(|first| first.count())
            .and_then(|first| u32::try_from(first).ok())
            .unwrap_or(0);
        if let Some(Object::Array(widths)) = file.get(dict, b"Widths") {
            for (code, width) in (first..).zip(widths.iter().take(256)) {
                if let Some(width) = file.resolve(width).and_then(|width| width.number()) {
                    self.width(code, width);
                }
            }
        }
        let mut table = Box::new([char::REPLACEMENT_CHARACTER; 256]);
        let encoding = file.get(dict, b"Encoding");
        let base = match &encoding {
            Some(Object::Name(name)) => Some(name.clone()),
            Some(Object::Dict(encoding)) => {
                encoding.get(&b"BaseEncoding"[..]).and_then(Object::name).map(|name| name.to_vec().into())
            }
            _ => None,
        };
        let page = if base.as_deref() == Some(b"MacRomanEncoding") {
            encoding_rs::MACINTOSH
        } else {
            encoding_rs::WINDOWS_1252
        };
        for (code, entry) in (0..=u8::MAX).zip(table.iter_mut()) {
            *entry = page.decode_without_bom_handling(&[code]).0.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
        }
        if let Some(Object::Dict(encoding)) = &encoding
            && let Some(Object::Array(differences)) = file.get(encoding, b"Differences")
        {
            differ(&mut table, &differences);
        }
        self.encoding = Some(table);
    }

    /// The codes of a string, one after the other.
    pub(super) fn glyphs<'a>(&'a self, string: &'a Zeroizing<Vec<u8>>) -> impl Iterator<Item = Glyph<'a>> {
        let mut rest = string.as_slice();
        std::iter::from_fn(move || {
            let usual = if self.encoding.is_some() { 1 } else { 2 };
            let declared = if usual == 2 { self.to_unicode.code_bytes(rest) } else { None };
            let (code, after) = rest.split_at(declared.unwrap_or(usual).clamp(1, 4).min(rest.len()));
            rest = after;
            (!code.is_empty()).then(|| self.glyph(code))
        })
    }

    fn glyph(&self, bytes: &[u8]) -> Glyph<'_> {
        let code = bytes.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
        let own =
            || self.encoding.as_ref().and_then(|table| table.get(usize::try_from(code).ok()?).copied()).map(Text::One);
        let utf16 = || char::from_u32(code).filter(|_| self.is_utf16).map(Text::One);
        let text = self.to_unicode.get(code).or_else(own).or_else(utf16);
        let width = self.widths.get(&code).copied().or(self.default_width).unwrap_or_else(|| self.usual_width(code));
        Glyph {
            text: text.map_or(GlyphText::Unknown, GlyphText::Of),
            width: width * self.unit,
            is_space: bytes == b" ",
        }
    }

    fn usual_width(&self, code: u32) -> f64 {
        if self.monospaced {
            return MONOSPACED;
        }
        let usual = code.checked_sub(32).and_then(|at| USUAL.get(usize::try_from(at).ok()?));
        usual.map_or(MONOSPACED, |width| f64::from(*width))
    }
}

/// `[12 /one /two 40 /hyphen]`: the names from each number on.
fn differ(table: &mut [char; 256], differences: &[Object<'_>]) {
    let mut code = 0_usize;
    for part in differences {
        match part {
            Object::Number(_) => code = part.count().unwrap_or(usize::MAX),
            Object::Name(name) => {
                if let Some(entry) = table.get_mut(code) {
                    let known = std::str::from_utf8(name).ok().and_then(glyph_names::character);
                    *entry = known.map_or(char::REPLACEMENT_CHARACTER, composed);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
}

fn composed((letter, mark): (char, Option<char>)) -> char {
    mark.and_then(|mark| unicode_normalization::char::compose(letter, mark)).unwrap_or(letter)
}
