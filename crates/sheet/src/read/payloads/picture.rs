//! Decodes PNG and JPEG pictures to greyscale. The size is checked before decoding.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, ImageReader, Limits};

use super::ScanError;

/// The most dots of a picture: an A4 page at 750 dots per inch.
const DOTS_MAX: u64 = 56_000_000;
/// How much memory decoding may take.
const MEMORY_BYTES_MAX: u64 = 512 << 20;

/// Decodes a picture of this format.
pub(super) fn decode(bytes: &[u8], format: ImageFormat) -> Result<GrayImage, ScanError> {
    let (width, height) =
        ImageReader::with_format(Cursor::new(bytes), format).into_dimensions().map_err(|_| ScanError::Damaged)?;
    if u64::from(width) * u64::from(height) > DOTS_MAX {
        return Err(ScanError::TooLarge);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_BYTES_MAX);
    reader.limits(limits);
    let mut picture = reader.decode().map_err(|_| ScanError::Damaged)?;
    if picture.color().has_alpha() {
        put_on_white(&mut picture);
    }
    Ok(picture.into_luma8())
}

/// Puts transparent pictures on white paper.
fn put_on_white(picture: &mut image::DynamicImage) {
    let mut rgba = picture.to_rgba8();
    for dot in rgba.pixels_mut() {
        let [.., alpha] = dot.0;
        for channel in dot.0.iter_mut().take(3) {
            let mixed = (u16::from(*channel) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            *channel = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }
    *picture = image::DynamicImage::ImageRgba8(rgba);
}
