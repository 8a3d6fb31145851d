//! PDF documents that hold text: printed or saved pages. Finds objects by looking through the whole file, so that a
//! damaged table of contents loses nothing. Pictures are not read: a scan has no text.

use crate::charset;
use crate::nested::Nest;
use crate::{Input, Reading, Remark, RemarkKind, read_extracted};
use drivekey_record::SourceKind;

mod cmap;
mod content;
mod file;
mod filter;
mod font;
mod glyph_names;
mod layout;
mod object;

use file::File;

/// How far from its beginning the mark may stand.
const MARK_WITHIN_BYTES: usize = 1024;
const MARK: &[u8] = b"%PDF-";

pub(crate) fn sniff(input: &Input<'_>) -> bool {
    let head = &input.bytes[..input.bytes.len().min(MARK_WITHIN_BYTES)];
    head.windows(MARK.len()).any(|window| window == MARK)
        && (head.starts_with(MARK) || !charset::head(head).starts_with('<'))
}

pub(crate) fn read(input: &Input<'_>) -> Reading {
    // Streams count as one member of this file, whatever their number.
    let Some(nest) = input.nest.deeper() else {
        return Reading { remarks: vec![Remark::whole(RemarkKind::BeyondCeiling)], ..Reading::default() };
    };
    let file = File::open(input.bytes, nest);
    if file.encrypted {
        return Reading { remarks: vec![Remark::whole(RemarkKind::Encrypted)], ..Reading::default() };
    }
    let text = text(&file, nest);
    let mut reading = read_extracted(input, &text, SourceKind::Pdf);
    if file.beyond.get() {
        reading.remarks.push(Remark::whole(RemarkKind::BeyondCeiling));
    }
    reading
}

/// Page by page, then what stands in the fields of forms and in notes.
fn text(file: &File<'_>, nest: Nest<'_>) -> zeroize::Zeroizing<Vec<u8>> {
    let mut page = super::Page::with_capacity(0);
    let mut fonts = font::Cache::default();
    for number in &file.pages {
        let runs = content::page(file, *number, &mut fonts, nest);
        layout::write(runs, &mut page);
        page.edge();
        page.line_end();
    }
    for note in &file.notes {
        page.text(note);
        page.edge();
    }
    page.finish()
}
