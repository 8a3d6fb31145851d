//! The bytes of a text that does not say how it is encoded, as characters: which encoding it is, and reading it in that
//! one. Where only ASCII matters, one single-byte code page need not be told apart from another.

use encoding_rs::{BIG5, EUC_KR, Encoding as CodePage, GB18030, IBM866, SHIFT_JIS, WINDOWS_1251};
use zeroize::Zeroizing;

/// How the bytes become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, its ill-formed parts replaced.
    Utf8,
    /// UTF-16, low byte first, from this offset.
    Utf16Le(usize),
    /// UTF-16, high byte first, from this offset.
    Utf16Be(usize),
    /// Any code page in which bytes below 128 are ASCII. Zero bytes are dropped, so that it also reads what is left of
    /// UTF-16 after other tools cut into it.
    SingleByte,
    /// UTF-16 whose zero bytes became spaces: each second byte from this offset.
    EverySecond(usize),
    /// One of the code pages of other scripts.
    CodePage(&'static CodePage),
}

/// What the bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The encoding to begin with.
    pub encoding: Encoding,
    /// UTF-16 that does not come out even.
    pub odd_length: bool,
    /// UTF-16 in which something else seems to be mixed.
    pub mixed: bool,
}

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";
const UTF16_LE_BOM: &[u8] = b"\xFF\xFE";
const UTF16_BE_BOM: &[u8] = b"\xFE\xFF";
/// A text shorter than this says too little about its encoding's pattern.
const PATTERN_BYTES: usize = 64;
/// So many bytes of ASCII without a zero byte between are no UTF-16, whatever the rest is.
const ASCII_RUN_BYTES: usize = 80;
/// The title's U+0000 and its like; more zero bytes on the wrong side mean a shift by one byte.
const STRAY_ZEROS: usize = 8;

/// Finds the encoding.
#[must_use]
pub fn detect(bytes: &[u8]) -> Detected {
    let zeros = Pattern::count(bytes, 0);
    let utf16 = |encoding, offset: usize| Detected {
        encoding,
        odd_length: (bytes.len() - offset) % 2 == 1,
        mixed: zeros.fewer() >= STRAY_ZEROS || has_ascii_run(bytes),
    };
    let plain = |encoding| Detected { encoding, odd_length: false, mixed: false };
    if let Some(offset) = spaced_out(bytes) {
        return plain(Encoding::EverySecond(offset));
    }
    // A mark in one order before a text in the other: the text counts.
    let clearly = |more: usize, fewer: usize| more > fewer * 3 + STRAY_ZEROS;
    if bytes.starts_with(UTF16_LE_BOM) {
        return utf16(if clearly(zeros.even, zeros.odd) { Encoding::Utf16Be(2) } else { Encoding::Utf16Le(2) }, 2);
    }
    if bytes.starts_with(UTF16_BE_BOM) {
        return utf16(if clearly(zeros.odd, zeros.even) { Encoding::Utf16Le(2) } else { Encoding::Utf16Be(2) }, 2);
    }
    if bytes.starts_with(UTF8_BOM) {
        return plain(Encoding::Utf8);
    }
    if zeros.fewer() * 3 < zeros.more() && zeros.more() * 12 >= bytes.len() {
        let encoding = utf16_without_bom(bytes, zeros);
        let offset = if let Encoding::Utf16Le(offset) | Encoding::Utf16Be(offset) = encoding { offset } else { 0 };
        return Detected { odd_length: bytes.len() % 2 == 1, ..utf16(encoding, offset) };
    }
    plain(if mostly_utf8(bytes) { Encoding::Utf8 } else { Encoding::SingleByte })
}

/// The code pages of scripts other than Latin, to be tried where nothing was found otherwise.
pub fn other_code_pages() -> impl Iterator<Item = Encoding> {
    [SHIFT_JIS, GB18030, BIG5, EUC_KR, WINDOWS_1251, IBM866].into_iter().map(Encoding::CodePage)
}

/// Takes the characters of a text one by one.
pub trait Characters {
    /// `capacity_bytes`: the most that the characters to come take in UTF-8.
    fn with_capacity(capacity_bytes: usize) -> Self;

    /// The next character.
    fn push(&mut self, c: char);

    /// A byte or unit that is no character.
    fn push_unknown(&mut self);

    /// The next characters.
    fn push_str(&mut self, text: &str) {
        text.chars().for_each(|c| self.push(c));
    }
}

/// Reads the bytes as text in that encoding.
#[must_use]
pub fn decode<C: Characters>(bytes: &[u8], encoding: Encoding) -> C {
    match encoding {
        Encoding::Utf8 => utf8(bytes),
        Encoding::Utf16Le(offset) => utf16(bytes.get(offset..).unwrap_or_default(), u16::from_le_bytes),
        Encoding::Utf16Be(offset) => utf16(bytes.get(offset..).unwrap_or_default(), u16::from_be_bytes),
        Encoding::SingleByte => single_byte(bytes.iter().copied()),
        Encoding::EverySecond(offset) => single_byte(bytes.iter().copied().skip(offset).step_by(2)),
        Encoding::CodePage(page) => by_code_page(bytes, page),
    }
}

/// How often one byte stands at even and at odd offsets.
#[derive(Clone, Copy)]
struct Pattern {
    even: usize,
    odd: usize,
}

impl Pattern {
    fn count(bytes: &[u8], sought: u8) -> Self {
        let pairs = bytes.chunks_exact(2);
        let last = usize::from(pairs.remainder() == [sought]);
        let (even, odd) = pairs.fold((0, 0), |(even, odd), pair| {
            (even + usize::from(pair[0] == sought), odd + usize::from(pair[1] == sought))
        });
        Self { even: even + last, odd }
    }

