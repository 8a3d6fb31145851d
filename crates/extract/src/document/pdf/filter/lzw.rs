//! LZW as old programs packed with it: codes of 9 to 12 bits, each for a string that was seen before.

use zeroize::Zeroizing;

use crate::ceiling::Nest;

const CLEAR: usize = 256;
const END: usize = 257;
const CODES_MAX: usize = 4096;
/// The most that the table may hold; one string has at most so many bytes as there are codes.
const ROOM_BYTES: usize = 4096;

/// `None` beyond what may be unpacked. `early`: whether codes grow one sooner.
pub(super) fn decode(packed: &[u8], nest: Nest<'_>, early: bool) -> Option<Zeroizing<Vec<u8>>> {
    // Where each string stands in what is unpacked already: none is copied.
    let mut table: Vec<(usize, usize)> = Vec::with_capacity(CODES_MAX);
    let mut out = Zeroizing::new(Vec::new());
    let (mut window, mut held, mut width) = (0_u32, 0_u32, 9_u32);
    let mut previous: Option<(usize, usize)> = None;
    for byte in packed {
        window = window << 8 | u32::from(*byte);
        held += 8;
        if held < width {
            continue;
        }
        held -= width;
        let code = usize::try_from(window >> held & ((1 << width) - 1)).ok()?;
        if code == CLEAR {
            table.clear();
            (width, previous) = (9, None);
            continue;
        }
        if code == END {
            break;
        }
        reserve(&mut out, nest)?;
        let start = out.len();
        if code < CLEAR {
            out.push(u8::try_from(code).ok()?);
        } else if let Some((at, length)) = table.get(code - END - 1).copied() {
            (at..at + length).for_each(|from| push_copy(&mut out, from));
        } else if let Some((at, length)) = previous.filter(|_| code - END - 1 == table.len()) {
            // The string that is only now being made: the last one and its own first byte.
            (at..at + length).for_each(|from| push_copy(&mut out, from));
            push_copy(&mut out, at);
        } else {
            break;
        }
        if let Some((at, length)) = previous.filter(|_| table.len() + END + 1 < CODES_MAX) {
            // The last string and the first byte of this one follow each other in the output.
            table.push((at, length + 1));
        }
        previous = Some((start, out.len() - start));
        let codes = table.len() + END + 1 + usize::from(early);
        width = match codes {
            ..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
    }
    Some(out)
}

fn push_copy(out: &mut Zeroizing<Vec<u8>>, from: usize) {
    if let Some(byte) = out.get(from).copied() {
        out.push(byte);
    }
}

/// Room for one more string, in a larger buffer where there is none.
fn reserve(out: &mut Zeroizing<Vec<u8>>, nest: Nest<'_>) -> Option<()> {
    if out.capacity() - out.len() < ROOM_BYTES {
        let capacity = (out.capacity() * 2).max(ROOM_BYTES * 4);
        nest.take_bytes(capacity - out.capacity()).then_some(())?;
        let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
        larger.extend_from_slice(out);
        *out = larger;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceiling::Budget;

    #[test]
    fn the_example_of_the_specification_is_unpacked() {
        let budget = Budget::new();
        let packed = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        let unpacked = decode(&packed, Nest::outermost(&budget), true);
        assert_eq!(unpacked.as_deref().map(Vec::as_slice), Some(&[45, 45, 45, 45, 45, 65, 45, 45, 45, 66][..]));
    }
}
