//! Where the objects of a PDF stand. Found by going through the file once from its beginning: what comes later replaces
//! what came before, as in a file that was changed.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

use zeroize::Zeroizing;

use super::filter;
use super::object::{Dict, Object, Parser, is_blank};
use crate::ceiling::Nest;
use crate::charset;

/// How often, on average, each byte of the file may be looked at again.
const LOOKS: usize = 24;
/// What a small file may be looked at in any case.
const LOOKS_MIN_BYTES: usize = 1 << 22;
/// References that lead to references.
const HOPS_MAX: usize = 8;
/// Pages above one from which things are inherited.
const PARENTS_MAX: usize = 16;

/// Where an object stands.
#[derive(Clone, Copy)]
enum Place {
    File(usize),
    /// In an unpacked stream of objects.
    Packed(usize, usize),
}

/// A PDF.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    places: HashMap<u32, Place>,
    packed: Vec<Zeroizing<Vec<u8>>>,
    pub(super) encrypted: bool,
    /// The numbers of the pages' objects.
    pub(super) pages: BTreeSet<u32>,
    /// Texts of form fields and notes.
    pub(super) notes: Vec<Zeroizing<String>>,
    /// Bytes that may still be looked at.
    looks: Cell<usize>,
    /// Whether something was left out for its size.
    pub(super) beyond: Cell<bool>,
    nest: Nest<'a>,
}

impl<'a> File<'a> {
    pub(super) fn open(bytes: &'a [u8], nest: Nest<'a>) -> Self {
        let mut file = Self {
            bytes,
            places: HashMap::new(),
            packed: Vec::new(),
            encrypted: false,
            pages: BTreeSet::new(),
            notes: Vec::new(),
            looks: Cell::new(bytes.len().saturating_mul(LOOKS).max(LOOKS_MIN_BYTES)),
            beyond: Cell::new(false),
            nest,
        };
        file.scan();
        file
    }

    fn scan(&mut self) {
        let mut at = 0;
        while let Some((number, value_at)) = self.next_object(at) {
            let mut parser = Parser::new(self.bytes, value_at);
            let object = parser.next();
            at = parser.at.max(value_at + 1);
            let Some(object) = object else { break };
            if let Some(number) = number {
                self.places.insert(number, Place::File(value_at));
                self.note(number, &object);
            }
            let Some(dict) = object.dict() else { continue };
            self.encrypted |= dict.contains_key(&b"Encrypt"[..]) && (number.is_none() || is_type(dict, b"XRef"));
            if let Some(range) = stream_range(self.bytes, parser.at, dict) {
                at = range.end;
                if is_type(dict, b"ObjStm") {
                    self.unpack_objects(dict, &self.bytes[range]);
                }
            }
        }
    }

    /// The next place where an object begins, with its number; without one for a trailer.
    fn next_object(&self, from: usize) -> Option<(Option<u32>, usize)> {
        let mut at = from;
        loop {
            let rest = self.bytes.get(at..)?;
            let found = rest.iter().position(|byte| matches!(byte, b'o' | b't'))?;
            at += found;
            let rest = &self.bytes[at..];
            if rest.starts_with(b"obj") {
                if let Some(number) = number_before(&self.bytes[from..at]) {
                    return Some((Some(number), at + 3));
                }
            } else if rest.starts_with(b"trailer") {
                return Some((None, at + 7));
            }
            at += 1;
        }
    }

    /// Objects in a stream: pairs of number and place, then the objects.
    fn unpack_objects(&mut self, dict: &Dict<'_>, packed: &[u8]) {
        let count = dict.get(&b"N"[..]).and_then(Object::count).unwrap_or(0);
        let first = dict.get(&b"First"[..]).and_then(Object::count).unwrap_or(0);
        let Some(bytes) = self.unpacked(dict, packed) else { return };
        let mut found = Vec::new();
        let mut parser = Parser::new(&bytes, 0);
        for _ in 0..count.min(bytes.len()) {
            let (Some(number), Some(at)) =
                (parser.next().and_then(|n| n.count()), parser.next().and_then(|n| n.count()))
            else {
                break;
            };
            let (Ok(number), Some(at)) = (u32::try_from(number), at.checked_add(first)) else { break };
            found.push((number, at));
        }
        let index = self.packed.len();
        for (number, at) in found {
            self.places.insert(number, Place::Packed(index, at));
            if self.look(64)
                && let Some(object) = Parser::new(&bytes, at).next()
            {
                self.note(number, &object);
            }
        }
        self.packed.push(bytes);
    }

    /// Remembers pages and texts outside pages.
    fn note(&mut self, number: u32, object: &Object<'_>) {
        let Some(dict) = object.dict() else { return };
        if is_type(dict, b"Page") {
            self.pages.insert(number);
        } else {
            self.pages.remove(&number);
        }
        let field = dict.get(&b"V"[..]).filter(|_| dict.contains_key(&b"T"[..]) || dict.contains_key(&b"FT"[..]));
        for text in [field, dict.get(&b"Contents"[..])].into_iter().flatten() {
            if let Object::String(text) = text {
                self.notes.push(text_string(text));
            }
        }
    }

