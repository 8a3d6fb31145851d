//! Rows whose cells are set apart by a sign: which sign it is, where the table begins, quoted cells with line ends.

use std::ops::Range;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use zeroize::Zeroizing;

use super::{LOOK_ROWS, Row, Table, is_telling};
use crate::entry::{Role, is_date, is_drive, is_key_id, is_volume_word, role};
use crate::source_text::{SourceText, Text, head};
use drivekey_record::RecoveryPassword;

/// Signs that set cells apart.
pub(super) const SIGNS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Lines before a table.
const BEFORE_MAX: usize = 40;
/// Cells of one row.
const CELLS_MAX: usize = 4096;
/// Largest row.
const ROW_BYTES: usize = 1 << 20;

/// Reads the table of a text.
pub(super) fn read<'t>(source: &'t SourceText<'_>) -> Option<Table<'t>> {
    let text = source.as_str();
    let (preface, sign, power_shell) = preface(text);
    let signs: Vec<u8> = sign.map_or_else(|| SIGNS.to_vec(), |sign| vec![sign]);
    let body = &text[preface.end..];
    let reach = head(body, source.head().len());
    let best = signs
        .into_iter()
        .filter_map(|sign| layout(reach, sign).map(|layout| (layout, sign)))
        .max_by_key(|(layout, _)| layout.score);
    let (layout, sign) = best?;
    let first_line = text[..preface.end].matches('\n').count() + 1;
    let mut rows =
        rows(&body[layout.start..], sign, first_line + body[..layout.start].matches('\n').count(), usize::MAX);
    if sign == b'|' {
        trim_bars(&mut rows);
    }
    if !text.ends_with('\n') {
        mark_cut(&mut rows);
    }
    let whole = body[..layout.start].trim().is_empty();
    let quoted = body.lines().filter(|line| !line.trim().is_empty()).all(|line| line.starts_with('"'));
    Some(Table { rows, titles: layout.titled.then_some(0), quoted: quoted && sign == b',', whole, power_shell })
}

/// The last cell of a file without a last line end may be cut: its digits are no whole group.
fn mark_cut(rows: &mut [Row<'_>]) {
    let Some(cell) = rows.last_mut().and_then(|row| row.cells.last_mut()) else { return };
    if (1..6).contains(&cell.len()) && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        *cell = Text::copy(&format!("{}…", &**cell));
    }
}

/// `sep=;` and `#TYPE …` lines at the beginning.
fn preface(text: &str) -> (Range<usize>, Option<u8>, bool) {
    let (mut end, mut sign, mut power_shell) = (0, None, false);
    for line in text.split_inclusive('\n').take(5) {
        let clean = line.trim().trim_matches('"');
        if let Some(rest) = clean.strip_prefix("sep=").or_else(|| clean.strip_prefix("SEP=")) {
            // The sign itself may have been trimmed.
            sign = Some(rest.bytes().next().unwrap_or(b'\t'));
        } else if clean.starts_with("#TYPE ") {
            power_shell |= clean.contains("BitLocker") || clean.contains("Selected");
        } else if !clean.is_empty() {
            break;
        }
        end += line.len();
    }
    (0..end, sign, power_shell)
}

/// How well a sign fits.
struct Layout {
    /// Where the table begins.
    start: usize,
    /// Whether its first row holds titles.
    titled: bool,
    score: usize,
}

fn layout(text: &str, sign: u8) -> Option<Layout> {
    let mut start = 0;
    let mut best: Option<Layout> = None;
    for (index, line) in text.split_inclusive('\n').enumerate().take(LOOK_ROWS) {
        let at = start;
        start += line.len();
        if index > BEFORE_MAX && best.is_some() {
            break;
        }
        if !line.as_bytes().contains(&sign) {
            continue;
        }
        let Some(layout) = layout_at(text, at, sign) else { continue };
        if best.as_ref().is_none_or(|best| layout.score > best.score) {
            best = Some(layout);
        }
        if best.as_ref().is_some_and(|best| best.titled) {
            break;
        }
    }
    best
}

/// The table that begins on this line, if one does.
fn layout_at(text: &str, start: usize, sign: u8) -> Option<Layout> {
    let mut rows = rows(&text[start..], sign, 1, 12);
    if sign == b'|' {
        trim_bars(&mut rows);
    }
    let first = rows.first()?;
    let width = first.cells.len();
    if width < 2 {
        return None;
    }
    let roles: Vec<Role> = first.cells.iter().map(|cell| role(cell)).collect();
    let named = roles.iter().filter(|role| **role != Role::Unknown).count();
    let telling = roles.iter().any(|role| is_telling(*role));
    let holds_values = first.cells.iter().any(|cell| is_value(cell));
    let same = rows.iter().skip(1).filter(|row| row.cells.len() == width).count();
    // Numbers and IDs stand below titles, never among them.
    let below = rows.iter().skip(1).any(|row| row.cells.iter().any(|cell| is_value(cell)));
    let keeper = roles.contains(&Role::Title) && roles.contains(&Role::Password);
    let titles = !holds_values
        && first.cells.iter().all(|cell| cell.len() <= 80 && !cell.trim().is_empty() || cell.trim().is_empty());
    if titles && named >= 2 && (telling || below || keeper) && (rows.len() == 1 || same > 0) {
        return Some(Layout {
            start,
            titled: true,
            score: 1000 + named * 20 + width.min(40) + usize::from(telling) * 50,
        });
    }
    // Titles in a language that is not known, or none.
    let clean = |row: &Row<'_>| {
        let keys = row.cells.iter().filter(|cell| is_key(cell)).count();
        let others = row
            .cells
            .iter()
            .filter(|cell| is_key_id(cell.trim()) || is_drive(cell) || is_volume_word(cell) || is_date(cell))
            .count();
        keys > 0 && others > 0
    };
    if titles && same > 0 && rows.get(1).is_some_and(|row| row.cells.len() == width && (clean(row) || is_split(row))) {
        return Some(Layout { start, titled: true, score: 800 + width.min(40) });
    }
    (clean(first) || is_split(first)).then(|| Layout { start, titled: false, score: 500 + same * 10 + width.min(40) })
}

