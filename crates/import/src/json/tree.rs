//! A JSON document as entries: objects with their fields, lists dissolved into the objects around them. Bounded in
//! depth and number.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use super::dialect::{self, Facts};
use super::pieces::{self, Pieces};
use crate::entry::{Dialect, Entry, Field, is_of_use, lifted, little_endian};
use crate::own;
use crate::source_text::Text;
use drivekey_record::SourceKind;

/// Objects and lists inside each other.
const DEPTH_MAX: usize = 100;
/// Entries of one file.
const ENTRIES_MAX: usize = 1_000_000;
/// Fields of one file.
const FIELDS_MAX: usize = 8_000_000;
/// Documents inside values inside documents.
const NESTING_MAX: usize = 3;
/// Larger values are texts, not documents.
const VALUE_BYTES_MAX: usize = 16 << 20;
/// A number of so many digits was a recovery password once.
const LOST_FROM: f64 = 1e39;

/// What was read so far; it stays where the rest is broken.
#[derive(Default)]
pub(super) struct Builder<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) facts: Facts,
    /// Whether a ceiling was met.
    pub(super) beyond: bool,
    fields: usize,
    nesting: usize,
}

/// The place of a value: under which name, in which entry.
pub(super) struct Node<'b, 'a> {
    builder: &'b mut Builder<'a>,
    name: Text<'a>,
    parent: Option<usize>,
    depth: usize,
    /// Whether it stands in a list.
    in_list: bool,
}

impl<'b, 'a> Node<'b, 'a> {
    /// A document.
    pub(super) const fn outermost(builder: &'b mut Builder<'a>) -> Self {
        Self { builder, name: Text::Borrowed(""), parent: None, depth: 0, in_list: false }
    }

    fn scalar(self, value: Text<'a>) {
        let parent = self.parent.unwrap_or_else(|| self.builder.entry(Text::Borrowed(""), None));
        self.builder.field(parent, Field::new(self.name, value));
    }
}

impl<'a> Builder<'a> {
    fn entry(&mut self, name: Text<'a>, parent: Option<usize>) -> usize {
        self.entries.push(Entry {
            name,
            fields: Vec::new(),
            parent,
            place: None,
            dialect: Dialect::plain(SourceKind::Other),
        });
        self.entries.len() - 1
    }

    fn field(&mut self, at: usize, field: Field<'a>) {
        self.fields += 1;
        self.entries[at].fields.push(field);
    }

    fn is_full(&mut self) -> bool {
        self.beyond |= self.entries.len() >= ENTRIES_MAX || self.fields >= FIELDS_MAX;
        self.beyond
    }

    /// The entry is read: what it is, what of it belongs to the one around it, what of it is of use.
    pub(super) fn close(&mut self, at: usize) {
        if own::entries::mark(&mut self.entries[at]) {
            return;
        }
        let entry = &self.entries[at];
        dialect::note(entry, &mut self.facts);
        let is_last = at + 1 == self.entries.len();
        if let (true, Some(parent)) = (is_last, entry.parent)
            && let Some(field) = lifted(&mut self.entries[at])
        {
            self.entries.pop();
            self.entries[parent].fields.push(field);
            return;
        }
        let entry = &mut self.entries[at];
        entry.dialect = dialect::of(entry);
        entry.fields.retain(is_of_use);
        if entry.fields.is_empty() && is_last && entry.name.len() < 32 {
            self.entries.pop();
        } else {
            open(&mut self.entries, at, self.nesting);
        }
    }
}

