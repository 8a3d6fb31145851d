//! Tables as consoles print them: titles above a ruler of hyphens, cells in columns of fixed width, long values cut or
//! gone on below.

use std::ops::Range;

use zeroize::Zeroizing;

use super::{Row, Table};
use crate::entry::{Role, role};
use crate::source_text::Text;

/// Lines of titles above a ruler.
const TITLE_LINES: usize = 3;
/// Longest line.
const LINE_CHARS: usize = 4000;

/// Reads the table below the first ruler, and those below it with the same titles.
pub(super) fn read(text: &str, reach: usize) -> Option<Table<'_>> {
    text[..reach].lines().any(is_ruler).then_some(())?;
    let lines: Vec<&str> = text.lines().collect();
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut titles: Option<Vec<String>> = None;
    let mut at = 0;
    while at < lines.len() {
        if !is_ruler(lines[at]) {
            at += 1;
            continue;
        }
        let spans = spans(lines[at]);
        let (names, above) = titles_above(&lines, at, &spans);
        let known = names.iter().filter(|name| role(name) != Role::Unknown).count();
        at += 1;
        if known == 0 || titles.as_ref().is_some_and(|first| *first != names) {
            continue;
        }
        let group = group_label(&lines[..above]);
        if titles.is_none() {
            let mut cells: Vec<Text<'_>> = names.iter().map(|name| Text::copy(name)).collect();
            cells.extend(group.map(|(name, _)| Text::Borrowed(name)));
            rows.push(Row { cells, line: at });
            titles = Some(names);
        }
        let from = rows.len();
        while at < lines.len() && !is_ruler(lines[at]) {
            let line = lines[at];
            at += 1;
            // The titles of the next table stand below an empty line.
            if line.trim().is_empty() {
                break;
            }
            let cells = cells(line, &spans);
            if rows.len() > from && continues(line, &cells) {
                if let Some(row) = rows.last_mut() {
                    join(row, cells);
                }
            } else {
                rows.push(Row { cells, line: at });
            }
        }
        if let Some((_, value)) = group {
            rows[from..].iter_mut().for_each(|row| row.cells.push(Text::Borrowed(value)));
        }
    }
    titles.is_some().then_some(Table { rows, titles: Some(0), quoted: false, whole: false, power_shell: false })
}

/// Two or more runs of hyphens, set apart by blanks.
fn is_ruler(line: &str) -> bool {
    let runs: Vec<&str> = line.split_whitespace().collect();
    runs.len() > 1
        && line.len() <= LINE_CHARS
        && runs.iter().all(|run| run.bytes().all(|byte| byte == b'-'))
        && runs.iter().any(|run| run.len() > 3)
}

/// Where the runs of a ruler stand, in characters.
fn spans(ruler: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut start = None;
    for (at, c) in ruler.chars().chain([' ']).enumerate() {
        match (c == '-', start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                spans.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    spans
}

fn titles_above(lines: &[&str], ruler: usize, spans: &[Range<usize>]) -> (Vec<String>, usize) {
    let above =
        (0..ruler).rev().take(TITLE_LINES).take_while(|at| !lines[*at].trim().is_empty()).last().unwrap_or(ruler);
    let mut names = vec![String::new(); spans.len()];
    for line in &lines[above..ruler] {
        for (name, cell) in names.iter_mut().zip(cells(line, spans)) {
            if !cell.is_empty() {
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(&cell);
            }
        }
    }
    (names, above)
}

/// `ComputerName: PC-1` above a group of rows.
fn group_label<'a>(above: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let line = above.iter().rev().find(|line| !line.trim().is_empty())?;
    let (name, value) = line.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    (role(name) == Role::Device && !value.is_empty() && value.len() <= 80).then_some((name, value))
}

/// The cells of a line. A value that is set to the right may begin before its ruler; one that is too long ends behind.
fn cells<'a>(line: &'a str, spans: &[Range<usize>]) -> Vec<Text<'a>> {
    let starts: Vec<(usize, char)> = line.char_indices().take(LINE_CHARS).collect();
    let mut cuts = vec![0];
    for pair in spans.windows(2) {
        cuts.push(cut(&starts, pair[0].end, pair[1].start).max(*cuts.last().unwrap_or(&0)));
    }
    let byte = |at: usize| starts.get(at).map_or(line.len(), |(byte, _)| *byte);
    let ends = cuts.iter().skip(1).copied().chain([usize::MAX]);
    let pieces: Vec<&str> = cuts.iter().zip(ends).map(|(from, to)| line[byte(*from)..byte(to)].trim()).collect();
    pieces.into_iter().map(Text::Borrowed).collect()
}

/// Where the cell before ends and the next begins.
fn cut(line: &[(usize, char)], end: usize, start: usize) -> usize {
    let is_blank = |at: usize| line.get(at).is_none_or(|(_, c)| c.is_whitespace());
    if start == 0 || is_blank(start - 1) {
        return start;
    }
    let word = (0..start).rev().find(|at| is_blank(*at)).map_or(0, |at| at + 1);
    if word >= end { word } else { (start..=line.len()).find(|at| is_blank(*at)).unwrap_or(line.len()) }
}

/// The rest of values that did not fit: nothing in the first column, or pieces without their beginning.
fn continues(line: &str, cells: &[Text<'_>]) -> bool {
    let first_empty = cells.first().is_some_and(|cell| cell.is_empty());
    first_empty && line.starts_with(' ') && cells.iter().any(|cell| cell.bytes().any(|byte| byte.is_ascii_hexdigit()))
}

fn join<'a>(row: &mut Row<'a>, rest: Vec<Text<'a>>) {
    for (cell, more) in row.cells.iter_mut().zip(rest) {
        if more.is_empty() {
            continue;
        }
        let mut whole = Zeroizing::new(String::with_capacity(cell.len() + more.len() + 1));
        whole.push_str(cell);
        // The scanner joins what a line end broke, and says so.
        whole.push('\n');
        whole.push_str(&more);
        *cell = Text::Owned(whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_below_their_titles() {
        let table = "Name    Size Key\n----    ---- ---\nPC-1 123,45 abc def\nLONGERPC 123 x";
        let read = read(table, table.len());
        let rows: Vec<Vec<String>> = read
            .map(|table| table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.to_string()).collect()).collect())
            .unwrap_or_default();
        assert_eq!(rows, [["Name", "Size", "Key"], ["PC-1", "123,45", "abc def"], ["LONGERPC", "123", "x"]]);
    }
}
