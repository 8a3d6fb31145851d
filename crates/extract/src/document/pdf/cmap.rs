//! The table by which a font says which characters its codes are.

use std::collections::HashMap;

use super::object::{Object, Parser};

/// Characters of one code: ligatures are short.
const UNITS_MAX: usize = 16;

/// Characters below this are none that are seen.
const FIRST_PRINTED: u32 = 0x20;

/// Codes to characters.
#[derive(Default)]
pub(super) struct CMap {
    single: HashMap<u32, String>,
    /// First and last code, and the character of the first.
    ranges: Vec<(u32, u32, u32)>,
    /// How many bytes a code has, by the ranges that are declared: length, first, last.
    lengths: Vec<(usize, u32, u32)>,
}

impl CMap {
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut map = Self::default();
        let mut operands: Vec<Object<'_>> = Vec::new();
        let mut parser = Parser::new(text, 0);
        while let Some(object) = parser.next() {
            let Object::Word(word) = object else {
                operands.push(object);
                continue;
            };
            match word {
                b"endcodespacerange" => operands.chunks_exact(2).for_each(|pair| map.length(pair)),
                b"endbfchar" => operands.chunks_exact(2).for_each(|pair| map.character(pair)),
                b"endbfrange" => operands.chunks_exact(3).for_each(|triple| map.range(triple)),
                _ => {}
            }
            operands.clear();
        }
        map.ranges.sort_unstable();
        map
    }

    fn length(&mut self, pair: &[Object<'_>]) {
        if let (Object::String(first), Object::String(last)) = (&pair[0], &pair[1])
            && let (Some(from), Some(to)) = (code(first), code(last))
            && first.len() == last.len()
            && self.lengths.len() < 256
        {
            self.lengths.push((first.len(), from, to));
        }
    }

    fn character(&mut self, pair: &[Object<'_>]) {
        if let (Object::String(source), Object::String(target)) = (&pair[0], &pair[1])
            && let Some(source) = code(source)
        {
            self.single.insert(source, characters(target));
        }
    }

    fn range(&mut self, triple: &[Object<'_>]) {
        let (Object::String(first), Object::String(last)) = (&triple[0], &triple[1]) else { return };
        let (Some(first), Some(last)) = (code(first), code(last)) else { return };
        match &triple[2] {
            // Programs that read scans map every code to itself, from zero on.
            Object::String(target) if target.len() == 2 && code(target).is_some_and(|unit| unit < FIRST_PRINTED) => {
                self.ranges.push((first, last, code(target).unwrap_or(0)));
            }
            Object::String(target) => {
                let text = characters(target);
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(only), None) => self.ranges.push((first, last, u32::from(only))),
                    _ => drop(self.single.insert(first, text)),
                }
            }
            Object::Array(targets) => {
                for (code, target) in (first..=last).zip(targets) {
                    if let Object::String(target) = target {
                        self.single.insert(code, characters(target));
                    }
                }
            }
            _ => {}
        }
    }

    /// What a code stands for.
    pub(super) fn get(&self, code: u32) -> Option<Text<'_>> {
        if let Some(text) = self.single.get(&code) {
            return Some(Text::Several(text));
        }
        let at = self.ranges.partition_point(|(first, ..)| *first <= code).checked_sub(1)?;
        let (first, last, target) = self.ranges[at];
        (code <= last)
            .then(|| char::from_u32(target.checked_add(code - first)?).filter(|c| *c != '\0').map(Text::One))?
    }

    /// How many bytes the next code has; `None` where nothing is declared.
    pub(super) fn code_bytes(&self, rest: &[u8]) -> Option<usize> {
        let fits = |(length, first, last): &&(usize, u32, u32)| {
            let found = rest.get(..*length).and_then(code);
            found.is_some_and(|found| (*first..=*last).contains(&found))
        };
        self.lengths.iter().find(fits).or_else(|| self.lengths.first()).map(|(length, ..)| *length)
    }
}

/// The characters of one code.
pub(super) enum Text<'a> {
    One(char),
    Several(&'a str),
}

fn code(bytes: &[u8]) -> Option<u32> {
    (1..=4).contains(&bytes.len()).then(|| bytes.iter().fold(0, |code, byte| code << 8 | u32::from(*byte)))
}

fn characters(bytes: &[u8]) -> String {
    if let [only] = bytes {
        return char::from(*only).to_string();
    }
    let units = bytes.chunks_exact(2).take(UNITS_MAX).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
    char::decode_utf16(units).filter_map(Result::ok).filter(|c| *c != '\0').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_mapped_one_by_one_and_in_ranges() {
        let map = CMap::parse(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0003> <0020> <0004> \
                <00660069> endbfchar
              2 beginbfrange <0013> <001C> <0030> <0020> <0021> [<0041> <0042>] endbfrange",
        );
        let text = |code| match map.get(code) {
            Some(Text::One(c)) => c.to_string(),
            Some(Text::Several(text)) => text.to_owned(),
            None => String::new(),
        };
        assert_eq!(
            (text(3), text(4), text(0x13), text(0x1C), text(0x1D), text(0x21)),
            (" ".into(), "fi".into(), "0".into(), "9".into(), String::new(), "B".into())
        );
        assert_eq!(map.code_bytes(&[0, 3, 0]), Some(2));
    }
}
