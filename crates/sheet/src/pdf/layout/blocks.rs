//! Turns the blocks of a page into pieces. All sizes, gaps and frames are set here. Lengths are in points.

use super::pieces::{Pen, Piece, frame};
use super::{Mark, Rect, SheetError};
use crate::page::{Block, ListedKey, Page, Symbol, SymbolKind};
use crate::pdf::typeface::Style;
use crate::symbol::modules;
use drivekey_record::GROUPS;
use zeroize::Zeroizing;

const BODY_SIZE: f32 = 10.0;
const CAPTION_SIZE: f32 = 8.0;
const GAP: f32 = 7.0;
/// How many groups a row has.
const GROUPS_IN_ROW: usize = GROUPS / 2;
/// The width of a group's frame, in multiples of the digits' size. Six digits fit, with a gap so narrow that text
/// extraction does not take it for one between columns. A check letter needs more.
const CELL_WIDTH: f32 = 4.29;
const LETTERED_CELL_WIDTH: f32 = 5.25;
/// The room for a check letter, in multiples of the digits' size.
const LETTER_WIDTH: f32 = 0.95;
/// The text size of a group's number.
const GROUP_NUMBER_SIZE: f32 = 8.0;
/// Higher than this, names are put above the codes of a listed key instead of beside them.
const NAMES_BESIDE_HEIGHT_MAX: f32 = 110.0;
/// The size of digits in a list.
const LIST_DIGITS_SIZE: f32 = 17.5;
const CODE_128_HEIGHT: f32 = 42.0;
/// The quiet zones that the standards ask for, in modules.
const QR_QUIET_MODULES: f32 = 4.0;
const CODE_128_QUIET_MODULES: f32 = 10.0;
/// The sizes of a module on a page, and in a list where codes are smaller.
const QR_MODULE: f32 = 2.6;
const SMALL_QR_MODULE: f32 = 2.0;
const LISTED_QR_MODULE: f32 = 2.1;
const LISTED_SMALL_QR_MODULE: f32 = 1.6;

/// Explains letters that had to be written by number.
const ESCAPED: &str = "Letters that no typeface on the computer has are written as \\u{…}: their number in Unicode.";

/// The pieces of a page, in order.
pub(super) fn pieces(page: &Page, pen: &Pen<'_>) -> Result<Vec<Piece>, SheetError> {
    let mut pieces = Vec::new();
    for block in &page.blocks {
        match block {
            Block::Title(title, end) => pieces.push(title_piece(pen, title, end.as_deref())),
            Block::Heading(text) => {
                let mut piece = pen.paragraph(Style::Bold, pen.size(12.0), text, pen.width, GAP);
                piece.keep_with_next = true;
                pieces.push(piece);
            }
            Block::Text(text) => pieces.extend(pen.flowing(Style::Plain, pen.size(BODY_SIZE), text, GAP)),
            Block::Strong(text) => pieces.extend(pen.flowing(Style::Bold, pen.size(BODY_SIZE), text, GAP)),
            Block::Facts(rows) => pieces.extend(facts(pen, rows)),
            Block::KeyId { first, whole } => pieces.push(key_id(pen, first, whole)),
            Block::Groups { row, groups } => pieces.push(groups_piece(pen, *row, groups)),
            Block::Blanks(name) => pieces.push(blanks(pen, name)),
            Block::Steps(steps) => pieces.extend(numbered(pen, steps)),
            Block::FunctionKeys => pieces.push(function_keys(pen)),
            Block::Symbols(symbols) => pieces.push(symbols_piece(pen, symbols)?),
            Block::ListedKey(key) => pieces.extend(listed_key_pieces(pen, key)?),
            Block::Commands(commands) => pieces.extend(commands.iter().map(|command| command_piece(pen, command))),
            Block::SecretLines(lines) => {
                pieces.extend(lines.iter().enumerate().map(|(at, line)| secret_line(pen, at, line)));
            }
        }
    }
    if pen.faces.escaped() {
        pieces.extend(pen.flowing(Style::Plain, pen.size(CAPTION_SIZE), ESCAPED, GAP));
    }
    Ok(pieces)
}

fn title_piece(pen: &Pen<'_>, title: &str, end: Option<&str>) -> Piece {
    const SIZE: f32 = 20.0;
    let mut marks = vec![pen.word(Style::Bold, SIZE, title).moved(0.0, SIZE)];
    if let Some(end) = end {
        let width = pen.measure(Style::Bold, 14.0, end);
        marks.push(pen.word(Style::Bold, 14.0, end).moved(pen.width - width, SIZE));
    }
    marks.push(Mark::Filled(vec![Rect { x: 0.0, y: SIZE + 7.0, width: pen.width, height: 1.2 }]));
    Piece::new(0.0, SIZE + 9.0, marks)
}

