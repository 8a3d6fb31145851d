//! The built-in typefaces, and font files of the system.

use std::sync::Arc;

/// The built-in typefaces: plain, bold, digits, code.
#[cfg(feature = "paper")]
pub(super) const BUILT_IN: [&[u8]; 4] = [
    include_bytes!("fonts/DejaVuSansCondensed.ttf"),
    include_bytes!("fonts/DejaVuSansCondensed-Bold.ttf"),
    DIGIT_FACE,
    include_bytes!("fonts/DejaVuSansMono.ttf"),
];

/// The typeface of the digits, which HTML pages embed.
pub(super) const DIGIT_FACE: &[u8] = include_bytes!("fonts/DejaVuSansMono-Bold.ttf");

/// A font file of the system.
#[derive(Debug, Clone)]
pub struct FontBytes {
    /// The content of the file.
    pub bytes: Arc<Vec<u8>>,
    /// The index of the font in a collection.
    pub index: u32,
}
