//! What a page draws: its texts, each with its place. Follows the commands that move, size and write text, and the
//! forms they call.

use std::rc::Rc;

use zeroize::Zeroizing;

use super::cmap::Text;
use super::file::File;
use super::font::{Cache, Font, GlyphText};
use super::object::{Dict, Object, Parser};
use crate::ceiling::Nest;
use crate::document::page::layout::Run;
use crate::document::page::matrix::Matrix;

/// Forms that call forms.
const FORMS_MAX: usize = 8;
/// Operands before one command.
const OPERANDS_MAX: usize = 1024;
/// Saved states inside each other.
const STATES_MAX: usize = 256;
/// What one call of a form costs at least: many calls of a small one are work, too.
const CALL_BYTES: usize = 4096;
/// A step back or ahead inside a string, as a share of the size, that sets its parts apart.
const STEP: f64 = 0.15;

/// The texts of a page, in the order in which they are drawn.
pub(super) fn page(file: &File<'_>, number: u32, fonts: &mut Cache, nest: Nest<'_>) -> Vec<Run> {
    let mut runs = Vec::new();
    let Some(Object::Dict(page)) = file.resolve(&Object::Reference(number)) else { return runs };
    let resources = match file.inherited(&page, b"Resources") {
        Some(Object::Dict(resources)) => resources,
        _ => Dict::new(),
    };
    let Some(contents) = page.get(&b"Contents"[..]) else { return runs };
    let parts = match contents {
        Object::Reference(number) => match file.resolve(contents) {
            Some(Object::Array(parts)) => parts,
            _ => vec![Object::Reference(*number)],
        },
        Object::Array(parts) => parts.clone(),
        _ => return runs,
    };
    // A command may be cut by the end of a part.
    let streams: Vec<_> = parts
        .iter()
        .filter_map(|part| if let Object::Reference(number) = part { file.stream(*number) } else { None })
        .map(|(_, bytes)| bytes)
        .collect();
    let mut all = Zeroizing::new(Vec::with_capacity(streams.iter().map(|bytes| bytes.len() + 1).sum()));
    for bytes in streams {
        all.extend_from_slice(&bytes);
        all.push(b'\n');
    }
    let mut drawing = Drawing { file, fonts, nest, runs: &mut runs, depth: 0 };
    drawing.commands(&all, &resources, &State::default());
    runs
}

/// What holds while drawing, and is saved and restored.
#[derive(Clone)]
struct State {
    page: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    character_gap: f64,
    word_gap: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            page: Matrix::IDENTITY,
            font: None,
            size: 0.0,
            character_gap: 0.0,
            word_gap: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

struct Drawing<'a, 'b, 'c> {
    file: &'a File<'b>,
    fonts: &'c mut Cache,
    nest: Nest<'c>,
    runs: &'c mut Vec<Run>,
    depth: usize,
}

/// Where the next text goes.
struct Cursor {
    line: Matrix,
    text: Matrix,
}

impl<'a> Drawing<'a, '_, '_> {
    fn commands(&mut self, bytes: &[u8], resources: &Dict<'a>, outer: &State) {
        let mut state = outer.clone();
        let mut saved = Vec::new();
        let mut cursor = Cursor { line: Matrix::IDENTITY, text: Matrix::IDENTITY };
        let mut operands: Vec<Object<'_>> = Vec::new();
        let mut parser = Parser::new(bytes, 0);
        while let Some(object) = parser.next() {
            let Object::Word(word) = object else {
                if operands.len() < OPERANDS_MAX {
                    operands.push(object);
                }
                continue;
            };
            match word {
                b"q" if saved.len() < STATES_MAX => saved.push(state.clone()),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"cm" => state.page = matrix_of(&operands).map_or(state.page, |matrix| matrix.then(state.page)),
                b"Do" => self.form(&operands, resources, &state),
                b"Tf" => {
                    let name = operands.first().and_then(Object::name);
                    state.font = name.and_then(|name| self.fonts.get(self.file, resources, name));
                    state.size = operands.get(1).and_then(Object::number).unwrap_or(0.0);
                }
                // The data of a picture is no command.
                b"ID" => parser.at = after_picture(bytes, parser.at),
                _ => self.text(word, &operands, &mut state, &mut cursor),
            }
            operands.clear();
        }
    }

