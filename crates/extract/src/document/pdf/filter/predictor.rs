//! Undoes what was done to rows of bytes so that they pack better.

use zeroize::Zeroizing;

use crate::document::pdf::object::{Dict, Object};

const PNG_FIRST: usize = 10;
const ROW_BYTES_MAX: usize = 1 << 20;

/// As the parameters say; without any, the bytes as they are.
pub(super) fn undo(bytes: Zeroizing<Vec<u8>>, parameters: &Dict<'_>) -> Zeroizing<Vec<u8>> {
    let number = |name: &[u8], default| parameters.get(name).and_then(Object::count).unwrap_or(default);
    if number(b"Predictor", 1) < PNG_FIRST {
        return bytes;
    }
    let bits = number(b"Colors", 1).saturating_mul(number(b"BitsPerComponent", 8)).max(1);
    let pixel = bits.div_ceil(8);
    let row = number(b"Columns", 1).saturating_mul(bits).div_ceil(8);
    if row == 0 || row > ROW_BYTES_MAX || pixel > row {
        return bytes;
    }
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut above = vec![0; row];
    for packed in bytes.chunks(row + 1) {
        let (kind, data) = packed.split_first().unwrap_or((&0, &[]));
        let mut current = vec![0; row];
        for (at, byte) in data.iter().enumerate() {
            let left = if at >= pixel { current[at - pixel] } else { 0 };
            let corner = if at >= pixel { above[at - pixel] } else { 0 };
            let add = match kind {
                1 => left,
                2 => above[at],
                3 => u8::midpoint(left, above[at]),
                4 => nearest(left, above[at], corner),
                _ => 0,
            };
            current[at] = byte.wrapping_add(add);
        }
        out.extend_from_slice(&current[..data.len()]);
        above = current;
    }
    out
}

/// Which of the three is nearest to left plus above less corner.
fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(above) - i16::from(corner);
    let distance = |value: u8| (guess - i16::from(value)).abs();
    if distance(left) <= distance(above) && distance(left) <= distance(corner) {
        left
    } else if distance(above) <= distance(corner) {
        above
    } else {
        corner
    }
}
