//! The packing of rich text in mails of Outlook (MS-OXRTFCP): a window of 4096 bytes that begins with common words.

use zeroize::Zeroizing;

/// What the window holds at first.
const BEGIN: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW_BYTES: usize = 4096;
const HEADER_BYTES: usize = 16;
const PACKED: &[u8] = b"LZFu";
const PLAIN: &[u8] = b"MELA";
/// No text is packed tighter than this: each reference of two bytes stands for at most 17.
const GROWTH_MAX: usize = 17;

/// Whether the bytes are rich text packed so.
pub(super) fn sniff(bytes: &[u8]) -> bool {
    matches!(bytes.get(8..12), Some(PACKED | PLAIN))
}

/// Unpacks it; the beginning where the rest is damaged.
pub(super) fn unpack(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let size = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let content = bytes.get(HEADER_BYTES..)?;
    let size = usize::try_from(size).ok()?.min(content.len() * GROWTH_MAX);
    if bytes.get(8..12) == Some(PLAIN) {
        return Some(Zeroizing::new(content[..size.min(content.len())].to_vec()));
    }
    let mut window = Zeroizing::new([b' '; WINDOW_BYTES]);
    window[..BEGIN.len()].copy_from_slice(BEGIN);
    let mut at = BEGIN.len();
    let mut out = Zeroizing::new(Vec::with_capacity(size));
    let mut rest = content.iter().copied();
    'all: while let Some(control) = rest.next() {
        for bit in 0..8 {
            if out.len() >= size {
                break 'all;
            }
            let Some(first) = rest.next() else { break 'all };
            let mut put = |byte: u8| {
                out.push(byte);
                window[at] = byte;
                at = (at + 1) % WINDOW_BYTES;
            };
            if control >> bit & 1 == 0 {
                put(first);
                continue;
            }
            let Some(second) = rest.next() else { break 'all };
            let place = usize::from(first) << 4 | usize::from(second) >> 4;
            let length = usize::from(second & 0xF) + 2;
            if place == at {
                break 'all;
            }
            for step in 0..length {
                let byte = window[(place + step) % WINDOW_BYTES];
                if out.len() < size {
                    out.push(byte);
                }
                window[at] = byte;
                at = (at + 1) % WINDOW_BYTES;
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_unpacked() {
        let packed = [
            0x2D, 0, 0, 0, 0x2B, 0, 0, 0, 0x4C, 0x5A, 0x46, 0x75, 0xF1, 0xC5, 0xC7, 0xA7, 0x03, 0x00, 0x0A, 0x00, 0x72,
            0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0A, 0xF3, 0x20, 0x68, 0x65, 0x6C, 0x09, 0x00, 0x20, 0x62,
            0x77, 0x05, 0xB0, 0x6C, 0x64, 0x7D, 0x0A, 0x80, 0x0F, 0xA0,
        ];
        assert!(sniff(&packed));
        let text = unpack(&packed).unwrap();
        assert_eq!(text.as_slice(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    }
}