/// Names are right-aligned to their values, so that text extraction reads both as one line. Long values continue below.
fn facts(pen: &Pen<'_>, rows: &[(&'static str, String)]) -> Vec<Piece> {
    let size = pen.size(10.5);
    let widest = rows.iter().map(|(name, _)| pen.measure(Style::Plain, size, name)).fold(0.0, f32::max);
    let left = widest + size * 0.6;
    let mut pieces = Vec::new();
    for (at, (name, value)) in rows.iter().enumerate() {
        let gap = if at == 0 { GAP } else { 1.0 };
        for (row, line) in pen.flowing_within(Style::Bold, size, value, pen.width - left, gap).into_iter().enumerate() {
            let mut piece = Piece::new(line.gap, 0.0, Vec::new());
            if row == 0 {
                let indent = widest - pen.measure(Style::Plain, size, name);
                piece.beside(indent, pen.paragraph(Style::Plain, size, name, widest + 1.0, 0.0));
            }
            piece.beside(left, line);
            pieces.push(piece);
        }
    }
    pieces
}

fn key_id(pen: &Pen<'_>, first: &str, whole: &str) -> Piece {
    const SIZE: f32 = 26.0;
    const PAD: f32 = 7.0;
    let large = pen.measure(Style::Digits, SIZE, first);
    let left = large + 3.0 * PAD;
    let mut words = pen.paragraph(
        Style::Plain,
        pen.size(9.0),
        "Key ID. The screen shows these first 8 characters, or all of it:",
        pen.width - left - PAD,
        0.0,
    );
    words.below(pen.paragraph(
        Style::Code,
        pen.size_within(Style::Code, 11.0, whole, pen.width - left - PAD),
        whole,
        pen.width,
        1.0,
    ));
    let height = words.height.max(SIZE) + PAD;
    let marks =
        vec![frame(pen.width, height), pen.word(Style::Digits, SIZE, first).moved(PAD, height / 2.0 + SIZE * 0.36)];
    let mut piece = Piece::new(GAP, height, marks);
    let top = (height - words.height) / 2.0;
    piece.marks.extend(words.marks.into_iter().map(|mark| mark.moved(left, top)));
    piece
}

/// Two rows of four frames, numbered.
fn groups_piece(pen: &Pen<'_>, row: Option<char>, groups: &[(Zeroizing<String>, Option<char>)]) -> Piece {
    let mut piece = Piece::new(GAP, 0.0, Vec::new());
    if let Some(row) = row {
        piece = pen.paragraph(Style::Bold, pen.size(11.0), &format!("Row {row}"), pen.width, GAP);
    }
    let cell = pen.width / as_f32(GROUPS_IN_ROW);
    let letters = groups.iter().any(|(_, letter)| letter.is_some());
    let size = cell / if letters { LETTERED_CELL_WIDTH } else { CELL_WIDTH };
    piece.below(grid(pen, cell, size, groups));
    piece
}

/// Groups in frames, close enough that text extraction reads a row as one line.
fn grid(pen: &Pen<'_>, cell: f32, size: f32, groups: &[(Zeroizing<String>, Option<char>)]) -> Piece {
    let height = size * 1.05 + if size > LIST_DIGITS_SIZE { 14.0 } else { 10.0 };
    let mut marks = Vec::new();
    for (at, (group, letter)) in groups.iter().enumerate() {
        let (x, y) = (cell * as_f32(at % GROUPS_IN_ROW), height * as_f32(at / GROUPS_IN_ROW));
        let digits = pen.measure(Style::Digits, size, group);
        let wide = digits + letter.map_or(0.0, |_| size * LETTER_WIDTH);
        let (start, baseline) = (x + (cell - wide) / 2.0, y + height - size * 0.26);
        marks.push(frame(cell, height).moved(x, y));
        marks.push(pen.number(GROUP_NUMBER_SIZE, at + 1).moved(x + 3.0, y + GROUP_NUMBER_SIZE + 1.0));
        marks.push(pen.word(Style::Digits, size, group).moved(start, baseline));
        if let Some(letter) = letter {
            marks.push(
                pen.word(Style::Code, size, &letter.to_string())
                    .moved(start + digits + size * (LETTER_WIDTH - 0.6), baseline),
            );
        }
    }
    Piece::new(0.0, height * as_f32(groups.len().div_ceil(GROUPS_IN_ROW)), marks)
}

