//! The objects that a PDF is written in: numbers, names, strings, arrays, dictionaries.

use std::borrow::Cow;
use std::collections::BTreeMap;

use zeroize::Zeroizing;

/// Arrays and dictionaries inside each other.
const DEPTH_MAX: usize = 40;
/// Parts of one array or dictionary that are kept.
const PARTS_MAX: usize = 1 << 17;

/// A dictionary.
pub(super) type Dict<'a> = BTreeMap<Cow<'a, [u8]>, Object<'a>>;

/// An object, or a word that stands between objects.
#[derive(Clone)]
pub(super) enum Object<'a> {
    Null,
    Number(f64),
    Name(Cow<'a, [u8]>),
    String(Zeroizing<Vec<u8>>),
    Array(Vec<Object<'a>>),
    Dict(Dict<'a>),
    /// Another object, by its number.
    Reference(u32),
    Word(&'a [u8]),
}

impl<'a> Object<'a> {
    pub(super) fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// A whole number that counts something.
    pub(super) fn count(&self) -> Option<usize> {
        let number = self.number().filter(|number| number.fract() == 0.0 && (0.0..4_294_967_296.0).contains(number))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and within 32 bits")]
        Some(number as usize)
    }

    pub(super) fn name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub(super) fn dict(&self) -> Option<&Dict<'a>> {
        if let Self::Dict(dict) = self { Some(dict) } else { None }
    }

    pub(super) fn array(&self) -> Option<&[Object<'a>]> {
        if let Self::Array(array) = self { Some(array) } else { None }
    }
}

/// Reads objects one after the other.
pub(super) struct Parser<'a> {
    bytes: &'a [u8],
    /// Where the next one begins.
    pub(super) at: usize,
}

impl<'a> Parser<'a> {
    pub(super) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// The next object or word; `None` at the end. What makes no sense is passed over.
    pub(super) fn next(&mut self) -> Option<Object<'a>> {
        self.object(0)
    }

    fn object(&mut self, depth: usize) -> Option<Object<'a>> {
        self.skip_blanks();
        let rest = self.bytes.get(self.at..)?;
        Some(match rest.first()? {
            b'/' => {
                self.at += 1;
                Object::Name(unescaped(self.word()))
            }
            b'(' => Object::String(self.literal()),
            b'<' if rest.starts_with(b"<<") => {
                self.at += 2;
                self.dict(depth)
            }
            b'<' => Object::String(self.hexadecimal()),
            b'[' => {
                self.at += 1;
                self.array(depth)
            }
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number_or_reference(),
            b')' | b'>' | b']' | b'{' | b'}' => {
                let length = if rest.starts_with(b">>") { 2 } else { 1 };
                self.at += length;
                Object::Word(&rest[..length])
            }
            _ => match self.word() {
                b"null" => Object::Null,
                word => Object::Word(word),
            },
        })
    }

    /// White space and comments.
    pub(super) fn skip_blanks(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            if *byte == b'%' {
                let rest = &self.bytes[self.at..];
                self.at += rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
            } else if is_blank(*byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// What goes on to the next blank or delimiter; never nothing.
    fn word(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| is_blank(*byte) || b"()<>[]{}/%".contains(byte)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn number_or_reference(&mut self) -> Object<'a> {
        let word = self.word();
        let number = parse_number(word);
        let after = self.at;
        // `12 0 R` is a reference; generations other than 0 are rare and count the same.
        if let Some(target) = std::str::from_utf8(word).ok().and_then(|word| word.parse::<u32>().ok()) {
            self.skip_blanks();
            let generation = self.word();
            let is_generation =
                !generation.is_empty() && generation.len() <= 5 && generation.iter().all(u8::is_ascii_digit);
            if is_generation {
                self.skip_blanks();
                if self.bytes.get(self.at) == Some(&b'R') && self.word() == b"R" {
                    return Object::Reference(target);
                }
            }
            self.at = after;
        }
        number.map_or(Object::Word(word), Object::Number)
    }

    fn array(&mut self, depth: usize) -> Object<'a> {
        let mut parts = Vec::new();
        if depth >= DEPTH_MAX {
            return Object::Null;
        }
        loop {
            match self.object(depth + 1) {
                None | Some(Object::Word(b"]" | b">>" | b"endobj" | b"stream")) => break,
                Some(_) if parts.len() == PARTS_MAX => {}
                Some(part) => parts.push(part),
            }
        }
        Object::Array(parts)
    }

    fn dict(&mut self, depth: usize) -> Object<'a> {
        let mut dict = Dict::new();
        if depth >= DEPTH_MAX {
            return Object::Null;
        }
        loop {
            match self.object(depth + 1) {
                None | Some(Object::Word(b">>" | b"endobj" | b"stream")) => break,
                Some(Object::Name(name)) => match self.object(depth + 1) {
                    None | Some(Object::Word(b">>")) => break,
                    Some(_) if dict.len() == PARTS_MAX => {}
                    Some(value) => drop(dict.insert(name, value)),
                },
                Some(_) => {}
            }
        }
        Object::Dict(dict)
    }

    /// `(…)` with brackets and backslashes in it.
    fn literal(&mut self) -> Zeroizing<Vec<u8>> {
        let rest = &self.bytes[self.at + 1..];
        let length = literal_length(rest);
        self.at += 1 + length + 1;
        let mut out = Zeroizing::new(Vec::with_capacity(length));
        let mut inner = &rest[..length];
        while let Some((byte, after)) = inner.split_first() {
            inner = after;
            if *byte != b'\\' {
                out.push(*byte);
                continue;
            }
            let Some((escape, after)) = inner.split_first() else { break };
            inner = after;
            match escape {
                b'n' => out.push(b'\n'),
                b'r' => out.push(b'\r'),
                b't' => out.push(b'\t'),
                b'b' => out.push(8),
                b'f' => out.push(12),
                b'\r' => inner = inner.strip_prefix(b"\n").unwrap_or(inner),
                b'\n' => {}
                b'0'..=b'7' => {
                    let digits = inner.iter().take(2).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                    let value = inner[..digits]
                        .iter()
                        .fold(u32::from(escape - b'0'), |value, digit| value * 8 + u32::from(digit - b'0'));
                    out.push(value.to_le_bytes()[0]);
                    inner = &inner[digits..];
                }
                other => out.push(*other),
            }
        }
        out
    }

    fn hexadecimal(&mut self) -> Zeroizing<Vec<u8>> {
        let rest = &self.bytes[self.at + 1..];
        let length = rest.iter().position(|byte| *byte == b'>').unwrap_or(rest.len());
        self.at += 1 + length + 1;
        let mut out = Zeroizing::new(Vec::with_capacity(length / 2 + 1));
        let mut digits = rest[..length].iter().filter_map(|byte| char::from(*byte).to_digit(16));
        while let Some(high) = digits.next() {
            let value = high << 4 | digits.next().unwrap_or(0);
            out.push(value.to_le_bytes()[0]);
        }
        out
    }
}

