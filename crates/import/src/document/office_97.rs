//! Word and Excel documents before 2007, as streams of a compound file. Must not know how the streams are stored.

use crate::container::ole::Compound;
use crate::{Input, Reading, Remark, RemarkKind, read_extracted};
use drivekey_record::SourceKind;

mod excel;
mod word;

/// Why a document could not be read.
enum Refusal {
    Encrypted,
    Broken,
}

/// `None` where the compound file is something else.
pub(crate) fn read(input: &Input<'_>, compound: &Compound<'_>) -> Option<Reading> {
    let stream = |name: &str| {
        let stream = compound.find(name)?;
        compound.bytes(stream).filter(|_| input.nest.take_bytes(stream.size_bytes.min(input.bytes.len())))
    };
    let outcome = if let Some(document) = stream("WordDocument") {
        let tables = [stream("0Table"), stream("1Table")];
        word::text(&document, tables.each_ref().map(|table| table.as_deref().map(Vec::as_slice)))
            .map(|text| read_extracted(input, &text, SourceKind::Document))
    } else {
        let workbook = stream("Workbook").or_else(|| stream("Book"))?;
        excel::rows(&workbook).map(|rows| rows.read(input, SourceKind::Spreadsheet))
    };
    Some(outcome.unwrap_or_else(|refusal| {
        let kind = match refusal {
            Refusal::Encrypted => RemarkKind::Encrypted,
            Refusal::Broken => RemarkKind::BrokenStructure,
        };
        Reading { remarks: vec![Remark::whole(kind)], ..Reading::default() }
    }))
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
