//! What a reader is given, and who reads the pictures in it.

use crate::Reading;
use crate::file_name::FileName;
use drivekey_extract::{Nest, Source};

/// The bytes as they were, and what the file's name says.
pub(super) struct Input<'a> {
    pub(super) name: FileName,
    pub(super) bytes: &'a [u8],
    /// How deep inside other files it lies.
    pub(super) nest: Nest<'a>,
    /// Whether it is what was kept of a longer text: what stands between its parts is not known.
    pub(super) is_part: bool,
    /// `None` where pictures are not looked at.
    pub(super) pictures: Option<&'a dyn PictureReader>,
}

/// Reads pictures and printed documents: what is on them as codes or drawn letters. Decoding a picture has no ceilings
/// of its own, so whoever calls says how it is done.
pub trait PictureReader: Sync {
    /// What stands on it; `None` where nothing does that has to do with recovery keys.
    fn read(&self, bytes: &[u8]) -> Option<Reading>;
}

impl<'a> Input<'a> {
    /// A file that lies in no other.
    pub(super) fn outermost(file_name: Option<&str>, bytes: &'a [u8], nest: Nest<'a>) -> Self {
        Self { name: FileName::new(file_name), bytes, nest, is_part: false, pictures: None }
    }

    /// The same for taking it apart.
    pub(super) const fn source(&self) -> Source<'a> {
        Source { bytes: self.bytes, nest: self.nest }
    }
}
