//! The texts of all codes in a picture, or on the pages of a PDF.

mod codes;
mod document;
mod picture;

use image::ImageFormat;
use zeroize::Zeroizing;

use super::{Format, PAYLOADS, ScanError};

/// Reads them, in the order in which they are found.
pub(super) fn read(bytes: &[u8], format: Format) -> Result<Vec<Zeroizing<String>>, ScanError> {
    let mut payloads = Vec::new();
    match format {
        Format::Pdf => document::each_page(bytes, |grey| codes::read(grey, &mut payloads))?,
        Format::Png => codes::read(picture::decode(bytes, ImageFormat::Png)?, &mut payloads),
        Format::Jpeg => codes::read(picture::decode(bytes, ImageFormat::Jpeg)?, &mut payloads),
    }
    Ok(payloads)
}

#[cfg(test)]
mod tests;
