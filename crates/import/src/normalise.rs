//! Characters to the one form that the scanner reads: ASCII digits, hyphens, spaces and line feeds, nothing invisible.

use std::ops::Range;

use zeroize::Zeroizing;

use drivekey_extract::{Characters, Encoding, decode};
use drivekey_record::fold_digit;

/// Folded digits nearer to each other than this are one place.
const FOLD_GAP_BYTES: usize = 16;

/// Reads the bytes in that encoding.
pub(super) fn normalised(bytes: &[u8], encoding: Encoding) -> Normalised {
    let mut text = decode::<Normaliser>(bytes, encoding).out;
    text.single_byte = matches!(encoding, Encoding::SingleByte | Encoding::EverySecond(_));
    text
}

/// The text in its plain form.
pub(super) struct Normalised {
    /// The text; wiped when dropped, never moved while it was filled.
    pub(super) text: Zeroizing<String>,
    /// Where digits of other scripts stood, ascending.
    folded: Vec<Range<usize>>,
    /// Whether U+0000 stood in it, as in Windows' own files.
    pub(super) had_nul: bool,
    /// What was reserved for it at first.
    #[cfg(test)]
    pub(super) reserved_bytes: usize,
    /// Read by a page whose letters above ASCII are a guess.
    pub(super) single_byte: bool,
}

impl Normalised {
    /// Whether digits were folded in this part of the text.
    pub(super) fn is_folded(&self, part: &Range<usize>) -> bool {
        let at = self.folded.partition_point(|place| place.end <= part.start);
        self.folded.get(at).is_some_and(|place| place.start < part.end)
    }
}

/// Builds a [`Normalised`], character by character, in a buffer that was reserved before.
struct Normaliser {
    out: Normalised,
    line_start: bool,
    after_quote: bool,
    after_cr: bool,
}

impl Characters for Normaliser {
    /// No character grows here, so that the buffer is never moved.
    fn with_capacity(capacity_bytes: usize) -> Self {
        let text = Zeroizing::new(String::with_capacity(capacity_bytes));
        let out = Normalised {
            #[cfg(test)]
            reserved_bytes: text.capacity(),
            text,
            folded: Vec::new(),
            had_nul: false,
            single_byte: false,
        };
        Self { out, line_start: true, after_quote: false, after_cr: false }
    }

    fn push(&mut self, c: char) {
        if c.is_ascii() {
            self.push_ascii(c);
        } else {
            self.push_other(c);
        }
    }

    fn push_unknown(&mut self) {
        self.put('\u{1A}');
    }

    /// Those that stay as they are go over in one piece.
    fn push_str(&mut self, mut text: &str) {
        while let Some(first) = text.chars().next() {
            let plain = text.bytes().take_while(|byte| matches!(byte, b' '..=b'~' | b'\t')).count();
            if plain > 1 && !self.line_start {
                self.after_cr = false;
                self.after_quote = false;
                self.out.text.push_str(&text[..plain]);
                text = &text[plain..];
            } else {
                self.push(first);
                text = &text[first.len_utf8()..];
            }
        }
    }
}

impl Normaliser {
    fn push_ascii(&mut self, c: char) {
        let after_cr = std::mem::replace(&mut self.after_cr, c == '\r');
        match c {
            '\0' => {
                self.out.had_nul = true;
                self.after_cr = after_cr;
            }
            '\n' if after_cr => {}
            '\r' | '\n' | '\u{B}' | '\u{C}' => self.line_feed(),
            '>' if self.line_start => self.after_quote = true,
            ' ' if self.after_quote => self.after_quote = false,
            _ => self.put(c),
        }
    }

    fn push_other(&mut self, c: char) {
        self.after_cr = false;
        let text = &mut self.out.text;
        match c {
            '\u{85}' | '\u{2028}' | '\u{2029}' => self.line_feed(),
            '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' => {}
            // UTF-8 read as Windows-1252 and saved again: a no-break space, a dash.
            '\u{A0}' if text.ends_with('Â') => {
                text.pop();
                self.put(' ');
            }
            '\u{90}'..='\u{95}' | '‘' | '’' | '“' | '”' | '•' if text.ends_with("â€") || text.ends_with("â\u{80}") =>
            {
                text.pop();
                text.pop();
                self.put('-');
            }
            '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
                self.push_ascii(' ');
            }
            '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2500}' | '\u{FE58}' | '\u{FE63}' => {
                self.put('-');
            }
            // The mark of a long vowel, typed for a dash.
            'ー' | 'ｰ' if text.as_bytes().last().is_some_and(u8::is_ascii_hexdigit) => self.put('-'),
            '…' => (0..3).for_each(|_| self.put('.')),
            '•' | '●' | '█' | '■' | '▪' | '∗' | '＊' => self.put('*'),
            _ => self.push_folded(c),
        }
    }

    fn push_folded(&mut self, c: char) {
        if let Some(digit) = fold_digit(c) {
            let at = self.out.text.len();
            match self.out.folded.last_mut() {
                Some(place) if at - place.end < FOLD_GAP_BYTES => place.end = at + 1,
                _ => self.out.folded.push(at..at + 1),
            }
            self.put(char::from(digit));
        } else if let full_width @ 0xFF01..=0xFF5E = c as u32 {
            // The full-width forms stand in the order of ASCII.
            self.put(char::from_u32(full_width - 0xFEE0).unwrap_or(c));
        } else {
            self.put(c);
        }
    }

    fn line_feed(&mut self) {
        self.put('\n');
        self.line_start = true;
    }

    fn put(&mut self, c: char) {
        self.line_start = false;
        self.after_quote = false;
        self.out.text.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to).collect()
    }

    #[test]
    fn no_buffer_grows_while_it_is_filled() {
        let text = "ü識…\u{660}“𝟙\u{A0}\r\n>".repeat(500);
        let texts = [
            text.clone().into_bytes(),
            units(&text, u16::to_le_bytes),
            vec![0x85; 4000],
            (0..=255).cycle().take(5000).collect(),
        ];
        for bytes in texts {
            for encoding in [
                Encoding::Utf8,
                Encoding::Utf16Le(0),
                Encoding::Utf16Be(1),
                Encoding::SingleByte,
                Encoding::EverySecond(1),
            ] {
                let largest = normalised(&bytes, encoding);
                assert!(
                    largest.text.len() <= largest.reserved_bytes && largest.text.capacity() == largest.reserved_bytes,
                    "{encoding:?}"
                );
            }
            for page in drivekey_extract::other_code_pages() {
                let read = normalised(&bytes, page);
                assert_eq!(read.text.capacity(), read.reserved_bytes, "{page:?}");
            }
        }
    }
}
