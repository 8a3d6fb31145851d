//! PDF documents that hold text: printed or saved pages. By hand, so that it has ceilings and needs no table of
//! objects: they are looked for in the whole file, and damage loses nothing else (decision 0008). Pictures are not
//! read.

use crate::ceiling::Nest;
use crate::charset;
use crate::document::page::layout;
use crate::receiver::{Fault, Form, Receiver, Source};
use crate::unread::Unread;
use crate::writer::TextWriter;

mod cmap;
mod content;
mod file;
mod filter;
mod font;
mod glyph_names;
mod object;

use file::File;

/// How far from its beginning the mark may stand.
const MARK_WITHIN_BYTES: usize = 1024;
const MARK: &[u8] = b"%PDF-";

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(MARK_WITHIN_BYTES)];
    head.windows(MARK.len()).any(|window| window == MARK)
        && (head.starts_with(MARK) || !charset::head(head).starts_with('<'))
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    // Streams count as one member of this file, whatever their number.
    let Some(nest) = source.nest.deeper() else { return to.fault(Fault::BeyondCeiling, None) };
    let file = File::open(source.bytes, nest);
    if file.encrypted {
        return to.fault(Fault::Encrypted, None);
    }
    let (text, pictures) = text(&file, nest);
    to.document(Form::Pdf, &text);
    if pictures > 0 {
        to.fault(Fault::NotRead(Unread::PicturePages), None);
    }
    if file.beyond.get() {
        to.fault(Fault::BeyondCeiling, None);
    }
}

/// Page by page, then what stands in the fields of forms and in notes; and how many pages are pictures without text.
fn text(file: &File<'_>, nest: Nest<'_>) -> (zeroize::Zeroizing<Vec<u8>>, usize) {
    let mut writer = TextWriter::with_capacity(0);
    let mut pictures = 0;
    let mut fonts = font::Cache::default();
    for number in &file.pages {
        let runs = content::page(file, *number, &mut fonts, nest);
        pictures += usize::from(runs.is_empty() && content::has_picture(file, *number));
        layout::write(runs, &mut writer);
        writer.edge();
        writer.line_end();
    }
    for note in &file.notes {
        writer.text(note);
        writer.edge();
    }
    (writer.finish(), pictures)
}
