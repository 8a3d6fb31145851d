//! QR codes in grey pictures, as they are and softened: a scan has specks, a photo grain. Must not know payloads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rqrr::PreparedImage;
use zeroize::Zeroizing;

use super::picture::Grey;

/// Smaller pictures are not halved again.
const HALVED_LEAST: usize = 400;
/// Most codes that are taken from one picture.
const CODES: usize = 512;

/// Adds what is found on the picture and was not found before.
pub(super) fn read(grey: &Grey, found: &mut Vec<Zeroizing<String>>) {
    find(grey, found);
    find(&softened(grey), found);
    let mut smaller = halved(grey);
    while smaller.width.min(smaller.height) >= HALVED_LEAST {
        find(&smaller, found);
        smaller = halved(&smaller);
    }
}

fn find(grey: &Grey, found: &mut Vec<Zeroizing<String>>) {
    if grey.width == 0 || grey.height == 0 {
        return;
    }
    // The reader is another's, and pictures come from anywhere: one that it stumbles over holds no code.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut prepared = PreparedImage::prepare_from_greyscale(grey.width, grey.height, |x, y| grey.at(x, y));
        let grids = prepared.detect_grids();
        grids.iter().take(CODES).filter_map(|grid| grid.decode().ok()).map(|(_, text)| Zeroizing::new(text)).collect::<Vec<_>>()
    }));
    for text in read.unwrap_or_default() {
        if found.len() < CODES * 4 && !found.contains(&text) {
            found.push(text);
        }
    }
}

/// Each dot the mean of itself and its neighbours.
fn softened(grey: &Grey) -> Grey {
    let mut dots = Zeroizing::new(Vec::with_capacity(grey.dots.len()));
    for y in 0..grey.height {
        for x in 0..grey.width {
            let mut sum = 0_u16;
            for row in y.saturating_sub(1)..y + 2 {
                for column in x.saturating_sub(1)..x + 2 {
                    sum += u16::from(grey.at(column, row));
                }
            }
            let count = if x == 0 { 2 } else { 3 } * if y == 0 { 2 } else { 3 };
            dots.push(u8::try_from(sum / count).unwrap_or(u8::MAX));
        }
    }
    Grey { width: grey.width, height: grey.height, dots }
}

/// Each dot the mean of four.
fn halved(grey: &Grey) -> Grey {
    let (width, height) = (grey.width / 2, grey.height / 2);
    let mut dots = Zeroizing::new(Vec::with_capacity(width * height));
    for y in 0..height {
        for x in 0..width {
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, down)| u16::from(grey.at(2 * x + right, 2 * y + down)));
            dots.push(u8::try_from(four.iter().sum::<u16>() / 4).unwrap_or(u8::MAX));
        }
    }
    Grey { width, height, dots }
}
