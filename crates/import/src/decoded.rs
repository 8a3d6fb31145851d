//! A text by each encoding that is tried, decoded once, whoever asks first.

use std::cell::OnceCell;

use super::normalise::{Normalised, normalised};
use drivekey_extract::{Detected, Encoding, detect, other_code_pages};

/// Texts up to this size are tried in further encodings where nothing was found.
pub(super) const RETRY_BYTES: usize = 1 << 20;
/// The code pages of other scripts.
const CODE_PAGES: usize = 6;

/// A text.
pub(super) struct Decoded<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) detected: Detected,
    /// By the encoding that was detected, and as single bytes.
    likely: [OnceCell<Normalised>; 2],
    code_pages: [OnceCell<Normalised>; CODE_PAGES],
}

impl<'a> Decoded<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let (likely, code_pages) = Default::default();
        Self { bytes, detected: detect(bytes), likely, code_pages }
    }

    /// The text by the detected encoding, as single bytes, or by one of the code pages of other scripts.
    pub(super) fn normalised(&self, encoding: Encoding) -> &Normalised {
        let cell = if encoding == self.detected.encoding {
            &self.likely[0]
        } else {
            let page = other_code_pages().position(|page| page == encoding);
            page.map_or(&self.likely[1], |page| &self.code_pages[page])
        };
        cell.get_or_init(|| normalised(self.bytes, encoding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_decoded_once() {
        let text = Decoded::new(b"Schl\xFCssel");
        let encodings = || [Encoding::SingleByte, Encoding::Utf8].into_iter().chain(other_code_pages());
        let first: Vec<_> = encodings().map(|encoding| std::ptr::from_ref(text.normalised(encoding))).collect();
        let again: Vec<_> = encodings().map(|encoding| std::ptr::from_ref(text.normalised(encoding))).collect();
        assert_eq!(first, again);
        assert_eq!(other_code_pages().count(), CODE_PAGES);
        assert!(first.iter().enumerate().all(|(at, cell)| !first[..at].contains(cell)));
    }
}
