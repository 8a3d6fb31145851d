//! Finds QR codes in greyscale pictures, both sharp and blurred, since scans have specks and photos have grain.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{DynamicImage, GrayImage};
use rqrr::PreparedImage;
use zeroize::Zeroizing;

use super::PAYLOADS;

/// Pictures are not scaled below this, in dots.
const SIDE_DOTS_MIN: u32 = 400;
/// The most codes that are taken from one picture.
const CODES_MAX: usize = 512;
/// How much to blur, in dots. It is enough to remove a speck.
const BLUR_SIGMA_DOTS: f32 = 0.9;

/// Adds the texts of all codes in a picture that are not in `found` yet.
pub(super) fn read(picture: GrayImage, found: &mut Vec<Zeroizing<String>>) {
    let mut picture = DynamicImage::ImageLuma8(picture);
    let mut all = find(&picture, found);
    all |= find(&picture.fast_blur(BLUR_SIGMA_DOTS), found);
    // Smaller pictures may give what a large one did not.
    while !all && picture.width().min(picture.height()) >= 2 * SIDE_DOTS_MIN {
        picture = picture.thumbnail_exact(picture.width() / 2, picture.height() / 2);
        all |= find(&picture, found);
    }
}

/// Adds the texts that can be read. Returns whether there were codes and every one could be read.
fn find(picture: &DynamicImage, found: &mut Vec<Zeroizing<String>>) -> bool {
    let Some(grey) = picture.as_luma8() else { return true };
    let (width, dots) = (grey.width() as usize, grey.as_raw());
    // The decoder is a library and may panic on a hostile picture. Such a picture has no codes.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let at = |x: usize, y: usize| dots.get(y * width + x).copied().unwrap_or(u8::MAX);
        let mut prepared = PreparedImage::prepare_from_greyscale(width, grey.height() as usize, at);
        let grids = prepared.detect_grids();
        let texts: Vec<_> = grids
            .iter()
            .take(CODES_MAX)
            .filter_map(|grid| grid.decode().ok())
            .map(|(_, text)| Zeroizing::new(text))
            .collect();
        (!texts.is_empty() && texts.len() == grids.len(), texts)
    }));
    let (all, texts) = read.unwrap_or_default();
    for text in texts {
        if found.len() < PAYLOADS && !found.contains(&text) {
            found.push(text);
        }
    }
    all
}
