//! What a scanner does to a page: grain, specks, a slight turn.

use std::fs;
use std::path::Path;

/// A grey picture.
pub(crate) struct Scan {
    width: usize,
    height: usize,
    dots: Vec<u8>,
}

impl Scan {
    /// From a binary PGM file.
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let mut words = bytes.splitn(4, u8::is_ascii_whitespace);
        let mut next = || words.next().unwrap();
        assert_eq!(next(), b"P5");
        let number = |text: &[u8]| std::str::from_utf8(text).unwrap().parse::<usize>().unwrap();
        let (width, height) = (number(next()), number(next()));
        let dots = next().splitn(2, u8::is_ascii_whitespace).nth(1).unwrap().to_vec();
        assert_eq!(dots.len(), width * height);
        Self { width, height, dots }
    }

    pub(crate) fn write(&self, path: &Path) {
        let mut bytes = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        bytes.extend(&self.dots);
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn png(&self) -> Vec<u8> {
        let picture = image::GrayImage::from_raw(
            u32::try_from(self.width).unwrap(),
            u32::try_from(self.height).unwrap(),
            self.dots.clone(),
        );
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.unwrap().write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// Turned by up to 1.5 degrees; each dot off by `grain` of 255 (one standard deviation); one dot in 5,000 a speck.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "places on a picture"
    )]
    pub(crate) fn bent(&self, seed: u64, grain: i64) -> Self {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let turn = ((random() % 3001) as f64 / 1000.0 - 1.5).to_radians();
        // In 1/65536 of a dot, by whole numbers: this runs over millions of dots without optimisation.
        let (sine, cosine) = ((turn.sin() * 65536.0) as i64, (turn.cos() * 65536.0) as i64);
        let (middle_x, middle_y) = (self.width as i64 / 2, self.height as i64 / 2);
        let mut dots = Vec::with_capacity(self.dots.len());
        for y in 0..self.height as i64 {
            let mut from_x = -middle_x * cosine + (y - middle_y) * sine + (middle_x << 16) + 32768;
            let mut from_y = middle_x * sine + (y - middle_y) * cosine + (middle_y << 16) + 32768;
            for _ in 0..self.width {
                let (x, at) = ((from_x >> 16) as usize, (from_y >> 16) as usize);
                let dot = if x < self.width && at < self.height { self.dots[at * self.width + x] } else { 255 };
                from_x += cosine;
                from_y -= sine;
                let noise = random();
                // The sum of four bytes is nearly a bell; its spread is 148.
                let bell = [0, 8, 16, 24].iter().map(|by| (noise >> by & 255) as i64).sum::<i64>() - 510;
                let off = bell * grain / 148;
                let speck = noise >> 40 & 0x3FFF;
                dots.push(match speck {
                    0 => 0,
                    1 | 2 => 255,
                    _ => (i64::from(dot) + off).clamp(0, 255) as u8,
                });
            }
        }
        Self { width: self.width, height: self.height, dots }
    }
}
