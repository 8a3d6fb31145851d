//! The table of readers. A new format of keys is a file of its own and a line here; a new kind of archive or document
//! stands in `drivekey-extract`.

use crate::input::Input;
use crate::{Reading, Remark, RemarkKind, bek, bundle, collect, key_package, own, plain, structured};

/// A format: what came of the bytes, or `None` where they are something else.
type Reader = fn(&Input<'_>) -> Option<Reading>;

/// Formats that are known by a mark, the choosy ones first; the first that knows the bytes reads them. What has none
/// may still be text with a grammar, and if not, text that needs no labels and no structure.
const READERS: &[Reader] = &[
    bek::read,
    key_package::read,
    bundle::read_sealed,
    bundle::read_open,
    own::read_json,
    own::read_table,
    taken_apart,
];

/// How pictures and printed documents begin.
const PICTURES: [&[u8]; 3] = [b"\x89PNG", b"\xFF\xD8\xFF", b"%PDF-"];

fn taken_apart(input: &Input<'_>) -> Option<Reading> {
    collect::read(input, read)
}

/// Reads by content. A document of our own has its keys as text; a scan of it, and a photo, has them as codes only.
pub(super) fn read(input: &Input<'_>) -> Reading {
    let mut reading = read_bytes(input);
    let Some(pictures) = input.pictures.filter(|_| reading.keys() == 0 && is_picture(input.bytes)) else {
        return reading;
    };
    if !input.nest.is_outermost() && !input.nest.take_picture() {
        reading.remarks.push(Remark::whole(RemarkKind::BeyondCeiling));
        return reading;
    }
    pictures.read(input.bytes).unwrap_or(reading)
}

fn is_picture(bytes: &[u8]) -> bool {
    PICTURES.iter().any(|mark| bytes.starts_with(mark))
}

/// Where a reader of structure finds no key, the bytes are read as plain text as well: no key is lost to a structure
/// that is broken or not what it seems.
fn read_bytes(input: &Input<'_>) -> Reading {
    let Some(reading) = READERS.iter().find_map(|reader| reader(input)) else { return structured::read(input) };
    if reading.holds_anything() || reading.names_other_kinds() {
        return reading;
    }
    let mut plain = plain::read(input);
    if plain.records.is_empty() {
        return reading;
    }
    plain
        .remarks
        .extend(reading.remarks.into_iter().filter(|remark| remark.kind.is_of_structure() && remark.member.is_none()));
    plain
}