    /// Whether so many more bytes may be looked at.
    pub(super) fn look(&self, bytes: usize) -> bool {
        let left = self.looks.get().checked_sub(bytes);
        self.looks.set(left.unwrap_or(0));
        self.beyond.set(self.beyond.get() || left.is_none());
        left.is_some()
    }

    fn object_at(&self, place: Place) -> Option<(Object<'_>, &[u8], usize)> {
        let (bytes, at) = match place {
            Place::File(at) => (self.bytes, at),
            Place::Packed(stream, at) => (self.packed.get(stream)?.as_slice(), at),
        };
        let mut parser = Parser::new(bytes, at);
        let object = parser.next()?;
        self.look(parser.at.saturating_sub(at).max(16)).then_some((object, bytes, parser.at))
    }

    /// The object that is meant: itself, or the one it refers to.
    pub(super) fn resolve<'b>(&'b self, object: &Object<'b>) -> Option<Object<'b>> {
        let mut number = match object {
            Object::Reference(number) => *number,
            other => return Some(other.clone()),
        };
        for _ in 0..HOPS_MAX {
            match self.object_at(*self.places.get(&number)?)?.0 {
                Object::Reference(next) => number = next,
                other => return Some(other),
            }
        }
        None
    }

    /// A dictionary's entry, resolved.
    pub(super) fn get<'b>(&'b self, dict: &Dict<'b>, name: &[u8]) -> Option<Object<'b>> {
        self.resolve(dict.get(name)?)
    }

    /// A dictionary's entry of a page, or of what stands above it.
    pub(super) fn inherited<'b>(&'b self, page: &Dict<'b>, name: &[u8]) -> Option<Object<'b>> {
        let mut dict = page.clone();
        for _ in 0..PARENTS_MAX {
            if let Some(found) = self.get(&dict, name) {
                return Some(found);
            }
            let Some(Object::Dict(parent)) = self.get(&dict, b"Parent") else { break };
            dict = parent;
        }
        None
    }

    /// A stream's dictionary and what it holds, unpacked.
    pub(super) fn stream(&self, number: u32) -> Option<(Dict<'_>, Zeroizing<Vec<u8>>)> {
        let (object, bytes, after) = self.object_at(*self.places.get(&number)?)?;
        let Object::Dict(dict) = object else { return None };
        let range = stream_range(bytes, after, &dict)?;
        let packed = &bytes[range];
        let unpacked = self.look(packed.len()).then(|| self.unpacked(&dict, packed)).flatten()?;
        Some((dict, unpacked))
    }

    fn unpacked(&self, dict: &Dict<'_>, packed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let unpacked = filter::unpack(dict, packed, self.nest, |object| self.resolve(object));
        if matches!(unpacked, Err(filter::Refusal::Beyond)) {
            self.beyond.set(true);
        }
        unpacked.ok()
    }
}

pub(super) fn is_type(dict: &Dict<'_>, name: &[u8]) -> bool {
    dict.get(&b"Type"[..]).and_then(Object::name) == Some(name)
}

/// `12 0 ` at the end of these bytes.
fn number_before(bytes: &[u8]) -> Option<u32> {
    let (rest, generation) = last_number(bytes)?;
    let blank = rest.last().copied().is_some_and(is_blank);
    let (_, number) = last_number(rest).filter(|_| blank && generation <= 0xFFFF)?;
    Some(number)
}

fn last_number(bytes: &[u8]) -> Option<(&[u8], u32)> {
    let end = bytes.iter().rposition(|byte| !is_blank(*byte))? + 1;
    let start = bytes[..end].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let number = std::str::from_utf8(&bytes[start..end]).ok()?.parse().ok()?;
    Some((&bytes[..start], number))
}

/// The bytes of a stream that follows its dictionary: as long as it says where that is right, else to its end mark.
fn stream_range(bytes: &[u8], after_dict: usize, dict: &Dict<'_>) -> Option<std::ops::Range<usize>> {
    const END: &[u8] = b"endstream";
    let mut parser = Parser::new(bytes, after_dict);
    parser.skip_blanks();
    let rest = bytes.get(parser.at..)?.strip_prefix(b"stream")?;
    let start = bytes.len() - rest.len()
        + if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.starts_with(b"\n") || rest.starts_with(b"\r")) };
    let named = dict.get(&b"Length"[..]).and_then(Object::count).and_then(|length| start.checked_add(length));
    if let Some(end) =
        named.filter(|end| bytes.get(*end..).is_some_and(|after| after.trim_ascii_start().starts_with(END)))
    {
        return Some(start..end);
    }
    let body = bytes.get(start..)?;
    let mut at = 0;
    while let Some(found) = body[at..].iter().position(|byte| *byte == b'e') {
        at += found;
        if body[at..].starts_with(END) {
            return Some(start..start + at);
        }
        at += 1;
    }
    Some(start..bytes.len())
}

/// A text outside pages: UTF-16 or UTF-8 with a mark, else near enough to Windows-1252.
fn text_string(bytes: &[u8]) -> Zeroizing<String> {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, mark)) => charset::with(encoding, &bytes[mark..]),
        None => charset::with(encoding_rs::WINDOWS_1252, bytes),
    }
}
