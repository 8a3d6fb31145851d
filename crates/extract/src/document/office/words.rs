//! The words in the XML of an office document: paragraphs as lines, tables as rows.

use crate::entity;
use crate::markup::{Piece, Pieces, Tag};
use crate::writer::TextWriter;

/// Whose XML it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Microsoft's: text stands only in elements called `t`.
    Office,
    /// `OpenDocument`: text stands in paragraphs.
    OpenDocument,
}

/// Elements whose content is not seen: field codes, deleted words, what stands there for older programs, phonetic aids.
const UNSEEN: &[&str] =
    &["instrText", "delText", "Fallback", "tracked-changes", "rPh", "pPr", "tblPr", "sectPr", "note-citation"];
/// Blanks in one element.
const BLANKS_MAX: usize = 100;

/// Takes the words out.
pub(super) fn take(xml: &str, dialect: Dialect, writer: &mut TextWriter) {
    let mut unseen: Option<(&str, usize)> = None;
    let mut texts = 0_usize;
    let mut rows: Vec<bool> = Vec::new();
    for piece in Pieces::new(xml) {
        let tag = match piece {
            Piece::Text(text) if unseen.is_none() && texts > 0 => {
                words(writer, text, dialect);
                continue;
            }
            Piece::Verbatim(text) if unseen.is_none() && texts > 0 => {
                writer.text(text);
                continue;
            }
            Piece::Tag(tag) => tag,
            Piece::Text(_) | Piece::Verbatim(_) => continue,
        };
        let name = tag.local_name();
        if let Some((hidden, depth)) = &mut unseen {
            if name == *hidden && !tag.empty {
                *depth = if tag.closes { depth.saturating_sub(1) } else { *depth + 1 };
            }
            if *depth == 0 {
                unseen = None;
            }
        } else if UNSEEN.contains(&name) && !tag.empty && !tag.closes {
            unseen = Some((name, 1));
        } else {
            let holds_text = if dialect == Dialect::Office { name == "t" } else { matches!(name, "p" | "h") };
            if holds_text && !tag.empty {
                texts = if tag.closes { texts.saturating_sub(1) } else { texts + 1 };
            }
            element(writer, &tag, name, &mut rows);
        }
    }
}

/// `rows`: for each open row, whether it has a cell already.
fn element(writer: &mut TextWriter, tag: &Tag<'_>, name: &str, rows: &mut Vec<bool>) {
    match name {
        // An empty paragraph is an empty line; in a cell it is nothing.
        "p" | "h" if (tag.closes || tag.empty) && !writer.in_row() => writer.line_end(),
        "p" | "h" => writer.edge(),
        "br" | "cr" | "line-break" if !tag.closes => writer.line_end(),
        "tab" if !tag.closes => writer.char('\t'),
        "noBreakHyphen" if !tag.closes => writer.char('-'),
        "s" if !tag.closes => {
            let count = tag.attribute("text:c").and_then(|count| count.parse().ok()).unwrap_or(1_usize).min(BLANKS_MAX);
            (0..count).for_each(|_| writer.char(' '));
        }
        "tr" | "table-row" if !tag.empty => {
            if !tag.closes {
                writer.row();
                rows.push(false);
            } else if rows.pop().is_some() {
                writer.row_end();
            }
        }
        "tc" | "table-cell" if !tag.closes && rows.last_mut().is_some_and(|begun| std::mem::replace(begun, true)) => {
            writer.next_cell();
        }
        _ => {}
    }
}

/// Text with references resolved; in `OpenDocument` white space is one blank.
fn words(writer: &mut TextWriter, text: &str, dialect: Dialect) {
    let folds = |c: char| dialect == Dialect::OpenDocument && c.is_ascii_whitespace();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '&' {
            let (characters, after) = entity::resolve(rest);
            writer.text(characters.as_str(&mut [0; 4]));
            rest = after;
        } else if folds(c) {
            writer.space();
            rest = rest.trim_start_matches(folds);
        } else {
            let end = rest.find(|c: char| c == '&' || folds(c)).unwrap_or(rest.len());
            writer.text(&rest[..end]);
            rest = &rest[end..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(xml: &str, dialect: Dialect) -> String {
        let mut writer = TextWriter::with_capacity(0);
        take(xml, dialect, &mut writer);
        String::from_utf8_lossy(&writer.finish()).into_owned()
    }

    #[test]
    fn words_of_word_are_joined_over_runs() {
        let xml = "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>1 </w:t></w:r>\n<w:r>\
            <w:t xml:space=\"preserve\">2</w:t><w:noBreakHyphen/><w:t>3</w:t><w:tab/><w:t>&amp;</w:t></w:r></w:p>\
            <w:p><w:r><w:instrText>x</w:instrText><w:delText>y</w:delText><w:t>z</w:t></w:r></w:p>";
        assert_eq!(seen(xml, Dialect::Office), "1 2-3\t&\nz\n");
        let table = "<w:tbl><w:tr><w:tc><w:p><w:t>a</w:t></w:p><w:p><w:t>b</w:t></w:p></w:tc><w:tc><w:p><w:t>c\
            </w:t></w:p></w:tc></w:tr></w:tbl>";
        assert_eq!(seen(table, Dialect::Office), "a b \tc \n");
    }

    #[test]
    fn words_of_open_document_stand_in_paragraphs() {
        let xml = "<office:font>x</office:font><text:h>T</text:h><text:p>a<text:s text:c=\"2\"/>b<text:span>c\
            </text:span>\n d<text:line-break/>e</text:p>";
        assert_eq!(seen(xml, Dialect::OpenDocument), "T\na  bc d\ne\n");
    }
}
