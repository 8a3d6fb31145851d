//! Import: the bytes of one source file in, candidate records and remarks out.
//! Pure: must not open a file, ask a person or know the vault. Readers of formats stand in one table.

mod context;
mod decode;
mod file_name;
mod labels;
mod normalise;
mod pair;
mod probe;
mod reading;
mod remark;
mod scan;
mod sift;
mod text;

pub use file_name::suggestions;
pub use probe::{could_hold, is_structured};
pub use reading::{Attachment, Candidate, Outcome, Reading};
pub use remark::{Place, Remark, RemarkKind};
pub use sift::{PIECE_BYTES, Sifter};

use file_name::FileName;

/// What a reader is given: the bytes as they were, and what the file's name says.
struct Input<'a> {
    name: FileName,
    bytes: &'a [u8],
}

/// One format: whether the bytes look like it, and how they are read.
struct Reader {
    sniff: fn(&Input<'_>) -> bool,
    read: fn(&Input<'_>) -> Reading,
}

/// The formats, the choosy ones first; the first that recognises the bytes reads them.
/// Text takes whatever is left: it needs no labels and no structure.
const READERS: &[Reader] = &[Reader { sniff: |_| true, read: text::read }];

/// Reads one source file. `file_name` is its name, with or without its folder; the name may hold the Key ID, the
/// computer and the drive.
#[must_use]
pub fn read(file_name: Option<&str>, bytes: &[u8]) -> Reading {
    let input = Input { name: FileName::new(file_name), bytes };
    READERS.iter().find(|reader| (reader.sniff)(&input)).map_or_else(Reading::default, |reader| (reader.read)(&input))
}
