//! Office documents that are one XML file: flat `OpenDocument`, and the XML of Excel and Word 2003.

use crate::charset::{self, head};
use crate::document::office::{self, Flat};
use crate::receiver::{Receiver, Source};

/// By which words at its beginning each is known.
const KINDS: &[(&[&str], Flat)] = &[
    (&["<office:document", "opendocument.spreadsheet"], Flat::OpenSheet),
    (&["<office:document", "urn:oasis:names:tc:opendocument"], Flat::OpenText),
    (&["urn:schemas-microsoft-com:office:spreadsheet", "workbook"], Flat::Excel),
    (&["<w:worddocument"], Flat::Word),
    (&["<pkg:package"], Flat::Word),
];

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    kind(bytes).is_some()
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let Some(kind) = kind(source.bytes) else { return };
    let text = charset::decode(source.bytes, None);
    office::take_flat(text.as_str(), kind, to);
}

fn kind(bytes: &[u8]) -> Option<Flat> {
    let head = head(bytes);
    if !head.starts_with('<') {
        return None;
    }
    KINDS.iter().find(|(words, _)| words.iter().all(|word| head.contains(word))).map(|(_, kind)| *kind)
}