/// Opens the documents that stand as text in the values of an entry.
pub(super) fn open(entries: &mut Vec<Entry<'_>>, at: usize, nesting: usize) {
    if nesting >= NESTING_MAX {
        return;
    }
    let mut opened: Vec<Entry<'static>> = Vec::new();
    let base = entries.len();
    for field in &mut entries[at].fields {
        if field.value.len() > VALUE_BYTES_MAX
            || !super::looks_like_document(&field.value)
            || !super::is_document(&field.value)
        {
            continue;
        }
        let mut builder = Builder { nesting: nesting + 1, ..Builder::default() };
        let mut deserializer = serde_json::Deserializer::from_str(&field.value);
        // What was read before a fault stays.
        let _ = Node::outermost(&mut builder).deserialize(&mut deserializer);
        let from = base + opened.len();
        opened.extend(builder.entries.iter().map(|entry| Entry {
            parent: entry.parent.map_or(Some(at), |parent| Some(parent + from)),
            ..copied(entry)
        }));
        // What it held is read now.
        field.value = Text::Borrowed("");
    }
    entries.extend(opened);
}

fn copied(entry: &Entry<'_>) -> Entry<'static> {
    let fields = entry.fields.iter().map(|field| Field {
        name: Text::copy(&field.name),
        role: field.role,
        value: Text::copy(&field.value),
    });
    Entry { name: Text::copy(&entry.name), fields: fields.collect(), parent: None, place: None, dialect: entry.dialect }
}

impl<'a> DeserializeSeed<'a> for Node<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > DEPTH_MAX || self.builder.is_full() {
            self.builder.beyond = true;
            return Err(D::Error::custom("beyond the ceiling"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Node<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<(), E> {
        self.scalar(Text::Borrowed(text));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.scalar(Text::copy(text));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(Text::Borrowed(""));
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Text::Borrowed(if value { "true" } else { "false" }));
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.scalar(Text::Owned(Zeroizing::new(number.to_string())));
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.scalar(Text::Owned(Zeroizing::new(number.to_string())));
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        // Of a number as long as a password, only its size is left.
        let text = if number >= LOST_FROM { format!("1E+{:.0}", number.log10().floor()) } else { String::new() };
        self.scalar(Text::Owned(Zeroizing::new(text)));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        // A list in a list is a row.
        let own = if self.in_list || self.parent.is_none() {
            Some(self.builder.entry(Text::copy(&self.name), self.parent))
        } else {
            None
        };
        let parent = own.or(self.parent).unwrap_or(0);
        let from = self.builder.entries[parent].fields.len();
        let mut pieces = Pieces::at(self.builder, parent);
        loop {
            let name = Text::copy(&self.name);
            let node =
                Node { builder: &mut *self.builder, name, parent: Some(parent), depth: self.depth + 1, in_list: true };
            if list.next_element_seed(node)?.is_none() {
                break;
            }
            pieces.next(self.builder, parent);
        }
        if own.is_none() && pieces.join(self.builder, parent, &self.name) {
            return Ok(());
        }
        bytes_as_guid(&mut self.builder.entries[parent].fields, from);
        if let Some(own) = own {
            self.builder.close(own);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let at = self.builder.entry(self.name, self.parent);
        let mut result = Ok(());
        loop {
            match map.next_key_seed(Name) {
                Ok(Some(name)) => {
                    let node = Node {
                        builder: &mut *self.builder,
                        name,
                        parent: Some(at),
                        depth: self.depth + 1,
                        in_list: false,
                    };
                    if let Err(error) = map.next_value_seed(node) {
                        result = Err(error);
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        if !(self.in_list && pieces::is_piece(&self.builder.entries[at])) {
            self.builder.close(at);
        }
        result
    }
}

/// A list of sixteen numbers under the name of a GUID.
fn bytes_as_guid(fields: &mut Vec<Field<'_>>, from: usize) {
    let bytes: Option<Vec<u8>> = fields[from..].iter().map(|field| field.value.parse::<u8>().ok()).collect();
    let Some(Ok(bytes)) = bytes.map(<[u8; 16]>::try_from) else { return };
    fields.truncate(from + 1);
    fields[from].value = Text::Owned(Zeroizing::new(little_endian(bytes).to_string()));
}

/// A name, borrowed where it can be.
struct Name;

impl<'a> DeserializeSeed<'a> for Name {
    type Value = Text<'a>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Text<'a>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Name {
    type Value = Text<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Text<'a>, E> {
        Ok(Text::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'a>, E> {
        Ok(Text::copy(text))
    }
}
