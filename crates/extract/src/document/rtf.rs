//! Rich text as `WordPad`, Word and mail programs write it. By hand: no library takes code pages by font, Unicode
//! escapes and rows of tables. Pictures, styles and whatever a reader does not see are left out.

use crate::charset;
use crate::receiver::{Form, Receiver, Source};
use crate::writer::TextWriter;

mod control;
mod fonts;

use control::{Meaning, meaning};
use fonts::Fonts;

/// Groups inside each other whose state is kept; deeper ones share the last.
const GROUPS_MAX: usize = 500;
/// Bytes of the current code page that are decoded together.
const PENDING_BYTES: usize = 4096;

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"{\\rtf")
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    to.document(Form::Rtf, &text(source.bytes));
}

/// What holds inside a group.
#[derive(Clone, Copy)]
struct Group {
    skipped: bool,
    /// In the table of fonts.
    in_fonts: bool,
    /// Characters that stand in for a Unicode escape.
    stand_ins: usize,
    font: i32,
}

struct State {
    writer: TextWriter,
    fonts: Fonts,
    group: Group,
    groups: Vec<Group>,
    deeper: usize,
    /// Characters still to be left out after a Unicode escape.
    to_skip: usize,
    /// Bytes in the code page of the font.
    pending: zeroize::Zeroizing<Vec<u8>>,
    high_surrogate: Option<u16>,
    in_row: bool,
}

/// The text of a document.
fn text(bytes: &[u8]) -> zeroize::Zeroizing<Vec<u8>> {
    let mut state = State::new(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        rest = match byte {
            b'\\' => state.control(after),
            b'{' => {
                state.open();
                after
            }
            b'}' => {
                state.close();
                after
            }
            b'\r' | b'\n' => after,
            _ => {
                state.byte(*byte);
                after
            }
        };
    }
    state.flush();
    state.writer.finish()
}

impl State {
    fn new(length_bytes: usize) -> Self {
        Self {
            writer: TextWriter::with_capacity(length_bytes / 2),
            fonts: Fonts::default(),
            group: Group { skipped: false, in_fonts: false, stand_ins: 1, font: 0 },
            groups: Vec::new(),
            deeper: 0,
            to_skip: 0,
            pending: zeroize::Zeroizing::new(Vec::with_capacity(PENDING_BYTES)),
            high_surrogate: None,
            in_row: false,
        }
    }

    fn open(&mut self) {
        self.flush();
        self.to_skip = 0;
        if self.groups.len() < GROUPS_MAX {
            self.groups.push(self.group);
        } else {
            self.deeper += 1;
        }
    }

    fn close(&mut self) {
        self.flush();
        self.to_skip = 0;
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if let Some(group) = self.groups.pop() {
            self.group = group;
        }
    }