fn blanks(pen: &Pen<'_>, name: &str) -> Piece {
    const HEIGHT: f32 = 30.0;
    let mut piece = pen.paragraph(Style::Bold, pen.size(11.0), name, pen.width, GAP);
    let (below, cell) = (piece.height, pen.width / as_f32(GROUPS_IN_ROW));
    for at in 0..GROUPS {
        let (x, y) = (cell * as_f32(at % GROUPS_IN_ROW), below + HEIGHT * as_f32(at / GROUPS_IN_ROW));
        piece.marks.push(frame(cell, HEIGHT).moved(x, y));
        piece.marks.push(pen.number(GROUP_NUMBER_SIZE, at + 1).moved(x + 3.0, y + GROUP_NUMBER_SIZE + 1.0));
    }
    piece.height = below + HEIGHT * as_f32(GROUPS / GROUPS_IN_ROW);
    piece
}

fn numbered(pen: &Pen<'_>, steps: &[String]) -> Vec<Piece> {
    const NUMBER_WIDTH: f32 = 17.0;
    let size = pen.size(BODY_SIZE);
    let steps = steps.iter().enumerate();
    steps
        .map(|(at, step)| {
            let mut piece = pen.paragraph(
                Style::Bold,
                size,
                &format!("{}.", at + 1),
                NUMBER_WIDTH,
                if at == 0 { 2.0 } else { 1.5 },
            );
            piece.beside(NUMBER_WIDTH, pen.paragraph(Style::Plain, size, step, pen.width - NUMBER_WIDTH, 0.0));
            piece
        })
        .collect()
}

fn function_keys(pen: &Pen<'_>) -> Piece {
    const HEIGHT: f32 = 15.0;
    let cell = pen.width / 10.0;
    let mut marks = Vec::new();
    for key in 1..=10_usize {
        for (row, (style, text)) in
            [(Style::Plain, format!("F{key}")), (Style::Digits, (key % 10).to_string())].into_iter().enumerate()
        {
            let (x, y) = (cell * as_f32(key - 1), HEIGHT * as_f32(row));
            let wide = pen.measure(style, 10.0, &text);
            marks.push(frame(cell, HEIGHT).moved(x, y));
            marks.push(pen.word(style, 10.0, &text).moved(x + (cell - wide) / 2.0, y + 11.0));
        }
    }
    // Text extraction must read row by row as well.
    marks.sort_by_key(|mark| matches!(mark, Mark::Text { y, .. } if *y > HEIGHT));
    Piece::new(4.0, 2.0 * HEIGHT, marks)
}

/// Symbols share the width. Captions are to the right of QR codes.
fn symbols_piece(pen: &Pen<'_>, symbols: &[Symbol]) -> Result<Piece, SheetError> {
    let mut all = Piece::new(GAP, 0.0, Vec::new());
    let column = pen.width / as_f32(symbols.len().max(1));
    for (at, symbol) in symbols.iter().enumerate() {
        let piece = match symbol.kind {
            SymbolKind::Code128 => code_128(pen, symbol, column)?,
            SymbolKind::Qr | SymbolKind::SmallQr => {
                let module = if symbol.kind == SymbolKind::Qr { QR_MODULE } else { SMALL_QR_MODULE };
                let (mut piece, side) = qr_code(symbol, module)?;
                let room = column - side - 10.0;
                let caption = pen.paragraph(Style::Plain, pen.size(CAPTION_SIZE), &symbol.caption, room.max(60.0), 0.0);
                let top = module * QR_QUIET_MODULES;
                piece.height = piece.height.max(caption.height + top);
                piece.marks.extend(caption.marks.into_iter().map(|mark| mark.moved(side + 2.0, top)));
                piece
            }
        };
        all.beside(column * as_f32(at), piece);
    }
    Ok(all)
}

/// A QR code with its quiet zone, and its width.
fn qr_code(symbol: &Symbol, module: f32) -> Result<(Piece, f32), SheetError> {
    let modules = modules(symbol)?;
    let side = (as_f32(modules.columns) + 2.0 * QR_QUIET_MODULES) * module;
    // Overlaps the row below a little, so that no renderer leaves a light line between dark modules.
    let rect = |(column, row, length): (usize, usize, usize)| Rect {
        x: (as_f32(column) + QR_QUIET_MODULES) * module,
        y: (as_f32(row) + QR_QUIET_MODULES) * module,
        width: as_f32(length) * module,
        height: module * 1.01,
    };
    let marks = vec![Mark::Filled(modules.strips().into_iter().map(rect).collect())];
    Ok((Piece::new(0.0, side, marks), side))
}

