//! QR codes in grey pictures, as they are and softened: a scan has specks, a photo grain. Must not know payloads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{DynamicImage, GrayImage};
use rqrr::PreparedImage;
use zeroize::Zeroizing;

use super::PAYLOADS;

/// Smaller pictures are not halved again.
const HALVED_LEAST: u32 = 400;
/// Most codes that are taken from one picture.
const CODES: usize = 512;
/// How far a speck is spread, in dots.
const SOFT: f32 = 0.9;

/// Adds what is found on the picture and was not found before.
pub(super) fn read(picture: GrayImage, found: &mut Vec<Zeroizing<String>>) {
    let mut picture = DynamicImage::ImageLuma8(picture);
    let mut all = find(&picture, found);
    all |= find(&picture.fast_blur(SOFT), found);
    // Smaller and smaller, where something was seen that could not be read, or nothing at all.
    while !all && picture.width().min(picture.height()) >= 2 * HALVED_LEAST {
        picture = picture.thumbnail_exact(picture.width() / 2, picture.height() / 2);
        all |= find(&picture, found);
    }
}

/// Whether there were codes and each was read.
fn find(picture: &DynamicImage, found: &mut Vec<Zeroizing<String>>) -> bool {
    let Some(grey) = picture.as_luma8() else { return true };
    let (width, dots) = (grey.width() as usize, grey.as_raw());
    // The reader is another's, and pictures come from anywhere: one that it stumbles over holds no code.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let at = |x: usize, y: usize| dots.get(y * width + x).copied().unwrap_or(u8::MAX);
        let mut prepared = PreparedImage::prepare_from_greyscale(width, grey.height() as usize, at);
        let grids = prepared.detect_grids();
        let texts: Vec<_> = grids
            .iter()
            .take(CODES)
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
