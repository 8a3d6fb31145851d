//! Word and Excel documents before 2007, as streams of a compound file.

use crate::compound::Compound;
use crate::receiver::{Form, Receiver, Source};

mod excel;
mod word;

/// Takes the text of the document; `false` where the compound file is something else.
pub(crate) fn take(source: &Source<'_>, compound: &Compound<'_>, to: &mut dyn Receiver) -> bool {
    let stream = |name: &str| {
        let stream = compound.find(name)?;
        compound.bytes(stream).filter(|_| source.nest.take_bytes(stream.size_bytes.min(source.bytes.len())))
    };
    if let Some(document) = stream("WordDocument") {
        let tables = [stream("0Table"), stream("1Table")];
        match word::text(&document, tables.each_ref().map(|table| table.as_deref().map(Vec::as_slice))) {
            Ok(text) => to.text(Form::Document, &text),
            Err(fault) => to.fault(fault, None),
        }
        return true;
    }
    let Some(workbook) = stream("Workbook").or_else(|| stream("Book")) else { return false };
    to.sheet(&mut |cells| excel::take(&workbook, cells));
    true
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn size_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}