/// How long a literal string is, up to the bracket that closes it.
fn literal_length(rest: &[u8]) -> usize {
    let (mut open, mut escaped) = (0_usize, false);
    let end = rest.iter().position(|byte| {
        match byte {
            _ if escaped => {
                escaped = false;
                return false;
            }
            b'\\' => escaped = true,
            b'(' => open += 1,
            b')' if open == 0 => return true,
            b')' => open -= 1,
            _ => {}
        }
        false
    });
    end.unwrap_or(rest.len())
}

fn parse_number(word: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(word).ok()?;
    if text.len() > 64 || text.contains(['e', 'E', 'n', 'N', 'i', 'I']) {
        return None;
    }
    // Some programs write `--5` or `5.-3`.
    let text = text.strip_prefix("--").unwrap_or(text);
    text.parse()
        .ok()
        .or_else(|| text.split_once('-').filter(|(head, _)| !head.is_empty()).and_then(|(head, _)| head.parse().ok()))
}

fn unescaped(name: &[u8]) -> Cow<'_, [u8]> {
    if !name.contains(&b'#') {
        return Cow::Borrowed(name);
    }
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        if let (b'#', Some(high), Some(low)) = (byte, digit(0), digit(1)) {
            out.push((high << 4 | low).to_le_bytes()[0]);
            rest = &after[2..];
        } else {
            out.push(*byte);
            rest = after;
        }
    }
    Cow::Owned(out)
}

pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}