    /// The commands that place and write text.
    fn text(&mut self, word: &[u8], operands: &[Object<'_>], state: &mut State, cursor: &mut Cursor) {
        let number = |at: usize| operands.get(at).and_then(Object::number).unwrap_or(0.0);
        match word {
            b"BT" => *cursor = Cursor { line: Matrix::IDENTITY, text: Matrix::IDENTITY },
            b"Tc" => state.character_gap = number(0),
            b"Tw" => state.word_gap = number(0),
            b"Tz" => state.stretch = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Ts" => state.rise = number(0),
            b"Td" => cursor.down(number(0), number(1)),
            b"TD" => {
                state.leading = -number(1);
                cursor.down(number(0), number(1));
            }
            b"T*" => cursor.down(0.0, -state.leading),
            b"Tm" => {
                if let Some(matrix) = matrix_of(operands) {
                    *cursor = Cursor { line: matrix, text: matrix };
                }
            }
            b"Tj" => self.shown(operands.first(), state, cursor),
            b"'" => {
                cursor.down(0.0, -state.leading);
                self.shown(operands.first(), state, cursor);
            }
            b"\"" => {
                (state.word_gap, state.character_gap) = (number(0), number(1));
                cursor.down(0.0, -state.leading);
                self.shown(operands.get(2), state, cursor);
            }
            b"TJ" => {
                for part in operands.first().and_then(Object::array).unwrap_or_default() {
                    match part {
                        Object::Number(step) => cursor.ahead(-step / 1000.0 * state.size * state.stretch),
                        other => self.shown(Some(other), state, cursor),
                    }
                }
            }
            _ => {}
        }
    }

    /// Writes a string where the cursor stands.
    fn shown(&mut self, string: Option<&Object<'_>>, state: &State, cursor: &mut Cursor) {
        let (Some(Object::String(string)), Some(font)) = (string, &state.font) else { return };
        let placed = |cursor: &Cursor| {
            let matrix = Matrix([state.size * state.stretch, 0.0, 0.0, state.size, 0.0, state.rise]);
            matrix.then(cursor.text).then(state.page)
        };
        let mut run = Run::at(placed(cursor), string.len());
        for glyph in font.glyphs(string) {
            match glyph.text {
                GlyphText::Of(Text::One(c)) => run.push(c),
                GlyphText::Of(Text::Several(text)) => text.chars().for_each(|c| run.push(c)),
                GlyphText::Unknown => run.push(char::REPLACEMENT_CHARACTER),
            }
            let gap = state.character_gap + if glyph.is_space { state.word_gap } else { 0.0 };
            cursor.ahead((glyph.width * state.size + gap) * state.stretch);
            // Letters that are set wide apart stand by themselves; a blank is found between them by their places.
            if gap > state.size.abs() * STEP && !glyph.is_space {
                run.end((cursor.text, gap * state.stretch), state.page);
                self.take(std::mem::replace(&mut run, Run::at(placed(cursor), 8)));
            }
        }
        run.end((cursor.text, 0.0), state.page);
        self.take(run);
    }

    fn take(&mut self, run: Run) {
        if run.is_empty() || !self.file.look(run.cost()) {
            return;
        }
        match self.runs.last_mut() {
            Some(last) if last.goes_on_with(&run) => last.append(&run),
            _ => self.runs.push(run),
        }
    }

    /// Calls a form: commands of their own, drawn in their own place.
    fn form(&mut self, operands: &[Object<'_>], resources: &Dict<'a>, state: &State) {
        let Some(name) = operands.first().and_then(Object::name) else { return };
        let Some(Object::Dict(forms)) = self.file.get(resources, b"XObject") else { return };
        let Some(Object::Reference(number)) = forms.get(name) else { return };
        let is_form = |object: Object<'_>| {
            object.dict().is_some_and(|dict| dict.get(&b"Subtype"[..]).and_then(Object::name) == Some(b"Form"))
        };
        if self.depth == FORMS_MAX
            || !self.file.resolve(&Object::Reference(*number)).is_some_and(is_form)
            || !self.nest.take_bytes(CALL_BYTES)
        {
            return;
        }
        let Some((dict, bytes)) = self.file.stream(*number) else { return };
        let matrix = match self.file.get(&dict, b"Matrix") {
            Some(Object::Array(parts)) => matrix_of(&parts),
            _ => None,
        };
        let own = match self.file.get(&dict, b"Resources") {
            Some(Object::Dict(own)) => own,
            _ => resources.clone(),
        };
        let page = matrix.map_or(state.page, |matrix| matrix.then(state.page));
        self.depth += 1;
        self.commands(&bytes, &own, &State { page, ..state.clone() });
        self.depth -= 1;
    }
}

impl Cursor {
    fn down(&mut self, x: f64, y: f64) {
        self.line = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(self.line);
        self.text = self.line;
    }

    fn ahead(&mut self, x: f64) {
        self.text = Matrix([1.0, 0.0, 0.0, 1.0, x, 0.0]).then(self.text);
    }
}

/// From the operands of a command.
fn matrix_of(operands: &[Object<'_>]) -> Option<Matrix> {
    let numbers: Vec<f64> = operands.iter().map_while(Object::number).collect();
    numbers.first_chunk().copied().map(Matrix)
}

/// Whether a page draws a picture.
pub(super) fn has_picture(file: &File<'_>, number: u32) -> bool {
    let Some(Object::Dict(page)) = file.resolve(&Object::Reference(number)) else { return false };
    let Some(Object::Dict(resources)) = file.inherited(&page, b"Resources") else { return false };
    let Some(Object::Dict(drawn)) = file.get(&resources, b"XObject") else { return false };
    let is_picture = |entry: &Object<'_>| {
        let object = file.resolve(entry);
        object.is_some_and(|object| {
            object.dict().is_some_and(|dict| dict.get(&b"Subtype"[..]).and_then(Object::name) == Some(b"Image"))
        })
    };
    drawn.values().any(is_picture)
}

/// Behind the word that ends a picture's data.
fn after_picture(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let end = rest.windows(4).position(|window| {
        window[0].is_ascii_whitespace() && &window[1..3] == b"EI" && window[3].is_ascii_whitespace()
    });
    at + end.map_or(rest.len(), |end| end + 3)
}