fn code_128(pen: &Pen<'_>, symbol: &Symbol, room: f32) -> Result<Piece, SheetError> {
    let modules = modules(symbol)?;
    let module = room / (as_f32(modules.columns) + 2.0 * CODE_128_QUIET_MODULES);
    let rect = |(column, _, length): (usize, usize, usize)| Rect {
        x: (as_f32(column) + CODE_128_QUIET_MODULES) * module,
        y: 0.0,
        width: as_f32(length) * module,
        height: CODE_128_HEIGHT,
    };
    let mut piece =
        Piece::new(GAP, CODE_128_HEIGHT, vec![Mark::Filled(modules.strips().into_iter().map(rect).collect())]);
    if let Some(shown) = &symbol.shown {
        let size = 9.0;
        let wide = pen.measure(Style::Digits, size, shown);
        piece.marks.push(pen.word(Style::Digits, size, shown).moved((room - wide) / 2.0, CODE_128_HEIGHT + 10.0));
        piece.height += 13.0;
    }
    Ok(piece)
}

fn listed_key_pieces(pen: &Pen<'_>, key: &ListedKey) -> Result<Vec<Piece>, SheetError> {
    let mut symbols = Piece::new(0.0, 0.0, Vec::new());
    let mut width = 0.0;
    for symbol in &key.symbols {
        let (piece, side) =
            qr_code(symbol, if symbol.kind == SymbolKind::Qr { LISTED_QR_MODULE } else { LISTED_SMALL_QR_MODULE })?;
        symbols.beside(width, piece);
        width += side;
    }
    let left = pen.width - width - 8.0;
    let rule =
        || Piece::new(GAP, 5.0, vec![Mark::Filled(vec![Rect { x: 0.0, y: 0.0, width: pen.width, height: 0.8 }])]);
    let mut pieces = Vec::new();
    let mut piece = rule();
    piece.below(pen.paragraph(Style::Bold, pen.size(11.0), &key.heading, left, 0.0));
    piece.below(pen.paragraph(Style::Plain, pen.size(9.0), &key.line, left, 0.0));
    if piece.height > NAMES_BESIDE_HEIGHT_MAX {
        // Names that may fill sheets are put above the key, line by line.
        pieces.push(rule());
        pieces.extend(pen.flowing(Style::Bold, pen.size(11.0), &key.heading, 0.0));
        pieces.extend(pen.flowing(Style::Plain, pen.size(9.0), &key.line, 0.0));
        piece = Piece::new(1.0, 0.0, Vec::new());
    }
    let top = if pieces.is_empty() { 5.0 } else { 0.0 };
    let label = pen.measure(Style::Plain, 9.0, "Key ID  ");
    let size = pen.size_within(Style::Digits, 11.0, &key.key_id, left - label);
    let mut id = Piece::new(1.0, 15.0, vec![pen.word(Style::Plain, 9.0, "Key ID").moved(0.0, 11.0)]);
    id.marks.push(pen.word(Style::Digits, size, &key.key_id).moved(label, 11.0));
    piece.below(id);
    let size = LIST_DIGITS_SIZE.min(left / as_f32(GROUPS_IN_ROW) / CELL_WIDTH);
    let mut groups = grid(pen, size * CELL_WIDTH, size, &key.groups);
    groups.gap = 3.0;
    piece.below(groups);
    piece.height = piece.height.max(symbols.height + top);
    piece.marks.extend(symbols.marks.into_iter().map(|mark| mark.moved(left + 8.0, top)));
    pieces.push(piece);
    Ok(pieces)
}

fn command_piece(pen: &Pen<'_>, command: &str) -> Piece {
    const INDENT: f32 = 12.0;
    let size = pen.size(8.5);
    let mut piece = pen.paragraph(Style::Code, size, "$", INDENT, 3.0);
    piece.beside(INDENT, pen.paragraph(Style::Code, size, command, pen.width - INDENT, 0.0));
    piece
}

fn secret_line(pen: &Pen<'_>, at: usize, line: &str) -> Piece {
    const SIZE: f32 = 15.0;
    let marks = vec![pen.word(Style::Digits, SIZE, line).moved(8.0, SIZE)];
    Piece::new(if at == 0 { 4.0 } else { 3.0 }, SIZE + 5.0, marks)
}

/// Converts a count; those on a page are small.
fn as_f32(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