    /// A control word or sign; `rest` follows its backslash.
    fn control<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let Some((first, after)) = rest.split_first() else { return rest };
        if !first.is_ascii_alphabetic() {
            return self.sign(*first, after);
        }
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, after) = rest.split_at(length);
        let (number, after) = parameter(after);
        let after = after.strip_prefix(b" ").unwrap_or(after);
        if word == b"bin" {
            let count = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
            return after.get(count..).unwrap_or_default();
        }
        if word == b"u" {
            self.unicode(number.unwrap_or(0));
        } else if self.take_skipped() {
            // A control word may stand in for an escape.
        } else {
            self.word(word, number);
        }
        after
    }

    fn sign<'a>(&mut self, sign: u8, after: &'a [u8]) -> &'a [u8] {
        match sign {
            b'\'' => {
                let value = after
                    .get(..2)
                    .and_then(|hex| std::str::from_utf8(hex).ok())
                    .and_then(|hex| u8::from_str_radix(hex, 16).ok());
                let Some(value) = value else { return after };
                self.byte(value);
                return &after[2..];
            }
            b'*' => self.group.skipped = true,
            _ if self.take_skipped() => {}
            b'_' => self.character('-'),
            b'~' => self.character('\u{A0}'),
            b'\r' | b'\n' => self.apply(Meaning::Line),
            b'\t' => self.apply(Meaning::Tab),
            b'\\' | b'{' | b'}' => self.byte(sign),
            // An optional hyphen is seen only where a line is broken there.
            _ => {}
        }
        after
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        match word {
            b"ansicpg" => self.fonts.set_default(number.unwrap_or(0)),
            b"uc" => self.group.stand_ins = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            b"fonttbl" => self.group = Group { skipped: true, in_fonts: true, ..self.group },
            b"f" | b"af" => {
                self.flush();
                self.group.font = number.unwrap_or(0);
            }
            b"plain" => {
                self.flush();
                self.group.font = self.fonts.first;
            }
            b"deff" => {
                self.fonts.first = number.unwrap_or(0);
                self.group.font = self.fonts.first;
            }
            b"fcharset" if self.group.in_fonts => self.fonts.note(self.group.font, number.unwrap_or(0)),
            _ => {
                if let Some(meaning) = meaning(word) {
                    self.apply(meaning);
                }
            }
        }
    }

    fn apply(&mut self, meaning: Meaning) {
        if matches!(meaning, Meaning::Skip | Meaning::Show) {
            self.group.skipped = meaning == Meaning::Skip;
            return;
        }
        self.flush();
        if self.group.skipped {
            return;
        }
        match meaning {
            Meaning::Character(c) => self.writer.char(c),
            Meaning::Line => self.writer.line_end(),
            Meaning::Tab => self.writer.char('\t'),
            // The properties of a row come before its cells, and sometimes after them again.
            Meaning::Row if !self.in_row => {
                self.writer.row();
                self.in_row = true;
            }
            Meaning::CellEnd => {
                if !self.in_row {
                    self.writer.row();
                    self.in_row = true;
                }
                self.writer.next_cell();
            }
            Meaning::RowEnd if self.in_row => {
                self.writer.row_end();
                self.in_row = false;
            }
            Meaning::RowEnd => self.writer.edge(),
            Meaning::Row | Meaning::Skip | Meaning::Show => {}
        }
    }

    fn character(&mut self, c: char) {
        self.apply(Meaning::Character(c));
    }

    /// One byte of the current code page.
    fn byte(&mut self, byte: u8) {
        if self.take_skipped() || self.group.skipped {
            return;
        }
        if self.pending.len() == PENDING_BYTES {
            self.flush();
        }
        self.pending.push(byte);
    }

    /// Whether this character only stands in for the escape before it.
    fn take_skipped(&mut self) -> bool {
        let skipped = self.to_skip > 0;
        self.to_skip = self.to_skip.saturating_sub(1);
        skipped
    }

    /// A UTF-16 unit, written as a signed number.
    fn unicode(&mut self, number: i32) {
        self.flush();
        self.to_skip = self.group.stand_ins;
        let unit = u16::try_from(number & 0xFFFF).unwrap_or(0);
        if self.group.skipped {
            return;
        }
        let pair = self.high_surrogate.take().map(|high| [high, unit]);
        if (0xD800..0xDC00).contains(&unit) {
            self.high_surrogate = Some(unit);
            return;
        }
        let decoded = match pair {
            Some(pair) if (0xDC00..0xE000).contains(&unit) => char::decode_utf16(pair).find_map(Result::ok),
            _ => char::from_u32(u32::from(unit)),
        };
        // Symbol fonts keep their signs in a private area, at the place of the byte.
        let symbol = (0xF020..=0xF07E).contains(&unit).then(|| char::from_u32(u32::from(unit) - 0xF000)).flatten();
        if let Some(c) = symbol.or(decoded).filter(|c| *c != '\0') {
            self.writer.char(c);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let text = charset::with(self.fonts.page_of(self.group.font), &self.pending);
            self.writer.text(&text);
            self.pending.clear();
        }
    }
}

/// The number after a control word.
fn parameter(rest: &[u8]) -> (Option<i32>, &[u8]) {
    let sign = usize::from(rest.first() == Some(&b'-'));
    let digits = rest[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return (None, rest);
    }
    let (number, after) = rest.split_at(sign + digits);
    let number = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
    (Some(number.unwrap_or(0)), after)
}

#[cfg(test)]
mod tests {
    fn seen(rtf: &str) -> String {
        String::from_utf8_lossy(&super::text(rtf.as_bytes())).into_owned()
    }

    #[test]
    fn the_text_is_taken_and_nothing_else() {
        assert_eq!(
            seen(r"{\rtf1\ansi{\fonttbl{\f0 Consolas;}}{\colortbl;\red0;}\f0 a\par b\line c\tab d}"),
            "a\nb\nc\td"
        );
        assert_eq!(seen(r"{\rtf1 1\_2\~3\-4\endash 5\{6\}\\}"), "1-2\u{A0}34\u{2013}5{6}\\");
        assert_eq!(
            seen(r"{\rtf1{\*\generator x;}{\info{\title t}}{\pict 0102}{\field{\*\fldinst HYPERLINK}{\fldrslt a}}b}"),
            "ab"
        );
        assert_eq!(seen("{\\rtf1 a\\bin3 }}}b\r\nc}"), "abc");
        assert_eq!(seen(r"{\rtf1 a}}}}b"), "ab");
    }

    #[test]
    fn escapes_become_characters_and_their_stand_ins_go() {
        assert_eq!(seen(r"{\rtf1\ansi\ansicpg1252 Schl\'fcssel}"), "Schlüssel");
        assert_eq!(seen(r"{\rtf1\uc1 1\u8209?2\u8209\'2d3}"), "1\u{2011}2\u{2011}3");
        assert_eq!(seen(r"{\rtf1\uc0 \u-3 x\u55357 \u56832 y}"), "\u{FFFD}x😀y");
        assert_eq!(seen(r"{\rtf1\uc2 \u22238 \'89\'f1x}"), "回x");
        assert_eq!(seen(r"{\rtf1{\fonttbl{\f0 A;}{\f1\fcharset128 B;}}\f1 \'89\'f1\f0 \'e4}"), "回ä");
    }

    #[test]
    fn cells_of_a_row_stand_on_one_line() {
        assert_eq!(
            seen(r"{\rtf1\trowd\cellx1\cellx2\intbl a\par b\cell c\cell\row\trowd\intbl d\cell e\cell\row f}"),
            "a b\tc\t\nd\te\t\nf"
        );
    }
}
