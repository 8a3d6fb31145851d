//! Tar archives: a header of 512 bytes before each member. By hand: the members are slices of the file, never copied,
//! and a header whose checksum is wrong or missing is read all the same.

use crate::members::Members;
use crate::receiver::{Fault, Receiver, Source};

const BLOCK_BYTES: usize = 512;
const MAGIC: std::ops::Range<usize> = 257..262;
const NAME: std::ops::Range<usize> = 0..100;
const SIZE: std::ops::Range<usize> = 124..136;
const KIND: usize = 156;
const PREFIX: std::ops::Range<usize> = 345..500;

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    bytes.len() >= BLOCK_BYTES && bytes[MAGIC] == *b"ustar"
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let mut members = Members::new(source, to);
    let mut rest = source.bytes;
    let mut long_name = None;
    while let Some((header, after)) = rest.split_at_checked(BLOCK_BYTES) {
        if header.iter().all(|byte| *byte == 0) {
            return;
        }
        let Some(size) = size_of(&header[SIZE]).filter(|_| header[MAGIC] == *b"ustar") else {
            return members.fault(Fault::Broken);
        };
        let whole = size <= after.len();
        let content = &after[..size.min(after.len())];
        rest = after.get(size.next_multiple_of(BLOCK_BYTES)..).unwrap_or_default();
        let name = long_name.take().unwrap_or_else(|| name(header));
        match header[KIND] {
            b'0' | 0 | b'7' => {
                let Some(nest) = members.admit() else { return };
                members.member(nest, &name, content);
            }
            // The next member's name, too long for its header.
            b'L' => long_name = Some(text(content)),
            b'x' => long_name = path_of(content),
            _ => {}
        }
        if !whole {
            return members.fault(Fault::Broken);
        }
    }
}

fn name(header: &[u8]) -> String {
    let (name, prefix) = (text(&header[NAME]), text(&header[PREFIX]));
    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// The path in an extended header: lines of `length key=value`.
fn path_of(content: &[u8]) -> Option<String> {
    let content = String::from_utf8_lossy(content);
    content.lines().find_map(|line| line.split_once(" path=").map(|(_, path)| path.to_owned()))
}

/// A size: octal digits, or a number in base 256 behind a mark.
fn size_of(field: &[u8]) -> Option<usize> {
    if let Some((0x80, number)) = field.split_first() {
        return number.iter().try_fold(0_usize, |size, byte| size.checked_mul(256)?.checked_add(usize::from(*byte)));
    }
    let digits: String = field.iter().map(|byte| char::from(*byte)).filter(char::is_ascii_digit).collect();
    usize::from_str_radix(&digits, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_octal_or_in_base_256() {
        assert_eq!(size_of(b"00000000017\0"), Some(15));
        assert_eq!(size_of(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1]), Some(513));
        assert_eq!(size_of(&[0x80, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), None);
        assert_eq!(size_of(b"            "), None);
    }
}
