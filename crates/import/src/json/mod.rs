//! JSON of every origin: Graph, PowerShell, directory tools, password managers, and any other. Several documents may
//! follow each other, with other text round them.

use serde::de::{DeserializeSeed, IgnoredAny};

use super::RemarkKind;
use super::entry::{Entry, Sheet};
use super::source_text::SourceText;

mod dialect;
mod pieces;
mod tree;

use tree::{Builder, Node};

/// Blanks before a document's first signs.
const BLANKS_MAX: usize = 200;
/// Tries at a document inside other text.
const TRIES_MAX: usize = 100;
/// The same in large files.
const TRIES_IN_LARGE_MAX: usize = 8;
/// A large file.
const LARGE_BYTES: usize = 1 << 20;

/// Reads the documents of a text.
pub(super) fn read<'t>(source: &'t SourceText<'_>) -> Option<Sheet<'t>> {
    let text = source.as_str();
    let start = first_document(text, source.head().len())?;
    let mut builder = Builder::default();
    let (end, whole) = documents(&text[start..], &mut builder);
    let beyond = builder.beyond;
    let mut sheet = Sheet { span: start..start + end, ..Sheet::of(builder.entries) };
    dialect::settle(&mut sheet, builder.facts);
    if beyond {
        sheet.remarks.push(RemarkKind::BeyondCeiling);
    } else if !whole {
        sheet.remarks.push(RemarkKind::BrokenStructure);
    }
    Some(sheet)
}

/// Opens the documents that stand as text in the values of this entry, the last of its list but for those inside it.
pub(super) fn open(entries: &mut Vec<Entry<'_>>, at: usize) {
    tree::open(entries, at, 0);
}

/// Where the first document begins: at the beginning, or on a line of its own.
fn first_document(text: &str, reach: usize) -> Option<usize> {
    let begin = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}').len();
    if looks_like_document(&text[begin..]) {
        return Some(begin);
    }
    let mut at = 0;
    // Each try may read to the end.
    let most = if text.len() > LARGE_BYTES { TRIES_IN_LARGE_MAX } else { TRIES_MAX };
    let lines = text[..reach].split_inclusive('\n').map(|line| {
        let start = at;
        at += line.len();
        start + line.len() - line.trim_start().len()
    });
    let starts: Vec<usize> = lines
        .filter(|start| text[*start..].starts_with(['{', '[']) && looks_like_document(&text[*start..]))
        .take(most)
        .collect();
    starts.into_iter().find(|start| is_document(&text[*start..]))
}

fn looks_like_document(text: &str) -> bool {
    let mut signs = text.chars().take(BLANKS_MAX).filter(|c| !c.is_whitespace());
    match (signs.next(), signs.next()) {
        (Some('{'), Some(next)) => matches!(next, '"' | '}'),
        (Some('['), Some(next)) => matches!(next, '{' | '[' | '"' | ']'),
        _ => false,
    }
}

/// Whether a whole document stands there.
fn is_document(text: &str) -> bool {
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    matches!(documents.next(), Some(Ok(_)))
}

/// Reads one document after the other: where the last ends, and `false` where one is broken.
fn documents<'a>(whole_text: &'a str, builder: &mut Builder<'a>) -> (usize, bool) {
    let mut text = whole_text;
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '\u{1E}'));
        if !looks_like_document(text) {
            return (whole_text.len() - text.len(), true);
        }
        let mut ends = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
        let whole = matches!(ends.next(), Some(Ok(_)));
        let end = ends.byte_offset();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = Node::outermost(builder).deserialize(&mut deserializer).is_ok();
        if !whole || !read || end == 0 {
            return (whole_text.len(), false);
        }
        text = &text[end..];
    }
}
