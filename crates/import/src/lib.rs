//! Import: the bytes of one source file in, candidate records and remarks out.
//! Pure: must not open a file, ask a person or know the vault. Readers of formats stand in one table.
#![forbid(unsafe_code)]

mod account;
mod bek;
mod bundle;
mod charset;
mod container;
mod context;
mod decode;
mod directory;
mod document;
mod entry;
mod file_name;
mod json;
mod key_package;
mod labels;
mod ldif;
mod list;
mod merge;
mod nested;
mod normalise;
mod pair;
mod probe;
mod reading;
mod remark;
mod scan;
mod sift;
mod source_text;
mod structured;
mod table;
mod text;
mod xml;

pub use bundle::{Bundle, is_sealed, unpack_bundle};
pub use file_name::suggestions;
pub use probe::{could_hold, is_structured};
pub use reading::{Attachment, Candidate, OtherKey, Outcome, Reading};
pub use remark::{Place, Remark, RemarkKind};
pub use sift::{PIECE_BYTES, Sifter};

use drivekey_record::SourceKind;
use file_name::FileName;
use nested::{Budget, Nest};

/// What a reader is given: the bytes as they were, and what the file's name says.
struct Input<'a> {
    name: FileName,
    bytes: &'a [u8],
    /// How deep inside other files it lies.
    nest: Nest<'a>,
}

/// One format: whether the bytes look like it, and how they are read.
struct Reader {
    sniff: fn(&Input<'_>) -> bool,
    read: fn(&Input<'_>) -> Reading,
}

/// The formats that are known by a mark, the choosy ones first; the first that recognises the bytes reads them. What
/// has none may still be text with a grammar, and if not, text that needs no labels and no structure.
const READERS: &[Reader] = &[
    Reader { sniff: bek::sniff, read: bek::read },
    Reader { sniff: key_package::sniff, read: key_package::read },
    Reader { sniff: container::zip::sniff, read: container::zip::read },
    Reader { sniff: container::gzip::sniff, read: container::gzip::read },
    Reader { sniff: container::ole::sniff, read: container::ole::read },
    Reader { sniff: container::sealed::sniff, read: container::sealed::read },
    Reader { sniff: document::pdf::sniff, read: document::pdf::read },
    Reader { sniff: document::rtf::sniff, read: document::rtf::read },
    Reader { sniff: document::html::sniff, read: document::html::read },
    Reader { sniff: container::mail::sniff, read: container::mail::read },
    Reader { sniff: bundle::sniff_sealed, read: bundle::read_sealed },
    Reader { sniff: bundle::sniff_open, read: bundle::read_open },
];

/// Reads one source file. `file_name` is its name, with or without its folder; the name may hold the Key ID, the
/// computer and the drive.
#[must_use]
pub fn read(file_name: Option<&str>, bytes: &[u8]) -> Reading {
    let budget = Budget::new();
    read_input(&Input { name: FileName::new(file_name), bytes, nest: Nest::outermost(&budget) })
}

/// Reads by content. Where a reader of structure finds no key, the bytes are read as text as well: no key is lost to a
/// structure that is broken or not what it seems.
fn read_input(input: &Input<'_>) -> Reading {
    let Some(reader) = READERS.iter().find(|reader| (reader.sniff)(input)) else {
        return structured::read(input).unwrap_or_else(|| text::read(input));
    };
    let reading = (reader.read)(input);
    if reading.holds_anything() {
        return reading;
    }
    let mut plain = text::read(input);
    if plain.records.is_empty() {
        return reading;
    }
    plain
        .remarks
        .extend(reading.remarks.into_iter().filter(|remark| remark.kind.is_of_structure() && remark.member.is_none()));
    plain
}

/// Reads a text that was taken out of this file; tables and lists in it as such, where that finds all that a plain
/// reading finds: a document may hold prose and tables.
fn read_extracted(input: &Input<'_>, text: &[u8], kind: SourceKind) -> Reading {
    let inner = Input { name: input.name.clone(), bytes: text, nest: input.nest };
    let plain = text::read(&inner);
    let mut reading =
        structured::read(&inner).filter(|found| found.records.len() >= plain.records.len()).unwrap_or(plain);
    for record in reading.records.iter_mut().filter(|record| record.source != SourceKind::OcrText) {
        record.source = kind;
    }
    reading.source = reading.source.map(|_| kind);
    reading
}
