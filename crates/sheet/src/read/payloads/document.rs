//! Renders the pages of a PDF as greyscale pictures.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::GrayImage;

use super::ScanError;

/// The most pages of a document.
const PAGES_MAX: usize = 250;
/// Dots in a point: 250 in an inch. Pages larger than A3 get fewer.
const DOTS_PER_POINT: f32 = 3.47;
const LONG_SIDE_DOTS_MAX: f32 = 4200.0;

/// Renders each page and passes it to `take`.
pub(super) fn each_page(bytes: &[u8], mut take: impl FnMut(GrayImage)) -> Result<(), ScanError> {
    // The renderer is a library and may panic on a hostile document. Such a document counts as damaged.
    let pdf = catch_unwind(|| Pdf::new(Arc::new(bytes.to_vec())))
        .map_err(|_| ScanError::Damaged)?
        .map_err(|_| ScanError::Damaged)?;
    let pages = pdf.pages();
    if pages.len() > PAGES_MAX {
        return Err(ScanError::TooLarge);
    }
    let cache = RenderCache::new();
    for page in pages.iter() {
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            let (width, height) = page.render_dimensions();
            let scale = DOTS_PER_POINT.min(LONG_SIDE_DOTS_MAX / width.max(height).max(1.0));
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