    fn more(self) -> usize {
        self.even.max(self.odd)
    }

    fn fewer(self) -> usize {
        self.even.min(self.odd)
    }
}

/// Byte order by the side on which the zeros stand. A stray first byte turns one order into the other: where the length
/// is odd, the reading with fewer control characters is taken.
fn utf16_without_bom(bytes: &[u8], zeros: Pattern) -> Encoding {
    let candidates = if zeros.odd >= zeros.even {
        [Encoding::Utf16Le(0), Encoding::Utf16Be(1)]
    } else {
        [Encoding::Utf16Be(0), Encoding::Utf16Le(1)]
    };
    let oddities = |encoding: Encoding| {
        let (from, high) = match encoding {
            Encoding::Utf16Be(offset) => (offset, 0),
            Encoding::Utf16Le(offset) => (offset, 1),
            _ => (0, 0),
        };
        let pairs = bytes.get(from..).unwrap_or_default().chunks_exact(2);
        pairs.filter(|pair| pair[high] == 0 && matches!(pair[1 - high], 1..9 | 0x7F..0xA0)).count()
    };
    if bytes.len() % 2 == 1 && oddities(candidates[1]) < oddities(candidates[0]) {
        candidates[1]
    } else {
        candidates[0]
    }
}

fn has_ascii_run(bytes: &[u8]) -> bool {
    let mut run = 0;
    bytes.iter().any(|byte| {
        run = if matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n') { run + 1 } else { 0 };
        run >= ASCII_RUN_BYTES
    })
}

/// Where each second byte is a space: the offset of the others.
fn spaced_out(bytes: &[u8]) -> Option<usize> {
    if bytes.len() < PATTERN_BYTES {
        return None;
    }
    let spaces = Pattern::count(bytes, b' ');
    let enough = bytes.len() / 2 * 9 / 10;
    if spaces.odd >= enough {
        Some(0)
    } else if spaces.even >= enough {
        Some(1)
    } else {
        None
    }
}

/// Well-formed, or with more well-formed sequences than ill-formed ones: garbage at the end does not make a page of it.
fn mostly_utf8(bytes: &[u8]) -> bool {
    if std::str::from_utf8(bytes).is_ok() {
        return true;
    }
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

fn utf8<C: Characters>(bytes: &[u8]) -> C {
    let mut out = C::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            out.push_unknown();
        }
    }
    out
}

fn utf16<C: Characters>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> C {
    let units = || bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    // The largest size of the same text in UTF-8, so that the buffer never moves.
    let capacity = units().map(|unit| if unit < 0x80 { 1 } else { 3 }).sum();
    let mut out = C::with_capacity(capacity);
    for c in char::decode_utf16(units()) {
        match c {
            Ok(c) => out.push(c),
            Err(_) => out.push_unknown(),
        }
    }
    out
}

/// Windows-1252 without its typographic signs, which other pages have as letters; dashes and no-break spaces only
/// where they stand between digits.
fn single_byte<C: Characters>(bytes: impl Iterator<Item = u8> + Clone) -> C {
    let capacity = bytes.clone().map(|byte| if byte < 0x80 { 1 } else { 3 }).sum();
    let mut out = C::with_capacity(capacity);
    let mut rest = bytes.filter(|byte| *byte != 0).peekable();
    let mut before = b'\n';
    while let Some(byte) = rest.next() {
        let between = before.is_ascii_hexdigit() && rest.peek().is_some_and(u8::is_ascii_hexdigit);
        match byte {
            0x96 | 0x97 | 0xAD if between => out.push('-'),
            0xA0 | 0xFF => out.push(' '),
            0x85 => out.push('…'),
            0x80..=0x9F | 0xAD => out.push_unknown(),
            _ => out.push(char::from(byte)),
        }
        before = byte;
    }
    out
}

fn by_code_page<C: Characters>(bytes: &[u8], page: &'static CodePage) -> C {
    let mut decoder = page.new_decoder_without_bom_handling();
    let capacity = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0);
    let mut unicode = Zeroizing::new(String::with_capacity(capacity));
    // A malformed sequence ends it: the page is then not the right one.
    let _ = decoder.decode_to_string_without_replacement(bytes, &mut unicode, true);
    utf8(unicode.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to).collect()
    }

    #[test]
    fn encodings_are_told_apart_by_their_bytes() {
        let text = "Schlüssel: C22048E2-1740-4D2B-8BED-9F07A429921C\r\n";
        let little = units(text, u16::to_le_bytes);
        let shifted = [b"\n".to_vec(), units("識別子 C22048E2-1740-4D2B-8BED 識別子", u16::to_le_bytes)].concat();
        for (bytes, encoding, odd_length) in [
            (little.clone(), Encoding::Utf16Le(0), false),
            (units(text, u16::to_be_bytes), Encoding::Utf16Be(0), false),
            ([b"\xFF\xFE".to_vec(), little.clone(), b"\n".to_vec()].concat(), Encoding::Utf16Le(2), true),
            (shifted, Encoding::Utf16Le(1), true),
            (text.as_bytes().to_vec(), Encoding::Utf8, false),
            (b"Schl\xFCssel".to_vec(), Encoding::SingleByte, false),
            (
                little.iter().map(|byte| if *byte == 0 { b' ' } else { *byte }).collect(),
                Encoding::EverySecond(0),
                false,
            ),
        ] {
            let detected = detect(&bytes);
            // The text that was shifted by a byte is found in the other order.
            let same = detected.encoding == encoding
                || matches!((detected.encoding, encoding), (Encoding::Utf16Be(_), Encoding::Utf16Le(1)));
            assert!(same && detected.odd_length == odd_length, "{detected:?}, not {encoding:?}");
        }
    }
}
