//! PDF scans as grey pictures, page by page. Must not know what is on them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::GrayImage;

use super::ScanError;

/// Most pages that are looked at.
const PAGES: usize = 250;
/// Dots for each point of a page, 250 an inch; fewer on pages that are larger than A3.
const SCALE: f32 = 3.47;
const LONG_SIDE: f32 = 4200.0;
/// How far in a PDF may begin.
const HEADER_WITHIN: usize = 1024;

/// Whether the bytes begin like a PDF.
pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    bytes.get(..HEADER_WITHIN.min(bytes.len())).is_some_and(|head| head.windows(5).any(|five| five == b"%PDF-"))
}

/// Draws each page and hands it on.
pub(super) fn each_page(bytes: &[u8], mut take: impl FnMut(GrayImage)) -> Result<(), ScanError> {
    // The renderer is another's, and documents come from anywhere: one that it stumbles over is damaged.
    let pdf = catch_unwind(|| Pdf::new(Arc::new(bytes.to_vec())))
        .map_err(|_| ScanError::Damaged)?
        .map_err(|_| ScanError::Damaged)?;
    let pages = pdf.pages();
    if pages.len() > PAGES {
        return Err(ScanError::TooLarge);
    }
    let cache = RenderCache::new();
    for page in pages.iter() {
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            let (width, height) = page.render_dimensions();
            let scale = SCALE.min(LONG_SIDE / width.max(height).max(1.0));
            let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
            let picture =
                hayro::render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
            let dots = picture.data().iter().map(|dot| luma([dot.r, dot.g, dot.b])).collect();
            GrayImage::from_raw(u32::from(picture.width()), u32::from(picture.height()), dots)
        }));
        take(drawn.ok().flatten().ok_or(ScanError::Damaged)?);
    }
    Ok(())
}

fn luma([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(sum / 1000).unwrap_or(u8::MAX)
}
