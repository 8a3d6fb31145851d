//! The cells in the XML of a spreadsheet, sparse as they are written. By hand: no size that a sheet claims is ever
//! reserved.

use zeroize::Zeroizing;

use crate::entity;
use crate::markup::{Piece, Pieces, Tag};
use crate::receiver::Cells;
use crate::wiped;

/// The strings that cells refer to by number.
pub(super) fn shared_strings(xml: &str) -> Vec<Zeroizing<String>> {
    let mut strings = Vec::new();
    let mut current = Text::default();
    for piece in Pieces::new(xml) {
        match piece {
            Piece::Tag(tag) if tag.local_name() == "si" => {
                if tag.closes || tag.empty {
                    strings.push(current.take());
                } else {
                    current.take();
                }
            }
            other => current.piece(&other, &["t"]),
        }
    }
    strings
}

/// A worksheet of Excel.
pub(super) fn worksheet(xml: &str, strings: &[Zeroizing<String>], cells: &mut dyn Cells) {
    let (mut kind, mut column) = ("", 0);
    let mut current = Text::default();
    for piece in Pieces::new(xml) {
        match piece {
            Piece::Tag(tag) if tag.local_name() == "row" && !tag.closes => {
                cells.row();
                column = 0;
            }
            Piece::Tag(tag) if tag.local_name() == "c" && !tag.closes => {
                kind = tag.attribute("t").unwrap_or("n");
                column = tag.attribute("r").and_then(column_of).unwrap_or(column);
                current.take();
                column += usize::from(tag.empty);
            }
            Piece::Tag(tag) if tag.local_name() == "c" => {
                let value = current.take();
                let shared = || value.trim().parse().ok().and_then(|at: usize| strings.get(at));
                match (kind, value.trim().parse()) {
                    ("s", _) => shared().into_iter().for_each(|shared| cells.text(column, shared)),
                    ("n", Ok(number)) => cells.number(column, number),
                    _ => cells.text(column, &value),
                }
                column += 1;
            }
            other => current.piece(&other, &["v", "t"]),
        }
    }
}

/// The column in a cell's name, such as `AB12`, from 0.
fn column_of(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    letters
        .fold(0_usize, |column, letter| column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1)
        .checked_sub(1)
}

/// The tables of a spreadsheet of `OpenDocument`. A number counts as it is, not as it is shown.
pub(super) fn open_document(xml: &str, cells: &mut dyn Cells) {
    let (mut number, mut column, mut width) = (None, 0_usize, 1);
    let mut current = Text::default();
    for piece in Pieces::new(xml) {
        let Piece::Tag(tag) = &piece else {
            current.piece(&piece, &["p"]);
            continue;
        };
        match tag.local_name() {
            "table-row" if !tag.closes => {
                cells.row();
                column = 0;
            }
            "table-cell" | "covered-table-cell" => {
                if !tag.closes {
                    current.take();
                    number = number_of(tag);
                    width = tag
                        .attribute("table:number-columns-repeated")
                        .and_then(|count| count.parse().ok())
                        .unwrap_or(1);
                }
                if tag.closes || tag.empty {
                    let shown = current.take();
                    match number.take() {
                        Some(number) => cells.number(column, number),
                        None => cells.text(column, &shown),
                    }
                    column = column.saturating_add(width);
                }
            }
            "s" => current.push(" "),
            "tab" | "line-break" => current.push("\n"),
            "p" if !tag.closes => {
                // Paragraphs of one cell.
                if !current.gathered.is_empty() {
                    current.push("\n");
                }
                current.piece(&piece, &["p"]);
            }
            _ => current.piece(&piece, &["p"]),
        }
    }
}

/// The XML of Excel 2003: cells hold their data, and say where they stand after a gap.
pub(super) fn excel_2003(xml: &str, cells: &mut dyn Cells) {
    let (mut is_number, mut column) = (false, 0_usize);
    let mut current = Text::default();
    for piece in Pieces::new(xml) {
        match piece {
            Piece::Tag(tag) if tag.local_name() == "Row" && !tag.closes => {
                cells.row();
                column = 0;
            }
            Piece::Tag(tag) if tag.local_name() == "Cell" => {
                if !tag.closes {
                    current.take();
                    is_number = false;
                    let index = tag.attribute("ss:Index").and_then(|index| index.parse::<usize>().ok());
                    column = index.map_or(column, |index| index.saturating_sub(1));
                }
                if tag.closes || tag.empty {
                    let value = current.take();
                    match value.trim().parse() {
                        Ok(number) if is_number => cells.number(column, number),
                        _ => cells.text(column, &value),
                    }
                    column = column.saturating_add(1);
                }
            }
            other => {
                if let Piece::Tag(tag) = &other
                    && tag.local_name() == "Data"
                    && !tag.closes
                {
                    is_number = tag.attribute("ss:Type") == Some("Number");
                }
                current.piece(&other, &["Data"]);
            }
        }
    }
}

fn number_of(tag: &Tag<'_>) -> Option<f64> {
    tag.attribute("office:value-type").filter(|kind| *kind == "float")?;
    tag.attribute("office:value")?.parse().ok()
}

/// Text that is gathered from certain elements.
#[derive(Default)]
struct Text {
    gathered: Zeroizing<String>,
    inside: usize,
    phonetic: usize,
}

impl Text {
    fn take(&mut self) -> Zeroizing<String> {
        self.inside = 0;
        self.phonetic = 0;
        std::mem::take(&mut self.gathered)
    }

    /// Takes a piece that stands in one of these elements; aids to pronunciation apart.
    fn piece(&mut self, piece: &Piece<'_>, elements: &[&str]) {
        match piece {
            Piece::Tag(tag) if !tag.empty => {
                let count = if tag.local_name() == "rPh" {
                    &mut self.phonetic
                } else if elements.contains(&tag.local_name()) {
                    &mut self.inside
                } else {
                    return;
                };
                *count = if tag.closes { count.saturating_sub(1) } else { *count + 1 };
            }
            Piece::Text(text) if self.inside > 0 && self.phonetic == 0 => self.resolved(text),
            Piece::Verbatim(text) if self.inside > 0 && self.phonetic == 0 => self.push(text),
            Piece::Tag(_) | Piece::Text(_) | Piece::Verbatim(_) => {}
        }
    }

    fn resolved(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            self.push(&rest[..at]);
            let (characters, after) = entity::resolve(&rest[at..]);
            self.push(characters.as_str(&mut [0; 4]));
            rest = after;
        }
        self.push(rest);
    }

    fn push(&mut self, text: &str) {
        wiped::append(&mut self.gathered, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_strings_are_whole_and_in_order() {
        let xml = "<sst><si><t>a</t></si><si/><si><r><t>b</t></r><r><t xml:space=\"preserve\"> c&#45;</t></r><rPh>\
            <t>x</t></rPh></si></sst>";
        let strings: Vec<String> = shared_strings(xml).iter().map(|text| text.to_string()).collect();
        assert_eq!(strings, ["a", "", "b c-"]);
    }

    #[test]
    fn columns_are_counted_from_their_letters() {
        assert_eq!(
            ["A1", "B7", "Z1", "AA1", "XFD9"].map(column_of),
            [Some(0), Some(1), Some(25), Some(26), Some(16_383)]
        );
        assert_eq!(column_of("7"), None);
    }
}