/// A row that holds the eight groups of a password in cells of their own.
fn is_split(row: &Row<'_>) -> bool {
    let is_group =
        |cell: &Text<'_>| (1..=6).contains(&cell.trim().len()) && cell.trim().bytes().all(|byte| byte.is_ascii_digit());
    row.cells
        .windows(8)
        .any(|eight| eight.iter().all(is_group) && eight.iter().filter(|cell| cell.trim().len() == 6).count() > 4)
}

fn is_key(cell: &str) -> bool {
    let cell = super::cleaned(cell);
    (48..=80).contains(&cell.len()) && RecoveryPassword::parse(cell).is_ok()
}

/// What is never a title.
fn is_value(cell: &str) -> bool {
    let cell = cell.trim();
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    digits >= 30 || (cell.len() >= 32 && is_key_id(cell)) || is_drive(cell) || (digits >= 5 && is_date(cell))
}

/// Bars at both ends set no cell apart; a row of hyphens holds no cells.
fn trim_bars(rows: &mut Vec<Row<'_>>) {
    let is_rule = |cell: &Text<'_>| {
        cell.trim().bytes().all(|byte| matches!(byte, b'-' | b':' | b'+' | b'=' | b' ')) && !cell.trim().is_empty()
    };
    rows.retain(|row| !row.cells.iter().all(|cell| is_rule(cell) || cell.trim().is_empty()));
    let ends = |at: fn(&Row<'_>) -> bool| move |rows: &[Row<'_>]| !rows.is_empty() && rows.iter().all(at);
    if ends(|row| row.cells.len() > 1 && row.cells.first().is_some_and(|cell| cell.trim().is_empty()))(rows) {
        for row in rows.iter_mut() {
            drop(row.cells.remove(0));
        }
    }
    if ends(|row| row.cells.len() > 1 && row.cells.last().is_some_and(|cell| cell.trim().is_empty()))(rows) {
        for row in rows.iter_mut() {
            drop(row.cells.pop());
        }
    }
}

/// Splits a text into rows.
pub(super) fn rows(text: &str, sign: u8, first_line: usize, most: usize) -> Vec<Row<'static>> {
    let mut reader = ReaderBuilder::new().delimiter(sign).quoting(sign != b'|').build();
    let mut rows = Vec::new();
    let mut input = text.as_bytes();
    let mut line = first_line;
    let mut buffers = Buffers { cells: Zeroizing::new(vec![0; 1024]), ends: vec![0; 64] };
    while rows.len() < most {
        let Some((cells, read)) = buffers.row(&mut reader, input) else { break };
        let (taken, rest) = input.split_at(read);
        // Blank lines before a row are read with it.
        let blank =
            taken.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
        let is_blank = cells.iter().all(|cell| cell.is_empty()) && cells.len() < 2;
        if !is_blank {
            rows.push(Row { cells, line: line + blank });
        }
        line += taken.split(|byte| *byte == b'\n').count() - 1;
        input = rest;
    }
    rows
}

/// What a row is read into; grown, never moved without being wiped.
struct Buffers {
    cells: Zeroizing<Vec<u8>>,
    ends: Vec<usize>,
}

impl Buffers {
    /// The next row and how many bytes it took.
    fn row(&mut self, reader: &mut Reader, input: &[u8]) -> Option<(Vec<Text<'static>>, usize)> {
        let (mut read, mut written, mut ended) = (0, 0, 0);
        loop {
            let (result, taken, out, ends) =
                reader.read_record(&input[read..], &mut self.cells[written..], &mut self.ends[ended..]);
            read += taken;
            written += out;
            ended += ends;
            match result {
                // With nothing left it ends by itself.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => break,
                ReadRecordResult::OutputFull if self.cells.len() < ROW_BYTES => {
                    let mut larger = Zeroizing::new(vec![0; self.cells.len() * 2]);
                    larger[..written].copy_from_slice(&self.cells[..written]);
                    self.cells = larger;
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < CELLS_MAX => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                // Longer rows are no table's.
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull | ReadRecordResult::End => return None,
            }
        }
        let mut from = 0;
        let cells = self.ends[..ended].iter().map(|end| {
            let cell = String::from_utf8_lossy(&self.cells[from..*end]);
            from = *end;
            Text::copy(&cell)
        });
        Some((cells.collect(), read))
    }
}
